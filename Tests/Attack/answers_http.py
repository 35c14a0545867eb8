"""Hostile and odd HTTP responses. The body that is looked for is `right NAME`, the status 200."""

from answers import EITHER, RIGHT, WRONG, Answer, flipped, garbage, pieces

OK = b"HTTP/1.1 200 OK\r\n"
ESCAPES = b"\x1b[31m\x1b]0;t\x07\x9b\xc2\x9b"


def response(body, *fields, status=OK):
    length = b"Content-Length: %d\r\n" % len(body)
    return status + b"".join(line + b"\r\n" for line in fields) + length + b"\r\n" + body


def chunked(body, dice, extension=b"", zeros=b"", trailer=b""):
    text = b""
    for part in pieces(dice, body, 5):
        if part:
            text += zeros + b"%x" % len(part) + extension + b"\r\n" + part + b"\r\n"
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + text + b"0\r\n" + trailer + b"\r\n"


def right(dice, body):
    """Legal, if seldom seen."""
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    way, data = dice.choice([
        ("plain", response(body)), ("many fields", response(body, *[b"X-%d: y" % n for n in range(300)])),
        ("interim responses", interim * dice.randrange(1, 15) + response(body)), ("chunks", chunked(body, dice)),
        ("chunk extensions", chunked(body, dice, extension=b';a="b;c"')),
        ("zeros before lengths", chunked(body, dice, zeros=b"000")),
        ("trailers", chunked(body, dice, trailer=b"A: b\r\nC: d\r\n")),
        ("LF alone", response(body).replace(b"\r\n", b"\n")), ("folded field", response(body, b"A: b\r\n  c\r\n\td")),
        ("until the end", OK + b"\r\n" + body), ("HTTP/1.0", b"HTTP/1.0 200 x\r\n\r\n" + body),
        ("no reason", response(body, status=b"HTTP/1.1 200 \r\n")),
        ("equal lengths", response(body, b"Content-Length: %d" % len(body))),
        ("long body", response(body + b"x" * 300_000)), ("more behind", response(body) + b"HTTP/1.1 500 No\r\n\r\n")])
    cut = pieces(dice, data, 20) if dice.random() < 0.5 else [data]
    return Answer(way, RIGHT, cut, dice.choice([0, 0, 0.002]), dice.choice(["close", "keep"]) if way not in (
        "until the end", "HTTP/1.0") else "close")


def lengths(dice, body):
    """Lengths that lie, overflow or contradict."""
    size = len(body)
    wrapped = [b"%x" % (size + (1 << bits)) for bits in (32, 63, 64, 128)]
    way, data = dice.choice([
        *(
            (
                f"chunk size {text.decode()}",
                OK + b"Transfer-Encoding: chunked\r\n\r\n" + text + b"\r\n" + body + b"\r\n0\r\n\r\n")
            for text in (
                *wrapped, b"ffffffffffffffff", b"7fffffffffffffff", b"-%x" % size, b"+%x" % size, b"0x%x" % size, b"",
                b"f" * 400)),
        *(
            (f"Content-Length {text.decode()}", OK + b"Content-Length: " + text + b"\r\n\r\n" + body)
            for text in (
                b"-%d" % size, b"+%d" % size, b"0x%x" % size, b"%d" % (size + (1 << 64)), b"9" * 400,
                b"%d, %d" % (size, size + 1), b"%d" % (size + 9), b"1e3", b"")),
        ("two lengths", response(body, b"Content-Length: 5")),
        ("length and chunks", response(body, b"Transfer-Encoding: chunked")),
        ("chunk cut off", chunked(body, dice)[:-9]), ("last chunk missing", chunked(body, dice)[:-5]),
        ("LF in chunks", OK + b"Transfer-Encoding: chunked\r\n\r\n%x\n" % size + body + b"\n0\n\n")])
    return Answer(way, WRONG, [data])


