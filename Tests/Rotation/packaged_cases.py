"""Configurations of the kinds that packages bring, in our own words: whose folder, whose logs, which directives."""

import grp
import os
import pwd
import random
import subprocess


class Entry:
    """A folder or a log: `d PATH OWNER:GROUP MODE [ACL]`, or `f …`."""

    def __init__(self, text):
        kind, self.path, owners, mode, *rest = text.split()
        self.is_log = kind == "f"
        self.owners = owners.split(":")
        self.mode = int(mode, 8)
        self.list = rest[0] if rest else None

    def make(self):
        if self.is_log:
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        else:
            os.makedirs(self.path, exist_ok=True)
        give(self.path, *self.owners)
        os.chmod(self.path, self.mode)
        if self.list:
            subprocess.run(["setfacl", "-m", self.list, self.path], check=True)


def give(path, user, group):
    os.chown(path, pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid)


class Case:
    def __init__(self, name, entries, text):
        self.name = name
        self.entries = [Entry(entry) for entry in entries]
        self.text = text
        # Held against another build of muster alone.
        self.is_random = False


USUAL = "missingok; notifempty; compress; delaycompress"
SCRIPTS = {"pre": "prerotate", "post": "postrotate", "first": "firstaction", "last": "lastaction", "gone": "preremove"}


def stanza(patterns, settings):
    """Directives are parted by semicolons; `post: COMMAND` is a script."""
    lines = []
    for setting in settings.replace("usual", USUAL).split(";"):
        kind, colon, command = setting.strip().partition(": ")
        lines.append(f"{SCRIPTS[kind]}\n\t{command}\nendscript" if colon else kind)
    return f"{patterns} {{\n" + "\n".join(lines) + "\n}\n"


def service(name, folder, log, settings, patterns=None, logs=("one.log", "two.log")):
    """Logs in a folder of a service: `OWNER:GROUP MODE` of the folder and of its logs."""
    place = f"/var/log/{name}"
    owners = log if isinstance(log, (list, tuple)) else [log] * len(logs)
    entries = [f"d {place} {folder}"] + [f"f {place}/{one} {owner}" for one, owner in zip(logs, owners)]
    return Case(name, entries, stanza(patterns or f"{place}/*.log", settings))


def plain(name, log, settings):
    """A log of `/var/log` itself."""
    path = f"/var/log/{name}"
    return Case(name, [f"f {path} {log}"], stanza(path, settings))


