"""A machine for packaged configurations: `/var`, users and `/bin/sh` of its own, in a mount namespace."""

import datetime
import gzip
import os
import re
import shutil
import stat
import subprocess
import tempfile
import time

# Beside the logs, and not compared.
WORK = "/var/work"
CONFIGURATION = WORK + "/logrotate.conf"
STATE = WORK + "/state"
RECORD = "/var/record"
# As Debian's logrotate.conf.
DEFAULTS = "weekly\nrotate 4\ncreate\n"
DAY = 86400
DATE = re.compile(r"(?<=-)20\d{6}(?=\D|$)")

# Writes down scripts of rotations and what they were given, and runs none; all else runs as ever.
SHELL = """#!/bin/bash
if [ "$1" = -c ] && [ "$3" = logrotate_script ]; then
    # logrotate gives a pattern with the blanks behind it, and runs scripts of blanks.
    printf '%s\\n' "$(printf '%s | <%s> <%s>' "$2" "$4" "$5" | tr -s ' \\t\\n' ' ' | sed 's/ >/>/g')" >> {record}
    exit 0
fi
exec {shell} "$@"
"""


class World:
    def __init__(self, cases):
        folder = tempfile.mkdtemp()
        names = sorted({name for case in cases for entry in case.entries for name in entry.owners})
        bases = (("/etc/passwd", "{0}:x:{1}:{1}::/:/bin/false"), ("/etc/group", "{0}:x:{1}:"))
        for number, (path, line) in enumerate(bases):
            with open(path) as file:
                text = file.read()
            known = {entry.partition(":")[0] for entry in text.splitlines()}
            # Users and groups of one name have one number where neither is known.
            text += "".join(
                line.format(name, 7000 + index) + "\n" for index, name in enumerate(names) if name not in known)
            self.mount(folder, f"names{number}", text, path)
        shell = shutil.copy(os.path.realpath("/bin/sh"), folder + "/sh")
        wrapper = SHELL.replace("{record}", RECORD).replace("{shell}", shell)
        self.mount(folder, "wrapper", wrapper, os.path.realpath("/bin/sh"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "world", "/var"], check=True)
        self.environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}

    @staticmethod
    def mount(folder, name, text, target):
        path = f"{folder}/{name}"
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o755)
        subprocess.run(["mount", "--bind", path, target], check=True)

    def furnish(self, case):
        for name in os.listdir("/var"):
            path = f"/var/{name}"
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        for path in (WORK, "/var/log", "/var/lib", "/var/spool"):
            os.mkdir(path, 0o755)
        with open(CONFIGURATION, "w") as file:
            file.write(DEFAULTS + case.text)
        for entry in case.entries:
            entry.make()
        self.write(case, 0, is_large=False)
        with open(STATE, "w") as file:
            file.write("logrotate state -- version 2\n")
            file.writelines(f'"{entry.path}" 2020-1-1-0:0:0\n' for entry in case.entries if entry.is_log)
        os.chmod(STATE, 0o600)

    def write(self, case, number, is_large):
        """Adds lines to all logs that are there, as their daemons would; those that are not there are made again."""
        for entry in case.entries:
            if not entry.is_log:
                continue
            if not os.path.lexists(entry.path):
                entry.make()
            count = 40_000 if is_large and "size" in case.text else 3
            with open(entry.path, "a") as file:
                file.write(f"{entry.path} line of round {number}\n" * count)
            os.utime(entry.path, (self.hour(), self.hour()))

    @staticmethod
    def hour():
        """A time that is the same for all programs, and not now."""
        return int(time.time() // DAY) * DAY - DAY

    def age(self, days):
        """Makes all that is there older."""
        for folder, _, names in os.walk("/var"):
            for name in names:
                path = os.path.join(folder, name)
                if path == RECORD:
                    continue
                facts = os.lstat(path)
                times = (facts.st_atime - days * DAY, facts.st_mtime - days * DAY)
                os.utime(path, times, follow_symlinks=False)
                if path.startswith(WORK):
                    continue
                older = DATE.sub(lambda found: self.day(found.group(), days), name)
                if older != name:
                    os.rename(path, os.path.join(folder, older))
        with open(STATE) as file:
            text = file.read()
        with open(STATE, "w") as file:
            file.write(re.sub(r'(?m)(?<=" )\d+-\d+-\d+-', "2020-1-1-", text))

    @staticmethod
    def day(text, days):
        date = datetime.datetime.strptime(text, "%Y%m%d") - datetime.timedelta(days=days)
        return date.strftime("%Y%m%d")

    def run(self, program, flags):
        outcome = subprocess.run(
            [*program, *flags, "-s", STATE, CONFIGURATION], env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, umask=0o022)
        self.said = outcome.stderr.decode(errors="replace")
        return outcome.returncode

    def seen(self, code):
        """All that is compared, by what it is about."""
        found = {"exit code": code}
        for folder, folders, names in os.walk("/var"):
            if folder == WORK:
                continue
            for name in names + folders:
                path = os.path.join(folder, name)
                if path != RECORD and path != WORK:
                    found[path] = facts(path)
        if os.path.exists(RECORD):
            with open(RECORD) as file:
                found["scripts"] = sorted(line for line in file if not line.startswith(" |"))
        with open(STATE) as file:
            entries = re.findall(r'(?m)^"(.*)" (\d+-\d+-\d+)', file.read())
        # Logs that are not there are no business of the state file.
        found["state"] = {path: date for path, date in entries if os.path.lexists(path)}
        return found


def facts(path):
    status = os.lstat(path)
    lists = {name: os.getxattr(path, name, follow_symlinks=False) for name in os.listxattr(path, follow_symlinks=False)}
    found = {
        "mode": oct(status.st_mode), "owner": (status.st_uid, status.st_gid), "links": status.st_nlink,
        "attributes": lists}
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:
            content = file.read()
        found["content"] = gzip.decompress(content) if path.endswith(".gz") else content
        # To the day: what is made anew has the time of the run.
        found["day"] = int((time.time() - status.st_mtime) // DAY)
    return found


def differences(mine, theirs):
    """Lines that say what is different."""
    lines = []
    for key in sorted(mine.keys() | theirs.keys()):
        one, other = mine.get(key), theirs.get(key)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            for part in sorted(one.keys() | other.keys()):
                if one.get(part) != other.get(part):
                    lines.append(f"{key}: {part} {shown(one.get(part))}, not {shown(other.get(part))}")
        else:
            lines.append(f"{key}: {shown(one)}, not {shown(other)}")
    return lines


def shown(value):
    if isinstance(value, dict) and "mode" in value:
        return f"there ({value['mode']} {value['owner']})"
    if value is None:
        return "missing"
    text = repr(value)
    return text if len(text) < 160 else f"{text[:150]}… ({len(text)})"
