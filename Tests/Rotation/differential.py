#!/usr/bin/env python3
"""Rotates random logs by random stanzas, with muster and with logrotate, and compares what both leave.

    python3 Tests/Rotation/differential.py --muster .build/release/muster --seeds 1-1000 --limit 100
    python3 Tests/Rotation/differential.py --muster .build/release/muster --seeds 17 --verbose

A case is a stanza or two over up to three logs, each in a folder of its own, with access lists, holes, missing logs,
folders among the logs, names that are odd, and older rotated logs. It is rotated three times by each program, in two worlds
that are alike. Compared are names, contents, owners, modes, access lists, ages, scripts with their arguments, exit
codes and the state file.

One log of some cases lies beside something stray: a link, a second name, a FIFO, a folder or a compressed log in its way. There
both programs differ on purpose (docs/rotation.md); what muster leaves in that folder is held against its own rule: nothing
that stood there is lost. All other folders have to be alike. Where logs of one name share an `olddir`, and logrotate loses one
of them (`sharedscripts`, several stanzas), muster is held against the same rule.

Needs root and logrotate. Exit status: 0 all alike (or skipped, which is said), 1 differences, 2 wrong usage.
"""

import argparse
import gzip
import os
import random
import re
import stat
import subprocess
import sys
import time

from packaged import compare, skip_reason
from packaged_cases import SCRIPTS, give
from packaged_world import World

PLACE = "/var/log/cases"
ROUNDS = ((), ("-f",), ("-f",))
NAMES = (
    "a.log", "a.log", "a.log", "with blank.log", "ü.log", "a..log", "-dash.log", "a.log.old", "$(x).log", "a%d.log",
    "n" * 235, "#a.log", "a.1", "x")
OWNERS = ("root", "app", "www-data", "proxy", "adm")
STRAYS = ("link", "hard link", "fifo", "folder in the way", "link in the way", "compressed beside plain")


class Thing:
    """A folder or a log, as World makes and ages it."""

    def __init__(self, path, owners, mode, acl=None, is_log=True, hole=0):
        self.path, self.owners, self.mode, self.list = path, owners, mode, acl
        # Whether daemons write to it.
        self.is_log, self.is_file, self.hole = is_log, is_log, hole

    def make(self):
        if self.is_file:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            os.truncate(self.path, self.hole)
        else:
            os.makedirs(self.path, exist_ok=True)
        give(self.path, *self.owners)
        os.chmod(self.path, self.mode)
        if self.list:
            subprocess.run(["setfacl", "-m", self.list, self.path], check=True)


class Stray(Thing):
    """Something beside a log that no daemon makes."""

    def __init__(self, kind, log):
        super().__init__(log, ("root", "root"), 0o644, is_log=False)
        self.kind = kind

    def make(self):
        folder = os.path.dirname(self.path)
        if self.kind == "link":
            os.rename(self.path, folder + "/target")
            os.symlink("target", self.path)
        elif self.kind == "hard link":
            os.link(self.path, folder + "/second")
        elif self.kind == "fifo":
            os.unlink(self.path)
            os.mkfifo(self.path)
        elif self.kind == "folder in the way":
            os.mkdir(self.path + ".1")
        elif self.kind == "link in the way":
            os.symlink("nowhere", self.path + ".1")
        else:
            for ending in (".1", ".1.gz", ".2", ".2.gz"):
                text = f"stray {ending}\n".encode()
                with open(self.path + ending, "wb") as file:
                    file.write(gzip.compress(text) if ending.endswith(".gz") else text)


