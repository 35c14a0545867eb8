"""What can be planted: kinds of targets, each with the verdicts that are true of it.

A truth is a text as `up`, `down tcp.refused` or `unknown`; where the moment decides between several, all are listed.
"""

import ipaddress
from dataclasses import dataclass
from typing import Callable

import certificates
import ports
import world
from messages import RIGHT

UP = frozenset(["up"])
# How long the kernel asks for a neighbour that does not answer before it gives up, in seconds, is longer than a timeout.
UNANSWERED = frozenset(["down tcp.timeout", "down tcp.unreachable"])
UNANSWERED_DNS = frozenset(["down dns.timeout", "down dns.unreachable"])


def down(*reasons):
    return frozenset("down " + reason for reason in reasons)


@dataclass(frozen=True)
class Kind:
    name: str
    truth: frozenset
    check: dict  # As in an inventory; HOST stands for the address, ROOT for the file with the root to trust.
    address: Callable  # (lane, family, dice) -> what the inventory says
    families: tuple = (4, 6)

    @property
    def waits(self):
        """Whether only a timeout ends it."""
        return any(word in truth for truth in self.truth for word in ("timeout", "silent", "unreachable")) or \
            "lost1" in self.name

    @property
    def is_near(self):
        """Whether our own routing table keeps it from us."""
        return self.name.startswith("near-")


# MARK: Checks

def tcp(port, expect="SSH-2.0-truth"):
    return {"tcp": {"port": port, **({"expect": expect} if expect else {})}}


def http(port, body="fine"):
    return {"http": {"url": f"http://HOST:{port}/", "expect": {"status": [200], **({"body": body} if body else {})}}}


def https(port):
    check = http(port)["http"]
    return {"http": {
        **check, "url": f"https://HOST:{port}/", "tls": {"ca": "ROOT", "serverName": certificates.NAME}}}


def dns(port):
    return {"dns": {"server": f"HOST:{port}", "name": "{name}-{run}.truth.test", "expect": {"answers": [RIGHT]}}}


# MARK: Addresses

def good(lane, family, dice):
    return world.address(family, world.GOOD, dice.randrange(1, 250), dice.randrange(1, 250))


def block(prefix, number):
    return lambda lane, family, dice: world.address(family, prefix, number, dice.randrange(1, 250))


def beyond(lane, family, dice):
    """On the link between router and far server, where nobody is."""
    return world.address(family, world.LINK, 0, dice.randrange(10, 250))


def neighbour(lane, family, dice):
    return lane.neighbour(family, dice.randrange(10, 250))


def name(action):
    """A name that the resolver treats so."""
    def make(lane, family, dice):
        digits = ipaddress.ip_address(good(lane, family, dice)).packed.hex()
        return f"{action}-RUN-{dice.randrange(1 << 30)}-{digits}.truth.test"
    return make


# MARK: The table

SERVICES = [
    ("tcp", tcp, {
        "banner": UP, "slow-banner": UP, "pieces": UP, "other-banner": down("tcp.mismatch"), "reset": down("tcp.reset"),
        "reset-midway": down("tcp.reset"), "silent": down("tcp.silent"), "closing": down("tcp.closed")}),
    # Established is up, whatever comes then.
    ("open", lambda port: tcp(port, None), {"banner": UP, "silent": UP, "closing": UP, "reset": UP}),
    ("http", http, {
        "fine": UP, "slow": UP, "drip": UP, "status": down("http.status"), "other-body": down("http.body"),
        "reset": down("tcp.reset"), "reset-midway": down("tcp.reset"), "silent": down("http.timeout"),
        "closing": down("http.closed"), "endless": down("http.timeout"), "short": down("http.closed"),
        "garbage": down("http.malformed"), "redirect": down("http.status")}),
    ("page", lambda port: http(port, None), {"large": UP}),
    ("tls", https, {
        "good": UP, "complete": UP, "slow": UP, "expired": down("tls.expired"), "early": down("tls.not_yet_valid"),
        "wrong-name": down("tls.wrong_name"), "self-signed": down("tls.self_signed"),
        "untrusted": down("tls.untrusted"), "lone": down("tls.untrusted"),
        # Whether that issuer is one in the middle cannot be seen.
        "incomplete": down("tls.untrusted", "tls.incomplete"), "plain": down("tls.handshake"),
        "silent": down("tls.timeout"), "reset": down("tls.closed", "tcp.reset"), "closing": down("tls.closed"),
        "status": down("http.status"), "silent-inside": down("http.timeout"), "closing-inside": down("http.closed")}),
    ("dns", dns, {
        "good": UP, "slow": UP, "chain": UP, "no-edns": UP, "first-lost": UP, "stray-id": UP, "large": UP,
        "nxdomain": down("dns.nxdomain"), "servfail": down("dns.servfail"), "refused": down("dns.refused"),
        "nodata": down("dns.nodata"), "referral": down("dns.referral"), "other-record": down("dns.mismatch"),
        "other-owner": down("dns.nodata", "dns.mismatch"), "cut": down("dns.malformed"),
        "silent": down("dns.timeout"), "truncated": down("dns.truncated")}),
]
PORTS_OF = {"open": "tcp", "page": "http"}


