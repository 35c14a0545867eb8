"""Namespaces of our own: everything that the test does to a network ends with them."""

import os
import shutil
import subprocess
import sys
import tempfile

from processes import Trouble, environment, run

PROGRAMS = ["ip", "nft", "nsenter", "unshare", "mount", "openssl", "sh"]

# What the world needs of the kernel, tried once.
TRIAL = """
mount -t tmpfs tmpfs /run && ip netns add one && ip -n one link add a0 type veth peer name b0 &&
nsenter --net=/run/netns/one nft add table inet trial &&
nsenter --net=/run/netns/one sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
"""


def command():
    """What makes the namespaces: as root plainly, otherwise with a user namespace around them."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    # Whoever is first in the namespace of processes takes all others with it. Programs look themselves up in /proc.
    return ["unshare", *user, "--net", "--mount", "--ipc", "--pid", "--mount-proc", "--fork", "--kill-child"]


def missing():
    """What this machine lacks for the test, in one line; None where it has all."""
    lacking = [name for name in PROGRAMS if shutil.which(name, path=environment()["PATH"]) is None]
    if lacking:
        return "not installed: " + ", ".join(lacking)
    try:
        run([*command(), "sh", "-c", TRIAL])
    except Trouble as trouble:
        return f"no namespaces of our own: {str(trouble).splitlines()[-1][:200]}"
    return None


def enter(script, arguments):
    """Run a script again inside the namespaces, and clear away what it leaves; its exit status."""
    folder = tempfile.mkdtemp(prefix="muster-truth-")
    os.chmod(folder, 0o755)
    try:
        process = subprocess.Popen(
            [*command(), sys.executable, script, "--inside", folder, *arguments], env=environment())
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.kill()
            return process.wait() and 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        remove_groups(os.path.basename(folder))


def main(script, options, inside):
    """Run `inside` in namespaces of its own, or say what is missing; the exit status."""
    if options.inside:
        try:
            return inside(options)
        except Trouble as trouble:
            print(f"the test itself failed: {trouble}", file=sys.stderr)
            return 2
    lacking = missing()
    if options.lacking:
        print(lacking or "nothing is lacking")
        return 2 if lacking else 0
    if lacking:
        print(f"skipped: the fleet of truth needs what is missing here: {lacking}")
        return 2 if os.environ.get("MUSTER_REQUIRE_NAMESPACES") == "1" else 0
    return enter(os.path.abspath(script), sys.argv[1:])


def remove_groups(prefix):
    """Remove the control groups of a run; all their processes have ended."""
    for root in group_roots():
        for name in os.listdir(root):
            if name.startswith(prefix):
                try:
                    os.rmdir(os.path.join(root, name))
                except OSError:
                    pass  # Only an empty directory is lost.


def group_roots():
    """Where control groups of the CPU may be made: version 1, then version 2."""
    roots = ["/sys/fs/cgroup/cpu"] if os.path.exists("/sys/fs/cgroup/cpu/tasks") else []
    try:
        with open("/sys/fs/cgroup/cgroup.subtree_control") as controllers:
            if "cpu" in controllers.read().split():
                roots.append("/sys/fs/cgroup")
    except OSError:
        pass
    return roots