def status(dice, body):
    """Status lines that are none, or not 200."""
    line = dice.choice([
        b"HTTP/1.1 500 200\r\n", b"HTTP/1.1 2000 OK\r\n", b"HTTP/1.1 -200 OK\r\n", b"HTTP/1.1 0200 OK\r\n",
        b"HTTP/1.1 20 0\r\n", b"ICY 200 OK\r\n", b"HTTP/9.9 500 " + ESCAPES + b"\r\n",
        b"HTTP/1.1 404 " + ESCAPES + b" 200\r\n", b"HTTP/1.1 302 Found\r\nLocation: /x\r\n",
        b"HTTP/1.1 4294967496 OK\r\n", b"HTTP/1.1 999 OK\r\n", b"\r\n\r\nHTTP/1.1 503 x\r\n", b"HTTP/1.1 204 x\r\n",
        b"HTTP/1.1 304 x\r\n"])
    return Answer(f"status {line[:24]!r}", WRONG, [response(body, status=line)])


def injection(dice, body):
    """The right text where it does not count."""
    way, data = dice.choice([
        ("a second response", response(b"no", status=b"HTTP/1.1 500 No\r\n") + response(body)),
        ("body in a field", response(b"no", b"X: " + body)),
        ("body in the reason", response(b"no", status=b"HTTP/1.1 200 " + body + b"\r\n")),
        ("body in a chunk extension", chunked(b"nothing", dice, extension=b";" + body)),
        ("body in a trailer", chunked(b"nothing", dice, trailer=b"X: " + body + b"\r\n")),
        ("body in an interim response", b"HTTP/1.1 100 " + body + b"\r\n\r\n" + response(b"no")),
        ("body behind the length", response(b"no") + body),
        ("escapes", response(ESCAPES, b"X: " + ESCAPES, b"Server: \x1b[2J")),
        ("body behind the last chunk", chunked(b"nothing", dice) + body)])
    return Answer(way, WRONG, [data])


def endless(dice, body):
    head = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    way, start, more = dice.choice([
        ("endless head", OK, b"X-Y: z\r\n" * 500), ("endless field", OK + b"X: ", b"y" * 8_000),
        ("endless status line", b"HTTP/1.1 200 ", b"x" * 8_000),
        ("endless interim responses", b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 200),
        ("endless body", OK + b"\r\n", b"z" * 16_000), ("endless chunks", head, b"1\r\nz\r\n" * 2_000),
        ("endless chunk size", head, b"0" * 8_000), ("endless chunk extension", head + b"5;", b"e" * 8_000),
        ("endless trailer", head + b"0\r\n", b"T: t\r\n" * 1_000), ("endless blank lines", b"", b"\r\n" * 4_000),
        ("endless folding", OK + b"X: y\r\n", b" z\r\n" * 1_000)])
    return Answer(way, WRONG, [start], endless=more)


def slow(dice, body):
    data = response(body, b"X: " + b"y" * 400)
    return dice.choice([
        Answer("a byte and a pause, for ever", WRONG, [data[at:at + 1] for at in range(len(data))], 0.1, "keep"),
        Answer("silence", WRONG, [], 0, "keep"), Answer("half a head, then silence", WRONG, [data[:30]], 0, "keep"),
        Answer("half a body, then silence", WRONG, [response(b"x" * 50 + body)[:-20]], 0, "keep"),
        Answer("half a head, then the end", WRONG, [data[:30]]), Answer("nothing, then the end", WRONG, []),
        Answer("half a body, then a reset", WRONG, [response(b"x" * 50 + body)[:-20]], 0, "reset"),
        Answer("nothing, then a reset", WRONG, [], 0, "reset")])


def damaged(dice, body):
    """A right response with a few bytes changed: up is right where the text and the status are still there."""
    is_chunked = dice.random() < 0.4
    data = flipped(dice, chunked(body, dice) if is_chunked else response(body, *dice.choice([(), (b"A: b\r\n c",)])))
    return Answer("damaged", EITHER if is_chunked or body in data and b"200" in data else WRONG, [data])


def answer(dice, name):
    body = b"right " + name
    if dice.random() < 0.07:
        return Answer("garbage", WRONG, [garbage(dice)])
    return dice.choice([right, right, lengths, lengths, status, injection, endless, slow, damaged])(dice, body)
