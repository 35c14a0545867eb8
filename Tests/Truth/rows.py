#!/usr/bin/env python3
"""The rows of the field checks: what befell muster on real machines, each as a scenario in which no verdict may be false.

    python3 Tests/Truth/rows.py --muster .build/release/muster [--row WORD] [--verbose]

Prints a line a row: targets up, down, unknown and false. Exit status as of truth.py.
"""

import argparse
import concurrent.futures
import os
import queue
import random
import signal
import sys
import tempfile
from dataclasses import dataclass
from typing import Callable

import disturbances
import enclosure
import kinds
import ports
import world as worlds
from disturbances import Disturbance
from comparing import TRIES
from fleet import Fleet, Scenario, targets, timeout
from running import examine
from world import World

KINDS = {kind.name: kind for kind in kinds.ALL}
SLOW = {"TCP": "tcp-slow-banner", "HTTP": "http-slow", "HTTPS": "tls-slow", "DNS": "dns-slow"}
FINE = ["tcp-banner", "http-fine", "tls-good", "dns-good"]
# In the middle of a run of about three seconds.
AT, FOR = 0.8, 3.0


@dataclass
class Row:
    name: str
    kinds: dict  # Name of a kind -> how many targets.
    disturbance: Callable  # lane -> Disturbance
    window: int = 24
    attempts: int = 2
    # Far more than a run takes that ends by itself.
    deadline: int = 60
    timeout: float = 0  # In seconds; 0: as for seeds.
    must_be_judged: bool = False  # No target that is up may be unknown.


def stop(at):
    return lambda lane: Disturbance(
        "stopped", f"stopped at {at} s for 5 s", at, 5.0,
        lambda lane, process: disturbances.signalled(process, signal.SIGSTOP),
        lambda lane, process: disturbances.signalled(process, signal.SIGCONT))


def few_descriptors(lane):
    return Disturbance("descriptors", "64 descriptors", wrapper=("sh", "-c", 'ulimit -n 64; exec "$0" "$@"'))


def routes(lane):
    return Disturbance("route", "routes of ours that lead nowhere")


def gateway(lasts):
    return lambda lane: Disturbance(
        "gateway", f"the gateway is dead for {lasts or 'ever'}", AT, lasts, disturbances.gate_shut,
        disturbances.gate_opened, touches_network=True)


def carrier(lane):
    return Disturbance(
        "carrier", "the carrier is lost for ever", AT, None,
        lambda lane, process: lane.router.ip(f"link set {lane.gate} down"), touches_network=True)


def firewall(word, for_all=True):
    port = disturbances.OWN_PORTS[0]
    return lambda lane: Disturbance(
        "firewall", f"our own firewall: port {port} {word}",
        begin=lambda lane, process: lane.nft(disturbances.output_rules(port, word, for_all)))


def resolver(word, at, lasts):
    return lambda lane: Disturbance(
        "resolver", f"the resolver is gone ({word})", at, lasts,
        lambda lane, process: lane.router.nft(disturbances.gate_rules(lane, word)),
        lambda lane, process: lane.router.nft(f"delete table inet gate{lane.index}"))


def odd(mood, addresses):
    return lambda lane: disturbances.other_resolvers(lane, "odd-resolver", f"the resolver {mood}", addresses)


def fine(count):
    return {name: count for name in FINE}