class Case:
    def __init__(self, seed):
        self.name, self.is_random = f"seed {seed}", True
        self.dice = random.Random(seed)
        self.entries, self.logs, self.stray = [], [], None
        self.has_default_list = False
        one = self.dice.choice
        for number in range(one((1, 1, 2, 2, 3))):
            self.log(f"{PLACE}/f{number}")
        if self.dice.random() < 0.25:
            self.stray = Stray(one(STRAYS), self.logs[0])
            # It is there from the beginning, and is not written to.
            self.entries[1].is_log = self.stray.kind not in ("link", "fifo")
        self.text = self.stanzas()
        names = list(map(os.path.basename, self.logs))
        self.takes_turns = len(set(names)) < len(names) and "olddir" in self.text
        # Of logs of one name in one folder logrotate loses some.
        self.is_crowded = self.takes_turns and ("sharedscripts" in self.text or self.text.count("daily") > 1)

    def chance(self, part):
        return self.dice.random() < part

    def log(self, folder):
        one = self.dice.choice
        modes = (0o755, 0o750, 0o711, 0o700, 0o2755)
        acl = one(("d:u:proxy:r", "u:proxy:rx", "d:u:proxy:rw,d:g:adm:r")) if self.chance(0.2) else None
        self.has_default_list |= acl is not None and "d:" in acl
        self.entries.append(Thing(folder, ("root", one(("root", "adm"))), one(modes), acl, is_log=False))
        path = f"{folder}/{one(NAMES)}"
        acl = one(("u:proxy:r", "u:proxy:rw", "g:adm:r,u:app:rw")) if self.chance(0.25) else None
        owners = (one(OWNERS[:4]), one(OWNERS))
        hole = 1 << 20 if self.chance(0.1) else 0
        self.entries.append(Thing(path, owners, one((0o644, 0o640, 0o600, 0o660, 0o444)), acl, hole=hole))
        self.logs.append(path)

    def stanzas(self):
        paths = [f'"{path}"' for path in self.logs]
        if self.chance(0.15):
            paths.append(f"{PLACE}/f0/missing.log")
        if self.chance(0.15):
            # A folder among the logs.
            self.entries.append(Thing(f"{PLACE}/f0/inner", ("root", "root"), 0o755, is_log=False))
            paths.append(f"{PLACE}/f0/inner")
        if len(self.logs) > 1 and self.chance(0.2):
            return "".join(f"{path} {{\n{self.settings()}\n}}\n" for path in paths)
        return f"{' '.join(paths)} {{\n{self.settings()}\n}}\n"

    def settings(self):
        one = self.dice.choice
        owner = one(OWNERS[:4])
        count = one((1, 2, 3, 3, 4, -1))
        parts = ["daily", f"rotate {count}", one(("missingok", "missingok", "nomissingok"))]
        parts.append(one(("", "", "notifempty", "size 1", "minsize 2")))
        creation = ("", "create", "nocreate", f"create 640 {owner} adm", "create 600", f"create {owner} {owner}")
        parts.append(one(creation + ("copytruncate", "copy")))
        parts.append(one(("", "compress", "compress\ndelaycompress", "compress\ncompressoptions -1")))
        # Of logs that have one name all but one would be dated alike.
        if len(set(map(os.path.basename, self.logs))) == len(self.logs):
            parts.append(one(("", "", "dateext", "dateext\ndateformat -%Y%m%d_x", "dateext\ndateyesterday")))
            parts.append(one(("", "", "", f"olddir {PLACE}/old\ncreateolddir 750 {owner} adm")))
        else:
            parts.append(one(("", f"olddir {PLACE}/old\ncreateolddir 750 root adm")))
        # With `rotate -1`, logrotate loses logs that begin with 0.
        parts.append(one(("", "", "", "extension .log", "addextension .x", "start 7") + (("start 0",) if count > 0 else ())))
        scripts = ("", "", "post: tell", "sharedscripts; post: tell", "sharedscripts; pre: ask; post: tell",
                   "pre: ask", "first: begin; last: end")
        for part in one(scripts).split("; "):
            kind, colon, command = part.partition(": ")
            parts.append(f"{SCRIPTS[kind]}\n\t{command}\nendscript" if colon else part)
        return "\n".join(part for part in parts if part)


def leaves(world, case, program):
    """What stands after each round, and where muster has lost something."""
    world.furnish(case)
    if case.stray:
        case.stray.make()
    found, lost = [], []
    for number, flags in enumerate(ROUNDS):
        if number:
            world.age(days=8)
            world.write(case, number, is_large=False)
        before = contents(case) if case.stray else {}
        code = world.run(program, flags)
        lost += [f"round {number + 1}: {line}" for line in missing(case, before) + unwritten(case, number)]
        seen = world.seen(code)
        # Patterns reach scripts without their quotes.
        seen["scripts"] = sorted(line.replace('"', "") for line in seen.get("scripts", []))
        for path in list(seen):
            if path.startswith("/var") and os.path.isfile(path) and os.path.getsize(path) > 1 << 19:
                # Holes are kept, give or take a block.
                seen[path]["has holes"] = os.stat(path).st_blocks * 512 < os.path.getsize(path) // 2
        found.append(seen)
    return found, lost


def contents(case):
    """What stands in the folder of something stray, by inode."""
    folder = os.path.dirname(case.stray.path)
    return {os.lstat(os.path.join(folder, name)).st_ino: name for name in os.listdir(folder)}


