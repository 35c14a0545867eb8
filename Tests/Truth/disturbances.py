"""What befalls the checker in the middle of a run. Whatever it is, it makes no target up or down."""

import itertools
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Callable, Optional

import enclosure
import ports
from processes import end


@dataclass
class Disturbance:
    """Begins at an instant after the start of a run (None: before it) and lasts for a while (None: until its end)."""

    name: str
    text: str
    at: Optional[float] = None
    lasts: Optional[float] = None
    begin: Callable = lambda lane, process: None
    finish: Callable = lambda lane, process: None
    wrapper: tuple = ()  # A command that becomes muster.
    touches_network: bool = False
    discard: Callable = lambda: None  # Where it is not used after all.

    @property
    def disturbs(self):
        return self.name != "none"


def none(dice, lane):
    return Disturbance("none", "nothing")


def window(dice):
    return round(dice.uniform(0.02, 1.2), 2), round(dice.choice([dice.uniform(0.3, 1.5), dice.uniform(1.5, 5)]), 2)


def signalled(process, number):
    if process.poll() is None:
        process.send_signal(number)


def stopped(dice, lane):
    at, lasts = window(dice)
    return Disturbance(
        "stopped", f"stopped for {lasts} s", at, lasts,
        lambda lane, process: signalled(process, signal.SIGSTOP),
        lambda lane, process: signalled(process, signal.SIGCONT))


def descriptors(dice, lane):
    count = dice.choice([24, 40, 64, 64])
    return Disturbance(
        "descriptors", f"{count} descriptors",
        wrapper=("sh", "-c", f'ulimit -n {count}; exec "$0" "$@"'))


def narrow_ports(dice, lane):
    count = dice.choice([10, 50, 200])
    return Disturbance(
        "ports", f"{count} local ports",
        begin=lambda lane, process: lane.set({"net/ipv4/ip_local_port_range": f"30000 {30000 + count - 1}"}))


NUMBERS = itertools.count()  # Of control groups.


class Quota:
    """A control group with a share of one CPU."""

    def __init__(self, root, name, percent):
        self.folder = os.path.join(root, name)
        os.mkdir(self.folder)
        period, quota = 100_000, 1_000 * percent
        if os.path.exists(os.path.join(self.folder, "cpu.cfs_quota_us")):
            self.write("cpu.cfs_period_us", period)
            self.write("cpu.cfs_quota_us", quota)
        else:
            self.write("cpu.max", f"{quota} {period}")

    def write(self, name, value):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(str(value))

    def remove(self):
        try:
            os.rmdir(self.folder)
        except OSError:
            pass  # Whoever made the namespaces removes it once all is over.


def starved(dice, lane, percent=None):
    """A quota where control groups can be made, otherwise another program on the only core that we may use."""
    percent = percent or dice.choice([2, 5, 10])
    for root in enclosure.group_roots():
        try:
            quota = Quota(root, f"{lane.group}-{next(NUMBERS)}", percent)
        except OSError:
            continue
        procs = os.path.join(quota.folder, "cgroup.procs")
        return Disturbance(
            "starved", f"{percent} % of a CPU", finish=lambda lane, process: quota.remove(), discard=quota.remove,
            wrapper=("sh", "-c", f'echo $$ > {procs}; exec "$0" "$@"'))
    return crowded(lane)


def crowded(lane):
    cores = sorted(os.sched_getaffinity(0))
    core = cores[lane.index % len(cores)]
    hogs = []

    def begin(lane, process):
        # It ends by itself, should nobody end it.
        hog = f"import os, time; os.sched_setaffinity(0, [{core}]); t = time.time() + 60\nwhile time.time() < t: pass"
        hogs.append(subprocess.Popen([sys.executable, "-c", hog]))

    return Disturbance(
        "starved", "a busy core, of which we get a tenth", begin=begin,
        finish=lambda lane, process: [end(hog) for hog in hogs],
        wrapper=("taskset", "-c", str(core), "nice", "-n", "10"))


def link_down(dice, lane):
    at, lasts = window(dice)
    return Disturbance(
        "link", f"the link is set down for {lasts} s", at, lasts,
        lambda lane, process: lane.ip(f"link set {lane.device} down"),
        lambda lane, process: lane.configure(), touches_network=True)


