"""What was told against what is true."""

from collections import Counter
from dataclasses import dataclass, field


# Where the far server was later than this, in seconds, it kept no promise, and the machine is too busy for us: what looks
# false then is run again, and in the end not counted.
LATE = 0.15
TRIES = 3


@dataclass
class Finding:
    """A verdict that is false."""

    seed: int
    disturbance: str
    host: str
    kind: str
    truth: str
    told: str
    detail: str = ""

    @property
    def row(self):
        return (self.disturbance, self.kind, self.truth, self.told)

    @property
    def is_of_reason(self):
        """Whether the target is down, as told, but not for this reason."""
        return self.told.startswith("down") and "up" not in self.truth.split(" or ") and self.truth != "unknown"

    def text(self):
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.host}: is {self.truth}, told {self.told}{detail}"


@dataclass
class Comparison:
    seed: int
    disturbance: str
    targets: int = 0
    findings: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    told: Counter = field(default_factory=Counter)  # up, down, unknown
    server_late: float = 0  # How late the far server was, in seconds.
    machine_late: float = 0  # How late any process was.
    seconds: float = 0

    @property
    def is_true(self):
        return not self.findings and not self.faults


    @property
    def is_witnessed(self):
        """Whether the far server kept its promises, and muster could have run where all that it says is "unknown"."""
        only_unknown = all(finding.told.startswith("unknown") for finding in self.findings)
        return self.server_late < LATE and (not only_unknown or bool(self.faults) or self.machine_late < LATE)


def agrees(told, truth):
    return told in truth or told.split(" ")[0] == "unknown" and "unknown" in truth


def compare(seed, fleet, disturbance, report):
    """Every verdict is true, or unknown while we were disturbed."""
    comparison = Comparison(seed, disturbance.name, len(fleet.targets), faults=list(report.faults))
    for target in fleet.targets:
        told = report.told(target.host)
        word = told.split(" ")[0]
        comparison.told[word if word in ("up", "down", "degraded") else "unknown"] += 1
        if agrees(told, target.kind.truth):
            continue
        # What was not begun before the deadline is as unknown as what is said to be.
        if disturbance.disturbs and (word == "unknown" or told == "not told"):
            continue
        # A router's word can be lost on a network that we disturb: then it is down by silence.
        if disturbance.touches_network and told == "down tcp.timeout" and all(
                truth.startswith("down") for truth in target.kind.truth):
            continue
        comparison.findings.append(Finding(
            seed, disturbance.name, target.host, target.kind.name, " or ".join(sorted(target.kind.truth)), told,
            report.details.get(target.host, "")))
    return comparison


def second_opinion(seed, fleet, verdicts):
    """Where the second judge differs from the plan: then the plan is wrong, or the judge."""
    findings = []
    for target in fleet.targets:
        told = verdicts.get(target.host, "not told")
        # Our own routes are as unknown to the judge.
        if not agrees(told, target.kind.truth):
            findings.append(Finding(
                seed, "judge", target.host, target.kind.name, " or ".join(sorted(target.kind.truth)), told))
    return findings
