"""Servers on loopback that are hostile by seed: DNS over UDP and TCP, HTTP, TLS, and lines of text. Which target is
asked for stands in the question, and it alone says what the answer is.
"""

import asyncio
import random
import socket
import ssl
import struct
import subprocess
import threading

import answers_dns
import answers_http
import answers_tls
from answers import EITHER, RIGHT, WRONG, Answer, garbage, pieces

# Bytes and seconds that an endless answer goes on for.
MOST, LONGEST = 3 << 20, 4


class Authority:
    """Certificates by the openssl command: one that is right, and others."""

    def __init__(self, folder):
        self.folder = folder
        self.root("root")
        self.leaf("good", "*.attack.test")
        self.leaf("other", "elsewhere.test")
        self.root("stranger")
        # What no authority has signed: an end certificate has, one of version 3 and one of version 1.
        self.leaf("forged", "*.attack.test", issuer="good")
        self.leaf("ancient", None)
        self.leaf("forged-too", "*.attack.test", issuer="ancient")

    def path(self, name):
        return f"{self.folder}/{name}"

    def run(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=self.folder)

    def root(self, name):
        self.run(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
            "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN=Attack {name}", "-addext",
            "subjectAltName=DNS:*.attack.test", "-addext", "keyUsage=critical,keyCertSign,digitalSignature")

    def leaf(self, name, host, issuer="root"):
        """An end certificate, with its issuer behind it where that is none that is trusted; without a host one of
        version 1.
        """
        self.run(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key",
            "-out", f"{name}.csr", "-subj", f"/CN={name}")
        extensions = []
        if host:
            with open(self.path(f"{name}.txt"), "w") as file:
                file.write(
                    f"basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n"
                    f"subjectAltName=DNS:{host}\n")
            extensions = ["-extfile", f"{name}.txt"]
        self.run(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial",
            "-days", "30", *extensions, "-out", f"{name}.pem")
        if issuer != "root":
            with open(self.path(f"{name}.pem"), "ab") as file, open(self.path(f"{issuer}.pem"), "rb") as above:
                file.write(above.read())


def number(name):
    return int(name[1:name.index(b".")])


def address(name):
    """Where a name is by right: an address of loopback, which a resolver may lead to."""
    return bytes([127, 1, 2, number(name) % 250 + 1])


