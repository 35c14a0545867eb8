"""What muster reads, a format each: true samples, the words that matter in it, and the runs that read it."""

import gzip
import os
import random
import struct
import zlib

from formats_text import CONFIGURATIONS, FILTERS, INVENTORIES, LOG_FORMATS, LOG_LINES, NOTATIONS, RESOLVERS

LOG_OUTPUTS = ["table", "json", "ndjson", "csv", "markdown", "prometheus", "html"]


class Format:
    """One format. `mutate` gives bytes, `perform` the endings of the runs that read them."""

    statuses = {0, 1, 2}
    words = []
    # How often it is tried beside others.
    weight = 1

    def __init__(self, lane):
        self.lane = lane

    def samples(self):
        return []

    def mutate(self, mutator):
        return mutator.variant()

    def perform(self, data, dice):
        raise NotImplementedError


class Inventory(Format):
    weight = 5
    words = [
        b'"hosts"', b'"checks"', b'"groups"', b'"vars"', b'{"tcp":{"port":1}}', b'"{name}"', b"{{", b"}}", b"[1:9]",
        b"[0001:99999999]", b"[a:z]", b"[0:9:0]", b"null", b"true", b"\\u0000", b"\\ud800", b'"\\u001b[2J"',
        b"{address}"]

    def samples(self):
        return INVENTORIES

    def perform(self, data, dice):
        path = self.lane.write("inventory.json", data)
        if dice.random() < 0.7:
            return [self.lane.run("run", path, "--limit", "nobody", "--runs-directory", "runs", "--", "true")]
        return [
            self.lane.run(
                "check", path, "--deadline", "200ms", "--network-wait", "0s", "-o",
                dice.choice(["table", "json", "ndjson"]))]


class Configuration(Format):
    weight = 5
    statuses = {0, 1, 2, 3}
    words = [
        b"{", b"}", b"rotate 3\n", b"compress\n", b"postrotate\n:\nendscript\n", b"endscript\n", b"include ",
        b"size 1M\n", b"dateformat -%Y%m%d%H%s\n", b"olddir ", b"su 0 0\n", b"create 0640 0 0\n", b"maxtotalsize 1G\n",
        b'"', b"\\\n", b"#", b"tabooext + .x\n", b"shredcycles 9\n", b"start 9\n", b"extension .x\n", b"monthly 31\n",
        b"[!a-z]", b"**/"]

    def samples(self):
        return [text.replace(b"{lane}", self.lane.folder.encode()) for text in CONFIGURATIONS]

    def perform(self, data, dice):
        self.lane.make_logs()
        path = self.lane.write("rotate.conf", data)
        dry = ["-d"] if not self.lane.may_act or dice.random() < 0.4 else []
        look = dice.choice([["-v"], ["--output", "json"], ["--output", "ndjson"], []])
        return [self.lane.run("logs", "rotate", *dry, *look, "--force", "-s", "root/state", path)]


class State(Configuration):
    weight = 2
    words = [
        b"logrotate state -- version 1\n", b"logrotate state -- version 2\n", b'"', b"\\n", b"2026-1-1-0:0:0", b"-",
        b":"]

    def samples(self):
        logs = os.path.join(self.lane.folder, "root")
        return [
            (
                f'logrotate state -- version 2\n"{logs}/app.log" 2026-1-31-0:0:0\n"{logs}/other.log" 2025-12-1-23:59:59\n'
                f'"/var/log/a\\"b\\n" 2026-2-28-1:2:3\n{logs}/none 2024-2-29\n').encode()]

    def perform(self, data, dice):
        self.lane.make_logs()
        self.lane.write("root/state", data)
        dry = [] if self.lane.may_act else ["-d"]
        return [self.lane.run("logs", "rotate", *dry, "-v", "-s", "root/state", self.lane.configuration())]


