"""Hostile and odd DNS messages. What is looked for is one A record of the name asked for, with an address that follows
from it.
"""

import struct

from answers import EITHER, RIGHT, WRONG, flipped, garbage

A, NS, CNAME, AAAA, IN = 1, 2, 5, 28, 1
POINTER = b"\xc0\x0c"  # To the name of the question.


def wire(name):
    return b"".join(bytes([len(label)]) + label for label in name.split(b".")) + b"\0"


def record(owner, kind, data, group=IN, ttl=60, length=None):
    return owner + struct.pack(">HHIH", kind, group, ttl, len(data) if length is None else length) + data


class Question:
    """What was asked, as it stands in the query."""

    def __init__(self, message):
        self.id = message[:2]
        at, labels = 12, []
        while message[at]:
            labels.append(message[at + 1:at + 1 + message[at]])
            at += 1 + message[at]
        self.name = b".".join(labels)
        self.section = message[12:at + 5]
        self.kind = struct.unpack_from(">H", message, at + 1)[0]

    def message(self, answers, flags=0x8580, others=(), counts=None, section=None, ident=None):
        section = self.section if section is None else section
        counts = counts or (1 if section else 0, len(answers), 0, len(others))
        return (ident or self.id) + struct.pack(">H4H", flags, *counts) + section + b"".join(answers) + b"".join(others)


class Reply:
    """Datagrams (True: from another port), what comes over TCP, and whether that is right."""

    def __init__(self, way, verdict, datagrams=(), stream=None):
        self.way, self.verdict, self.datagrams, self.stream = way, verdict, list(datagrams), stream


def framed(message):
    return struct.pack(">H", len(message)) + message


def chain(question, address, length, close=True, shuffle=None):
    names = [POINTER] + [wire(b"c%d.attack.test" % number) for number in range(length)]
    records = [record(owner, CNAME, target) for owner, target in zip(names, names[1:])]
    records += [record(names[-1], A, address)] if close else [record(names[-1], CNAME, names[0] if length else POINTER)]
    if shuffle:
        shuffle.shuffle(records)
    return question.message(records)


def right(dice, q, address):
    good = q.message([record(POINTER, A, address)])
    spelled = record(wire(q.name.swapcase()), A, address)
    noise = [q.message([record(POINTER, A, b"\6\6\6\6")], ident=bytes([q.id[0] ^ 1, q.id[1]])), garbage(dice, 300)]
    cut = q.message([], flags=0x8780)
    return dice.choice([
        Reply("plain", RIGHT, [good]), Reply("name written out, other case", RIGHT, [q.message([spelled])]),
        Reply("CNAME chain", RIGHT, [chain(q, address, dice.randrange(1, 15))]),
        Reply("CNAME chain, mixed up", RIGHT, [chain(q, address, dice.randrange(1, 15), shuffle=dice)]),
        Reply(
            "records of other names beside", RIGHT,
            [q.message([record(wire(b"o.test"), A, b"\6\6\6\6"), record(POINTER, A, address)])]),
        Reply("unrelated messages first", RIGHT, noise * dice.randrange(1, 6) + [good]),
        Reply("TTL of all ones", RIGHT, [q.message([record(POINTER, A, address, ttl=0xFFFFFFFF)])]),
        Reply(
            "additional records", RIGHT,
            [q.message([record(POINTER, A, address)], others=[record(wire(b"x.y"), 99, bytes(60))] * 3)]),
        Reply("over TCP", RIGHT, [cut], [bytes([byte]) for byte in framed(good)]),
        Reply(
            "long, over TCP", RIGHT, [cut],
            [framed(q.message([record(POINTER, A, address)], others=[record(wire(b"x.y"), 99, bytes(400))] * 90))])])


def misplaced(dice, q, address):
    """The right record where it does not count."""
    good = record(POINTER, A, address)
    other = wire(b"other.attack.test") + struct.pack(">HH", A, IN)
    return dice.choice([
        Reply("wrong id", WRONG, [q.message([good], ident=bytes([q.id[0] ^ 0x80, q.id[1]]))]),
        # The id of a later query may be among them.
        Reply(
            "flood of wrong ids", EITHER,
            [q.message([good], ident=struct.pack(">H", n)) for n in range(64) if struct.pack(">H", n) != q.id]),
        Reply("from another port", WRONG, [(q.message([good]), True)]),
        Reply("a query", WRONG, [q.message([good], flags=0x0100)]),
        Reply("another question", WRONG, [q.message([good], section=other)]),
        Reply("no question", EITHER, [q.message([good], section=b"")]),
        Reply("NXDOMAIN", WRONG, [q.message([good], flags=0x8583)]),
        Reply("SERVFAIL", WRONG, [q.message([good], flags=0x8582)]),
        Reply("class CH", WRONG, [q.message([record(POINTER, A, address, group=3)])]),
        Reply("of another name", WRONG, [q.message([record(wire(b"x." + q.name), A, address)])]),
        Reply("of the name above", WRONG, [q.message([record(wire(b"attack.test"), A, address)])]),
        Reply("in the additional section", WRONG, [q.message([], others=[good])]),
        Reply("as AAAA", WRONG, [q.message([record(POINTER, AAAA, address)])]),
        Reply("as TXT", WRONG, [q.message([record(POINTER, 16, b"\4" + address)])]),
        Reply("another address", WRONG, [q.message([record(POINTER, A, b"\6\6\6\6")])]),
        Reply("one address too many", WRONG, [q.message([good, record(POINTER, A, b"\6\6\6\6")])]),
        Reply(
            "CNAME that leads elsewhere, and an address beside", WRONG,
            [q.message([record(POINTER, CNAME, wire(b"b.test")), record(wire(b"c.test"), A, address)])]),
        Reply(
            "CNAME of another name, and the address of the name", WRONG,
            [q.message([record(wire(b"a.test"), CNAME, wire(b"b.test")), record(wire(b"b.test"), A, address)])])])


