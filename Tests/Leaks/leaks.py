#!/usr/bin/env python3
"""Runs muster's commands under LeakSanitizer: memory that nothing points to at the end is a leak.

    python3 Tests/Leaks/leaks.py --muster .build/release/muster

The program is the one that is installed: GCC's LeakSanitizer is loaded before it, so nothing is built anew. Needs liblsan
(Debian: libgcc-12-dev), a C compiler and binutils; without them it says so and ends with 0, unless --required is given.

Exit status: 0 nothing is kept (or skipped, which is said), 1 leaks, 2 wrong usage.
"""

import argparse
import gzip
import http.server
import json
import os
import re
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 120

# What others keep: one object of the command-line parser and of Foundation each, and a number for each key in BoringSSL's
# wrapper. What `Muster.end` holds is alive still when it ends the process.
SUPPRESSED = """\
leak:ArgumentParser
leak:FoundationEssentials
leak:withBignumPointer
leak:BoringSSLRSAPublicKey
leak:BoringSSLECPublicKeyWrapper
leak:s6muster6MusterV3end
"""


def sanitizer():
    """The path of the shared LeakSanitizer, or None."""
    found = subprocess.run(["cc", "-print-file-name=liblsan.so"], capture_output=True, text=True).stdout.strip()
    return os.path.realpath(found) if os.path.isabs(found) and os.path.exists(found) else None