def carrier_lost(dice, lane):
    at, lasts = window(dice)
    return Disturbance(
        "carrier", f"no carrier for {lasts} s", at, lasts,
        lambda lane, process: lane.router.ip(f"link set {lane.gate} down"),
        lambda lane, process: lane.router.ip(f"link set {lane.gate} up"), touches_network=True)


def gateway_dead(dice, lane):
    at, lasts = window(dice)
    return Disturbance(
        "gateway", f"the gateway is dead for {lasts} s", at, lasts, gate_shut, gate_opened, touches_network=True)


def gate_shut(lane, process):
    """The router neither hears nor answers, not even who asks for its address."""
    lane.router.nft(f"""table netdev gate{lane.index} {{
  chain c {{ type filter hook ingress device "{lane.gate}" priority 0; policy drop; }}
}}""")


def gate_opened(lane, process):
    lane.router.nft(f"delete table netdev gate{lane.index}")


OWN_PORTS = [
    ports.port("tcp", "banner"), ports.port("http", "fine"), ports.port("tls", "good"), ports.port("dns", "good")]


def output_rules(port, word, for_all=True):
    """For all addresses, or for the odd ones alone, so that others answer on the same port."""
    rule = f"meta l4proto {{ tcp, udp }} th dport {port} {word}"
    rules = [rule] if for_all else [f"ip daddr & 0.0.0.1 == 0.0.0.1 {rule}", f"ip6 daddr & ::1 == ::1 {rule}"]
    return """table inet own {
  chain c {
    type filter hook output priority 0; policy accept;
    %s
  }
}""" % "\n    ".join(rules)


def own_firewall(dice, lane):
    port = dice.choice(OWN_PORTS)
    word = dice.choice([
        "drop", "drop", "reject", "reject with icmpx type admin-prohibited", "reject with icmpx type host-unreachable"])
    for_all = dice.random() < 0.5
    return Disturbance(
        "firewall", f"our own firewall: port {port}{'' if for_all else ' of odd addresses'} {word}",
        begin=lambda lane, process: lane.nft(output_rules(port, word, for_all)))


def gate_rules(lane, word):
    """The router keeps the resolver from a lane."""
    return f"""table inet gate{lane.index} {{
  chain c {{
    type filter hook forward priority -1; policy accept;
    iifname "{lane.gate}" meta l4proto {{ tcp, udp }} th dport {ports.RESOLVER} {word}
  }}
}}"""


def resolver_gone(dice, lane):
    at, lasts = window(dice)
    at, lasts = dice.choice([(at, lasts), (None, None), (at, None)])
    word = dice.choice(["drop", "drop", "reject"])
    span = "for ever" if lasts is None else f"for {lasts} s"
    return Disturbance(
        "resolver", f"the resolver is gone ({word}) {span}", at, lasts,
        lambda lane, process: lane.router.nft(gate_rules(lane, word)),
        lambda lane, process: lane.router.nft(f"delete table inet gate{lane.index}"))


def other_resolvers(lane, name, text, addresses):
    """Muster alone sees another /etc/resolv.conf."""
    path = os.path.join(lane.folder, "resolv-" + "-".join(addresses))
    with open(path, "w") as file:
        file.writelines(f"nameserver {address}\n" for address in addresses)
    script = f'mount --bind {path} {os.path.realpath("/etc/resolv.conf")} && exec "$0" "$@"'
    return Disturbance(name, text, wrapper=("unshare", "--mount", "sh", "-c", script))


def odd_resolver(dice, lane):
    address, mood = dice.choice(sorted(ports.ODD_RESOLVERS.items()))
    return other_resolvers(lane, "odd-resolver", f"the resolver {mood}", [address])


ALL = [
    stopped, descriptors, narrow_ports, starved, link_down, carrier_lost, gateway_dead, own_firewall, resolver_gone,
    odd_resolver]


def choose(dice, lane):
    """None for half of the seeds."""
    return none(dice, lane) if dice.random() < 0.5 else dice.choice(ALL)(dice, lane)
