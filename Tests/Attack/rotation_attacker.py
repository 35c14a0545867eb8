"""The attacker: a process of a plain user that swaps what it may swap while root rotates.

A lane has one such process. It is told by a pipe what to do, does it until it is told to stop, puts things back, and
then reads all that it can read, in search of what only root may know.
"""

import gzip
import multiprocessing
import os
import random
import signal
import stat
import time

from system_calls import IN_CREATE, IN_MOVED_TO, Watch, end_with_parent, exchange

# Names that no pattern of a scene matches.
DECOY = ".decoy-"


class Move:
    """A name and a decoy beside it that change places."""

    def __init__(self, number, target, decoy):
        self.folder = os.open(os.path.dirname(target), os.O_PATH | os.O_DIRECTORY)
        self.name = os.path.basename(target).encode()
        self.other = f"{DECOY}{number}".encode()
        self.is_swapped, self.swaps = False, 0
        lay(decoy, self.other, self.folder)

    def swap(self):
        if exchange(self.folder, self.name, self.other):
            self.is_swapped = not self.is_swapped
            self.swaps += 1

    def mend(self):
        if self.is_swapped:
            self.swap()
        os.close(self.folder)


def lay(decoy, name, folder=None):
    """Make what leads astray: `link:PATH`, `hard:PATH`, `fifo`, `folder` or `file`."""
    kind, _, target = decoy.partition(":")
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        pass
    try:
        if kind == "hard":
            os.link(target, name, dst_dir_fd=folder)
        elif kind == "fifo":
            os.mkfifo(name, 0o600, dir_fd=folder)
        elif kind == "folder":
            os.mkdir(name, 0o700, dir_fd=folder)
        elif kind == "file":
            file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
            os.write(file, b"a line of the attacker\n")
            os.close(file)
        else:
            os.symlink(target, name, dir_fd=folder)
    except OSError:
        pass  # Where the kernel forbids it (protected_hardlinks), or it is there, the attack is another one.


class Catcher:
    """Puts decoys in the place of files in the moment that they appear: whatever their names, the attacker sees
    them.
    """

    def __init__(self, number, target, decoy):
        self.folder = os.open(target, os.O_PATH | os.O_DIRECTORY)
        self.target, self.number, self.decoy, self.swaps = target, number, decoy, 0

    def saw(self, mask, name):
        if not mask & (IN_CREATE | IN_MOVED_TO) or name.startswith(DECOY.encode()) or self.swaps >= 8:
            return
        other = f"{DECOY}{self.number}-{self.swaps}".encode()
        lay(self.decoy, other, self.folder)
        self.swaps += exchange(self.folder, name, other)

    def mend(self):
        os.close(self.folder)


class Hunter:
    """Stops or kills processes of its own user that root's run has started: those that do the work for `su`. It also
    tries to read and to write their memory, which would be to speak for them.
    """

    def __init__(self, signal_number):
        self.signal, self.seen, self.hit, self.opened = signal_number, set(os.listdir("/proc")), [], []

    def step(self):
        for name in os.listdir("/proc"):
            if not name.isdigit() or name in self.seen:
                continue
            try:
                user, parent = family(name)
                # Ours is what our lane's run has started; other lanes have the same user.
                if parent != str(os.getppid()) and family(parent)[1] != str(os.getppid()):
                    self.seen.add(name)
                # It begins as root.
                if name in self.seen or user != os.geteuid():
                    continue
                self.seen.add(name)
                for part in ("mem", "environ", "fd/0"):
                    try:
                        os.close(os.open(f"/proc/{name}/{part}", os.O_RDONLY))
                        self.opened.append(f"/proc/PID/{part} of root's process for su")
                    except OSError:
                        pass
                os.kill(int(name), self.signal)
                self.hit.append(name)
            except (OSError, ValueError, IndexError):
                pass  # It has ended meanwhile.

    def mend(self):
        """End those that are stopped still, because their run was killed: they are the user's own."""
        for name in self.hit:
            try:
                with open(f"/proc/{name}/stat") as file:
                    is_stopped = file.read().rpartition(")")[2].split()[0] == "T"
                if is_stopped and family(name)[0] == os.geteuid():
                    os.kill(int(name), signal.SIGKILL)
            except (OSError, ValueError):
                pass  # It has ended.


def family(process):
    """The effective user of a process, and its parent."""
    with open(f"/proc/{process}/status") as file:
        facts = dict(line.split(":", 1) for line in file if ":" in line)
    return int(facts["Uid"].split()[1]), facts["PPid"].strip()