class Stage:
    """A folder with the program without its debug information, which LeakSanitizer would read for minutes."""

    def __init__(self, folder, muster, library):
        self.folder = folder
        self.muster = self.path("muster")
        subprocess.run(["strip", "-g", "-o", self.muster, muster], check=True)
        shim = self.path("unconfined.so")
        subprocess.run(
            ["cc", "-O1", "-shared", "-fPIC", "-o", shim, os.path.join(HERE, "unconfined.c"), "-ldl"], check=True)
        self.write("suppressed", SUPPRESSED)
        self.preload = f"{library} {shim}"
        self.count = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def run(self, name, *words, status=0, given=b""):
        """Runs a command; returns what it leaked or did otherwise than expected, as texts."""
        self.count += 1
        reports = self.path(f"reports-{self.count}")
        os.makedirs(reports)
        options = f"log_path={reports}/leak:suppressions={self.path('suppressed')}:exitcode=0:print_suppressions=0"
        environment = dict(os.environ, LD_PRELOAD=self.preload, LSAN_OPTIONS=options, SWIFT_BACKTRACE="enable=no")
        with open(self.path(f"out-{self.count}"), "w+b") as output:
            process = subprocess.Popen(
                [self.muster, *words], stdin=subprocess.PIPE, stdout=output, stderr=output, env=environment,
                cwd=self.folder)
            try:
                process.communicate(given, timeout=LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            output.seek(0)
            said = output.read().decode(errors="replace")
        faults = []
        if process.returncode != status:
            faults.append(f"{name}: ended with {process.returncode}, not {status}\n{said[-2000:]}")
        for report in sorted(os.listdir(reports)):
            with open(os.path.join(reports, report), errors="replace") as file:
                text = file.read()
            # A compressor that muster starts is looked through as well, and may keep what it likes.
            if "fatal error" in text or ("muster" in text and "SUMMARY" in text):
                faults.append(f"{name}: {text[:6000]}")
        summary = re.search(r"\d+ byte\(s\) leaked", "".join(faults))
        print(f"  {name}: {summary[0] if summary else 'faulty' if faults else 'nothing kept'}", flush=True)
        return faults


def logs(stage):
    """Logs plain and compressed, in one pass and in two, with faults, and joined."""
    lines = "".join(
        f'10.0.{i % 9}.{i % 250} - - [10/Oct/2025:13:{i // 60 % 60:02}:{i % 60:02} +0000] '
        f'"GET /p{i % 997}/{i} HTTP/1.1" {200 + i % 5 * 75} {i} "-" "agent"\n' for i in range(20_000))
    plain = stage.write("a.log", lines)
    with gzip.open(stage.path("b.log.gz"), "wt") as file:
        file.write(lines.replace("10.0.", "10.1."))
    names = [plain, stage.path("b.log.gz")]
    if shutil.which("zstd"):
        stage.write("c.log", lines.replace("10.0.", "10.2."))
        subprocess.run(["zstd", "-q", stage.path("c.log")], check=True)
        names.append(stage.path("c.log.zst"))
    yield stage.run("logs top", "logs", "top", *names)
    # More keys than fit: the logs are read twice.
    wide = stage.write("wide.log", lines.replace("GET /", f"GET /{'wide' * 300}/"))
    yield stage.run("logs top, two passes", "logs", "top", wide, *names[1:], "--by", "url", "--memory", "16MB")
    yield stage.run("logs top, as a page", "logs", "top", plain, "-o", "html")
    yield stage.run("logs top of a pipe", "logs", "top", "-", given=lines.encode())
    yield stage.run("logs top of a checkpoint", "logs", "top", plain, "--checkpoint", stage.path("mark"))
    yield stage.run("logs top that goes on", "logs", "top", plain, "--checkpoint", stage.path("mark"))
    yield stage.run("logs top, a filter by a pattern", "logs", "top", plain, "--where", "path ~ '^/p[0-9]+/1'")
    yield stage.run(
        "logs top, a filter of many parts", "logs", "top", plain, "--where",
        "not (status >= 500 or ip in 10.0.1.0/24) and (agent contains 'age' or not exists(user))")
    yield stage.run("logs top, a part", "logs", "top", plain, "--by", "path", "--partial", stage.path("one.part"))
    yield stage.run("logs merge", "logs", "merge", stage.path("one.part"))
    broken = stage.write("broken.log.gz", "no gzip")
    yield stage.run("logs top, a file that is broken", "logs", "top", plain, broken, status=2)
    yield stage.run("logs top, a filter with a fault", "logs", "top", plain, "--where", "status >", status=2)


def rotations(stage):
    """Rotations with every kind of work, one where nothing is due, and ones with faults."""
    for index in range(40):
        stage.write(f"logs/{index}.log", "a line\n" * 1_000)
    options = ["--state", stage.path("state/status")]
    os.makedirs(stage.path("state"), mode=0o700)
    configuration = stage.write(
        "rotate.conf", f"""
compress
{stage.path('logs')}/1*.log {{
    rotate 2
    copytruncate
}}
{stage.path('logs')}/[2-9]*.log {{
    rotate 2
    create 0600
    dateext
    dateformat -%Y%m%d-%s
    sharedscripts
    postrotate
        true
    endscript
}}
""")
    yield stage.run("logs rotate", "logs", "rotate", "--force", *options, configuration)
    yield stage.run("logs rotate, again", "logs", "rotate", "--force", *options, configuration)
    yield stage.run("logs rotate, nothing due", "logs", "rotate", *options, configuration)
    yield stage.run("logs rotate, dry", "logs", "rotate", "--dry-run", *options, configuration)
    failing = stage.write(
        "failing.conf", f"{stage.path('logs')}/1.log {{\nrotate 1\npostrotate\nfalse\nendscript\n}}\n")
    yield stage.run("logs rotate, a script that fails", "logs", "rotate", "--force", *options, failing, status=1)
    faulty = stage.write("faulty.conf", f"{stage.path('logs')}/1.log {{\nrotate x\n")
    yield stage.run("logs rotate, a configuration with a fault", "logs", "rotate", *options, faulty, status=1)


class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 512


def checks(stage):
    """Checks against a real server and against nothing, and against the lab with its faults."""
    with Server(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        inventory = {
            "version": 1,
            "checks": {"web": {"http": {"url": f"http://{{address}}:{port}/"}}, "port": {"tcp": {"port": port}},
                       "none": {"tcp": {"port": 1}}},
            "groups": {"all": {"hosts": ["127.0.0.1", "localhost"], "checks": ["web", "port", "none"]}},
        }
        path = stage.write("inventory.json", json.dumps(inventory))
        yield stage.run("check", "check", path, status=1)
        yield stage.run("check, as JSON", "check", path, "-o", "json", status=1)
        server.shutdown()
    example = os.path.join(HERE, "../../inventory.example.json")
    yield stage.run("check of the example, with its lab", "check", example, "--lab", status=0)
    yield stage.run("check of nothing", "check", stage.path("missing.json"), status=2)
    yield stage.run("probe", "probe", "tcp", "127.0.0.1:1", status=1)
    yield stage.run("reasons", "reasons")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--muster", required=True)
    parser.add_argument("--required", action="store_true")
    arguments = parser.parse_args()
    missing = [tool for tool in ("cc", "strip") if not shutil.which(tool)]
    library = None if missing else sanitizer()
    if library is None:
        print(f"leaks: {' and '.join(missing) or 'liblsan'} is not installed; nothing was looked for")
        return 2 if arguments.required else 0
    folder = tempfile.mkdtemp(prefix="muster-leaks-")
    try:
        stage = Stage(folder, os.path.abspath(arguments.muster), library)
        if any("suspending threads" in fault for fault in stage.run("can it be traced?", "reasons")):
            print("leaks: this system lets no process be traced; nothing was looked for")
            return 0
        faults = [fault for part in (logs, rotations, checks) for found in part(stage) for fault in found]
    finally:
        shutil.rmtree(folder)
    print("\n".join(faults) if faults else f"leaks: {stage.count} commands keep nothing")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
