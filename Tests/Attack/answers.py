"""What a hostile server does with one question, and whether what it says is right."""

from dataclasses import dataclass, field

RIGHT, WRONG, EITHER = "right", "wrong", "either"


@dataclass
class Answer:
    """Parts go out one after another with pauses between; then the connection is closed, reset or kept."""

    way: str
    verdict: str  # RIGHT has to be up, WRONG must not be, EITHER is a matter of taste.
    parts: list = field(default_factory=list)
    pause: float = 0
    ending: str = "close"
    # Sent again and again behind the parts, until the peer goes or it is too much.
    endless: bytes = b""


def pieces(dice, data, most=40):
    """Data cut at random places."""
    if len(data) < 2:
        return [data]
    cuts = sorted(dice.randrange(1, len(data)) for _ in range(dice.randrange(most)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)])]


def flipped(dice, data, most=6):
    data = bytearray(data)
    for _ in range(dice.randrange(1, most)):
        at = dice.randrange(len(data))
        data[at] = dice.choice([data[at] ^ 1 << dice.randrange(8), dice.randrange(256), 0, 255, 13, 10, 27])
    return bytes(data)


def garbage(dice, most=3_000):
    return dice.choice([
        dice.randbytes(dice.randrange(1, most)), bytes(dice.randrange(1, most)), b"\x1b]0;x\x07\x1b[2J\xc2\x9b" * 9])
