#!/usr/bin/env python3
"""The fleet of truth: random fleets in network namespaces of their own, and whether muster says what is true of them.

    python3 Tests/Truth/truth.py --muster .build/release/muster --seeds 1-200
    python3 Tests/Truth/truth.py --muster .build/release/muster --seed 17 --verbose

README.md beside this file tells what is planted and what is demanded. Exit status: 0 all true (or skipped, which is
said), 1 something false, 2 the test itself failed.
"""

import argparse
import concurrent.futures
import itertools
import json
import os
import queue
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict

import comparing
import enclosure
import fleet as fleets
from processes import Trouble, run
from running import examine
from world import World


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--muster", required=True, help="the program to test")
    parser.add_argument("--seeds", default="1-20", help="a range of seeds (default: 1-20)")
    parser.add_argument("--seed", type=int, help="one seed")
    parser.add_argument("--lanes", type=int, default=12, help="runs at a time (default: 12)")
    parser.add_argument("--limit", type=float, default=0, help="start no seed after so many seconds")
    parser.add_argument("--judge", type=int, default=5, help="every which undisturbed seed has a second judge; 0: none")
    parser.add_argument("--only", help="only seeds with this disturbance, for example none or stopped")
    parser.add_argument("--keep", help="a folder in which inventories and reports of false seeds stay")
    parser.add_argument("--verbose", action="store_true", help="tell the story of every seed")
    parser.add_argument("--lacking", action="store_true", help="only say what this machine lacks for the test")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    return parser.parse_args()


def seeds(options):
    if options.seed is not None:
        return [options.seed]
    first, _, last = options.seeds.partition("-")
    return list(range(int(first), int(last or first) + 1))


