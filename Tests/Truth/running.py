"""One run of muster in a lane, with a disturbance in the middle, and what it said."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field

import comparing
from processes import environment

# A run that is over its deadline by more seconds than this hangs; one that has no CPU needs some for its farewell.
GRACE, STARVED_GRACE = 4, 15


@dataclass
class Report:
    """What came out of a run."""

    verdicts: dict = field(default_factory=dict)  # host -> "up", "down tcp.refused", "unknown local.late"
    details: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)  # What is wrong with the run itself.
    status: int = 0
    seconds: float = 0
    summary: dict = field(default_factory=dict)

    def check_status(self, targets):
        """The exit status says whether some are down, or else some were not judged."""
        words = {verdict.split(" ")[0] for verdict in self.verdicts.values()}
        unjudged = "unknown" in words or len(self.verdicts) < targets
        right = 1 if words & {"down", "degraded"} else 2 if unjudged else 0
        if self.summary and self.status != right:
            self.faults.append(f"exit status {self.status}, though its verdicts ask for {right}")

    def told(self, host):
        return self.verdicts.get(host, "not told")


def shortened(complaints):
    """What a process complained of first, without the pages that a crash adds."""
    return complaints.strip()[:300].replace("\n", " | ")


class Run:
    """Runs muster once; the disturbance is over and undone when it returns."""

    def __init__(self, muster, lane, folder, deadline):
        self.muster, self.lane, self.folder, self.deadline = muster, lane, folder, deadline
        self.output = os.path.join(folder, "report.ndjson")
        self.complaints = os.path.join(folder, "complaints")

    def perform(self, inventory, options, disturbance, story=lambda text: None):
        inventory_path = os.path.join(self.folder, "inventory.json")
        inventory.write(inventory_path)
        command = [
            *disturbance.wrapper, self.muster, "check", inventory_path, "-o", "ndjson", *options]
        story(" ".join(command[len(disturbance.wrapper):]))
        if disturbance.disturbs and disturbance.at is None:
            disturbance.begin(self.lane, None)
        begun = time.monotonic()
        try:
            with open(self.output, "w") as output, open(self.complaints, "w") as complaints:
                process = subprocess.Popen(
                    self.lane.within(command), stdin=subprocess.DEVNULL, stdout=output, stderr=complaints,
                    env={**environment(), "NO_COLOR": "1"})
            hangs = self.accompany(process, begun, disturbance, story)
        finally:
            if disturbance.touches_network:
                self.lane.repair()
        return self.read(process, time.monotonic() - begun, hangs)

    def accompany(self, process, begun, disturbance, story):
        """Let the disturbance begin and end at its times; whether the process had to be killed."""
        grace = STARVED_GRACE if disturbance.name == "starved" else GRACE
        limit = begun + self.deadline + (disturbance.lasts or 0) + grace
        try:
            if disturbance.at is not None:
                if self.ended(process, begun + disturbance.at):
                    story(f"{disturbance.text}: too late, the run was over")
                    return False
                disturbance.begin(self.lane, process)
                story(f"{time.monotonic() - begun:.2f} s: {disturbance.text}")
            try:
                if disturbance.lasts is not None:
                    self.ended(process, time.monotonic() + disturbance.lasts)
            finally:
                if disturbance.lasts is not None:
                    disturbance.finish(self.lane, process)
                    story(f"{time.monotonic() - begun:.2f} s: it is over")
            return not self.ended(process, limit)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if disturbance.lasts is None and disturbance.disturbs:
                disturbance.finish(self.lane, process)

    @staticmethod
    def ended(process, instant):
        try:
            process.wait(max(0, instant - time.monotonic()))
            return True
        except subprocess.TimeoutExpired:
            return False

    def read(self, process, seconds, hangs):
        report = Report(status=process.returncode, seconds=seconds)
        with open(self.complaints) as file:
            complaints = file.read()
        if hangs:
            report.faults.append(f"hung: killed after {seconds:.0f} s")
        elif process.returncode not in (0, 1, 2):
            report.faults.append(f"crashed: ended by {process.returncode}: {shortened(complaints)}")
        with open(self.output, errors="replace") as file:
            for line in file:
                self.take(line, report)
        if not hangs and not report.summary:
            report.faults.append(f"no summary, exit status {process.returncode}: {shortened(complaints)}")
        elif report.summary.get("exit_status") != process.returncode:
            report.faults.append(
                f"the report says exit status {report.summary.get('exit_status')}, it was {process.returncode}")
        return report

    @staticmethod
    def take(line, report):
        try:
            value = json.loads(line)
        except ValueError:
            report.faults.append(f"not JSON: {line[:80]!r}")
            return
        if value.get("type") == "summary":
            report.summary = value
        if value.get("type") != "target":
            return
        host = value["host"]
        if host in report.verdicts:
            report.faults.append(f"{host} was told twice")
        report.verdicts[host] = " ".join([value["verdict"], value.get("reason", "")]).strip()
        report.details[host] = value.get("detail", "")


def examine(label, scenario, world, lane, muster, folder):
    """Run muster on a scenario; the comparison and the story of the run, a line each."""
    since, story = time.monotonic(), []
    disturbance, fleet = scenario.disturbance, scenario.fleet
    story.append(f"{len(fleet.targets)} targets, disturbance: {disturbance.text}")
    report = Run(os.path.abspath(muster), lane, folder, scenario.deadline).perform(
        fleet, scenario.arguments, disturbance, story.append)
    if disturbance.disturbs and not disturbance.touches_network:
        lane.repair()
    report.check_status(len(fleet.targets))
    comparison = comparing.compare(label, fleet, disturbance, report)
    comparison.server_late, comparison.machine_late = world.lateness(since)
    comparison.seconds = report.seconds
    counts = ", ".join(f"{count} {word}" for word, count in sorted(comparison.told.items()))
    story.append(f"{report.seconds:.1f} s, exit status {report.status}: {counts}")
    return comparison, story
