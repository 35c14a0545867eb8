"""A lane of mutations: a folder of a user who owns nothing else, in which muster runs."""

import json
import os
import resource
import shutil
import subprocess

import campaign
import system_calls
import watching
from formats import framed, frames
from formats_text import LOG_LINES

LIMIT = 20
# The name of a process to be killed by its own script, and words of the same length that do nothing.
KILL, NOTHING = b"kill -9 $PPID", b":            "


class FolderLane:
    def __init__(self, folder, muster, benchmarks, user):
        self.folder = folder
        self.muster = campaign.reachable(muster, folder)
        self.benchmarks = benchmarks and campaign.reachable(benchmarks, folder)
        # What this user may not read later.
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
        with open(os.path.join(root, "docs", "benchmarks", "models.json")) as file:
            self.models = json.load(file)
        # Nobody but a user who owns nothing runs what mutated configurations say.
        self.may_act = user is not None
        for name in ("root", "runs", "bin", "work"):
            os.mkdir(self.path(name), 0o700)
        self.write("resolv.conf", b"nameserver 127.0.0.1\n")
        self.write("hosts", b"127.0.0.1 localhost\n")
        for name in ("resolv.conf", "hosts"):
            system_calls.bind(self.path(name), f"/etc/{name}")
        if user is not None:
            for path, folders, names in os.walk(folder):
                for place in [path, *(os.path.join(path, name) for name in names)]:
                    os.chown(place, user, user)
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            # Scripts of mutated configurations start no more than this.
            resource.setrlimit(resource.RLIMIT_NPROC, (200, 200))
        self.furnish()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return name

    def run(self, *arguments, program=None, patience=None):
        surroundings = watching.environment(HOME=self.folder, XDG_STATE_HOME=self.path("runs"))
        surroundings["PATH"] = self.path("bin") + ":/usr/bin:/bin"
        ending = watching.run(
            [program or self.muster, *arguments], self.folder, LIMIT, surroundings=surroundings, patience=patience)
        # Lines of CSV end in CR LF.
        ending.output = ending.output.replace(b"\r\n", b"\n") if b"csv" in map(
            os.fsencode, arguments) else ending.output
        return ending

    def furnish(self):
        """What runs beside the mutated files: hosts, an ssh that does nothing, a log, a tally of it."""
        self.write("hosts.json", b'{"version":1,"defaults":{"timeout":"50ms"},"hosts":["a","b","c"]}')
        self.write("names.json", json.dumps({
            "version": 1, "defaults": {"timeout": "50ms", "resolve_timeout": "60ms", "attempts": 1},
            "checks": {"t": {"tcp": {"port": 1}}, "d": {"dns": {"name": "one.test"}}},
            "hosts": [{"name": name, "checks": ["t", "d"]} for name in ("one.test", "two.test", "three")]}).encode())
        self.write("bin/ssh", b"#!/bin/sh\necho one\n")
        os.chmod(self.path("bin/ssh"), 0o700)
        # One line is long and all alike: what backtracks or doubles shows there.
        long = LOG_LINES[0].replace(b"/a?x=1", b"/" + b"a" * 60_000 + b"?x=1")
        self.write("true.log", b"\n".join(LOG_LINES[:1] * 20 + [long]) + b"\n")
        self.run("logs", "top", "--by", "ip", "--format", "combined", "--partial", "true.tally", "true.log")

    # True samples, made by the program itself.

    def make_logs(self):
        shutil.rmtree(self.path("root"), ignore_errors=True)
        os.mkdir(self.path("root"), 0o700)
        for name in ("app.log", "app.log.1", "other.log"):
            self.write(f"root/{name}", b"a line\n" * 30)

    def configuration(self, script=NOTHING):
        logs = f"{self.folder}/root/*.log".encode()
        text = logs + b" {\nrotate 3\ncreate\ncompress\npostrotate\n" + script + b"\nendscript\n}\n"
        return self.write("safe.conf", text)

    def journal(self):
        """That of a run which its own script killed, with a script in it that does nothing."""
        self.make_logs()
        self.run("logs", "rotate", "--force", "-s", "root/state", self.configuration(KILL))
        with open(self.path("root/state.journal"), "rb") as file:
            heading, payloads = frames(file.read().replace(KILL, NOTHING))
        if not payloads:
            raise RuntimeError("no journal of a killed run could be made")
        return framed(heading, payloads)

    def tallies(self):
        self.run("logs", "summary", "true.log", "--partial", "other.tally")
        self.run(
            "logs", "top", "--by", "path,status", "--sum", "bytes", "--quantiles", "bytes", "--distinct", "ip",
            "--partial", "third.tally", "true.log")
        return [self.read(name) for name in ("true.tally", "other.tally", "third.tally")]

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def records(self):
        self.run("run", "hosts.json", "--runs-directory", "made", "--", "uptime")
        return [self.read(f"made/{name}") for name in os.listdir(self.path("made"))]

    def certificates(self):
        done = subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", "/dev/null", "-subj", "/CN=attack.test", "-addext", "subjectAltName=DNS:attack.test"],
            capture_output=True, cwd=self.folder, check=True)
        return [done.stdout, done.stdout * 2]

    def results(self):
        """The numbers that stand in the docs, and a small part of them."""
        whole = self.models
        small = {
            **whole, "cells": whole["cells"][:6], "workloads": whole["workloads"][:2],
            "contenders": whole["contenders"][:3]}
        return [json.dumps(small).encode()]

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