class Attack:
    """One round of it, as a scene orders it."""

    def __init__(self, order):
        self.dice = random.Random(order["seed"])
        self.log = os.open(order["writes"], os.O_WRONLY | os.O_APPEND) if order["writes"] else None
        self.moves, self.catchers, self.hunters = [], [], []
        for number, move in enumerate(order["moves"]):
            try:
                self.take(number, move)
            except OSError:
                pass  # Not his to reach.
        self.trigger, self.after, self.until = order["trigger"], order["after"], order["until"]
        self.watch = Watch()
        for path in order["watched"]:
            self.watch.add(path, path)
        self.label, self.lines, self.seen, self.is_held = order["label"], 0, 0, False
        self.begun = time.monotonic()

    def take(self, number, move):
        """Make ready for a move; one that is planted is done with that."""
        if move["how"] == "catches in":
            self.catchers.append(Catcher(number, move["target"], move["decoy"]))
        elif move["how"] in ("stops", "kills"):
            self.hunters.append(Hunter(signal.SIGSTOP if move["how"] == "stops" else signal.SIGKILL))
        elif move["how"] == "swaps":
            self.moves.append(Move(number, move["target"], move["decoy"]))
        else:
            folder, name = os.path.split(move["target"])
            if os.path.lexists(move["target"]):
                os.rename(move["target"], os.path.join(folder, f"{DECOY}{number}-old"))
            lay(move["decoy"], move["target"])

    def step(self):
        events = self.watch.events()
        self.seen += len(events)
        for catcher in self.catchers:
            for path, mask, name in events:
                if path == catcher.target:
                    catcher.saw(mask, name)
        for hunter in self.hunters:
            hunter.step()
        if self.trigger == "always":
            self.swap_and_back()
        else:
            now = self.seen if self.trigger == "event" else (time.monotonic() - self.begun) * 1000
            if (self.after <= now < self.until) != self.is_held:
                self.is_held = not self.is_held
                for move in self.moves:
                    move.swap()
        if self.log is not None and self.lines < 200 and self.dice.random() < 0.05:
            os.write(self.log, f"{self.label}.w{self.lines}\n".encode())
            self.lines += 1

    def swap_and_back(self):
        for move in self.moves:
            move.swap()
            for _ in range(self.dice.randrange(40)):
                pass
            if self.dice.random() < 0.9:
                move.swap()

    def end(self):
        parts = [*self.moves, *self.catchers, *self.hunters]
        for part in parts:
            part.mend()
        self.watch.close()
        if self.log is not None:
            os.close(self.log)
        return {
            "lines": self.lines, "swaps": sum(part.swaps for part in [*self.moves, *self.catchers]),
            "hits": sum(len(hunter.hit) for hunter in self.hunters),
            "opened": [place for hunter in self.hunters for place in hunter.opened]}


def readable(folder, secret):
    """Files that this user can read, or can make readable, and that hold the secret."""
    leaks = []
    for path, folders, names in os.walk(folder, onerror=lambda error: None):
        for name in folders + names:
            place = os.path.join(path, name)
            try:
                facts = os.lstat(place)
                is_file = stat.S_ISREG(facts.st_mode)
                wanted = facts.st_mode & 0o7777 | (0o400 if is_file else 0o700)
                is_ours = facts.st_uid == os.geteuid() and not stat.S_ISLNK(facts.st_mode)
                if is_ours and facts.st_mode & 0o7777 != wanted:
                    os.chmod(place, wanted)
                if is_file and secret in plain(place):
                    leaks.append(f"{place} (mode {facts.st_mode & 0o7777:o}, owner {facts.st_uid})")
            except OSError:
                pass  # It is not ours to read.
    return leaks


def plain(path):
    """The bytes of a file, inflated where it is compressed."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        try:
            return gzip.decompress(data)
        except (OSError, EOFError):
            pass  # Half a file is looked at as it is.
    return data


def serve(connection, user):
    """The attacker's life: orders in, answers out."""
    end_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    os.umask(0)
    while True:
        order = connection.recv()
        if order is None:
            return
        if order["do"] == "read":
            connection.send(readable(order["folder"], order["secret"]))
            continue
        attack = Attack(order)
        connection.send("ready")
        while not connection.poll(0):
            for _ in range(8):
                attack.step()
        connection.recv()
        connection.send(attack.end())


class Attacker:
    """The other end of the pipe, in root's lane."""

    def __init__(self, user):
        context = multiprocessing.get_context("fork")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, user))
        self.process.start()
        theirs.close()

    def ask(self, order, limit=20):
        """Send an order and give the answer; raise EOFError where the attacker is gone or silent."""
        self.connection.send(order)
        if not self.connection.poll(limit):
            raise EOFError("the attacker does not answer")
        return self.connection.recv()

    def begin(self, order):
        self.ask({"do": "attack", **order})

    def stop(self):
        return self.ask({"do": "stop"})

    def read(self, folder, secret):
        return self.ask({"do": "read", "folder": folder, "secret": secret})

    def close(self):
        try:
            self.connection.send(None)
        except OSError:
            pass
        self.process.join(2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
