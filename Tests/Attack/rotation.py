#!/usr/bin/env python3
"""A user attacks the rotation that runs as root: he swaps folders, logs, links, hard links and FIFOs while it works.

    python3 Tests/Attack/rotation.py --muster .build/release/muster --seeds 1-1000 --limit 60
    python3 Tests/Attack/rotation.py --muster .build/release/muster --seed 17 --times 50 --verbose

A seed is a scene: whose the folders are, what the configuration asks for (with and without `su`), what is swapped and
when, and when root's run is killed. Runs under attack are followed by one in peace. After each, nothing of root's may
have changed, the user may read nothing that was root's, and no file may be more open; in the end no line may be lost. A
race is won by chance: a seed that found something may need many `--times` to find it again.

Needs root. Exit status: 0 all held (or skipped, which is said), 1 findings, 2 wrong usage.
"""

import os
import re
import sys
import tempfile
from collections import Counter

import campaign
import watching
from rotation_attacker import Attacker
from rotation_scenes import USER, scene
from rotation_world import World

# Seconds, far more than a run takes on a busy machine, and memory.
LIMIT = 30
MEMORY = 256 << 20


def lacking():
    if os.geteuid() != 0:
        return "root"
    return None


class Rotations:
    """A lane: a world, an attacker, and one scene after another."""

    def __init__(self, folder, muster):
        self.muster = muster
        self.world = World(tempfile.mkdtemp(dir=folder))
        self.attacker = Attacker(USER)

    def perform(self, seed):
        """A scene: runs under attack, then one in peace."""
        drama = scene(seed)
        self.world.reset(drama)
        findings, counts = [], Counter(scenes=1)
        self.attacker.begin(self.order(drama))
        for kill in drama.kills:
            findings += self.rotate(counts, kill)
        told = self.attacker.stop()
        counts["swaps"] += told["swaps"]
        counts["processes stopped or killed"] += told["hits"]
        findings += [f"the user may open {place}" for place in told["opened"]]
        findings += self.world.faults(self.attacker)
        findings += self.rotate(counts, None, is_peace=True)
        findings += self.world.faults(self.attacker)
        findings += [f"too open: {text}" for text in self.world.too_open()]
        if drama.is_lossless:
            lost = self.world.lost(f"{seed}.w{number}".encode() for number in range(told["lines"]))
            if lost:
                findings.append(f"{len(lost)} lines are lost: {watching.shown(b' '.join(lost[:4]))}")
        return findings, counts, drama.text()

    def order(self, drama):
        """What the attacker is told."""
        path = self.world.path
        moves = [
            {key: value.replace("{lane}", self.world.folder) for key, value in move.items()} for move in drama.moves]
        watched = {os.path.dirname(move["target"]) for move in moves if "/" in move["target"]} | {path(drama.logs)}
        return {
            "seed": drama.seed, "moves": moves, "trigger": drama.trigger, "after": drama.after, "until": drama.until,
            "watched": sorted(watched), "label": str(drama.seed),
            "writes": path(f"{drama.logs}/app.log") if drama.writes else None}

    def rotate(self, counts, kill, is_peace=False):
        """One run of root's, and what is wrong with it."""
        path = self.world.path
        command = [self.muster, "logs", "rotate", "--force", "-s", path("root/state"), path("root/rotate.conf")]
        ending = watching.run(command, path("work"), LIMIT, kill_after=kill)
        counts["runs"] += 1
        counts["runs killed"] += ending.was_killed
        found = watching.faults(ending, {0, 1} if is_peace else {0, 1, 3}, MEMORY)
        # That much was done: an attack on runs that refuse all would find nothing.
        counts["logs rotated"] += sum(int(count) for count in re.findall(rb"(?m)^Rotated +(\d+)", ending.output))
        if not ending.was_killed:
            counts[f"runs that ended with {ending.status}"] += 1
        return found

    def close(self):
        self.attacker.close()
        self.world.close()


def main():
    options = campaign.parser(__doc__, "1-400").parse_args()
    status = campaign.prepare(options, "the attack on rotations", lacking())
    if status is not None:
        return status
    return campaign.carry_out(options, __file__, Rotations, (options.muster,), "runs", " --times 50")


if __name__ == "__main__":
    sys.exit(main())
