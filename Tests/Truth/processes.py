"""Programs run as child processes, each with a limit of its own."""

import os
import subprocess


class Trouble(Exception):
    """The test's own side failed: nothing is said about muster."""


def environment():
    """Our environment, with the folders in which ip and nft lie."""
    return {**os.environ, "PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin", "LC_ALL": "C"}


def run(command, text=None, limit=20, folder=None):
    """Run a command to its end and return what it prints; raise Trouble where it fails or does not end."""
    try:
        ending = subprocess.run(
            command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=limit,
            env=environment(), cwd=folder)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Trouble(f"{' '.join(command)}: {error}") from error
    if ending.returncode != 0:
        raise Trouble(f"{' '.join(command)}: {(ending.stderr or ending.stdout).strip()}")
    return ending.stdout


def end(process, limit=5):
    """End a process that we started, by its id."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