CASES = [
    # A database: folder and logs are its own, with a group that reads, and a folder that hands its group down.
    service(
        "mysql", "mysql:adm 2750", "mysql:adm 640",
        "daily; rotate 7; missingok; create 640 mysql adm; compress; sharedscripts; post: flush logs"),
    service(
        "maria", "mysql:adm 2750", "mysql:adm 660",
        "monthly; rotate 6; maxsize 500M; minsize 1M; usual; sharedscripts; post: flush"),
    # Cut by the name of root, in a folder that its owner's group may write.
    service(
        "postgres", "root:postgres 1775", "postgres:adm 640",
        "weekly; rotate 10; copytruncate; delaycompress; compress; notifempty; missingok; su root root"),
    # Root's logs in root's folder, and in one of a service's.
    service(
        "apache", "root:adm 750", "root:adm 640",
        "daily; rotate 14; usual; create 640 root adm; sharedscripts; pre: ask; post: reload"),
    service(
        "nginx", "root:adm 755", "www-data:adm 640",
        "daily; rotate 14; usual; create 640 www-data adm; sharedscripts; post: reopen"),
    service(
        "lighttpd", "www-data:www-data 750", ["www-data:www-data 644", "root:root 600"],
        "weekly; rotate 12; usual; sharedscripts; post: reopen"),
    service(
        "tomcat", "tomcat:adm 2770", "tomcat:adm 640",
        "weekly; rotate 12; copytruncate; compress; missingok; create 640 tomcat adm"),
    service(
        "tomcat-su", "tomcat:adm 2770", "tomcat:adm 640",
        "weekly; rotate 12; compress; missingok; su tomcat adm; create 640 tomcat adm"),
    service(
        "exim", "exim:adm 2750", "exim:adm 640",
        "daily; rotate 10; usual; nocreate",
        "/var/log/exim/mainlog /var/log/exim/rejectlog", ("mainlog", "rejectlog")),
    service(
        "paniclog", "exim:adm 2750", "exim:adm 640",
        "size 1M; rotate 10; usual; nocreate", "/var/log/paniclog/paniclog", ("paniclog",)),
    service("redis", "redis:adm 2750", "redis:adm 660", "weekly; rotate 12; usual"),
    service(
        "proxy", "proxy:proxy 750", "proxy:proxy 640",
        "daily; rotate 2; compress; delaycompress; missingok; nocreate; sharedscripts; pre: report daily; post: tell",
        ),
    service(
        "cut", "munin:adm 755", ["root:root 640", "munin:adm 640"],
        "daily; rotate 7; compress; copytruncate; missingok; notifempty; create 640 root root"),
    service("cgi", "munin:adm 755", "www-data:adm 640", "daily; rotate 7; usual; copytruncate"),
    service(
        "graphs", "munin:adm 755", "munin:adm 640",
        "daily; rotate 7; usual; create 640 munin adm"),
    service(
        "agent", "zabbix:zabbix 755", "zabbix:zabbix 664",
        "weekly; rotate 7; usual; create 0640 zabbix zabbix; sharedscripts; post: reload"),
    service(
        "speech", "speech:root 700", "speech:audio 600",
        "daily; compress; missingok; sharedscripts; rotate 7; post: reload"),
    service(
        "packets", "ulog:adm 770", "ulog:adm 640",
        "missingok; compress; delaycompress; sharedscripts; create 640 ulog adm; post: reload"),
    service(
        "packets-su", "ulog:adm 770", "ulog:adm 640",
        "missingok; compress; sharedscripts; su ulog adm; create 640 ulog adm; post: reload"),
    service(
        "cache", "cachelog:cache 750", "cachelog:cache 644",
        "daily; rotate 7; missingok; compress; delaycompress; post: reload"),
    service(
        "lists", "list:list 2775", "list:list 664",
        "daily; rotate 5; usual; su list list; create 664 list list; sharedscripts; post: reopen"),
    service(
        "news", "news:news 755", "news:news 664",
        "daily; rotate 3; olddir OLD; createolddir 755 news news; compress; missingok"),
    service(
        "old", "app:app 755", "app:app 640",
        "daily; rotate 3; olddir /var/log/old/archive; createolddir 750 app adm; compress; missingok; create 600"),
    service(
        "clam", "clamav:clamav 755", "clamav:adm 640",
        "rotate 12; weekly; compress; delaycompress; create 640 clamav adm; su clamav adm; post: reload"),
    service(
        "directory", "openldap:openldap 2750", "openldap:openldap 600",
        "weekly; rotate 4; usual; create 600 openldap openldap; dateext"),
    service(
        "jobs", "root:root 755", "root:adm 640",
        "monthly; rotate 6; dateext; dateformat -%Y%m%d; extension .log; compress; missingok"),
    service(
        "backup", "bacula:bacula 750", "bacula:bacula 640",
        "monthly; rotate 5; usual; copytruncate; su bacula bacula"),
    service(
        "rabbit", "rabbitmq:rabbitmq 750", "rabbitmq:rabbitmq 640",
        "weekly; missingok; rotate 20; compress; delaycompress; notifempty"),
    service(
        "icinga", "nagios:adm 2751", "nagios:adm 644",
        "daily; rotate 7; usual; create 644 nagios nagios; post: hup"),
    service(
        "puppet", "puppet:puppet 750", ["puppet:puppet 640", "root:root 640"],
        "missingok; create 0644 puppet puppet; compress; rotate 4; pre: ask; post: hup"),
    service(
        "salt", "salt:salt 750", "salt:salt 640",
        "weekly; missingok; rotate 7; compress; notifempty; create 0640 salt salt"),
    service(
        "samba", "root:adm 750", "root:root 644",
        "weekly; missingok; rotate 7; usual; post: reload",
        "/var/log/samba/log.smbd /var/log/samba/log.nmbd", ("log.smbd", "log.nmbd")),
    service(
        "print", "root:lp 755", "root:adm 640",
        "daily; missingok; rotate 7; sharedscripts; usual; create; post: restart",
        "/var/log/print/*_log", ("error_log", "access_log")),
    service(
        "ceph", "ceph:ceph 3770", "ceph:ceph 644",
        "rotate 7; daily; compress; sharedscripts; missingok; notifempty; su root ceph; post: hup"),
    service(
        "virt", "root:root 700", "root:root 600",
        "weekly; missingok; rotate 4; compress; delaycompress; copytruncate; minsize 100k"),
    service(
        "upgrades", "root:adm 750", "root:root 644",
        "rotate 6; monthly; compress; missingok; notifempty"),
    service(
        "time", "ntp:ntp 755", "ntp:ntp 644",
        "weekly; rotate 4; missingok; nocompress; olddir /var/log/time",
        "/var/log/time/*stats", ("loopstats", "peerstats")),
    service(
        "mongo", "mongo:mongo 755", "mongo:mongo 600",
        "daily; rotate 5; missingok; compress; sharedscripts; create 640 mongo mongo; post: rotate"),
    service(
        "uwsgi", "root:root 755", "www-data:www-data 640",
        "copytruncate; daily; rotate 5; compress; delaycompress; missingok; notifempty"),
    service(
        "store", "gluster:gluster 770", "gluster:gluster 600",
        "sharedscripts; weekly; maxsize 10M; minsize 100k; rotate 10; usual; post: hup",
        ),
    service("nested", "app:app 755", "app:app 640", "daily; rotate 2; copy; missingok; nocompress"),
    service(
        "none-kept", "app:app 755", "app:app 640",
        "daily; rotate 0; missingok; create 640 app app"),
    service(
        "from-zero", "app:app 755", "app:app 640",
        "daily; rotate 3; start 0; missingok; compress; addextension .old"),
    service(
        "listed", "app:app 755", "app:app 640 u:proxy:r",
        "daily; rotate 3; compress; missingok; create"),
    service(
        "listed-cut", "app:app 755", "app:app 640 u:proxy:rw",
        "daily; rotate 3; compress; missingok; copytruncate"),
    service(
        "handed-down", "app:adm 2755 d:u:proxy:r", "app:adm 640",
        "daily; rotate 3; compress; delaycompress; missingok"),
    service(
        "odd-modes", "app:app 711", ["app:adm 4755", "root:app 444"],
        "daily; rotate 3; compress; missingok; create"),
    service(
        "gone", "app:app 755", "app:app 640",
        "daily; rotate 1; missingok; nocompress; gone: archive"),
    # Logs of /var/log.
    plain("dpkg.log", "root:root 644", "monthly; rotate 12; usual; create 644 root root"),
    plain("syslog", "syslog:adm 640", "rotate 7; daily; usual; post: hup"),
    plain(
        "wtmp", "root:utmp 664",
        "missingok; monthly; create 0664 root utmp; minsize 1M; rotate 1"),
    plain("btmp", "root:utmp 660", "missingok; monthly; create 0660 root utmp; rotate 1"),
    plain(
        "fail2ban.log", "root:adm 640",
        "weekly; rotate 4; usual; post: flushlogs; create 640 root adm"),
    plain(
        "connect-errors", "root:adm 640",
        "weekly; rotate 4; missingok; notifempty; compress; nocreate"),
    plain("faillog", "root:root 644", "daily; rotate 2; copytruncate; missingok; size 10k"),
]