def missing(case, before):
    """Links, FIFOs, folders and second names that are gone."""
    if not case.stray or case.stray.kind == "compressed beside plain":
        return []
    after = contents(case)
    kept = {"link": ("target",), "hard link": ("second",), "fifo": (), "folder in the way": (), "link in the way": ()}
    names = kept[case.stray.kind] + ((os.path.basename(case.stray.path),) if case.stray.kind in ("link", "fifo") else ())
    return [f"{name} is gone" for inode, name in before.items() if name in names and inode not in after]


def unwritten(case, number):
    """Logs of a crowded folder whose lines of a first round are nowhere, though as many are kept as there are logs."""
    counts = [int(count) for count in re.findall(r"^rotate (-?\d+)$", case.text, re.MULTILINE)]
    if not case.is_crowded or number or any(0 <= count < len(case.logs) for count in counts):
        return []
    found = b""
    for folder, _, names in os.walk(PLACE):
        for path in (os.path.join(folder, name) for name in names):
            if stat.S_ISREG(os.lstat(path).st_mode):
                with open(path, "rb") as file:
                    content = file.read()
                found += gzip.decompress(content) if path.endswith(".gz") else content
    logs = {entry.path for entry in case.entries if entry.is_log}
    return [f"the lines of {log} are lost" for log in logs if f"{log} line of round 0".encode() not in found]


def is_wanted(case, line):
    """Differences that docs/rotation.md tells."""
    if ": day " in line and "copy" in case.text:
        # The time of a copy.
        return True
    if ": attributes {}, not {'system.posix_acl_access'" in line and ("create " in case.text or case.has_default_list):
        # Nobody gets rights by a list that another user or the folder gives.
        return True
    if line.startswith(PLACE + "/old: owner") and case.text.count("createolddir") > 1:
        # Stanzas have no order: whichever comes first makes the folder.
        return True
    if PLACE + "/old: missing, not there" in line or line.startswith(PLACE + ": links"):
        # An olddir is made when something goes there.
        return True
    if case.is_crowded and line.startswith((PLACE + "/old", "exit code", "scripts")):
        return True
    if case.takes_turns and line.startswith("scripts") and "firstaction" in case.text:
        # Each turn has all scripts of the stanza.
        return True
    if line.startswith("state: ") and "sharedscripts" in case.text and "missing.log" in case.text:
        # A log that was not rotated does not count as rotated.
        return True
    if case.stray:
        folder = os.path.dirname(case.stray.path)
        if line.startswith((folder, "exit code", "state", "scripts", PLACE + "/old")):
            return True
        # All of a stanza depend on each other.
        return "sharedscripts" in case.text
    return False


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--muster", required=True)
    parser.add_argument("--seeds", default="1-1000")
    parser.add_argument("--limit", type=float, default=100, help="seconds, after which no case begins")
    parser.add_argument("--verbose", action="store_true", help="show the stanzas of cases that differ")
    return parser.parse_args()


def main():
    options = arguments()
    reason = skip_reason()
    if reason:
        print(f"random stanzas beside logrotate: skipped, {reason}")
        return 0
    if os.environ.get("MUSTER_DIFFERENTIAL") != "inside":
        # What is mounted here is nobody else's.
        environment = dict(os.environ, MUSTER_DIFFERENTIAL="inside")
        os.execvpe("unshare", ["unshare", "--mount", sys.executable, *sys.argv], environment)
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    owners = Case(0)
    owners.entries = [Thing("/", OWNERS, 0)]
    world = World([owners])
    muster = [os.path.abspath(options.muster), "logs", "rotate"]
    end = time.monotonic() + options.limit
    findings, count = [], 0
    for seed in seeds:
        if time.monotonic() > end:
            break
        count += 1
        case = Case(seed)
        mine, lost = leaves(world, case, muster)
        said = world.said
        # logrotate waits for ever for somebody to write to a FIFO that it copies or compresses.
        is_endless = case.stray and case.stray.kind == "fifo" and ("cop" in case.text or "compress" in case.text)
        # Its own losses are no matter here.
        theirs = mine if is_endless else leaves(world, case, ["logrotate"])[0]
        found = compare(case, mine, theirs, is_wanted) + [f"{case.name}, {line}" for line in lost]
        if found and options.verbose:
            stray = case.stray.kind if case.stray else "none"
            print(f"--- {case.name}, stray: {stray}\n{case.text}muster: {said}logrotate: {world.said}", flush=True)
            print("\n".join(found), flush=True)
        findings += found
    print("\n".join(findings + [f"{count} random stanzas beside logrotate, {len(findings)} differences"]))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
