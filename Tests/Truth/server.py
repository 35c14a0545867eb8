"""The far server: one process that is many hosts. Which port is asked says how it behaves.

Run by the world as `server.py FOLDER`; it makes its certificates in FOLDER, prints "ready" and serves until it is
ended. Where its own loop was late, it says so in FOLDER/server-late: what it was to do by then came late as well.
"""

import asyncio
import os
import socket
import ssl
import struct
import sys
import time

import certificates
import ports
import server_dns
from witness import HEARTBEAT, note

SLOW = 0.25
BANNER = b"SSH-2.0-truth\r\n"


def page(body, status=b"200 OK", length=None, more=b""):
    size = len(body) if length is None else length
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n" % (status, size, more) + body


# What the peer gets, as (delay, bytes); an end may follow: "close", "reset".
TCP = {
    "banner": [(0, BANNER)],
    "slow-banner": [(SLOW, BANNER)],
    "other-banner": [(0, b"220 mail.truth.test\r\n")],
    "pieces": [(0, BANNER[:5]), (0.05, BANNER[5:])],
    "reset": ["reset"],
    "reset-midway": [(0, BANNER[:4]), (0.05, b""), "reset"],
    "silent": [],
    "closing": ["close"],
}
HTTP = {
    "fine": [(0, page(b"fine"))],
    "slow": [(SLOW, page(b"fine"))],
    "drip": [(0, page(b"fine")[:20]), (0.1, page(b"fine")[20:-2]), (0.1, b"ne")],
    "large": [(0, page(b"fine" + b"x" * 1_500_000))],
    "status": [(0, page(b"no", b"500 Internal Server Error"))],
    "other-body": [(0, page(b"other"))],
    "reset": ["reset"],
    "reset-midway": [(0, page(b"fi", length=1000)), (0.05, b""), "reset"],
    "silent": [],
    "closing": ["close"],
    "endless": [(0, page(b"f", length=1000)), *[(0.4, b"x")] * 20],
    "short": [(0, page(b"fine", length=1000)), "close"],
    "garbage": [(0, b"\x00\x01garbage\r\n\r\n"), "close"],
    "redirect": [(0, page(b"", b"302 Found", more=b"Location: /elsewhere\r\n"))],
}


def reset(transport):
    """End a connection without a farewell."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Peer(asyncio.Protocol):
    """Goes through a script: from the beginning, or once the request is there."""

    def __init__(self, script, waits):
        self.script, self.waits, self.seen = list(script), waits, b""

    def connection_made(self, transport):
        self.transport = transport
        if not self.waits:
            self.proceed()

    def data_received(self, data):
        if self.waits:
            self.seen += data
            if b"\r\n\r\n" in self.seen:
                self.waits = False
                self.proceed()

    def proceed(self):
        while self.script and not self.transport.is_closing():
            step = self.script.pop(0)
            if step == "close":
                return self.transport.close()
            if step == "reset":
                return reset(self.transport)
            delay, data = step
            if delay:
                asyncio.get_running_loop().call_later(delay, self.say, data)
                return
            self.transport.write(data)

    def say(self, data):
        if not self.transport.is_closing():
            self.transport.write(data)
            self.proceed()


class AfterHello(Peer):
    """Goes through a script once it has the first bytes of a handshake."""

    def __init__(self, script):
        super().__init__(script, waits=True)

    def data_received(self, data):
        if self.waits:
            self.waits = False
            self.proceed()


def accept_slowly(loop, ear, factory, context):
    """Let the client's hello wait for a while in the socket."""
    waiting = set()

    async def shake(sock):
        await asyncio.sleep(SLOW)
        try:
            await loop.connect_accepted_socket(factory, sock, ssl=context)
        except (OSError, ssl.SSLError):
            sock.close()

    def accept():
        try:
            sock, _ = ear.accept()
        except OSError:
            return
        sock.setblocking(False)
        task = loop.create_task(shake(sock))
        waiting.add(task)
        task.add_done_callback(waiting.discard)

    loop.add_reader(ear, accept)


def listener(number):
    """A socket that listens at every address, old and new."""
    ear = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    ear.bind(("::", number))
    ear.listen(4096)
    ear.setblocking(False)
    return ear


def context(folder, name):
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(os.path.join(folder, name + ".chain"), os.path.join(folder, name + ".key"))
    return secure


def secure_services(folder):
    """What speaks TLS: (port's name, certificate, script)."""
    certificate = {name: name for name in (
        "good", "complete", "expired", "early", "wrong-name", "self-signed", "untrusted", "lone", "incomplete")}
    for name in certificate:
        yield name, context(folder, name), HTTP["fine"]
    good = context(folder, "good")
    yield "status", good, HTTP["status"]
    yield "silent-inside", good, HTTP["silent"]
    yield "closing-inside", good, HTTP["closing"]


async def serve(folder):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)  # Peers that break off a handshake are our daily bread.
    for name, script in TCP.items():
        await loop.create_server(
            lambda script=script: Peer(script, waits=False), sock=listener(ports.port("tcp", name)))
    for name, script in HTTP.items():
        await loop.create_server(
            lambda script=script, waits=name != "reset": Peer(script, waits), sock=listener(ports.port("http", name)))
    for name, secure, script in secure_services(folder):
        await loop.create_server(
            lambda script=script: Peer(script, waits=True), sock=listener(ports.port("tls", name)), ssl=secure)
    refusal = page(b"speak TLS", b"400 Bad Request")
    for name, script in {"plain": [(0, refusal), "close"], "silent": [], "reset": ["reset"], "closing": ["close"]}.items():
        await loop.create_server(
            lambda script=script: AfterHello(script), sock=listener(ports.port("tls", name)))
    good = context(folder, "good")
    accept_slowly(
        loop, listener(ports.port("tls", "slow")), lambda: Peer(HTTP["fine"], waits=True), good)
    await server_dns.serve(loop, listener)


async def main(folder):
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -10)  # It is many machines, and has to keep their pace.
    except OSError:
        pass
    certificates.make(os.path.join(folder, "pki"))
    await serve(os.path.join(folder, "pki"))
    with open(os.path.join(folder, "server-late"), "w", buffering=1) as file:
        print("ready", flush=True)
        while True:
            due = time.monotonic() + HEARTBEAT
            await asyncio.sleep(HEARTBEAT)
            note(file, time.monotonic() - due)


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1]))
    except KeyboardInterrupt:
        pass
