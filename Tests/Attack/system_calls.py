"""System calls that Python does not have: exchanging names, inotify, access lists, namespaces."""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess

libc = ctypes.CDLL(None, use_errno=True)

AT_FDCWD = -100
RENAME_EXCHANGE = 2
PR_SET_PDEATHSIG = 1
CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18

IN_ACCESS, IN_MODIFY, IN_OPEN = 0x1, 0x2, 0x20
IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE, IN_DELETE = 0x40, 0x80, 0x100, 0x200


def failure(path=""):
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number), path)


def exchange(folder, name, other):
    """Exchange two names of one open folder in one step; whether it was done."""
    return libc.renameat2(folder, name, folder, other, RENAME_EXCHANGE) == 0


def end_with_parent(signal):
    libc.prctl(PR_SET_PDEATHSIG, signal)


class Watch:
    """What happens in folders, as inotify tells it, without waiting."""

    def __init__(self):
        self.descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self.folders = {}

    def add(self, path, tag):
        mask = IN_OPEN | IN_ACCESS | IN_MODIFY | IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE
        number = libc.inotify_add_watch(self.descriptor, path.encode(), mask)
        if number >= 0:
            self.folders[number] = tag

    def events(self):
        """A list of (tag, mask, name)."""
        try:
            data = os.read(self.descriptor, 8192)
        except BlockingIOError:
            return []
        found, at = [], 0
        while at + 16 <= len(data):
            number, mask, _, length = struct.unpack_from("iIII", data, at)
            name = data[at + 16:at + 16 + length].rstrip(b"\0")
            found.append((self.folders.get(number), mask, name))
            at += 16 + length
        return found

    def close(self):
        os.close(self.descriptor)


def access_list(user, mode):
    """An access list that gives `user` all rights beside those of `mode`, as the extended attribute has it."""
    nobody = 0xFFFFFFFF
    entries = [
        (0x01, mode >> 6 & 7, nobody), (0x02, 7, user), (0x04, mode >> 3 & 7, nobody), (0x10, 7, nobody),
        (0x20, mode & 7, nobody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def give_access(path, user, mode):
    """Let a user write a folder, and all that will be made in it, by access lists; whether the file system has such."""
    try:
        for name in ("system.posix_acl_access", "system.posix_acl_default"):
            os.setxattr(path, name, access_list(user, mode))
        return True
    except OSError:
        return False


def unshare(flags):
    if libc.unshare(flags) != 0:
        raise failure("unshare")


def bind(source, target):
    """Put a file in the place of another, in this namespace of mounts only."""
    if libc.mount(source.encode(), target.encode(), None, MS_BIND, None) != 0:
        raise failure(target)


def own_mounts():
    """Mounts of our own: none of them is seen outside."""
    unshare(CLONE_NEWNS)
    if libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) != 0:
        raise failure("/")


def own_network():
    """A network of our own that has loopback alone."""
    unshare(CLONE_NEWNET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, 0x8914, struct.pack("16sH14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


# What runs a program where it may make namespaces of its own, for whoever is no root.
MAPPED = ["unshare", "--user", "--map-root-user"]


def may_unshare():
    """Whether namespaces of mounts and networks can be had, with a namespace of users around them where need be."""
    if shutil.which("unshare") is None:
        return False
    command = ["unshare"] if os.geteuid() == 0 else MAPPED
    return subprocess.run([*command, "--net", "--mount", "true"], capture_output=True).returncode == 0


def cover(folder):
    """Put an empty file system in memory over a folder, in this namespace of mounts only."""
    if libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, b"mode=0755") != 0:
        raise failure(folder)
