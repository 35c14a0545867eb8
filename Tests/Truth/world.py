"""The network of the test: checkers in lanes, a router, and far behind it a server that is many hosts.

    lane 0 (10.64.0.1) ──┐
    lane 1 (10.64.1.1) ──┼── router ── far: 10.80.0.0/16 and fd00:80::/32, every address answers
    ...                  ┘

Each lane is a machine of its own for one run of muster: it has an address, a default route and a firewall, so that
runs at the same time cannot disturb each other. An address says by its prefix what happens to packets for it
(`10.83.2.9`: the router rejects in the second way), and a port says how the far server behaves.
"""

import os
import subprocess
import sys
import time

from processes import Trouble, end, environment, run
from witness import greatest

# How nftables can reject, with what a check over TCP has to say then. The position is part of the prefix.
REJECTS_4 = [
    ("port-unreachable", "refused"), ("host-unreachable", "unreachable"), ("net-unreachable", "unreachable"),
    ("prot-unreachable", "unreachable"), ("net-prohibited", "prohibited"), ("host-prohibited", "prohibited"),
    ("admin-prohibited", "prohibited")]
REJECTS_6 = [
    ("port-unreachable", "refused"), ("no-route", "unreachable"), ("addr-unreachable", "unreachable"),
    ("admin-prohibited", "prohibited"), ("policy-fail", "prohibited"), ("reject-route", "prohibited")]
RESET, DROP = 20, 21

GOOD, ROUTES, LINK, AT_ROUTER, AT_HOST, NEAR = 80, 81, 82, 83, 84, 90
RESOLVER = "10.80.0.53"
UNREACHABLE, PROHIBIT, BLACKHOLE, NO_ROUTE, LOOP = 1, 2, 3, 4, 5


def address(family, prefix, block, host):
    """An address of a block: 10.83.2.9 or fd00:83:2::9."""
    return f"10.{prefix}.{block}.{host}" if family == 4 else f"fd00:{prefix}:{block}::{host}"


def network(family, prefix, block):
    return f"10.{prefix}.{block}.0/24" if family == 4 else f"fd00:{prefix}:{block}::/48"


def rejecting(prefix):
    """nftables rules that reject or drop by block."""
    rules = []
    for index, (kind, _) in enumerate(REJECTS_4, 1):
        rules.append(f"ip daddr {network(4, prefix, index)} reject with icmp type {kind}")
    for index, (kind, _) in enumerate(REJECTS_6, 1):
        rules.append(f"ip6 daddr {network(6, prefix, index)} reject with icmpv6 type {kind}")
    for family, word in ((4, "ip"), (6, "ip6")):
        rules.append(f"{word} daddr {network(family, prefix, RESET)} meta l4proto tcp reject with tcp reset")
        rules.append(f"{word} daddr {network(family, prefix, DROP)} drop")
    return "\n    ".join(rules)


def table(hook, prefix):
    return f"""table inet truth {{
  chain c {{
    type filter hook {hook} priority 0; policy accept;
    {rejecting(prefix)}
  }}
}}"""


class Namespace:
    """A network namespace with a name."""

    needed = {"net/ipv4/ip_forward": "1", "net/ipv6/conf/all/forwarding": "1"}
    # A rate limit would make rejects into drops; probing for duplicate addresses would make addresses come late.
    wanted = {
        "net/ipv4/icmp_ratelimit": "0", "net/ipv4/icmp_msgs_per_sec": "100000", "net/ipv4/icmp_msgs_burst": "10000",
        "net/ipv6/icmp/ratelimit": "0", "net/ipv4/conf/all/send_redirects": "0",
        "net/ipv4/conf/default/send_redirects": "0", "net/ipv4/conf/all/rp_filter": "0",
        "net/ipv4/conf/default/rp_filter": "0", "net/ipv6/conf/default/accept_dad": "0",
        "net/ipv6/conf/default/dad_transmits": "0", "net/ipv6/conf/all/keep_addr_on_down": "1",
        "net/ipv6/conf/default/keep_addr_on_down": "1", "net/core/somaxconn": "4096",
        "net/ipv4/tcp_max_syn_backlog": "4096", "net/ipv4/ip_local_port_range": "20000 60999"}

    def __init__(self, name, forwards):
        self.name = name
        run(["ip", "netns", "add", name])
        self.set({**(self.needed if forwards else {}), **self.wanted})
        self.ip("link set lo up")

    def within(self, command):
        return ["nsenter", f"--net=/run/netns/{self.name}", *command]

    def ip(self, script):
        run(["ip", "-n", self.name, "-force", "-batch", "-"], script)

    def nft(self, rules):
        run(self.within(["nft", "-f", "-"]), rules)

    def set(self, values):
        """Write settings of the kernel; only the needed ones have to succeed."""
        lines = [
            f"echo '{value}' > /proc/sys/{name}" + ("" if name in self.needed else " 2>/dev/null || true")
            for name, value in values.items()]
        run(self.within(["sh", "-e", "-c", "\n".join(lines)]))


