#!/usr/bin/env python3
"""Hostile DNS, HTTP, TLS and TCP servers by seed, on loopback, checked by hundreds of targets at a time.

    python3 Tests/Attack/servers.py --muster .build/release/muster --seeds 1-20
    python3 Tests/Attack/servers.py --muster .build/release/muster --seed 7 --verbose

A seed is a run of `muster check` over a few hundred targets, and each target is one answer. Found is: up where no
server said what is right; down where one did; a run that does not end at its deadline; a crash; control bytes; too much
memory.

Exit status: 0 all held (or skipped, which is said), 1 findings, 2 wrong usage.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
from collections import Counter

import campaign
import system_calls
import watching
from answers import RIGHT, WRONG
from hostile_servers import Servers, address

TARGETS = 300
DEADLINE, GRACE = 25, 15
MEMORY = 400 << 20


def lacking():
    return None if shutil.which("openssl") else "not installed: openssl"


class Checks:
    """A lane: servers, and one run after another."""

    def __init__(self, folder, muster, is_enclosed):
        self.muster = muster
        self.folder = tempfile.mkdtemp(dir=folder)
        self.kinds = ["dns", "http", "http", "tls", "tls", "tcp"]
        if is_enclosed:
            self.kinds.append("resolver")
            system_calls.own_network()
            system_calls.own_mounts()
            for name, text in (("resolv.conf", "nameserver 127.0.0.1\n"), ("hosts", "127.0.0.1 localhost\n")):
                with open(os.path.join(self.folder, name), "w") as file:
                    file.write(text)
                system_calls.bind(os.path.join(self.folder, name), f"/etc/{name}")
        self.servers = Servers(self.folder, is_enclosed)

    def perform(self, seed):
        names = {f"t{seed * 1000 + number}.attack.test": self.kind(seed, number) for number in range(TARGETS)}
        self.servers.said.clear()
        findings, verdicts = self.check(names, "1500ms")
        counts = Counter(runs=1, answers=len(verdicts))
        # A machine that is busy may have answered late: who was right is asked again, alone and with more time.
        doubtful = self.wrong_downs(verdicts)
        for _ in range(3):
            if doubtful:
                again, verdicts_again = self.check({name: names[name] for name in doubtful}, "9s")
                findings += again
                verdicts.update(verdicts_again)
                doubtful = self.wrong_downs({name: verdicts[name] for name in doubtful})
        for name, verdict in verdicts.items():
            way, truth = self.servers.said.get(name.encode(), ("nothing was asked", WRONG))
            if names[name] == "resolver" and way in ("one address too many", "damaged"):
                continue  # Another address of loopback leads to the same server.
            counts[f"{truth} that are {verdict.split()[0]}"] += 1
            if verdict.startswith("up") and truth == WRONG:
                findings.append(f"{names[name]} {name}: up, though the answer is wrong: {way}")
        findings += [
            f"{names[name]} {name}: {verdicts[name]}, though the answer is right: {self.servers.said[name.encode()][0]}"
            for name in doubtful]
        if len(verdicts) != TARGETS:
            findings.append(f"{len(verdicts)} of {TARGETS} targets were judged")
        return findings, counts, f"{TARGETS} targets"

    def kind(self, seed, number):
        return random.Random(f"kind {seed} {number}").choice(self.kinds)

    def wrong_downs(self, verdicts):
        """Targets that were told to be down, or degraded, though the server was right."""
        said = self.servers.said
        return [name for name, verdict in verdicts.items()
                if verdict.split()[0] in ("down", "degraded") and said.get(name.encode(), ("", WRONG))[1] == RIGHT]

    def check(self, names, timeout):
        """One run; what is wrong with it, and the verdicts by name."""
        checks = {name.split(".")[0]: self.settings(kind, name) for name, kind in names.items()}
        inventory = {
            "version": 1, "defaults": {"timeout": timeout, "attempts": 1, "resolve_timeout": timeout}, "checks": checks,
            "hosts": [
                {"name": name, "address": name if kind == "resolver" else "127.0.0.1", "checks": [name.split(".")[0]]}
                for name, kind in names.items()]}
        path, table = os.path.join(self.folder, "inventory.json"), os.path.join(self.folder, "table.txt")
        with open(path, "w") as file:
            json.dump(inventory, file)
        command = [
            self.muster, "check", path, "-o", "ndjson", "--output-file", table, "--deadline", f"{DEADLINE}s",
            "--network-wait", "0s", "--ca-file", self.servers.authority.path("root.pem")]
        ending = watching.run(command, self.folder, DEADLINE + GRACE)
        findings = watching.faults(ending, {0, 1, 2}, MEMORY)
        verdicts = {}
        for line in ending.output.splitlines():
            try:
                value = json.loads(line)
            except ValueError:
                findings.append(f"not JSON: {watching.shown(line)}")
                continue
            if value.get("type") == "target":
                verdicts[value["host"]] = " ".join([value["verdict"], value.get("reason", "")]).strip()
        if os.path.exists(table):
            with open(table, "rb") as file:
                text = file.read()
            if watching.CONTROL.search(text):
                findings.append(f"control byte in the table: {watching.shown(watching.CONTROL.search(text).group())}")
        return findings, verdicts

    def settings(self, kind, name):
        """The check that a target has."""
        port, right = self.servers.ports["tcp" if kind == "resolver" else kind], f"right {name}"
        if kind == "dns":
            where = ".".join(map(str, address(name.encode())))
            expect = {"rcode": "NOERROR", "answers": [where]}
            return {"dns": {"server": f"127.0.0.1:{port}", "name": name, "expect": expect}}
        if kind in ("tcp", "resolver"):
            return {"tcp": {"port": port, "send": name + "\n", "expect": right}}
        expect = {"status": [200], "body": right}
        if kind == "http":
            return {"http": {"url": f"http://127.0.0.1:{port}/{name}", "expect": expect}}
        return {"http": {"url": f"https://127.0.0.1:{port}/{name}", "tls": {"serverName": name}, "expect": expect}}

    def close(self):
        self.servers.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = campaign.parser(__doc__, "1-10")
    parser.add_argument("--mapped", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    status = campaign.prepare(options, "the attack by servers", lacking())
    if status is not None:
        return status
    is_enclosed = options.mapped or os.geteuid() == 0 and system_calls.may_unshare()
    if not is_enclosed and system_calls.may_unshare():
        os.execvp(system_calls.MAPPED[0], [*system_calls.MAPPED, sys.executable, *sys.argv, "--mapped"])
    if not is_enclosed:
        print("left out: hostile resolvers, which need namespaces of our own")
    return campaign.carry_out(options, __file__, Checks, (options.muster, is_enclosed), "answers")


if __name__ == "__main__":
    sys.exit(main())