class Servers:
    """All of them, on a loop in a thread of their own. In a network of their own they are this machine's resolver
    too.
    """

    def __init__(self, folder, is_resolver):
        self.is_resolver = is_resolver
        self.authority = Authority(folder)
        self.contexts = answers_tls.Contexts(self.authority)
        # Name -> (what was done, whether that is right).
        self.said = {}
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda loop, context: None)
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.ports = asyncio.run_coroutine_threadsafe(self.open(), self.loop).result(20)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    async def open(self):
        ports, self.listeners = {}, []
        for kind, serve in (("http", self.http), ("tls", self.tls), ("tcp", self.lines), ("dns", self.dns_stream)):
            # Names that are looked up lead to many addresses of loopback, which is all that there is then.
            everywhere = "0.0.0.0" if self.is_resolver and kind == "tcp" else "127.0.0.1"
            server = await asyncio.start_server(self.guarded(serve), everywhere, 0, backlog=1000)
            self.listeners.append(server)
            ports[kind] = server.sockets[0].getsockname()[1]
        if self.is_resolver:
            ports["resolver"] = 53
            self.listeners.append(
                await asyncio.start_server(self.guarded(self.dns_stream), "127.0.0.1", 53, backlog=1000))
            await self.loop.create_datagram_endpoint(lambda: Datagrams(self), ("127.0.0.1", 53))
        await self.datagrams(ports)
        self.elsewhere, _ = await self.loop.create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.0.1", 0))
        return ports

    async def datagrams(self, ports):
        """A port for UDP that TCP has as well."""
        while True:
            try:
                await self.loop.create_datagram_endpoint(lambda: Datagrams(self), ("127.0.0.1", ports["dns"]))
                return
            except OSError:  # It is free for TCP and taken for UDP.
                server = await asyncio.start_server(self.guarded(self.dns_stream), "127.0.0.1", 0)
                self.listeners.append(server)
                ports["dns"] = server.sockets[0].getsockname()[1]

    @staticmethod
    def guarded(serve):
        async def accept(reader, writer):
            try:
                await asyncio.wait_for(serve(reader, writer), LONGEST + 4)
            except (
                OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError, ssl.SSLError,
                ValueError):
                pass  # The peer has gone, or its patience is over.
            finally:
                writer.close()
        return accept

    def dice(self, kind, name):
        return random.Random(f"servers {kind} {number(name)}")

    async def give(self, name, answer, reader, write, writer):
        """Send an answer as it says."""
        self.said.setdefault(name, (answer.way, answer.verdict))
        for part in answer.parts:
            await write(part)
            if answer.pause:
                await asyncio.sleep(answer.pause)
        sent, end = 0, self.loop.time() + LONGEST
        while answer.endless and sent < MOST and self.loop.time() < end:
            await write(answer.endless)
            sent += len(answer.endless)
            await asyncio.sleep(0.002)
        if answer.ending == "keep":
            await reader.read(1 << 16)
        elif answer.ending == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    @staticmethod
    def plainly(writer):
        async def write(data):
            writer.write(data)
            await writer.drain()
        return write

    async def http(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        name = answers_tls.NAME.search(head).group()
        await self.give(name, answers_http.answer(self.dice("http", name), name), reader, self.plainly(writer), writer)

    async def lines(self, reader, writer):
        name = (await reader.readline()).strip()
        dice, text = self.dice("tcp", name), b"right " + name
        answer = dice.choice([
            Answer("at once", RIGHT, [text]), Answer("in pieces", RIGHT, pieces(dice, text), 0.002),
            Answer("more behind", RIGHT, [text, bytes(9_000)]), Answer("one byte less", WRONG, [text[:-1]]),
            Answer("one byte less, then silence", WRONG, [text[:-1]], ending="keep"),
            Answer("a blank first", WRONG, [b" " + text]), Answer("other case", WRONG, [text.upper()]),
            Answer("garbage", WRONG, [garbage(dice)]), Answer("silence", WRONG, ending="keep"),
            Answer("nothing", WRONG), Answer("reset", WRONG, ending="reset"),
            Answer("zeros for ever", WRONG, endless=bytes(8_000)),
            Answer("escapes", WRONG, [answers_http.ESCAPES * 5])])
        if name in self.said:
            # It was found by a resolver, and what that said is the matter.
            answer = Answer("at once", RIGHT, [text])
        await self.give(name, answer, reader, self.plainly(writer), writer)

    # TLS

    async def tls(self, reader, writer):
        hello = await reader.read(1 << 14)
        name = answers_tls.NAME.search(hello).group()
        dice = self.dice("tls", name)
        write = self.plainly(writer)
        if dice.random() < 0.3:
            return await self.give(name, answers_tls.raw(dice, name), reader, write, writer)
        twist = answers_tls.Twist(dice)
        context, shown, version = dice.choice(self.contexts.all)
        answer = answers_http.answer(dice, name)
        verdict = WRONG if WRONG in (
            shown, twist.verdict, answer.verdict) else EITHER if EITHER in (twist.verdict, answer.verdict) else RIGHT
        answer.way, answer.verdict = f"{version}, {twist.way}, then {answer.way}", verdict
        self.said[name] = (answer.way, verdict)
        session = Session(context, twist, reader, write)
        await session.shake(hello)
        await self.give(name, answer, reader, session.write, writer)

    # DNS

    def reply(self, message):
        """What is said to a query, and its name."""
        question = answers_dns.Question(message)
        name = question.name.lower()
        reply = answers_dns.reply(self.dice("dns", name), question, address(name))
        if question.kind == answers_dns.A:
            self.said.setdefault(name, (reply.way, reply.verdict))
        return reply

    async def dns_stream(self, reader, writer):
        length = struct.unpack(">H", await reader.readexactly(2))[0]
        reply = self.reply(await reader.readexactly(length))
        for part in reply.stream or []:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.001)
        if reply.stream and reply.verdict == WRONG:
            await reader.read(1)


class Session:
    """A TLS server in memory, whose first flight is twisted."""

    def __init__(self, context, twist, reader, write):
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.twist, self.reader, self.send = twist, reader, write

    async def flush(self):
        data = self.outgoing.read()
        if not data:
            return
        data, is_end = self.twist.flight(data)
        parts = [data[at:at + 1] for at in range(len(data))] if self.twist.way == "cut into bytes" else [data]
        for part in parts:
            await self.send(part)
        if is_end:
            raise asyncio.IncompleteReadError(b"", None)

    async def until_done(self, step):
        while True:
            try:
                result = step()
                await self.flush()
                return result
            except ssl.SSLWantReadError:
                await self.flush()
                data = await self.reader.read(1 << 14)
                if not data:
                    raise asyncio.IncompleteReadError(b"", None) from None
                self.incoming.write(data)

    async def shake(self, hello):
        self.incoming.write(hello)
        await self.until_done(self.object.do_handshake)
        request = b""
        while b"\r\n\r\n" not in request:
            request += await self.until_done(lambda: self.object.read(1 << 14))

    async def write(self, data):
        if data:
            self.object.write(data)
            await self.flush()


class Datagrams(asyncio.DatagramProtocol):
    """DNS over UDP."""

    def __init__(self, servers):
        self.servers = servers

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, peer):
        try:
            reply = self.servers.reply(data)
        except (ValueError, IndexError):
            return
        for datagram in reply.datagrams:
            if isinstance(datagram, tuple):
                self.servers.elsewhere.sendto(datagram[0], peer)
            else:
                self.transport.sendto(datagram, peer)
