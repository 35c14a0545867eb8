#!/usr/bin/env python3
"""Compares what muster leaves with what logrotate leaves, for configurations as packages bring them.

    python3 Tests/Rotation/packaged.py --muster .build/release/muster
    python3 Tests/Rotation/packaged.py --muster .build/release/muster --before OTHER/muster --seeds 1-200
    python3 Tests/Rotation/packaged.py --muster .build/release/muster --only mysql --verbose

The cases of packaged_cases.py and those of --folder (see its reader). Each runs five times in two worlds that are
alike, once by each program, in a mount namespace with users of its own: three times when due, a week later each, and twice
forced. Compared are names, contents, owners, modes, access lists, times, scripts with their arguments, exit codes, and
which logs the state file knows. With --before another build of muster is held against this one as well, and so it is in
the random cases of --seeds: what is odd there is told in docs/rotation.md, so that it is not logrotate's.

Needs root and logrotate. Exit status: 0 all alike (or skipped, which is said), 1 differences, 2 wrong usage.
"""

import argparse
import os
import shutil
import subprocess
import sys

import packaged_cases
from packaged_world import World, differences

ROUNDS = ((), (), (), ("-f",), ("-f",))


def leaves(world, case, program):
    """What stands after each round."""
    world.furnish(case)
    found = []
    for number, flags in enumerate(ROUNDS):
        if number:
            world.age(days=8)
            world.write(case, number, is_large=number % 2 == 0)
        code = world.run(program, flags)
        found.append(world.seen(code))
    return found


def compare(case, one, other, is_wanted):
    """The first round after which they differ, as lines."""
    for number, (mine, theirs) in enumerate(zip(one, other)):
        lines = [line for line in differences(mine, theirs) if not is_wanted(case, line)]
        if lines:
            return [f"{case.name}, round {number + 1}: {line}" for line in lines]
    return []


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--muster", required=True)
    parser.add_argument("--before", help="another build of muster")
    parser.add_argument("--folder", help="more cases, a file each")
    parser.add_argument("--seeds", default="", help="random cases for --before, as 1-200")
    parser.add_argument("--only", help="cases with this in their name")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def cases(options):
    found = list(packaged_cases.CASES)
    if options.folder:
        found += packaged_cases.of_folder(options.folder)
    if options.seeds:
        first, _, last = options.seeds.partition("-")
        found += [packaged_cases.random_case(seed) for seed in range(int(first), int(last or first) + 1)]
    return [case for case in found if not options.only or options.only in case.name]


def skip_reason():
    if os.geteuid() != 0:
        return "needs root"
    if not shutil.which("logrotate", path=os.environ.get("PATH", "") + ":/usr/sbin"):
        return "logrotate is missing"
    if subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL).returncode != 0:
        return "no mount namespaces"
    return None


def main():
    options = arguments()
    reason = skip_reason()
    if reason:
        print(f"packaged configurations: skipped, {reason}")
        return 0
    if os.environ.get("MUSTER_PACKAGED") != "inside":
        # What is mounted here is nobody else's.
        environment = dict(os.environ, MUSTER_PACKAGED="inside")
        os.execvpe("unshare", ["unshare", "--mount", sys.executable, *sys.argv], environment)
    chosen = cases(options)
    world = World(chosen)
    muster = [os.path.abspath(options.muster), "logs", "rotate"]
    findings = []
    for case in chosen:
        now = leaves(world, case, muster)
        found = []
        if not case.is_random:
            found += compare(case, now, leaves(world, case, ["logrotate"]), packaged_cases.is_wanted)
        if options.before:
            before = leaves(world, case, [os.path.abspath(options.before), "logs", "rotate"])
            found += ["before: " + line for line in compare(case, now, before, lambda *_: False)]
        findings += found
        if options.verbose:
            print(f"{case.name}: {len(now[-1])} entries, exit codes {[seen['exit code'] for seen in now]}")
    print("\n".join(findings + [f"{len(chosen)} configurations, {len(findings)} differences"]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
