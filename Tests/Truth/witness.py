"""A process that wants to run fifty times a second and notes where the machine did not let it: `witness.py FILE`."""

import sys
import time

HEARTBEAT = 0.02


def note(file, lateness):
    """A line: the instant of the monotonic clock, and how late that was, in seconds."""
    if lateness > 0.05:
        file.write(f"{time.monotonic():.3f} {lateness:.3f}\n")


def greatest(path, since):
    """The greatest lateness since an instant."""
    with open(path) as file:
        lines = [line.split() for line in file if line.endswith("\n")]
    return max((float(late) for at, late in lines if float(at) >= since), default=0)


if __name__ == "__main__":
    with open(sys.argv[1], "w", buffering=1) as out:
        while True:
            due = time.monotonic() + HEARTBEAT
            time.sleep(HEARTBEAT)
            note(out, time.monotonic() - due)