class Lane(Namespace):
    """Where one run of muster at a time lives."""

    def __init__(self, index, router, folder):
        super().__init__(f"lane{index}", forwards=False)
        self.index = index
        self.folder = folder
        self.group = os.path.basename(folder)  # How names of its control groups begin.
        self.router = router
        self.device = "up0"
        self.gate = f"lane{index}"  # The router's end.
        router.ip(f"link add {self.gate} type veth peer name {self.device} netns {self.name}")
        router.ip(
            f"address add 10.64.{index}.254/24 dev {self.gate}\n"
            f"address add fd00:64:{index}::fe/64 dev {self.gate} nodad\nlink set {self.gate} up")
        self.configure()
        near = [("unreachable", UNREACHABLE), ("prohibit", PROHIBIT), ("blackhole", BLACKHOLE)]
        self.ip("\n".join(
            f"route replace {kind} {network(family, NEAR, block)}" for kind, block in near for family in (4, 6)))

    def configure(self):
        """Bring the uplink up with its addresses and routes, as a network manager does."""
        self.ip(f"link set {self.device} up")
        self.ip("\n".join([
            f"address replace 10.64.{self.index}.1/24 dev {self.device}",
            f"address replace fd00:64:{self.index}::1/64 dev {self.device} nodad",
            f"route replace default via 10.64.{self.index}.254",
            f"route replace default via fd00:64:{self.index}::fe dev {self.device}"]))

    def neighbour(self, family, host):
        """An address of our own link at which nobody is."""
        return f"10.64.{self.index}.{host}" if family == 4 else f"fd00:64:{self.index}::{host}"

    def repair(self):
        """Undo whatever a disturbance did, and wait until the uplink works."""
        run(self.within(["nft", "flush", "ruleset"]))
        for table_name in (f"inet gate{self.index}", f"netdev gate{self.index}"):
            try:
                run(self.router.within(["nft", "delete", "table", *table_name.split()]))
            except Trouble:
                pass  # It was not there.
        self.set({"net/ipv4/ip_local_port_range": self.wanted["net/ipv4/ip_local_port_range"]})
        self.router.ip(f"link set {self.gate} up")
        self.configure()
        self.ip(f"neigh flush dev {self.device}")
        self.router.ip(f"neigh flush dev {self.gate}")
        for _ in range(200):
            # The kernel tells of a carrier up to a second late.
            if "state UP" in run(["ip", "-n", self.name, "-o", "link", "show", self.device]):
                return
            time.sleep(0.02)
        raise Trouble(f"{self.name} does not come up again")


class World:
    """Router, far server and lanes; to be closed."""

    def __init__(self, folder, lanes):
        self.folder = folder
        run(["mount", "--make-rprivate", "/"])
        run(["mount", "-t", "tmpfs", "tmpfs", "/run"])
        run(["ip", "link", "set", "lo", "up"])
        self.name_resolver()
        self.router = Namespace("router", forwards=True)
        self.far = Namespace("far", forwards=True)
        self.connect()
        self.lanes = [Lane(index, self.router, folder) for index in range(lanes)]
        self.server = self.serve()

    def name_resolver(self):
        """Let /etc/resolv.conf name the far server."""
        path = os.path.join(self.folder, "resolv.conf")
        with open(path, "w") as file:
            file.write(f"nameserver {RESOLVER}\n")
        target = os.path.realpath("/etc/resolv.conf")
        if not os.path.exists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            open(target, "w").close()
        run(["mount", "--bind", path, target])

    def connect(self):
        self.router.ip("link add far0 type veth peer name far1 netns far")
        near, far = ["link set far0 up"], ["link set far1 up"]
        for family, length in ((4, 24), (6, 48)):
            router, other = address(family, LINK, 0, 1), address(family, LINK, 0, 2)
            nodad = " nodad" if family == 6 else ""
            near.append(f"address add {router}/{length} dev far0{nodad}")
            far += [f"address add {other}/{length} dev far1{nodad}", f"route add default via {router}"]
            for prefix in (GOOD, AT_ROUTER, AT_HOST):
                whole = f"10.{prefix}.0.0/16" if family == 4 else f"fd00:{prefix}::/32"
                near.append(f"route add {whole} via {other}")
                far.append(f"route add local {whole} dev lo")
            for kind, block in (("unreachable", UNREACHABLE), ("prohibit", PROHIBIT), ("blackhole", BLACKHOLE)):
                near.append(f"route add {kind} {network(family, ROUTES, block)}")
            # Each sends it back to the other until it has no hops left.
            near.append(f"route add {network(family, ROUTES, LOOP)} via {other}")
        self.router.ip("\n".join(near))
        self.far.ip("\n".join(far))
        self.router.nft(table("forward", AT_ROUTER))
        self.far.nft(table("input", AT_HOST))

    def serve(self):
        here = os.path.dirname(os.path.abspath(__file__))
        self.witness = subprocess.Popen(
            [sys.executable, os.path.join(here, "witness.py"), self.path("witness-late")], env=environment())
        process = subprocess.Popen(
            self.far.within([sys.executable, os.path.join(here, "server.py"), self.folder]), stdout=subprocess.PIPE,
            env=environment())
        if process.stdout.readline() != b"ready\n":
            raise Trouble("the far server did not start")
        return process

    def path(self, name):
        return os.path.join(self.folder, name)

    def lateness(self, since):
        """The longest that the far server, and any process, was late by since an instant of the monotonic clock."""
        if self.server.poll() is not None:
            raise Trouble("the far server has ended")
        return greatest(self.path("server-late"), since), greatest(self.path("witness-late"), since)

    def close(self):
        end(self.server)
        end(self.witness)