def services():
    for protocol, check, truths in SERVICES:
        for behaviour, truth in truths.items():
            number = ports.port(PORTS_OF.get(protocol, protocol), behaviour)
            yield Kind(f"{protocol}-{behaviour}", truth, check(number), good)
        if protocol != "page":
            refused = down("dns.unreachable" if protocol == "dns" else "tcp.refused")
            yield Kind(f"{protocol}-nobody", refused, check(ports.CLOSED), good)


# A healthy service of each kind: what keeps us from it is on the way.
HEALTHY = [
    ("open", tcp(ports.port("tcp", "banner"), None)), ("tcp", tcp(ports.port("tcp", "banner"))),
    ("http", http(ports.port("http", "fine"))), ("tls", https(ports.port("tls", "good"))),
    ("dns", dns(ports.port("dns", "good")))]


def on_the_way(place, truth, dns_truth, address, families=(4, 6)):
    for protocol, check in HEALTHY:
        chosen = dns_truth if protocol == "dns" else truth
        if chosen:
            yield Kind(f"{place}-{protocol}", chosen, check, address, families)


def ways():
    unreachable = down("dns.unreachable")
    for place, prefix in (("router", world.AT_ROUTER), ("host", world.AT_HOST)):
        for family, rejects in ((4, world.REJECTS_4), (6, world.REJECTS_6)):
            for number, (word, meaning) in enumerate(rejects, 1):
                yield from on_the_way(
                    f"{place}-{word}{family}", down("tcp." + meaning), unreachable, block(prefix, number), (family,))
        yield from on_the_way(f"{place}-tcp-reset", down("tcp.refused"), None, block(prefix, world.RESET))
        yield from on_the_way(
            f"{place}-drop", down("tcp.timeout"), down("dns.timeout"), block(prefix, world.DROP))
    for word, number, meaning in (
        ("unreachable", world.UNREACHABLE, "unreachable"), ("prohibit", world.PROHIBIT, "prohibited"),
        ("no-route", world.NO_ROUTE, "unreachable")):
        yield from on_the_way(f"far-{word}6", down("tcp." + meaning), unreachable, block(world.ROUTES, number), (6,))
        # Linux tells a source of such a route five times and then once a second (net.ipv4.route.error_burst).
        yield from on_the_way(
            f"far-{word}4", down("tcp." + meaning, "tcp.timeout"), UNANSWERED_DNS, block(world.ROUTES, number), (4,))
    yield from on_the_way("far-loop", down("tcp.ttl_exceeded"), unreachable, block(world.ROUTES, world.LOOP))
    yield from on_the_way(
        "far-blackhole", down("tcp.timeout"), down("dns.timeout"), block(world.ROUTES, world.BLACKHOLE))
    yield from on_the_way("far-nobody", UNANSWERED, UNANSWERED_DNS, beyond)
    yield from on_the_way("neighbour-nobody", UNANSWERED, UNANSWERED_DNS, neighbour)
    for word, number in (
        ("unreachable", world.UNREACHABLE), ("prohibit", world.PROHIBIT), ("blackhole", world.BLACKHOLE)):
        unknown = frozenset(["unknown"])
        yield from on_the_way(f"near-{word}", unknown, unknown, block(world.NEAR, number))


def names():
    truths = {
        "ok": UP, "slow": UP, "fail1": UP, "lost1": UP, "nx": down("resolve.nxdomain"),
        "none": down("resolve.no_address"),
        # It is the name's own where others resolve, and nobody knows where there are no others.
        "fail": frozenset(["down resolve.servfail", "unknown"])}
    for action, truth in truths.items():
        for protocol, check in HEALTHY[1:4]:
            yield Kind(f"name-{action}-{protocol}", truth, check, name(action))
    for action, truth in {"ok": UP, "nx": down("dns.nxdomain")}.items():
        check = {"dns": {"name": "{address}"}}
        yield Kind(f"resolver-{action}", truth, check, name(action), (4,))


ALL = [*services(), *ways(), *names()]