def broken(dice, q, address):
    """Names and lengths that are none."""
    good = record(POINTER, A, address)
    here = 12 + len(q.section)

    def owner(data):
        return [q.message([record(data, A, address)])]

    return dice.choice([
        Reply("pointer to itself", WRONG, owner(struct.pack(">H", 0xC000 | here))),
        Reply("pointers in a ring", WRONG, owner(struct.pack(">HH", 0xC000 | here + 2, 0xC000 | here))),
        Reply("pointer ahead", WRONG, owner(struct.pack(">H", 0xC000 | here + 40))),
        Reply("pointer behind the end", WRONG, owner(b"\xff\xff")),
        Reply("pointer into the head", WRONG, owner(b"\xc0\x00")),
        Reply("label and a pointer to it", WRONG, owner(b"\1a" + struct.pack(">H", 0xC000 | here))),
        Reply("label type 01", WRONG, owner(b"\x41\0")), Reply("label type 10", WRONG, owner(b"\x80\0")),
        Reply("name of 400 bytes", WRONG, owner(b"\x3f" + b"a" * 63 + (b"\x3f" + b"b" * 63) * 6 + b"\0")),
        Reply("label of escapes", WRONG, owner(b"\x0e\x1b[31m\x1b]0;x\x07\xc2\x9b\r\n\0")),
        *(
            Reply(f"A of {size} bytes", WRONG, [q.message([record(POINTER, A, (address * 3)[:size])])])
            for size in (0, 3, 5, 8)),
        Reply("data longer than the message", WRONG, [q.message([record(POINTER, A, address, length=65535)])]),
        Reply("65535 answers promised", EITHER, [q.message([good], counts=(1, 65535, 65535, 65535))]),
        Reply("more questions promised", WRONG, [q.message([good], counts=(9, 1, 0, 0))]),
        Reply("cut off", WRONG, [q.message([good])[:-dice.randrange(1, 14)]]),
        Reply("head alone", WRONG, [q.message([])[:12]]), Reply("less than a head", WRONG, [q.id]),
        Reply("empty", WRONG, [b""]),
        Reply("CNAME ring", WRONG, [chain(q, address, dice.randrange(0, 9), close=False)]),
        Reply("CNAME chain of 200", WRONG, [chain(q, address, 200)[:4_000]]),
        Reply(
            "CNAME to a ring of pointers", WRONG,
            [q.message([record(POINTER, CNAME, struct.pack(">H", 0xC000 | here + 12)), good])]),
        Reply("garbage", WRONG, [garbage(dice, 500)] * dice.randrange(1, 40)), Reply("silence", WRONG, [])])


def stream(dice, q, address):
    """What may go wrong over TCP, behind a truncated datagram."""
    good = q.message([record(POINTER, A, address)])
    cut = q.message([], flags=0x8780)
    way, parts = dice.choice([
        ("length too great", [struct.pack(">H", len(good) + 40) + good]),
        ("length too small", [struct.pack(">H", len(good) - 3) + good]), ("length zero", [b"\0\0" * 30]),
        ("garbage", [garbage(dice)]), ("nothing", []), ("half", [framed(good)[:20]]),
        ("truncated again", [framed(cut)]), ("wrong ids for ever", [framed(b"\0\0" + good[2:])] * 400),
        ("65535 bytes of nothing", [b"\xff\xff" + bytes(65535)])])
    return Reply(f"TCP: {way}", WRONG if q.id != b"\0\0" else EITHER, [cut], parts)


def damaged(dice, q, address):
    data = flipped(dice, dice.choice([q.message([record(POINTER, A, address)]), chain(q, address, 3)]))
    return Reply("damaged", EITHER if address in data else WRONG, [data])


def reply(dice, question, address):
    if question.kind != A:
        return Reply("no such record", EITHER, [question.message([])])
    return dice.choice([right, right, misplaced, broken, broken, stream, damaged])(dice, question, address)
