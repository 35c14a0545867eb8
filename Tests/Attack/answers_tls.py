"""Hostile TLS: handshakes that are right with odd things before, within and behind them."""

import re
import ssl
import struct

import answers_http
from answers import EITHER, RIGHT, WRONG, Answer, garbage

ALERT, HANDSHAKE = 21, 22
NAME = re.compile(rb"t\d+\.attack\.test")


def record(kind, data, version=0x0303, length=None):
    return struct.pack(">BHH", kind, version, len(data) if length is None else length) + data


def raw(dice, name):
    """Bytes instead of a handshake."""
    alert = [record(ALERT, bytes([dice.choice([1, 2]), dice.randrange(256)])) for _ in range(dice.choice([1, 5, 90]))]
    server_hello = record(HANDSHAKE, b"\2" + struct.pack(">I", 200)[1:] + b"\3\3" + dice.randbytes(150))
    return dice.choice([
        Answer("garbage", WRONG, [garbage(dice)]),
        Answer("HTTP without TLS", WRONG, [answers_http.response(b"right " + name)]), Answer("alerts", WRONG, alert),
        Answer("alerts for ever", WRONG, endless=record(ALERT, b"\1\x5a") * 500),
        Answer("a record of 65535 bytes", WRONG, [record(HANDSHAKE, bytes(70_000), length=65535)]),
        Answer("a record of no bytes, for ever", WRONG, endless=record(HANDSHAKE, b"") * 500),
        Answer("a record of no bytes of data, for ever", WRONG, endless=record(23, b"") * 500),
        Answer("cipher changes for ever", WRONG, endless=record(20, b"\1") * 500),
        Answer("half a hello, then silence", WRONG, [server_hello], ending="keep"),
        Answer("half a hello", WRONG, [server_hello]),
        Answer(
            "a message of 16 MB", WRONG, [record(HANDSHAKE, b"\x0b\xff\xff\xff" + bytes(9_000))] * 40,
            endless=record(HANDSHAKE, bytes(16_000))),
        Answer("SSL 2", WRONG, [b"\x80\x2e\4\0\1\0\2" + bytes(60)]), Answer("nothing", WRONG),
        Answer("silence", WRONG, ending="keep"),
        Answer(
            "a certificate of garbage", WRONG,
            [record(HANDSHAKE, b"\x0b" + struct.pack(">I", 600)[1:] + b"\0\2\x55\0\2\x52" + dice.randbytes(594))])])


class Twist:
    """What is done to the records of a handshake that is right."""

    def __init__(self, dice):
        self.dice = dice
        self.way, self.verdict = dice.choice([
            ("none", RIGHT), ("none", RIGHT), ("none", RIGHT), ("cut into bytes", RIGHT), ("flip", WRONG),
            ("flip", WRONG), ("flip", WRONG), ("cut off", WRONG), ("repeat a record", WRONG),
            ("leave a record out", WRONG), ("hello request first", EITHER), ("heartbeat first", WRONG),
            ("unknown record first", WRONG), ("warning first", EITHER), ("records split", EITHER), ("length", WRONG)])
        self.flights = 0

    def flight(self, data):
        """The first flight as it goes out, and whether the connection ends behind it."""
        self.flights += 1
        if self.flights > 1 or self.way in ("none", "cut into bytes"):
            return data, False
        dice, records = self.dice, list(split(data))
        at = dice.randrange(len(records))
        if self.way == "flip":
            kind, body = records[at][0], bytearray(records[at][5:])
            body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
            records[at] = record(kind, bytes(body))
        elif self.way == "cut off":
            return data[:dice.randrange(len(data))], True
        elif self.way == "repeat a record":
            # The change of cipher counts for nothing in TLS 1.3, where it may be repeated.
            at = next(number for number, one in enumerate(records) if one[0] != 20)
            records.insert(at, records[at])
        elif self.way == "leave a record out":
            del records[0]
        elif self.way == "records split":
            records = [part for one in records for part in halves(dice, one)]
        elif self.way == "length":
            records[at] = records[at][:3] + struct.pack(
                ">H", dice.choice([0, 1, 0x4101, 0x7FFF, 0xFFFF])) + records[at][5:]
        else:
            first = {"hello request first": record(HANDSHAKE, bytes(4)), "heartbeat first": record(24, b"\1\xff\xff"),
                     "unknown record first": record(99, b"x"), "warning first": record(ALERT, b"\1\x5a")}
            records.insert(0, first[self.way])
        return b"".join(records), False


def split(data):
    at = 0
    while at + 5 <= len(data):
        end = at + 5 + struct.unpack_from(">H", data, at + 3)[0]
        yield data[at:end]
        at = end


def halves(dice, one):
    """One record of the handshake as two; others cannot be cut."""
    body = one[5:]
    if one[0] != HANDSHAKE or len(body) < 2:
        return [one]
    cut = dice.randrange(1, len(body))
    return [record(HANDSHAKE, body[:cut]), record(HANDSHAKE, body[cut:])]


class Contexts:
    """Server contexts: whether what they show is right, and how they are called."""

    def __init__(self, authority):
        self.all = []
        for certificate, verdict in (
            ("good", RIGHT), ("good", RIGHT), ("other", WRONG), ("stranger", WRONG), ("forged", WRONG),
            ("forged-too", WRONG)):
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.minimum_version = context.maximum_version = version
                context.load_cert_chain(authority.path(f"{certificate}.pem"), authority.path(f"{certificate}.key"))
                self.all.append((context, verdict, f"{version.name} {certificate}"))