def rows():
    yield Row("descriptors 64", fine(150), few_descriptors, window=400, must_be_judged=True)
    for protocol, kind in SLOW.items():
        for at in (0.3, 0.8, 1.3, 1.9, 2.6):
            yield Row(f"stopped 5 s at {at} s, {protocol}", {kind: 300}, stop(at), attempts=1)
    yield Row("2 % of a CPU", fine(25), lambda lane: disturbances.starved(random.Random(1), lane, 2), deadline=60)
    yield Row(
        "route unreachable",
        {**fine(50), **{f"near-{word}-{kind}": 10 for word in ("unreachable", "prohibit", "blackhole")
                        for kind in ("tcp", "http", "tls", "dns")}}, routes, must_be_judged=True)
    mixed = {**{kind: 75 for kind in SLOW.values()}, "tcp-nobody": 30, "router-drop-tcp": 10}
    yield Row("gateway dead", mixed, gateway(None), deadline=20)
    yield Row("carrier lost", mixed, carrier, deadline=20)
    yield Row("uplink out for 3 s", mixed, gateway(FOR))
    for word in ("drop", "reject", "reject with icmpx type admin-prohibited"):
        yield Row(f"own nftables {word}", fine(50), firewall(word))
    for word in ("drop", "reject with icmpx type host-unreachable"):
        for seconds in (0.5, 1, 2.5):
            yield Row(
                f"own nftables {word}, odd addresses, {seconds:g} s", {"tcp-banner": 100}, firewall(word, for_all=False),
                attempts=1, timeout=seconds)
    named = {f"name-ok-{protocol}": 50 for protocol in ("tcp", "http", "tls")} | {"resolver-ok": 50}
    yield Row("resolver dead", {**named, **fine(20)}, resolver("drop", None, None))
    yield Row("resolver refuses", {**named, **fine(20)}, resolver("reject", None, None))
    yield Row("resolver out for 3 s", {**named, "name-slow-tcp": 100}, resolver("drop", 0.3, FOR))
    yield Row("resolver fails and loses each name at first", {
        "name-fail1-tcp": 100, "name-lost1-http": 100, "name-ok-tls": 50}, lambda lane: Disturbance("none", "nothing"))
    for address, mood in ports.ODD_RESOLVERS.items():
        chosen = {**named, **fine(20)}
        if mood == "is slow":
            del chosen["resolver-ok"]  # There the resolver itself is what is checked, with the check's own timeout.
        yield Row(f"resolver {mood}", chosen, odd(mood, [address]), must_be_judged=mood != "fails")
    dead = worlds.address(4, worlds.AT_ROUTER, worlds.DROP, 53)
    yield Row("first of two resolvers dead", named, odd("is dead", [dead, worlds.RESOLVER]), must_be_judged=True)


def scenario(row, lane, nonce, root):
    dice = random.Random(row.name)
    chosen = [KINDS[name] for name, count in row.kinds.items() for _ in range(count)]
    dice.shuffle(chosen)
    run = f"r{nonce}"
    disturbance = row.disturbance(lane)
    fleet = Fleet(targets(dice, lane, run, chosen), row.attempts, run, root, row.timeout or timeout(disturbance))
    return Scenario(fleet, disturbance, ["-c", str(row.window)], row.deadline)


class Rows:
    """Runs rows in the lanes of a world."""

    def __init__(self, world, options):
        self.world, self.options = world, options
        self.root = os.path.join(world.folder, "pki", "root.pem")
        self.free = queue.SimpleQueue()
        for lane in world.lanes:
            self.free.put(lane)

    def perform(self, item):
        number, row = item
        lane = self.free.get()
        try:
            for turn in range(TRIES):
                folder = tempfile.mkdtemp(prefix="row-", dir=self.world.folder)
                planned = scenario(row, lane, f"{number}x{turn}", self.root)
                comparison, story = examine(row.name, planned, self.world, lane, self.options.muster, folder)
                if comparison.is_true or comparison.is_witnessed:
                    break
            return row, comparison, story
        finally:
            self.free.put(lane)

    def show(self, row, comparison, story):
        told = comparison.told
        unjudged = told["unknown"] - sum(
            count for name, count in row.kinds.items() if KINDS[name].is_near)
        if row.must_be_judged and unjudged > 0:
            comparison.faults.append(f"{unjudged} targets that could be judged were not")
        print(
            f"{row.name:<48} up {told['up']:4}  down {told['down'] + told['degraded']:4}  "
            f"unknown {told['unknown']:4}  false {len(comparison.findings):4}  {comparison.seconds:5.1f} s", flush=True)
        for fault in comparison.faults:
            print(f"    {fault}")
        if self.options.verbose:
            for line in story + [finding.text() for finding in comparison.findings[:10]]:
                print(f"    {line}")
        return comparison


def inside(options):
    chosen = [row for row in rows() if not options.row or options.row in row.name]
    world = World(options.inside, min(options.lanes, len(chosen)))
    try:
        test = Rows(world, options)
        with concurrent.futures.ThreadPoolExecutor(len(world.lanes)) as pool:
            comparisons = [test.show(*result) for result in pool.map(test.perform, enumerate(chosen))]
        false = sum(len(comparison.findings) for comparison in comparisons)
        faults = sum(len(comparison.faults) for comparison in comparisons)
        print(f"{len(comparisons)} rows, {false} false verdicts" + (f", {faults} faults" if faults else ""))
        return 1 if false or faults else 0
    finally:
        world.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--muster", required=True, help="the program to test")
    parser.add_argument("--row", help="only rows with this in their name")
    parser.add_argument("--lanes", type=int, default=6, help="runs at a time (default: 6)")
    parser.add_argument("--verbose", action="store_true", help="tell the story of every row")
    parser.add_argument("--lacking", action="store_true", help="only say what this machine lacks for the test")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    return enclosure.main(__file__, parser.parse_args(), inside)


if __name__ == "__main__":
    sys.exit(main())
