"""Scenes by seed: whose folders there are, what the configuration asks for, what the attacker swaps, when, and when
root's run is killed.
"""

import random
from dataclasses import dataclass, field

# A number without an account does as well as one with it.
USER = 61_987

# Who owns what: pattern below the lane's folder, the folder of logs, its owner and mode, who owns the folder above it.
LAYOUTS = {
    # name: (folder of logs, owner, mode, owner of the folder above)
    "of the user": ("home/logs", USER, 0o755, USER),
    "of root's, in one of the user's": ("home/logs", 0, 0o755, USER),
    "below one of the user's": ("home/mid/logs", 0, 0o755, USER),
    "of the user, below another of his": ("home/mid/logs", USER, 0o755, USER),
    "setgid": ("home/logs", USER, 0o2755, USER),
    "setgid, of root's": ("home/logs", 0, 0o2755, USER),
    "with access lists": ("home/logs", 0, 0o755, 0),
    "sticky, for all": ("home/logs", 0, 0o1777, 0),
    "of the user's group": ("home/logs", 0, 0o775, 0),
    "of the user, for his group": ("home/logs", USER, 0o3770, USER),
}

CREATES = ["", "create", "create 0600", "create 0640 0 0", f"create 0640 {USER} {USER}", "create 0644 0 0", "nocreate"]
DECOYS = ["link:{vault}/secret", "link:{vault}/logs/app.log", "hard:{vault}/shared", "fifo", "folder", "file"]


@dataclass
class Scene:
    """What one seed is."""

    seed: int
    layout: str
    logs: str
    owner: int
    mode: int
    above: int
    lines: list  # Of the stanza.
    pattern: str
    olddir: str | None
    olddir_owner: int
    moves: list = field(default_factory=list)
    trigger: str = "always"
    after: float = 0
    until: float = 0
    kills: list = field(default_factory=list)  # For each run under attack: seconds until it is killed, or None.
    writes: bool = False

    @property
    def is_lossless(self):
        """Whether no line may be missing: nothing is old enough to be removed, and names that the attacker exchanges
        are no two logs of which one may go.
        """
        compresses = "compress" in self.lines
        removes = any(line in self.lines for line in ("rotate 0", "rotate 1"))
        mixes = any(move["how"] == "catches in" or ".log." in move["target"] for move in self.moves)
        return not removes and not (compresses and mixes)

    def text(self):
        moves = ", ".join(
            f"{move['how']} {move['target']} {move['decoy']}" for move in self.moves)
        when = "all the time" if self.trigger == "always" else f"at {self.trigger} {self.after:.3g} to {self.until:.3g}"
        kills = ", ".join("whole" if kill is None else f"killed at {kill * 1000:.1f} ms" for kill in self.kills)
        return f"{self.layout}; {' '.join(self.lines)}; {moves} {when}; runs: {kills}"


def scene(seed):
    """The scene of a seed."""
    dice = random.Random(f"rotation {seed}")
    layout = dice.choice(list(LAYOUTS))
    logs, owner, mode, above = LAYOUTS[layout]
    lines, olddir = directives(dice, logs)
    scene = Scene(
        seed, layout, logs, owner, mode, above, lines, f"{logs}/*.log", olddir, dice.choice([0, USER]))
    if dice.random() < 0.2:
        scene.pattern = "home/*/*.log" if logs.count("/") == 1 else "home/*/logs/app.log"
    scene.moves = moves(dice, scene)
    scene.trigger = dice.choice(["always", "event", "event", "time"])
    scene.after = dice.uniform(0, 25) if scene.trigger == "time" else dice.choice([0, dice.randrange(40)])
    scene.until = scene.after + dice.choice([2, 8, 1e9])
    for _ in range(dice.choice([1, 1, 2, 3])):
        scene.kills.append(dice.uniform(0.004, 0.03) if dice.random() < 0.35 else None)
    # What a writer adds to a log that is compressed or removed is lost by design.
    ends = {"compress", "copytruncate", "renamecopy"} & set(lines)
    scene.writes = owner == USER and not ends and dice.random() < 0.5
    return scene


def directives(dice, logs):
    lines = [dice.choice(["rotate 9", "rotate 9", "rotate 9", "rotate 1", "rotate 0"]), "missingok"]
    lines.append(dice.choice(CREATES + ["copytruncate", "copytruncate", "copy", "renamecopy"]))
    if dice.random() < 0.5:
        lines.append("compress")
        if dice.random() < 0.3:
            lines.append("delaycompress")
    lines += [line for line in ("dateext", "shred", "sharedscripts") if dice.random() < 0.2]
    if dice.random() < 0.3:
        lines.append(dice.choice([f"su {USER} {USER}", f"su {USER} {USER}", f"su 0 {USER}"]))
    olddir = None
    if dice.random() < 0.3:
        olddir = dice.choice(["home/old", f"{logs}/old", "home/new/er"])
        lines.append(f"olddir {{lane}}/{olddir}")
        if olddir == "home/new/er":
            lines.append("createolddir 0755 0 0")
    if dice.random() < 0.3:
        lines.append("postrotate\n: \"$1\"\nendscript")
    return [line for line in lines if line], olddir


def moves(dice, scene):
    """One to three names that the attacker exchanges; where he may not, the kernel tells him so."""
    vault, logs = "{lane}/vault", "{lane}/" + scene.logs
    folders = [(logs, f"link:{vault}/logs")]
    if "/mid/" in scene.logs:
        folders.append(("{lane}/home/mid", f"link:{vault}"))
    if scene.olddir:
        folders.append((f"{{lane}}/{scene.olddir}", f"link:{vault}/logs"))
        folders.append((f"{{lane}}/{scene.olddir}", f"link:{vault}"))
    names = ["app.log", "app.log", "app.log.1", "app.log.1.gz", "app.log.2", ".app.log.muster-new",
             ".app.log.1.muster-part", ".app.log.1.gz.muster-part"]
    chosen = []
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        draw = dice.random()
        decoy = dice.choice(DECOYS).format(vault=vault)
        if draw < 0.4:
            target, decoy = dice.choice(folders)
            chosen.append({"how": "swaps", "target": target, "decoy": decoy})
        elif draw < 0.75:
            name = dice.choice(names)
            how = "swaps" if name.startswith("app.log") and dice.random() < 0.8 else "plants"
            chosen.append({"how": how, "target": f"{logs}/{name}", "decoy": decoy})
        else:
            chosen.append({"how": "catches in", "target": logs, "decoy": decoy})
    if any(line.startswith("su ") for line in scene.lines) and dice.random() < 0.15:
        chosen.append({"how": dice.choice(["stops", "kills"]), "target": "who works for su", "decoy": ""})
    # One name twice would only undo itself.
    return list({(move["target"], move["how"]): move for move in chosen}.values())
