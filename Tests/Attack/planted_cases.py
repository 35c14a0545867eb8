"""The cases of planted.py: a name, and what is laid ready and run. Each gets the stage."""

import fcntl
import json
import os

import system_calls
from rotation_scenes import USER

OTHER = USER + 1
KINDS = ["link", "dangling link", "link to a folder", "hard link", "fifo", "folder"]
CASES = []


def case(name):
    """Adds a case to the list."""
    def add(act):
        CASES.append((name, act))
        return act
    return add


# Places beside which somebody else may write: owner, mode, access list.
PLACES = {
    "a folder of the user's": (USER, 0o755, False), "a sticky folder": (0, 0o1777, False),
    "a sticky folder of the user's": (USER, 0o1777, False), "a folder of his group": (0, 0o775, False),
    "a folder with an access list": (0, 0o755, True)}


def open_place(stage, place):
    owner, mode, has_list = PLACES[place]
    stage.folder("other", owner, mode)
    if mode == 0o775:
        os.chown(stage.path("other"), 0, USER)
    if has_list:
        system_calls.give_access(stage.path("other"), USER, mode)


def proof(stage, victim):
    """A script that leaves a proof where it runs as the victim, and else kills the run that it is of."""
    return f"if [ \"$(id -u)\" = {victim} ]; then : > {stage.path('work/proof')}; else kill -9 $PPID; fi"


def unfinished_journal(stage, victim):
    """The journal of a run of the user's own that was killed in its script; its bytes."""
    stage.folder("home/logs", USER, 0o755)
    stage.folder("home/mine", USER, 0o700)
    for name in ("app.log", "other.log"):
        stage.file(f"home/logs/{name}", b"a line\n", USER, 0o640)
    text = stage.stanza(
        "home/logs/*.log", "rotate 3", "create", "compress", "postrotate", proof(stage, victim), "endscript")
    path = stage.configuration(text, "home/mine/rotate.conf", USER, 0o600)
    stage.run_as(USER, "logs", "rotate", "--force", "-s", stage.path("home/mine/state"), path)
    with open(stage.path("home/mine/state.journal"), "rb") as file:
        journal = file.read()
    if journal.count(b"\n") < 2 and len(journal) < 60:
        stage.findings.append("no journal could be planted: the case says nothing")
    return journal


# Beside the state file.

def journal_planted(place):
    def act(stage):
        journal = unfinished_journal(stage, 0)
        open_place(stage, place)
        stage.file("other/state.journal", journal, USER, 0o600)
        stage.rotate(stage.configuration(), "other/state")
        stage.rotate(stage.configuration(), "other/state")
    return act


for one in PLACES:
    case(f"a journal in {one}")(journal_planted(one))


@case("a journal that a user's was renamed to, in root's own folder, of the user")
def journal_of_user(stage):
    stage.file("root/state.journal", unfinished_journal(stage, 0), USER, 0o600)
    stage.rotate(stage.configuration())


@case("a journal that all may write, in root's own folder")
def journal_open(stage):
    stage.file("root/state.journal", unfinished_journal(stage, 0), 0, 0o666)
    stage.rotate(stage.configuration())


@case("a journal in the folder we are in, without a home")
def journal_here(stage):
    journal = unfinished_journal(stage, OTHER)
    stage.folder("other", 0, 0o1777)
    stage.file("other/muster-rotation.state.journal", journal, USER, 0o644)
    stage.file("other/none.conf", b"", OTHER, 0o600)
    stage.run_as(OTHER, "logs", "rotate", "--force", stage.path("other/none.conf"), folder="other")


def name_planted(place, name, kind):
    def act(stage):
        open_place(stage, place)
        stage.plant(f"other/{name}", kind)
        stage.rotate(stage.configuration(), "other/state", "-d")
        stage.rotate(stage.configuration(), "other/state")
    return act


for one in PLACES:
    for ending in ("state", "state.lock", "state.journal", ".state.muster-new", ".state.journal.muster-new"):
        for sort in KINDS:
            case(f"{ending} as {sort} in {one}")(name_planted(one, ending, sort))