class Test:
    """Runs seeds in the lanes of one world and gathers what was false."""

    def __init__(self, world, options):
        self.world, self.options = world, options
        self.root = os.path.join(world.folder, "pki", "root.pem")
        self.free = queue.SimpleQueue()
        for lane in world.lanes:
            self.free.put(lane)
        self.nonces = itertools.count()
        self.comparisons, self.opinions, self.troubles = [], [], []
        self.judged = self.again = self.unwitnessed = self.left_out = 0
        self.lock = threading.Lock()
        self.begun = time.monotonic()

    def perform(self, seed):
        """One seed, again where the far server was too late to be a witness."""
        if self.options.limit and time.monotonic() - self.begun > self.options.limit:
            with self.lock:
                self.left_out += 1
            return
        lane = self.free.get()
        try:
            for _ in range(comparing.TRIES):
                comparison, told = self.attempt(seed, lane)
                if comparison is None:
                    return
                if comparison.is_true or comparison.is_witnessed:
                    return self.keep(comparison, told)
                with self.lock:
                    self.again += 1
            with self.lock:
                self.unwitnessed += 1
        except Trouble as trouble:
            with self.lock:
                self.troubles.append(f"seed {seed}: {trouble}")
        finally:
            self.free.put(lane)

    def keep(self, comparison, story):
        with self.lock:
            self.comparisons.append(comparison)
            self.show(comparison, story)

    def attempt(self, seed, lane):
        scenario = fleets.scenario(seed, lane, next(self.nonces), self.root)
        if self.options.only and scenario.disturbance.name != self.options.only:
            scenario.disturbance.discard()
            return None, []
        folder = tempfile.mkdtemp(prefix=f"seed-{seed}-", dir=self.options.keep or self.world.folder)
        comparison, story = examine(seed, scenario, self.world, lane, self.options.muster, folder)
        if not scenario.disturbance.disturbs and self.options.judge and seed % self.options.judge == 0:
            self.ask_judge(seed, lane, folder)
        if not self.options.keep:
            shutil.rmtree(folder)
        return comparison, story

    def ask_judge(self, seed, lane, folder):
        """Have the second judge look at the same fleet; again where the far server was too late for it."""
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "judge.py")
        path = os.path.join(folder, "judged.json")
        for _ in range(comparing.TRIES):
            since = time.monotonic()
            # Names of its own, so that what happens once happens to it as well.
            fleet = fleets.scenario(seed, lane, next(self.nonces), self.root).fleet
            fleet.write(path)
            verdicts = json.loads(run(lane.within([sys.executable, script, path]), limit=90))
            findings = comparing.second_opinion(seed, fleet, verdicts)
            if not findings or max(self.world.lateness(since)) < comparing.LATE:
                with self.lock:
                    self.judged += len(fleet.targets)
                    self.opinions += findings
                return

    def show(self, comparison, story):
        if self.options.verbose or not comparison.is_true:
            print(f"seed {comparison.seed}: {'true' if comparison.is_true else 'FALSE'}")
            for line in story:
                print(f"    {line}")
            for fault in comparison.faults:
                print(f"    {fault}")
            for finding in comparison.findings[:8]:
                print(f"    {finding.text()}")
            if len(comparison.findings) > 8:
                print(f"    and {len(comparison.findings) - 8} more")
            if not comparison.is_true:
                print(f"    again: {replay(self.options, comparison.seed)}")
            sys.stdout.flush()

    def conclude(self):
        """Print the tables and the last line; the exit status."""
        for finding in self.opinions[:20]:
            print(f"the plan is wrong, or the second judge: seed {finding.seed}: {finding.text()}")
        for trouble in self.troubles:
            print(f"trouble: {trouble}")
        by_row = defaultdict(list)
        for comparison in self.comparisons:
            for finding in comparison.findings:
                by_row[finding.row].append(finding.seed)
        if by_row:
            print("\nWhat was false (disturbance, kind: is, told; how often, first seed):")
        for row, found in sorted(by_row.items(), key=lambda item: (item[0][0], -len(item[1]), item[0])):
            print(f"  {row[0]}, {row[1]}: is {row[2]}, told {row[3]}: {len(found)}, seed {min(found)}")
        self.show_disturbances()
        false = sum(len(comparison.findings) for comparison in self.comparisons)
        faults = sum(len(comparison.faults) for comparison in self.comparisons)
        targets = sum(comparison.targets for comparison in self.comparisons)
        reasons = sum(finding.is_of_reason for comparison in self.comparisons for finding in comparison.findings)
        broken = f" ({reasons} in the reason only)" if reasons else ""
        broken += f", {faults} broken runs" if faults else ""
        print(f"second judge: {self.judged} targets, {len(self.opinions)} disagreements")
        print(
            f"{len(self.comparisons)} seeds, {targets} targets, {false} false verdicts{broken} "
            f"({time.monotonic() - self.begun:.0f} s)")
        if self.opinions or self.troubles or len(self.comparisons) < self.unwitnessed:
            return 2
        return 1 if false or faults else 0

    def show_disturbances(self):
        print("\nBy disturbance (seeds, false seeds; targets up, down, unknown, false):")
        rows = defaultdict(lambda: [0, 0, Counter(), 0])
        for comparison in self.comparisons:
            row = rows[comparison.disturbance]
            row[0] += 1
            row[1] += not comparison.is_true
            row[2] += comparison.told
            row[3] += len(comparison.findings)
        for name, (count, false, told, findings) in sorted(rows.items()):
            print(
                f"  {name:<12} {count:4} {false:4}   "
                f"{told['up']:6} {told['down'] + told['degraded']:6} {told['unknown']:6} {findings:6}")
        if self.again:
            print(f"  {self.again} runs were repeated because the machine was too busy")
        if self.unwitnessed:
            print(f"  {self.unwitnessed} seeds were not judged because it stayed so")
        if self.left_out:
            print(f"  {self.left_out} seeds were left out because of --limit")


def replay(options, seed):
    return f"python3 {os.path.relpath(__file__)} --muster {options.muster} --seed {seed} --verbose"


def inside(options):
    """In the namespaces."""
    world = World(options.inside, 1 if options.seed is not None else options.lanes)
    try:
        test = Test(world, options)
        with concurrent.futures.ThreadPoolExecutor(len(world.lanes)) as pool:
            list(pool.map(test.perform, seeds(options)))
        return test.conclude()
    finally:
        world.close()


if __name__ == "__main__":
    sys.exit(enclosure.main(__file__, arguments(), inside))
