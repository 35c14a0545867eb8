"""A random fleet from a seed: an inventory, and the truth about each of its targets."""

import json
import random
from dataclasses import dataclass

import disturbances
import kinds

TIMEOUT = 1.0  # Of an attempt, in seconds.
# What a firewall of our own swallows can be told only by what the kernel notes when it tries again, after a second.
LONG_TIMEOUT = 2.5
DEADLINE = 15  # Of a run, in seconds.


@dataclass
class Target:
    host: str
    kind: kinds.Kind
    address: str
    family: int


def filled(value, host, root):
    """A check with its placeholders replaced."""
    if isinstance(value, dict):
        return {key: filled(part, host, root) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, host, root) for part in value]
    if isinstance(value, str):
        return value.replace("HOST", host).replace("ROOT", root)
    return value


class Fleet:
    """Targets with what is true of them, and the inventory that names them."""

    def __init__(self, targets, attempts, run, root, timeout=TIMEOUT):
        self.targets, self.attempts, self.run, self.root, self.timeout = targets, attempts, run, root, timeout

    @property
    def truths(self):
        return {target.host: target for target in self.targets}

    def inventory(self):
        checks, groups = {}, {}
        for target in self.targets:
            name = f"{target.kind.name}-v{target.family}"
            checks[name] = filled(target.kind.check, "{address}", self.root)
            group = groups.setdefault(name, {"vars": {"run": self.run}, "checks": [name], "hosts": []})
            group["hosts"].append({"name": target.host, "address": target.address})
        return {
            "version": 1, "defaults": {"timeout": f"{self.timeout:g}s", "attempts": self.attempts}, "checks": checks,
            "groups": groups}

    def write(self, path):
        with open(path, "w") as file:
            json.dump(self.inventory(), file, indent=1)

    @property
    def waiting(self):
        """Seconds that the timeouts of all targets take, one after the other."""
        return sum(self.timeout * self.attempts for target in self.targets if target.kind.waits)


def targets(dice, lane, run, chosen):
    made = []
    for number, kind in enumerate(chosen):
        family = dice.choice(kind.families)
        address = kind.address(lane, family, dice).replace("RUN", run)
        made.append(Target(f"{kind.name}-{number}", kind, address, family))
    return made


def mixture(dice, size):
    """Kinds for a fleet: a share of it is up; what our own routes keep from us is rare, for it is waited for."""
    share, has_near = dice.uniform(0.3, 0.8), dice.random() < 0.2
    fine = [kind for kind in kinds.ALL if kind.truth == kinds.UP]
    poor = [kind for kind in kinds.ALL if kind.truth != kinds.UP and (has_near or not kind.is_near)]
    # A few kinds in many targets, or many kinds.
    if dice.random() < 0.4:
        fine, poor = dice.sample(fine, 4), dice.sample(poor, 5)
    return [dice.choice(fine if dice.random() < share else poor) for _ in range(size)]


def timeout(disturbance):
    return LONG_TIMEOUT if disturbance.name == "firewall" else TIMEOUT


@dataclass
class Scenario:
    """All that a seed decides."""

    fleet: Fleet
    disturbance: disturbances.Disturbance
    options: list
    deadline: int = DEADLINE

    @property
    def arguments(self):
        return ["--deadline", f"{self.deadline}s", *self.options]


def scenario(seed, lane, nonce, root):
    """The same for the same seed, but for the lane's own addresses and the names that no cache may know."""
    dice = random.Random(seed)
    disturbance = disturbances.choose(dice, lane)
    run = f"s{seed}x{nonce}"
    size, attempts = dice.randrange(20, 201), dice.choice([1, 2, 2])
    fleet = Fleet(targets(dice, lane, run, mixture(dice, size)), attempts, run, root, timeout(disturbance))
    # A window that is often narrower than the fleet: sockets are used again, and the run lasts for some seconds.
    least = max(4, round(fleet.waiting / 3))
    options = []
    if disturbance.disturbs or dice.random() < 0.7:
        options += ["-c", str(dice.randrange(least, 2 * least))]
    if dice.random() < 0.5:
        options += ["--loops", str(dice.choice([1, 2]))]
    return Scenario(fleet, disturbance, options)