@case("a state file that the user has locked, in root's own folder")
def state_locked(stage):
    os.chmod(stage.path("root"), 0o755)
    stage.file("root/state", b"logrotate state -- version 2\n", 0, 0o644)
    ready, release = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setresgid(USER, USER, USER)
            os.setresuid(USER, USER, USER)
            fcntl.flock(os.open(stage.path("root/state"), os.O_RDONLY), fcntl.LOCK_SH)
            os.write(ready[1], b"x")
            os.close(release[1])
            os.read(release[0], 1)
        finally:
            os._exit(0)
    try:
        os.read(ready[0], 1)
        stage.rotate(stage.configuration(), statuses=(0, 1, 3))
        if not os.path.exists(stage.path("root/logs/app.log.1.gz")):
            stage.findings.append("nothing was rotated: a user who can read the state file can stop all rotations")
    finally:
        for end in (*release, *ready):
            os.close(end)
        os.waitpid(child, 0)


@case("files beside the state are for root alone")
def modes_beside(stage):
    os.umask(0)
    try:
        stage.rotate(stage.configuration())
    finally:
        os.umask(0o022)
    for name in ("state.lock", "state.journal"):
        path = stage.path(f"root/{name}")
        if os.path.exists(path) and os.stat(path).st_mode & 0o077:
            stage.findings.append(f"{name} has mode {os.stat(path).st_mode & 0o777:o}")


# Temporary and rotated names in the user's folder of logs.

def temporary_planted(name, kind, how, actor):
    def act(stage):
        stage.folder("home/logs", USER, 0o755)
        stage.file("home/logs/app.log", b"a line\n" * 9, USER, 0o640)
        stage.plant(f"home/logs/{name}", kind)
        text = stage.stanza("home/logs/*.log", "rotate 5", *how, *actor)
        path = stage.configuration(text)
        stage.rotate(path)
        stage.rotate(path)
    return act


for ending in (
    ".app.log.muster-new", ".app.log.1.muster-part", ".app.log.1.gz.muster-part", "app.log.1", "app.log.1.gz",
    "app.log.2.gz"):
    for sort in KINDS:
        for ways in (["create 0640 0 0", "compress"], ["copytruncate", "compress"], ["copy", "shred"]):
            for actors in ([], [f"su {USER} {USER}"], [f"su 0 {USER}"]):
                title = f"{ending} as {sort}, {' '.join(ways + actors)}"
                case(title)(temporary_planted(ending, sort, ways, actors))


# Two nights: the first is killed, and meanwhile the folder has become another one.

def two_nights(folder, decoy, lines):
    def act(stage):
        stage.folder("home/mid", USER, 0o755)
        stage.folder("home/mid/logs", USER, 0o755)
        for name in ("app.log", "app.log.1", "other.log"):
            stage.file(f"home/mid/logs/{name}", b"a line\n" * 9, USER, 0o640)
        killed = stage.path("work/killed")
        script = f"test -e {killed} || {{ : > {killed}; kill -9 $PPID; }}"
        path = stage.configuration(
            stage.stanza("home/mid/logs/*.log", "rotate 5", *lines, "postrotate", script, "endscript"))
        stage.rotate(path, statuses=(0, 1, -9))
        os.rename(stage.path(folder), stage.path("home/away"))
        os.symlink(stage.path(decoy), stage.path(folder))
        stage.rotate(path)
    return act


for folders in (("home/mid/logs", "vault/logs"), ("home/mid", "vault")):
    for ways in (
        ["compress"], [f"create 0640 {USER} {USER}"], ["copytruncate"], ["create 0600 0 0", "compress", "dateext"]):
        case(f"night 2 finds {folders[0]} as a link to {folders[1]}, {' '.join(ways)}")(two_nights(*folders, ways))


# Outputs.

OUTPUTS = {
    "-l": lambda stage, path: stage.rotate(stage.configuration(), "root/state", "-l", path),
    "logs --output-file": lambda stage, path: stage.run(
        "logs", "top", stage.path("root/access"), "--output-file", f"json={path}", statuses=(0, 1, 2)),
    "logs --partial": lambda stage, path: stage.run(
        "logs", "top", stage.path("root/access"), "--partial", path, statuses=(0, 1, 2)),
    "logs --checkpoint": lambda stage, path: stage.run(
        "logs", "top", "--by", "ip", "--format", "combined", stage.path("root/access"), "--checkpoint", path,
        statuses=(0, 1, 2)),
    "check --output-file": lambda stage, path: stage.run(
        "check", stage.path("root/hosts.json"), "--output-file", f"ndjson={path}", "--network-wait", "0s",
        statuses=(0, 1, 2))}
