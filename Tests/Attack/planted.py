#!/usr/bin/env python3
"""What a user can lay ready for root's next run: journals, state files, locks, temporary names, outputs,
configurations.

    python3 Tests/Attack/planted.py --muster .build/release/muster
    python3 Tests/Attack/planted.py --muster .build/release/muster --seed 17 --verbose

A seed is a case of the list, which is the same each time. Root may refuse to run or do its work; it never runs a script
that its configuration does not have, touches what is root's elsewhere, hands over what is secret, or hangs.

Needs root. Exit status: 0 all held (or skipped, which is said), 1 findings, 2 wrong usage.
"""

import os
import shutil
import subprocess
import sys
import tempfile

import campaign
import planted_cases
import watching
from rotation_attacker import Attacker, lay
from rotation_scenes import USER
from rotation_world import World

LIMIT = 8
MEMORY = 256 << 20
# Another user, who is no root either.
OTHER = USER + 1


class Stage:
    """A lane: folders of root's and of the user's, made anew for each case."""

    def __init__(self, folder, muster):
        self.world = World(tempfile.mkdtemp(dir=folder))
        self.muster = campaign.reachable(muster, self.world.folder)
        self.path = self.world.path
        self.attacker = Attacker(USER)
        self.findings = []

    def perform(self, seed):
        name, act = planted_cases.CASES[seed]
        self.findings = []
        self.furnish()
        act(self)
        self.findings += self.world.faults(self.attacker)
        self.findings += [
            f"a script that is not root's ran as root: {name}"] if os.path.exists(self.path("work/proof")) else []
        with open(self.path("vault/shared"), "rb") as file:
            if file.read() != self.shared:
                self.findings.append("vault/shared of root's: other content, through a hard link")
                self.world.make_vault()
        return self.findings, {"cases": 1}, name

    def furnish(self):
        for name in ("home", "sticky", "root", "work", "other"):
            shutil.rmtree(self.path(name), ignore_errors=True)
        self.folder("home", USER, 0o755)
        self.folder("root", 0, 0o700)
        self.folder("root/logs", 0, 0o755)
        # Anybody may leave a proof here.
        self.folder("work", 0, 0o1777)
        self.file("root/logs/app.log", b"a line\n" * 9, 0, 0o640)
        with open(self.path("vault/shared"), "rb") as file:
            self.shared = file.read()

    # What stands on the stage.

    def folder(self, name, owner, mode):
        os.mkdir(self.path(name))
        os.chown(self.path(name), owner, owner)
        os.chmod(self.path(name), mode)
        return name

    def file(self, name, content, owner, mode):
        with open(self.path(name), "wb") as file:
            file.write(content)
        os.chown(self.path(name), owner, owner)
        os.chmod(self.path(name), mode)
        return name

    def plant(self, name, kind):
        """What leads astray, as the user would lay it; `secret` and `shared` are those of the vault."""
        decoy = {
            "link": "link:{vault}/secret", "dangling link": "link:{vault}/new", "link to a folder": "link:{vault}/logs",
            "hard link": "hard:{vault}/shared"}.get(kind, kind)
        lay(decoy.replace("{vault}", self.path("vault")), self.path(name))
        os.lchown(self.path(name), USER, USER) if kind != "hard link" else None

    def stanza(self, pattern, *lines):
        """A stanza as text."""
        return f"{self.path(pattern)} {{\n" + "".join(f"    {line}\n" for line in lines) + "}\n"

    def configuration(self, text=None, name="root/rotate.conf", owner=0, mode=0o600):
        """Writes a configuration, root's own where nothing else is said; its path."""
        text = self.stanza("root/logs/*.log", "rotate 3", "create", "compress") if text is None else text
        return self.path(self.file(name, text.encode(), owner, mode))

    # Who acts.

    def run(self, *command, statuses=(0, 1), programs=None):
        """Root runs the program, with a folder of programs of the stage's before others; what is always wrong is found
        here."""
        surroundings = watching.environment()
        if programs:
            surroundings["PATH"] = f"{programs}:{surroundings['PATH']}"
        ending = watching.run([self.muster, *command], self.path("root"), LIMIT, surroundings=surroundings)
        self.findings += watching.faults(ending, set(statuses), MEMORY)
        return ending

    def rotate(self, configuration, state="root/state", *more, statuses=(0, 1)):
        return self.run("logs", "rotate", "--force", "-s", self.path(state), *more, configuration, statuses=statuses)

    def run_as(self, user, *command, folder="home"):
        """A user runs the program, without a home."""
        try:
            return subprocess.run(
                [self.muster, *command], cwd=self.path(folder), env={"PATH": "/usr/bin:/bin"}, user=user, group=user,
                extra_groups=[], capture_output=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.findings.append(f"did not end within {LIMIT} s")
            return None

    def close(self):
        self.attacker.close()
        self.world.close()


def main():
    options = campaign.parser(__doc__, f"0-{len(planted_cases.CASES) - 1}").parse_args()
    status = campaign.prepare(options, "the attack by what is planted", None if os.geteuid() == 0 else "root")
    if status is not None:
        return status
    return campaign.carry_out(options, __file__, Stage, (options.muster,), "cases")


if __name__ == "__main__":
    sys.exit(main())
