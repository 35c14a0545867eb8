"""What the attackers have in common: options, seeds in parallel, findings, the exit status."""

import argparse
import concurrent.futures
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter

import watching


def parser(text, seeds):
    options = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--muster", help="the program to test")
    options.add_argument("--seeds", default=seeds, help=f"a range of seeds (default: {seeds})")
    options.add_argument("--seed", type=int, help="one seed")
    options.add_argument("--times", type=int, default=1, help="try each seed so often")
    options.add_argument("--lanes", type=int, default=4, help="seeds at a time (default: 4)")
    options.add_argument("--limit", type=float, default=0, help="start no seed after so many seconds")
    options.add_argument("--place", default=place(), help="where private folders are made (default: in memory)")
    options.add_argument("--verbose", action="store_true", help="tell what every seed does")
    options.add_argument("--lacking", action="store_true", help="only say what this machine lacks")
    return options


def seeds(options):
    if options.seed is not None:
        return [options.seed] * options.times
    first, _, last = options.seeds.partition("-")
    return [seed for seed in range(int(first), int(last or first) + 1) for _ in range(options.times)]


def prepare(options, name, lacking):
    """Check the options; the exit status where there is nothing to do, else None."""
    if options.lacking:
        print(lacking or "nothing is lacking")
        return 2 if lacking else 0
    if lacking:
        print(f"skipped: {name} needs what is missing here: {lacking}")
        return 0
    if not options.muster or not os.access(options.muster, os.X_OK):
        print("give the program to test, --muster PATH", file=sys.stderr)
        return 2
    options.muster = os.path.abspath(options.muster)
    try:
        seeds(options)
    except ValueError:
        print("write --seeds as FIRST-LAST", file=sys.stderr)
        return 2
    return None


def place():
    """Where private folders are made: in memory, where there is such a place."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else tempfile.gettempdir()


def reachable(program, folder):
    """A program that any user may run: itself, or a copy in a folder where somebody may not pass on the way to it."""
    way = os.path.realpath(program)
    while way != "/" and os.stat(way).st_mode & 0o001:
        way = os.path.dirname(way)
    if way == "/":
        return program
    copy = os.path.join(folder, os.path.basename(program))
    shutil.copy(program, copy)
    os.chmod(copy, 0o755)
    return copy


class Lane:
    """A process that performs seeds one after another; `make` gives what has `perform(seed)` and `close()`."""

    current = None

    @classmethod
    def begin(cls, make, arguments, deadline):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        watching.limit_ourselves()
        cls.current, cls.deadline = make(*arguments), deadline
        # The pool ends its processes by leaving them: what a lane has made goes then.
        multiprocessing.util.Finalize(cls.current, cls.current.close, exitpriority=10)

    @classmethod
    def perform(cls, seed):
        """The seed, what was found (texts), what was counted, a story; None where there is no time any more. Where the
        test itself fails, the story is the error.
        """
        if cls.deadline and time.monotonic() > cls.deadline:
            return None
        try:
            return (seed, *cls.current.perform(seed))
        except Exception as error:  # Whatever it is, it says nothing of the program.
            return seed, None, {}, f"{type(error).__name__}: {error}"


class Sum:
    """What all seeds have come to."""

    def __init__(self, options, script, again):
        self.options, self.again, self.script = options, again, os.path.relpath(script)
        self.counts, self.found, self.left_out, self.troubles = Counter(), 0, 0, 0

    def take(self, result):
        if result is None:
            self.left_out += 1
            return
        seed, findings, counted, story = result
        if findings is None:
            self.troubles += 1
            print(f"seed {seed}: the test itself failed: {story}", flush=True)
            return
        self.counts.update(counted)
        self.found += len(findings)
        if self.options.verbose or findings:
            print(f"seed {seed}: {story}")
        for finding in findings:
            print(f"    FOUND: {finding}")
        if findings:
            print(
                f"    again: python3 {self.script} --muster {self.options.muster} --seed {seed}{self.again}",
                flush=True)


def carry_out(options, script, make, arguments, unit, again=""):
    """Perform all seeds in lanes, which get a folder to make theirs in; print each finding with what shows it again,
    and the sum; the exit status.
    """
    begun = time.monotonic()
    deadline = begun + options.limit if options.limit else None
    total = Sum(options, script, again)
    with tempfile.TemporaryDirectory("", "muster-attack-", options.place, ignore_cleanup_errors=True) as folder:
        # Users of the lanes pass through, and see nothing.
        os.chmod(folder, 0o711)
        try:
            with concurrent.futures.ProcessPoolExecutor(
                options.lanes, multiprocessing.get_context("fork"), Lane.begin,
                (make, (folder, *arguments), deadline)) as pool:
                for result in pool.map(Lane.perform, seeds(options), chunksize=1):
                    total.take(result)
        except concurrent.futures.process.BrokenProcessPool:
            total.troubles += 1
            print("the test itself failed: a lane could not begin, or was killed", flush=True)
    counts = ", ".join(f"{count} {name}" for name, count in sorted(total.counts.items()))
    rest = f"; {total.left_out} seeds left out because of --limit" if total.left_out else ""
    print(f"{total.counts[unit]} {unit}: {total.found} findings in {time.monotonic() - begun:.0f} s ({counts}){rest}")
    return 1 if total.found else 2 if total.troubles or not total.counts[unit] else 0