def is_wanted(case, line):
    """What is not as with logrotate, on purpose: docs/rotation.md has the table."""
    name, _, what = line.partition(": ")
    # The time of a copy is the log's.
    if what.startswith("day ") and "copy" in case.text:
        return True
    # A log that is refused is not forgotten.
    return name == "state" and " '2020-1-1', not " in what


def of_folder(folder):
    """Cases from files: lines of entries (`d …`, `f …`) first, then the configuration."""
    found = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name)) as file:
            lines = file.read().splitlines()
        entries = [line for line in lines if line.startswith(("d /", "f /"))]
        text = "\n".join(line for line in lines if line not in entries) + "\n"
        found.append(Case(name, entries, text))
    return found


def random_case(seed):
    """Whose folder, whose logs, which method and which names, by chance."""
    chance = random.Random(seed)
    one = chance.choice
    owner = one(("root", "app", "www-data"))
    modes = ("755", "750", "2750", "2755", "1755", "711", "700", "775", "2770")
    folder = f"{one(('root', owner))}:{one(('root', 'adm', owner))} {one(modes)}"
    if chance.random() < 0.2:
        folder += " " + one(("d:u:proxy:r", "u:proxy:rx", "u:proxy:rwx", "d:g:adm:rw"))
    modes = ("644", "640", "600", "660", "664", "440")
    logs = [f"{one(('root', owner, 'proxy'))}:{one(('root', 'adm', owner))} {one(modes)}" for _ in range(2)]
    if chance.random() < 0.2:
        logs[0] += " " + one(("u:proxy:r", "u:proxy:rw", "g:adm:r"))
    settings = ["daily", f"rotate {chance.randrange(4)}", one(("missingok", "missingok; notifempty"))]
    settings.append(one(("", "create", "nocreate", f"create 640 {owner} adm", "create 600", "copytruncate", "copy")))
    settings.append(one(("", "compress", "compress; delaycompress")))
    settings.append(one(("", "", f"su {owner} {one((owner, 'adm'))}", "su root adm")))
    settings.append(one(("", "", "", "olddir old; createolddir 750 " + owner + " adm")))
    settings.append(one(("", "", "dateext", "extension .log; dateext", "start 0")))
    settings.append(one(("", "post: tell", "sharedscripts; pre: ask; post: tell", "first: begin; last: end")))
    paths = f"/var/log/seed{seed}/one.log /var/log/seed{seed}/two.log"
    case = service(f"seed{seed}", folder, logs, "; ".join(setting for setting in settings if setting), paths)
    case.is_random = True
    return case
