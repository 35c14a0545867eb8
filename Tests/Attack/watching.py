"""Runs the program once, under limits, and tells what no input may make it do."""

import os
import re
import resource
import select
import signal
import subprocess
import time
from dataclasses import dataclass

# Addresses that a run may take; a run that wants more ends by itself, and the machine stays whole.
ADDRESSES = 16 << 30
# Bytes of one output file.
FILE_SIZE = 1 << 30
# Seconds from SIGTERM to the end: far more than it takes, for machines that are busy.
FAREWELL = 3

# What a terminal would obey: C0 but tab and line feed, DEL, and C1 in UTF-8.
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")
CRASH = re.compile(
    rb"Fatal error|Program crashed|Illegal instruction|AddressSanitizer|\*\*\* [Ss]ignal \d+|stack smashing")


@dataclass
class Ending:
    """How a run ended."""

    status: int  # As of subprocess: below zero for a signal.
    seconds: float
    memory: int  # Bytes resident at most.
    output: bytes
    errors: bytes
    was_killed: bool = False  # By us, on purpose.
    was_asked: bool = False  # By SIGTERM, to end.
    lateness: float = 0  # Seconds from there to the end.
    hung: bool = False


def limit_ourselves():
    """Give this process, and all that it starts, the limits; no core files."""
    for what, most in ((resource.RLIMIT_AS, ADDRESSES), (resource.RLIMIT_FSIZE, FILE_SIZE), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


def environment(**more):
    """A small environment: no colours, no backtraces that take seconds."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "1",
        "SWIFT_BACKTRACE": "enable=no", **more}


def run(command, folder, limit, text=b"", kill_after=None, surroundings=None, patience=None):
    """Run a command to its end. After `kill_after` seconds it is killed on purpose; after `patience` it is asked to
    end; after `limit` it hangs.
    """
    paths = [os.path.join(folder, name) for name in ("input", "output", "errors")]
    with open(paths[0], "wb") as file:
        file.write(text)
    with open(paths[0], "rb") as given, open(paths[1], "wb") as output, open(paths[2], "wb") as errors:
        begun = time.monotonic()
        process = subprocess.Popen(
            command, stdin=given, stdout=output, stderr=errors, cwd=folder, env=surroundings or environment(),
            start_new_session=True)
    was_asked = patience is not None and not wait(process.pid, patience)
    if was_asked:
        os.kill(process.pid, signal.SIGTERM)
    ended = wait(process.pid, limit if kill_after is None else kill_after)
    seconds = time.monotonic() - begun
    if kill_after is not None and not ended:
        # Alone: what it has started has to end by itself.
        os.kill(process.pid, signal.SIGKILL)
    elif not ended:
        # The session is the process's own: nobody else's process is in the group.
        os.killpg(process.pid, signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    told = []
    for path in paths[1:]:
        with open(path, "rb") as file:
            told.append(file.read(64 << 20))
    return Ending(
        process.returncode, seconds, usage.ru_maxrss << 10, told[0], told[1],
        was_killed=not ended and kill_after is not None, was_asked=was_asked,
        lateness=seconds - patience if was_asked else 0,
        hung=not ended and kill_after is None)


def wait(process, seconds):
    """Whether a process ends within so many seconds."""
    descriptor = os.pidfd_open(process)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(max(0, seconds) * 1000))
    finally:
        os.close(descriptor)


def faults(ending, statuses, memory):
    """What is wrong with a run, whatever it was given."""
    if ending.was_killed:
        return []
    found = []
    if ending.hung:
        found.append(f"did not end within {ending.seconds:.0f} s")
    elif ending.was_asked and ending.status == -signal.SIGTERM:
        pass
    elif ending.status < 0 and ending.status not in statuses:
        found.append(f"ended by signal {-ending.status}: {shown(ending.errors)}")
    elif ending.status not in statuses:
        found.append(f"exit status {ending.status}, documented are {sorted(statuses)}: {shown(ending.errors)}")
    if ending.lateness > FAREWELL and not ending.hung:
        found.append(f"ended {ending.lateness:.1f} s after SIGTERM")
    if ending.memory > memory:
        found.append(f"took {ending.memory >> 20} MB of memory")
    for name, text in (("standard output", ending.output), ("standard error", ending.errors)):
        control = CONTROL.search(text)
        if control:
            found.append(f"control byte on {name}: {shown(text[max(0, control.start() - 40):control.end() + 10])}")
        crash = CRASH.search(text)
        if crash:
            found.append(f"crash told on {name}: {shown(text[crash.start():])}")
    return found


def shown(text):
    """The beginning of hostile bytes, safe to print."""
    return ascii(bytes(text[:240]).decode("utf-8", "replace"))
