"""A lane's folders: a home of the user's with logs in it, a vault of root's that has to stay as it is, and what to look
at after a run.
"""

import os
import shutil
import stat

import rotation_attacker
import system_calls
from rotation_scenes import USER

VAULT = {  # name: mode
    "secret": 0o600, "shared": 0o666, "app.log": 0o640, "logs/app.log": 0o640, "logs/app.log.1": 0o640,
    "logs/other.log": 0o600, "logs/app.log.2": 0o644}


class World:
    def __init__(self, folder):
        self.folder = folder
        # Never in a report, a name or a configuration: whoever reads it has read a file.
        self.secret = f"CANARY-{os.urandom(12).hex()}".encode()
        os.chmod(folder, 0o711)
        for name in ("root", "work"):
            os.mkdir(self.path(name), 0o700)
        self.lines, self.most_open = set(), 0
        self.make_vault()

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_vault(self):
        """All of it root's; files only root may read have the secret in them, and no setting may open them."""
        shutil.rmtree(self.path("vault"), ignore_errors=True)
        os.makedirs(self.path("vault/logs"), 0o755)
        for name, mode in VAULT.items():
            path = self.path(f"vault/{name}")
            with open(path, "wb") as file:
                file.write(b"of root: " + (self.secret if not mode & 0o004 else b"for all") + b"\n")
            os.chmod(path, mode)
        self.before = self.vault()

    def vault(self):
        """What the vault is: names, owners, modes, links and bytes; what all may write may have other bytes and
        names.
        """
        facts = {}
        for path, folders, names in os.walk(self.path("vault")):
            for name in [".", *names]:
                place = os.path.join(path, name)
                found = os.lstat(place)
                is_shared = name == "shared"
                content = b""
                if stat.S_ISREG(found.st_mode) and not is_shared:
                    with open(place, "rb") as file:
                        content = file.read()
                links = 0 if is_shared else found.st_nlink
                facts[os.path.relpath(place, self.folder)] = (
                    found.st_ino, oct(found.st_mode), found.st_uid, found.st_gid, links, content,
                    tuple(os.listxattr(place, follow_symlinks=False)))
        return facts

    def reset(self, scene):
        """Make the home of a scene anew."""
        shutil.rmtree(self.path("home"), ignore_errors=True)
        for name in os.listdir(self.path("root")):
            os.unlink(self.path(f"root/{name}"))
        os.mkdir(self.path("home"), 0o755)
        os.chown(self.path("home"), scene.above, scene.above)
        parts = scene.logs.split("/")
        for depth in range(2, len(parts)):
            self.make_folder("/".join(parts[:depth]), USER, 0o755)
        self.make_folder(scene.logs, scene.owner, scene.mode)
        if scene.layout == "of the user's group":
            os.chown(self.path(scene.logs), 0, USER)
        if scene.layout == "with access lists":
            system_calls.give_access(self.path(scene.logs), USER, scene.mode)
        if scene.olddir and scene.olddir != "home/new/er":
            self.make_folder(scene.olddir, scene.olddir_owner, 0o755)
        self.lines = set()
        for name in ("app.log", "app.log.1", "other.log"):
            self.make_log(scene, name)
        self.most_open = 0o640 | max(
            [int(line.split()[1], 8) for line in scene.lines if line.startswith("create 0")], default=0)
        self.write("root/rotate.conf", self.configuration(scene), 0o600)

    def make_folder(self, name, owner, mode):
        os.mkdir(self.path(name))
        os.chown(self.path(name), owner, owner)
        os.chmod(self.path(name), mode)

    def make_log(self, scene, name):
        """A log with lines that are nowhere else; one of root's has the secret in it."""
        lines = [f"{scene.seed}.{name}.{number}" for number in range(20)]
        self.lines.update(line.encode() for line in lines)
        path = self.path(f"{scene.logs}/{name}")
        with open(path, "wb") as file:
            file.write("".join(line + "\n" for line in lines).encode())
            if scene.owner == 0:
                file.write(self.secret + b"\n")
        os.chown(path, scene.owner, scene.owner)
        os.chmod(path, 0o640)
        os.removexattr(path, "system.posix_acl_access") if os.listxattr(path) else None

    def configuration(self, scene):
        body = "\n".join(f"    {line}" for line in scene.lines)
        return f"{{lane}}/{scene.pattern} {{{{\n{body}\n}}}}\n".replace("{lane}", self.folder).replace(
            "{{", "{").replace("}}", "}")

    def write(self, name, text, mode):
        with open(self.path(name), "w") as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    # What has to hold.

    def faults(self, attacker):
        """What is wrong now, whatever was done before."""
        found = []
        after = self.vault()
        if after != self.before:
            for name in sorted(set(after) | set(self.before)):
                if after.get(name) != self.before.get(name):
                    found.append(f"{name} of root's: {difference(self.before.get(name), after.get(name))}")
            self.make_vault()
        for leak in attacker.read(self.path("home"), self.secret):
            found.append(f"the user reads what is root's: {leak}")
        return found

    def too_open(self):
        """Files that hold lines of our logs and are more open than any log or setting, and what runs as its owner."""
        found = []
        for path, _, names in os.walk(self.path("home")):
            for name in names:
                place = os.path.join(path, name)
                facts = os.lstat(place)
                more = facts.st_mode & 0o7777 & ~self.most_open
                if not stat.S_ISREG(facts.st_mode) or not more:
                    continue
                lines = set(rotation_attacker.plain(place).split(b"\n"))
                if more & 0o6000 or lines & self.lines or self.secret in lines:
                    found.append(f"{place}: mode {facts.st_mode & 0o7777:o}, owner {facts.st_uid}")
        return found

    def lost(self, written):
        """How many lines are in no file any more."""
        missing = self.lines | set(written)
        for root in ("home", "vault"):
            for path, _, names in os.walk(self.path(root)):
                for name in names:
                    place = os.path.join(path, name)
                    if stat.S_ISREG(os.lstat(place).st_mode):
                        missing -= set(rotation_attacker.plain(place).split(b"\n"))
        return sorted(missing)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def difference(before, after):
    """In words, without the secret."""
    if before is None:
        return f"made (mode {after[1]}, owner {after[2]}:{after[3]})"
    if after is None:
        return "gone"
    names = ("inode", "mode", "owner", "group", "links", "content", "access list")
    return ", ".join(
        f"{name} {old if name != 'content' else str(len(old)) + ' bytes'} -> "
        f"{new if name != 'content' else str(len(new)) + ' bytes'}"
        for name, old, new in zip(names, before, after) if old != new)
