"""How the far server answers questions: by port, and as the resolver of the lanes by name."""

import asyncio
import ipaddress
import socket
import struct
import time
from collections import Counter

import messages
import ports
from messages import OWNER, RIGHT, WRONG, Question, address_record, encoded, record

IP_PKTINFO, IPV6_RECVPKTINFO, IPV6_PKTINFO, IPV6_FREEBIND = 8, 49, 50, 78
SLOW, VERY_SLOW = 0.25, 1.9


class Answerer:
    """Yields what to send for a question: pairs of a delay and a message. `stream` says that it came over TCP."""

    def __init__(self):
        self.seen, self.asked, self.begun = set(), Counter(), {}

    def is_first(self, question):
        """Whether it is asked for the first time."""
        key = (question.name, question.type)
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def good(self, question, stream):
        return [(0, question.holding(RIGHT))]

    def slow(self, question, stream):
        return [(SLOW, question.holding(RIGHT))]

    def chain(self, question, stream):
        alias = record(OWNER, messages.CNAME, encoded("real.truth.test"))
        return [(0, question.answer([alias, address_record(encoded("real.truth.test"), RIGHT)]))]

    def no_edns(self, question, stream):
        if question.has_options:
            return [(0, question.id + struct.pack(">HHHHH", 0x8001, 0, 0, 0, 0))]
        return self.good(question, stream)

    def first_lost(self, question, stream):
        return [] if self.is_first(question) else self.good(question, stream)

    def stray_id(self, question, stream):
        answer = question.holding(WRONG)
        stray = bytes([answer[0] ^ 0x55, answer[1]]) + answer[2:]
        return [(0, stray), (0.02, question.holding(RIGHT))]

    def large(self, question, stream):
        if not stream:
            return [(0, question.answer(truncated=True))]
        return self.good(question, stream)

    def nxdomain(self, question, stream):
        return [(0, question.nothing(messages.NXDOMAIN))]

    def servfail(self, question, stream):
        return [(0, question.answer(code=messages.SERVFAIL))]

    def refused(self, question, stream):
        return [(0, question.answer(code=messages.REFUSED))]

    def nodata(self, question, stream):
        return [(0, question.nothing())]

    def referral(self, question, stream):
        others = record(encoded("truth.test"), messages.NS, encoded("ns.elsewhere.test"))
        return [(0, question.answer(authority=[others], authoritative=False))]

    def other_record(self, question, stream):
        return [(0, question.holding(WRONG))]

    def other_owner(self, question, stream):
        return [(0, question.answer([address_record(encoded("unrelated.example"), RIGHT)]))]

    def cut(self, question, stream):
        return [(0, question.holding(RIGHT)[:-3])]

    def silent(self, question, stream):
        return []

    def truncated(self, question, stream):
        return [(0, question.answer(truncated=True))]

    def resolver(self, question, stream):
        """Names say what becomes of them and, in hexadecimal, which address they have: `ok-17-0a500109.truth.test`."""
        words = question.name.split(".")[0].split("-")
        action, digits = words[0], words[-1]
        mood = self.mood(question, words)
        if mood == "fails":
            return [(0, question.answer(code=messages.SERVFAIL))]
        if mood == "is silent":
            return []
        if action == "nx" or len(words) < 3:
            return [(0, question.nothing(messages.NXDOMAIN))]
        if action == "none":
            return [(0, question.nothing())]
        if action == "fail" or action == "fail1" and self.is_first(question):
            return [(0, question.answer(code=messages.SERVFAIL))]
        if action == "lost1" and self.is_first(question):
            return []
        delay = VERY_SLOW if mood == "is slow" else SLOW if action == "slow" else 0
        return [(delay, question.holding(ipaddress.ip_address(bytes.fromhex(digits))))]


    def mood(self, question, words):
        """What a resolver at an odd address does with a question, whatever its name says; None for the usual."""
        kind = ports.ODD_RESOLVERS.get(question.server)
        run = (kind, words[1] if len(words) > 1 else "")  # Names tell runs apart.
        self.asked[run] += 1
        if kind == "fails":
            return "fails"
        if kind == "fails every fifth time" and self.asked[run] % 5 == 0:
            return "fails"
        if kind == "loses every second question" and self.asked[run] % 2 == 0:
            return "is silent"
        if kind == "fails in the first second":
            begun = self.begun.setdefault(run, time.monotonic())
            return "fails" if time.monotonic() - begun < 1 else None
        return "is slow" if kind == "is slow" else None


class DatagramPort:
    """A port over UDP; answers leave from the address that was asked, though there are thousands."""

    def __init__(self, loop, family, number, answerer):
        self.loop, self.answerer = loop, answerer
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        if family == socket.AF_INET:
            self.socket.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        else:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.socket.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
            self.socket.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        self.socket.setblocking(False)
        self.socket.bind(("", number))
        loop.add_reader(self.socket, self.read)

    def read(self):
        for _ in range(64):
            try:
                message, control, _, peer = self.socket.recvmsg(4096, 256)
            except OSError:
                return
            try:
                answers = self.answerer(Question(message, self.asked(control)), False)
            except (IndexError, struct.error, ValueError):
                continue
            for delay, answer in answers:
                if delay:
                    self.loop.call_later(delay, self.send, answer, control, peer)
                else:
                    self.send(answer, control, peer)

    @staticmethod
    def asked(control):
        """The address that a question was sent to; the resolver has none of IPv6."""
        return next((socket.inet_ntoa(data[8:12]) for level, kind, data in control if kind == IP_PKTINFO), "")

    def send(self, answer, control, peer):
        back = []
        for level, kind, data in control:
            if kind == IP_PKTINFO and level == socket.IPPROTO_IP:
                # The source, and no interface: the route chooses that.
                back.append((level, kind, struct.pack("I", 0) + data[4:8] + bytes(4)))
            elif kind == IPV6_PKTINFO and level == socket.IPPROTO_IPV6:
                back.append((level, kind, data[:16] + bytes(4)))
        try:
            self.socket.sendmsg([answer], back, 0, peer)
        except OSError:
            pass  # Who asked is gone.


class StreamPeer(asyncio.Protocol):
    """A connection that asks over TCP, with lengths before the messages."""

    def __init__(self, loop, answerer):
        self.loop, self.answerer, self.buffer = loop, answerer, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while len(self.buffer) >= 2:
            length = struct.unpack(">H", self.buffer[:2])[0]
            if len(self.buffer) < 2 + length:
                return
            message, self.buffer = self.buffer[2:2 + length], self.buffer[2 + length:]
            server = self.transport.get_extra_info("sockname")[0].replace("::ffff:", "")
            for delay, answer in self.answerer(Question(message, server), True):
                self.loop.call_later(delay, self.transport.write, struct.pack(">H", len(answer)) + answer)


async def serve(loop, listener):
    """Open every port of the list; nothing listens over TCP where a truncated answer is to stay the last word."""
    answerer = Answerer()
    services = [(ports.RESOLVER, answerer.resolver)]
    services += [(ports.port("dns", name), getattr(answerer, name.replace("-", "_"))) for name in ports.DNS]
    for number, answer in services:
        for family in (socket.AF_INET, socket.AF_INET6):
            DatagramPort(loop, family, number, answer)
        if number != ports.port("dns", "truncated"):
            await loop.create_server(lambda answer=answer: StreamPeer(loop, answer), sock=listener(number))