LINE = b'192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326 "-" "-"\n'


def output_planted(place, option, kind):
    def act(stage):
        stage.file("root/access", LINE, 0, 0o600)
        stage.file("root/hosts.json", b'{"version":1,"defaults":{"timeout":"50ms"},"checks":{"c":{"tcp":{"port":1}}},'
                   b'"hosts":[{"name":"a","address":"127.0.0.1","checks":["c"]}]}', 0, 0o600)
        open_place(stage, place)
        stage.plant("other/out", kind)
        OUTPUTS[option](stage, stage.path("other/out"))
    return act


for one in ("a folder of the user's", "a sticky folder"):
    for way in OUTPUTS:
        for sort in KINDS:
            case(f"the output of {way} as {sort} in {one}")(output_planted(one, way, sort))


@case("tallies and checkpoints are for their owner alone")
def modes_of_tallies(stage):
    stage.file("root/access", LINE, 0, 0o600)
    os.umask(0)
    try:
        for option in ("--partial", "--checkpoint"):
            OUTPUTS[f"logs {option}"](stage, stage.path(f"root/made{option}"))
    finally:
        os.umask(0o022)
    for name in os.listdir(stage.path("root")):
        mode = os.stat(stage.path(f"root/{name}")).st_mode
        if name.startswith("made") and mode & 0o077:
            stage.findings.append(f"{name} has mode {mode & 0o777:o}")


# Configurations.

def configuration_planted(how):
    def act(stage):
        stage.folder("home/conf.d", USER, 0o755)
        text = stage.stanza("root/logs/*.log", "rotate 3", "postrotate", proof(stage, 0), "endscript")
        mine = stage.configuration(text, "home/conf.d/mine.conf", USER, 0o644)
        if how == "a link of the user's to his own":
            os.symlink(mine, stage.path("home/link.conf"))
            mine = stage.path("home/link.conf")
        elif how == "included by name":
            mine = stage.configuration(f"include {mine}\n")
        elif how == "in a folder that is included":
            mine = stage.configuration(f"include {stage.path('home/conf.d')}\n")
        elif how == "all may write root's":
            mine = stage.configuration(text, "home/roots.conf", 0, 0o666)
        elif how == "of the user in a sticky folder":
            stage.folder("other", 0, 0o1777)
            mine = stage.configuration(text, "other/rotate.conf", USER, 0o644)
        stage.rotate(mine)
    return act


for one in (
    "the user's own", "a link of the user's to his own", "included by name", "in a folder that is included",
    "all may write root's", "of the user in a sticky folder"):
    case(f"a configuration: {one}")(configuration_planted(one))


# Records of runs on a fleet, which have the command in them.

def record_planted(place, owner):
    def act(stage):
        stage.file("root/hosts.json", b'{"version":1,"hosts":["a","b"]}', 0, 0o600)
        stage.folder("root/bin", 0, 0o755)
        stage.file("root/bin/ssh", f"#!/bin/sh\necho \"$@\" >> {stage.path('work/asked')}\n".encode(), 0, 0o755)
        # A command of the user's own, in the record of a run that is not done.
        record = {
            "type": "run", "format": 1, "muster": "0.1.0", "run": "20260101-000000.000-0000", "command": ["planted"],
            "inventory": stage.path("root/hosts.json"), "hosts": 2, "started": "2026-01-01T00:00:00.000000Z"}
        open_place(stage, place)
        stage.file("other/20260101-000000.000-0000.ndjson", json.dumps(record).encode() + b"\n", owner, 0o644)
        stage.run(
            "run", stage.path("root/hosts.json"), "--runs-directory", stage.path("other"), "--resume", "last",
            statuses=(0, 1, 2), programs=stage.path("root/bin"))
        if os.path.exists(stage.path("work/asked")):
            with open(stage.path("work/asked")) as file:
                if "planted" in file.read():
                    stage.findings.append("a command that is not root's was run on the fleet as root")
    return act


for one in PLACES:
    case(f"a record of the user's in {one}")(record_planted(one, USER))
