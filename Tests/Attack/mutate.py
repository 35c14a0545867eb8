#!/usr/bin/env python3
"""Everything that muster reads, made wrong by seed: inventories, configurations, state, journals, logs, tallies, gzip,
records of runs, resolv.conf, certificates, arguments, results of benchmarks.

    python3 Tests/Attack/mutate.py --muster .build/release/muster --seeds 1-5000
    python3 Tests/Attack/mutate.py --muster .build/release/muster --seed 17 --keep /tmp/case

A seed is one input of one format and the run that reads it. Found is: an end by a signal, an exit status that is not
documented, a run without end, control bytes for the terminal, too much memory, a crash that is told. All runs in
namespaces of its own, without a network; where root starts it, as a user who owns nothing, and rotations are real then.

Exit status: 0 all held (or skipped, which is said), 1 findings, 2 wrong usage.
"""

import argparse
import os
import random
import shutil
import sys

import campaign
import system_calls
import watching
from formats import FORMATS
from mutate_lane import FolderLane
from mutators import Mutator

MEMORY = 700 << 20
# Numbers without accounts, one a lane.
FIRST_USER = 61_000


def lacking():
    absent = [name for name in ("unshare", "openssl") if shutil.which(name) is None]
    if absent:
        return "not installed: " + ", ".join(absent)
    if not system_calls.may_unshare():
        return "namespaces of our own"
    return None if os.path.isdir("/dev/shm") else "/dev/shm"


class Mutations:
    """A lane: one input after another, of all formats in turn."""

    def __init__(self, _, muster, benchmarks, is_root, keep):
        self.keep = keep
        system_calls.own_network()
        system_calls.own_mounts()
        # A file system of the lane's own: whatever a mutated path makes goes with it.
        system_calls.cover("/dev/shm")
        # Always the same name, which stands in the samples: a seed is the same input again.
        folder = "/dev/shm/muster-mutate"
        os.mkdir(folder, 0o700)
        user = FIRST_USER + os.getpid() % 900 if is_root else None
        self.lane = FolderLane(folder, muster, benchmarks, user)
        self.formats = [kind(self.lane) for kind in FORMATS]
        self.samples = {kind: kind.samples() for kind in self.formats}
        self.turns = [kind for kind in self.formats for _ in range(kind.weight)]

    def perform(self, seed):
        dice = random.Random(f"mutate {seed}")
        kind = self.turns[seed % len(self.turns)]
        data = kind.mutate(Mutator(dice, self.samples[kind], kind.words))
        name = type(kind).__name__
        if name == "BenchmarkResults" and not self.lane.benchmarks:
            return [], {"left out for want of --benchmarks": 1}, name
        if self.keep:
            with open(self.keep, "wb") as file:
                file.write(data)
        findings, counts = [], {"inputs": 1, f"of {name}": 1}
        for ending in kind.perform(data, dice):
            findings += watching.faults(ending, kind.statuses, MEMORY)
            key = f"exits {ending.status}"
            counts[key] = counts.get(key, 0) + 1
        return findings, counts, f"{name}, {len(data)} bytes: {watching.shown(data)}"

    def close(self):
        self.lane.close()


def main():
    parser = campaign.parser(__doc__, "1-1000")
    parser.add_argument("--benchmarks", help="muster-benchmarks, whose results files are then mutated too")
    parser.add_argument("--keep", help="a file that the input of a seed is written to")
    parser.add_argument("--mapped", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    status = campaign.prepare(options, "the attack with mutated inputs", None if options.mapped else lacking())
    if status is not None:
        return status
    if os.geteuid() != 0:
        os.execvp(system_calls.MAPPED[0], [*system_calls.MAPPED, sys.executable, *sys.argv, "--mapped"])
    for name in ("benchmarks", "keep"):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    make = (options.muster, options.benchmarks, not options.mapped, options.keep)
    again = f" --benchmarks {options.benchmarks}" if options.benchmarks else ""
    return campaign.carry_out(options, __file__, Mutations, make, "inputs", again)


if __name__ == "__main__":
    sys.exit(main())