class Journal(State):
    """Records have checksums: most variants are changed inside and made whole again."""

    weight = 4
    words = [b"/", b"..", b"app.log", b"\x00", b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", b"\xff" * 10]

    def samples(self):
        return [self.lane.journal()]

    def mutate(self, mutator):
        data = mutator.dice.choice(mutator.samples)
        heading, payloads = frames(data)
        if not payloads or mutator.dice.random() < 0.25:
            return mutator.variant()
        parts = type(mutator)(mutator.dice, payloads, self.words)
        for _ in range(mutator.dice.choice([1, 1, 2, 4])):
            at = mutator.dice.randrange(len(payloads))
            payloads = payloads[:at] + [parts.variant()] + payloads[at + mutator.dice.choice([0, 1, 1, 1]):]
        return framed(heading, payloads)

    def perform(self, data, dice):
        self.lane.make_logs()
        self.lane.write("root/state.journal", data)
        os.chmod(self.lane.path("root/state.journal"), 0o600)
        dry = [] if self.lane.may_act else ["-d"]
        return [self.lane.run("logs", "rotate", *dry, "-v", "-s", "root/state", self.lane.configuration())]


def framed(heading, payloads):
    """A journal, with checksums that fit."""
    return heading + b"".join(struct.pack("<II", len(part), zlib.crc32(part)) + part for part in payloads)


def frames(data):
    """The heading of a journal and what its records hold."""
    start = data.find(b"\n") + 1
    payloads, at = [], start
    while at + 8 <= len(data):
        length = struct.unpack_from("<I", data, at)[0]
        if at + 8 + length > len(data):
            break
        payloads.append(data[at + 8:at + 8 + length])
        at += 8 + length
    return data[:start], payloads


class LogLines(Format):
    weight = 8
    words = [
        b'"', b"\\", b"\\x22", b"\\u0000", b"[10/Oct/2000:13:55:36 -0700]", b"[31/Feb/9999:99:99:99 +9999]", b" - ",
        b"{", b"}", b"2024-02-30T25:61:61.999999999999Z", b"::ffff:1.2.3.4", b"<999>", b"1e400", b"%22",
        b"GET / HTTP/1.1", b"="]

    def samples(self):
        return [b"\n".join(LOG_LINES) + b"\n"] + [line + b"\n" for line in LOG_LINES]

    def mutate(self, mutator):
        return b"\n".join(mutator.variant() for _ in range(60))

    def perform(self, data, dice):
        path = self.lane.write("access.log", data)
        command = ["logs", dice.choice(["top", "summary"]), path, "-o", dice.choice(LOG_OUTPUTS), "--bad-lines", "50"]
        command += ["--format", dice.choice(LOG_FORMATS)]
        command += dice.choice([[], [], ["--normalize"], ["--every", "1s"], ["--count-copies"], ["--memory", "1MB"]])
        if command[1] == "top" and dice.random() < 0.3:
            command += ["--partial", "written.tally"]
        return [self.lane.run(*command)]


class Tally(Format):
    """Tallies, and checkpoints, which are tallies too; the checksum at the end is made right for most."""

    weight = 4
    words = [b"\xff" * 9 + b"\x01", b"\x80\x80\x04", b"\x00" * 8, b"ip", b"combined"]

    def samples(self):
        return self.lane.tallies()

    def mutate(self, mutator):
        if mutator.dice.random() < 0.2:
            return mutator.variant()
        body = type(mutator)(mutator.dice, [sample[:-8] for sample in mutator.samples], self.words).variant()[:40_000]
        return body + struct.pack("<Q", fingerprint(body))

    def perform(self, data, dice):
        path = self.lane.write("one.tally", data)
        if dice.random() < 0.4:
            return [
                self.lane.run("logs", "top", "--by", "ip", "--format", "combined", "--checkpoint", path, "true.log")]
        also = ["true.tally"] if dice.random() < 0.5 else []
        return [self.lane.run("logs", "merge", path, *also, "-o", dice.choice(LOG_OUTPUTS), "--bad-lines", "50")]


def fingerprint(data):
    """FNV-1a, 64 bits: the checksum of a tally."""
    number = 0xCBF29CE484222325
    for byte in data:
        number = (number ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return number


class Gzip(Format):
    weight = 3
    words = [b"\x1f\x8b\x08\x00", b"\x1f\x8b\x08\x1c", b"\x00\x00\xff\xff", b"\x03\x00"]

    def samples(self):
        text = b"\n".join(LOG_LINES * 20) + b"\n"
        return [
            gzip.compress(text, mtime=0), gzip.compress(text, mtime=0) + gzip.compress(text, 1, mtime=0),
            gzip.compress(bytes(4 << 20), mtime=0), gzip.compress(random.Random(1).randbytes(3_000), mtime=0)]

    def perform(self, data, dice):
        path = self.lane.write("packed.log.gz", data)
        return [self.lane.run("logs", "top", path, "-o", dice.choice(LOG_OUTPUTS), "--bad-lines", "20")]


class Record(Format):
    weight = 2
    words = [
        b'"type"', b'"host"', b'"outcome":"done"', b'"status":0', b'{"type":"host","host":"a"}', b"\\u001b", b"null",
        b"[[[["]

    def samples(self):
        return self.lane.records()

    def perform(self, data, dice):
        path = self.lane.write("runs/0.ndjson", data)
        return [self.lane.run(
            "run", "hosts.json", "--runs-directory", "runs", "--resume", path,
            "-o", dice.choice(["table", "json", "ndjson"]), "--", "uptime")]


class Resolver(Format):
    """/etc/resolv.conf and /etc/hosts, which are ours in this namespace of mounts."""

    weight = 2
    words = [
        b"nameserver 127.0.0.1\n", b"options ndots:99 timeout:9 attempts:0 rotate\n", b"search a b c\n",
        b"fe80::1%eth0", b"#", b"127.0.0.1 one.test\n", b"::1 one.test two.test\n", b"domain .\n"]

    def samples(self):
        return RESOLVERS

    def perform(self, data, dice):
        for name in ("resolv.conf", "hosts"):
            self.lane.write(name, data if dice.random() < 0.7 else dice.choice(RESOLVERS))
        return [self.lane.run("check", "names.json", "--deadline", "300ms", "--network-wait", "0s")]


class Certificates(Format):
    weight = 1
    words = [b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n", b"MIIB", b"====", b"AAAA" * 40]

    def samples(self):
        return self.lane.certificates()

    def perform(self, data, dice):
        path = self.lane.write("roots.pem", data)
        return [self.lane.run("probe", "https://127.0.0.1:1/", "--timeout", "200ms", "--ca-file", path)]


class Arguments(Format):
    """Texts of the command line: filters, notations, patterns, durations, words that are none."""

    weight = 6
    words = [
        b"(a*)*", b"(a|aa)+$", b"a*a*a*a*a*b", b"(.*)*x", b"((a{0,99}){0,99}){0,99}", b" and ", b" or ", b"not ", b"(",
        b")", b"in (", b"~ ", b"contains ", b"(?<a>", b"\\d+", b".*", b"{1,9999}", b"$a", b"%h", b"%{X}i", b"~h{,",
        b"[", b"]", b"[1:9]", b",", b"!", b"*", b"h", b"2026-01-31", b"@127.0.0.1", b":99999"]

    def samples(self):
        return FILTERS + NOTATIONS

    def perform(self, data, dice):
        text = data.replace(b"\0", b"0")[:100_000]
        where = dice.choice([
            ["logs", "top", "true.log", "--where", text], ["logs", "top", "true.log", "--where", text],
            ["logs", "top", "true.log", "--format", text], ["logs", "top", "true.log", "--format", b"regex:" + text],
            ["logs", "top", "true.log", "--by", text], ["logs", "top", "true.log", "--since", text],
            ["logs", "top", "true.log", "--every", text],
            ["logs", "top", "--format", "combined", "--explain-format", text],
            ["run", "hosts.json", "--limit", text, "--runs-directory", "runs", "--", "true"],
            ["probe", "--timeout", "100ms", text], ["probe", "dns", text, "@127.0.0.1:1", "--timeout", "100ms"],
            ["check", "hosts.json", "--deadline", text], [text], ["logs", text], ["check", b"--" + text],
            ["logs", "rotate", b"-" + text], ["check", text], ["logs", "top", text]])
        # A question may take long; it ends when it is asked to.
        return [self.lane.run(*where, patience=2)]


class BenchmarkResults(Format):
    weight = 1
    statuses = {0, 1, 64}
    words = [b"[", b"]", b"{}", b"null", b"1e308", b'"samples"', b'"\\u001b[2J"', b"-0"]

    def samples(self):
        return self.lane.results()

    def perform(self, data, dice):
        path = self.lane.write("results.json", data)
        return [self.lane.run("report", path, program=self.lane.benchmarks)]


FORMATS = [
    Inventory, Configuration, State, Journal, LogLines, Tally, Gzip, Record, Resolver, Certificates, Arguments,
    BenchmarkResults]
