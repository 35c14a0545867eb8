"""Bytes made wrong by seed: flipped, cut, repeated, spliced, deepened, and strewn with words that matter."""

NUMBERS = [
    b"0", b"-1", b"1", b"255", b"256", b"65535", b"65536", b"2147483647", b"2147483648", b"4294967295", b"4294967296",
    b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808", b"18446744073709551615",
    b"18446744073709551616", b"340282366920938463463374607431768211456", b"1e308", b"1e309", b"-1e-400", b"0.1",
    b"0" * 400, b"9" * 5_000, b"1." + b"3" * 700]
TEXTS = [
    b"\x1b[31m", b"\x1b]0;title\x07", b"\x9b2J", b"\xc2\x9b2J", b"\x00", b"\x7f", b"\x08", b"\r", b"\n", b"\r\n", b"\t",
    b"\xff\xfe", b"\xef\xbb\xbf", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "\u202e\u200b".encode(),
    "\U0001f469\u200d\U0001f4bb".encode(), b"e" + "\u0301".encode() * 300, b"%n%s%x", b"../../../..", b"//", b"~",
    b"$(:)", b"`:`", b"*" * 60, b"?*" * 40, b"{a,b}" * 12, b"[" * 50, b"a" * 300, b"a" * 70_000, b" " * 5_000]
BOUNDARIES = [0, 1, 0x7F, 0x80, 0xFF]


class Mutator:
    """Gives variants of samples; `words` are those of the format."""

    def __init__(self, dice, samples, words):
        self.dice, self.samples, self.words = dice, samples, list(words)

    def variant(self):
        data = self.dice.choice(self.samples)
        for _ in range(self.dice.choice([1, 1, 1, 2, 2, 3, 5, 9])):
            data = self.dice.choice(self.ways)(self, data)
        return data[:1 << 20]

    def place(self, data):
        return self.dice.randrange(len(data) + 1)

    def span(self, data):
        start = self.place(data)
        return start, min(len(data), start + self.dice.choice([1, 1, 2, 4, 8, 30, 200]))

    def flip(self, data):
        if not data:
            return data
        at = self.dice.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << self.dice.randrange(8)]) + data[at + 1:]

    def boundary(self, data):
        start, end = self.span(data)
        return data[:start] + bytes([self.dice.choice(BOUNDARIES)]) * (end - start) + data[end:]

    def cut(self, data):
        return data[:self.place(data)]

    def remove(self, data):
        start, end = self.span(data)
        return data[:start] + data[end:]

    def repeat(self, data):
        start, end = self.span(data)
        return data[:end] + data[start:end] * self.dice.choice([1, 2, 10, 300]) + data[end:]

    def splice(self, data):
        other = self.dice.choice(self.samples)
        return data[:self.place(data)] + other[self.place(other):]

    def swap(self, data):
        start, end = self.span(data)
        at = self.place(data)
        return data[:at] + data[start:end] + data[at:]

    def word(self, data):
        at = self.place(data)
        known = self.words if self.words and self.dice.random() < 0.6 else NUMBERS + TEXTS
        return data[:at] + self.dice.choice(known) + data[at:]

    def number(self, data):
        """Another number where one stands."""
        at = next((at for at in range(self.place(data), len(data)) if 48 <= data[at] <= 57), None)
        if at is None:
            return self.word(data)
        end = at
        while end < len(data) and 48 <= data[end] <= 57:
            end += 1
        return data[:at] + self.dice.choice(NUMBERS) + data[end:]

    def line(self, data):
        """A line moved, doubled or left out."""
        lines = data.split(b"\n")
        line = lines.pop(self.dice.randrange(len(lines)))
        for _ in range(self.dice.choice([0, 1, 2, 50])):
            lines.insert(self.dice.randrange(len(lines) + 1), line)
        return b"\n".join(lines)

    def deepen(self, data):
        """Brackets in brackets, closed or not."""
        opening, closing = self.dice.choice([
            (b"[", b"]"), (b"{", b"}"), (b"(", b")"), (b'{"a":', b"}"), (b"{a,", b"}"), (b"(?:", b")*"),
            (b"not (", b")")])
        depth = self.dice.choice([3, 40, 200, 3_000, 50_000])
        start, end = self.span(data)
        closed = depth if self.dice.random() < 0.5 else 0
        return data[:start] + opening * depth + data[start:end] + closing * closed + data[end:]

    ways = [
        flip, flip, flip, boundary, cut, remove, repeat, splice, swap, word, word, word, number, number, line, deepen]
