"""DNS messages as the far server writes them (RFC 1035)."""

import ipaddress
import struct

A, NS, CNAME, SOA, AAAA, OPT = 1, 2, 5, 6, 28, 41
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, REFUSED = 0, 1, 2, 3, 5

RIGHT, WRONG = "192.0.2.7", "192.0.2.99"
OWNER = b"\xc0\x0c"  # The question's name.


def encoded(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


class Question:
    """What a query asks."""

    def __init__(self, message, server=""):
        self.server = server  # The address that was asked.
        self.id = message[:2]
        self.desires_recursion = message[2] & 1
        labels, at = [], 12
        while message[at]:
            labels.append(message[at + 1:at + 1 + message[at]].decode("ascii", "replace").lower())
            at += 1 + message[at]
        self.name = ".".join(labels)
        self.type = struct.unpack(">H", message[at + 1:at + 3])[0]
        self.raw = message[12:at + 5]
        self.has_options = struct.unpack(">H", message[10:12])[0] > 0

    def answer(self, records=(), code=NOERROR, authority=(), truncated=False, authoritative=True):
        flags = 0x8000 | (0x0400 if authoritative else 0) | (0x0200 if truncated else 0)
        flags |= (0x0100 if self.desires_recursion else 0) | (0x0080 if authoritative else 0) | code
        head = struct.pack(">HHHHH", flags, 1, len(records), len(authority), 0)
        return self.id + head + self.raw + b"".join(records) + b"".join(authority)

    def holding(self, address):
        """An answer with this address, or with no record where the question is for the other family."""
        address = ipaddress.ip_address(address)
        if self.type != (A if address.version == 4 else AAAA):
            return self.nothing()
        return self.answer([record(OWNER, self.type, address.packed)])

    def nothing(self, code=NOERROR):
        """No record, with the start of authority that says how long that holds (RFC 2308)."""
        values = struct.pack(">IIIII", 1, 3600, 600, 86400, 1)
        start = record(encoded("truth.test"), SOA, encoded("ns.truth.test") + encoded("you.truth.test") + values)
        return self.answer(code=code, authority=[start])


def record(owner, kind, data, lifetime=60):
    return owner + struct.pack(">HHIH", kind, 1, lifetime, len(data)) + data


def address_record(owner, text):
    address = ipaddress.ip_address(text)
    return record(owner, A if address.version == 4 else AAAA, address.packed)
