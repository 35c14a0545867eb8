"""The second judge: a slow checker of its own, with a fresh socket for each target and nothing of muster's code.

    python3 judge.py inventory.json

reads the same inventory and prints a JSON object: host -> verdict, as `up`, `down tcp.refused` or `unknown`. It tries
once, waits longer than muster does, and trusts nothing but what the kernel says of one socket.
"""

import concurrent.futures
import ipaddress
import json
import os
import select
import socket
import ssl
import struct
import sys
import time
import urllib.parse

# Linux (linux/in.h, linux/in6.h, linux/errqueue.h, netinet/tcp.h).
IP_RECVERR, IPV6_RECVERR, MSG_ERRQUEUE = 11, 25, 0x2000
ORIGIN_ICMP, ORIGIN_ICMP6 = 2, 3
ESTABLISHED = 1

PATIENCE = 1.6  # For a dialogue, in seconds.


class Verdict(Exception):
    """Ends a dialogue: the text of a verdict."""


def remaining(deadline):
    return max(0, deadline - time.monotonic())


# MARK: What the network says of our packets

def meaning(origin, kind, code):
    """An ICMP message in one word (RFC 792, RFC 1122, RFC 1812, RFC 4443)."""
    if origin == ORIGIN_ICMP6:
        if kind == 3:
            return "ttl_exceeded"
        return {4: "refused", 1: "prohibited", 5: "prohibited", 6: "prohibited"}.get(code, "unreachable")
    if kind == 11:
        return "ttl_exceeded"
    return {3: "refused", 9: "prohibited", 10: "prohibited", 13: "prohibited"}.get(code, "unreachable")


def reported(sock):
    """The first message in the error queue of a socket: its meaning, or None."""
    try:
        _, control, _, _ = sock.recvmsg(512, 512, MSG_ERRQUEUE)
    except OSError:
        return None
    for _, _, data in control:
        if len(data) >= 16:
            number, origin, kind, code = struct.unpack("IBBB", data[:7])
            if origin in (ORIGIN_ICMP, ORIGIN_ICMP6):
                return meaning(origin, kind, code)
    return None


def fresh(address, kind):
    """A socket that collects what ICMP says."""
    version = ipaddress.ip_address(address).version
    sock = socket.socket(socket.AF_INET if version == 4 else socket.AF_INET6, kind)
    sock.setblocking(False)
    if version == 4:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    return sock


def state(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def wait(sock, events, deadline):
    """Wait for events of a socket; false at the deadline."""
    poll = select.poll()
    poll.register(sock, events)
    return bool(poll.poll(remaining(deadline) * 1000))


def connect(address, port, deadline, talks=True):
    """A connection of our own, or the verdict why there is none or why it can carry no talk any more."""
    sock = fresh(address, socket.SOCK_STREAM)
    outcome = sock.connect_ex((address, port))
    if outcome not in (0, 115):
        # Our own kernel does not even try.
        raise Verdict("down tcp.refused" if outcome == 111 else "unknown")
    while True:
        if not wait(sock, select.POLLOUT, deadline):
            raise Verdict("down tcp.timeout")
        word = reported(sock)
        if word:
            raise Verdict("down tcp." + word)
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        # A reset comes after the connection was made: before, it says that it is refused.
        if state(sock) == ESTABLISHED:
            return sock
        if number == 104:
            raise Verdict("down tcp.reset" if talks else "up")
        if number:
            raise Verdict({
                111: "down tcp.refused", 110: "down tcp.timeout", 113: "down tcp.unreachable",
                101: "down tcp.unreachable"}.get(number, f"unknown errno {number}"))
        if state(sock) not in (2, 3):
            return sock  # It was made, and has ended since.


def blocking(sock, deadline):
    sock.settimeout(max(0.05, remaining(deadline)))
    return sock


# MARK: TCP

def tcp(check, address, deadline):
    wanted = check.get("expect", "").encode()
    sock = connect(address, check["port"], deadline, talks=bool(wanted))
    received = b""
    with blocking(sock, deadline):
        while len(received) < len(wanted) and wanted.startswith(received):
            try:
                part = sock.recv(len(wanted))
            except TimeoutError:
                raise Verdict("down tcp.silent")
            except ConnectionError:
                raise Verdict("down tcp.reset")
            if not part:
                raise Verdict("down tcp.closed")
            received += part
    raise Verdict("up" if received.startswith(wanted) else "down tcp.mismatch")


# MARK: HTTP

def secure(sock, settings):
    context = ssl.create_default_context(cafile=settings["ca"])
    try:
        return context.wrap_socket(sock, server_hostname=settings["serverName"])
    except ssl.SSLCertVerificationError as error:
        raise Verdict({
            9: "down tls.not_yet_valid", 10: "down tls.expired", 18: "down tls.self_signed", 19: "down tls.untrusted",
            20: "down tls.untrusted", 21: "down tls.untrusted", 62: "down tls.wrong_name",
        }.get(error.verify_code, f"down tls.invalid {error.verify_code}"))
    except TimeoutError:
        raise Verdict("down tls.timeout")
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError):
        raise Verdict("down tls.closed")
    except ssl.SSLError:
        raise Verdict("down tls.handshake")


def response(sock):
    """Status and body of an answer; a verdict where there is none."""
    received = b""

    def more():
        nonlocal received
        try:
            part = sock.recv(65536)
        except TimeoutError:
            raise Verdict("down http.timeout")
        except ConnectionError:
            raise Verdict("down tcp.reset")
        if not part:
            raise Verdict("down http.closed")
        received += part

    while b"\r\n\r\n" not in received:
        more()
    head, received = received.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if words[0] not in ("HTTP/1.1", "HTTP/1.0") or len(words) < 2:
        raise Verdict("down http.malformed")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:])
    length = int(fields["content-length"])
    while len(received) < length:
        more()
    return int(words[1]), received.decode("latin-1")


def http(check, address, deadline):
    url = urllib.parse.urlsplit(check["url"])
    # An IPv6 address stands there without its brackets.
    with blocking(connect(address, int(url.netloc.rpartition(":")[2]), deadline), deadline) as sock:
        if url.scheme == "https":
            sock = secure(sock, check["tls"])
            # A slow handshake takes nothing from what comes after it.
            sock.settimeout(max(0.5, remaining(deadline)))
        try:
            sock.sendall(f"GET / HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n\r\n".encode())
            status, body = response(sock)
        except ConnectionError:
            raise Verdict("down tcp.reset")
        except ssl.SSLEOFError:
            raise Verdict("down http.closed")
        finally:
            sock.close()
    if status not in check["expect"]["status"]:
        raise Verdict("down http.status")
    raise Verdict("up" if check["expect"].get("body", "") in body else "down http.body")


# MARK: DNS

TYPES = {"A": 1, "AAAA": 28}
CODES = {2: "down dns.servfail", 3: "down dns.nxdomain", 5: "down dns.refused"}


def question(name, kind):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return os.urandom(2) + b"\x01\0\0\1\0\0\0\0\0\0" + labels + b"\0" + struct.pack(">HH", TYPES[kind], 1)


def read_name(message, at):
    """A name and where it ends (RFC 1035 4.1.4)."""
    labels, end = [], None
    for _ in range(128):
        length = message[at]
        if length == 0:
            return ".".join(labels).lower(), end or at + 1
        if length >= 192:
            end = end or at + 2
            at = (length & 63) << 8 | message[at + 1]
        else:
            labels.append(message[at + 1:at + 1 + length].decode("latin-1"))
            at += 1 + length
    raise IndexError("a loop of pointers")


def records(message):
    """The answer's and the authority's records: lists of (owner, type, data)."""
    counts = struct.unpack(">HHHH", message[4:12])
    _, at = read_name(message, 12)
    at += 4
    sections = []
    for count in counts[1:3]:
        section = []
        for _ in range(count):
            owner, at = read_name(message, at)
            kind, _, _, length = struct.unpack(">HHIH", message[at:at + 10])
            data = message[at + 10:at + 10 + length]
            if len(data) < length:
                raise IndexError("cut")
            text = read_name(message, at + 10)[0] if kind in (2, 5) else data
            section.append((owner, kind, text))
            at += 10 + length
        sections.append(section)
    return sections


def datagram(query, address, port, deadline):
    """The answer over UDP, asked for three times at most."""
    with fresh(address, socket.SOCK_DGRAM) as sock:
        pause = remaining(deadline) / 3
        for _ in range(3):
            try:
                sock.connect((address, port))
                sock.send(query)
            except OSError:
                word = reported(sock)
                raise Verdict("down dns.unreachable" if word else "unknown")
            again = time.monotonic() + pause
            while wait(sock, select.POLLIN, again):
                if reported(sock):
                    raise Verdict("down dns.unreachable")
                try:
                    answer = sock.recv(4096)
                except OSError:
                    raise Verdict("down dns.unreachable")
                if answer[:2] == query[:2] and answer[12:len(query)] == query[12:]:
                    return answer
    raise Verdict("down dns.timeout")


def streamed(query, address, port, deadline):
    """The answer over TCP."""
    try:
        with blocking(connect(address, port, deadline), deadline) as sock:
            sock.sendall(struct.pack(">H", len(query)) + query)
            received = b""
            while len(received) < 2 or len(received) < 2 + struct.unpack(">H", received[:2])[0]:
                part = sock.recv(4096)
                if not part:
                    raise Verdict("down dns.truncated")
                received += part
            return received[2:]
    except (Verdict, OSError):
        raise Verdict("down dns.truncated")


def answered(query, address, port, deadline):
    answer = datagram(query, address, port, deadline)
    return streamed(query, address, port, deadline) if answer[2] & 2 else answer


def resolved(query, name, kind, address, port, deadline):
    """The addresses of a name along its chain of aliases; a verdict where there are none."""
    message = answered(query, address, port, deadline)
    code = message[3] & 15
    if code:
        raise Verdict(CODES.get(code, "down dns.rcode"))
    try:
        answer, authority = records(message)
    except (IndexError, struct.error):
        raise Verdict("down dns.malformed")
    owner = name.lower()
    for _ in answer:
        owner = next((data for at, type, data in answer if at == owner and type == 5), owner)
    found = [str(ipaddress.ip_address(data)) for at, type, data in answer if at == owner and type == TYPES[kind]]
    if not found:
        refers = not answer and not message[2] & 4 and any(type == 2 for _, type, _ in authority)
        raise Verdict("down dns.referral" if refers else "down dns.nodata")
    return found


def system_resolver():
    with open("/etc/resolv.conf") as file:
        return next(line.split()[1] for line in file if line.startswith("nameserver"))


def dns(check, address, deadline):
    name = check["name"]
    if "server" in check:
        address, port = address, int(check["server"].rpartition(":")[2])
    else:
        address, port = system_resolver(), 53
    found = resolved(question(name, "A"), name, "A", address, port, deadline)
    wanted = check.get("expect", {}).get("answers")
    raise Verdict("up" if wanted is None or sorted(found) == sorted(wanted) else "down dns.mismatch")


def looked_up(name):
    """The address of a name, however often it has to be asked for."""
    last = None
    for _ in range(3):
        try:
            empty = 0
            for kind in ("A", "AAAA"):
                query = question(name, kind)
                try:
                    return resolved(query, name, kind, system_resolver(), 53, time.monotonic() + 2)[0]
                except Verdict as verdict:
                    if str(verdict) != "down dns.nodata":
                        raise
                    empty += 1
            raise Verdict("down resolve.no_address")
        except Verdict as verdict:
            last = {"down dns.nxdomain": "down resolve.nxdomain", "down dns.servfail": "down resolve.servfail"}.get(
                str(verdict), str(verdict))
            if last != "down resolve.servfail":
                break
    raise Verdict(last if last.startswith("down resolve") else "unknown")


# MARK: The inventory

def filled(value, host, run):
    if isinstance(value, dict):
        return {key: filled(part, host, run) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, host, run) for part in value]
    if isinstance(value, str):
        for word, text in (("{address}", host["address"]), ("{name}", host["name"]), ("{run}", run)):
            value = value.replace(word, text)
    return value


def judged(check, host, run):
    """The verdict on one target."""
    (kind, settings), = check.items()
    settings = filled(settings, host, run)
    try:
        address = host["address"]
        if not (kind == "dns" and "server" not in settings):
            try:
                ipaddress.ip_address(address)
            except ValueError:
                address = looked_up(address)
        {"tcp": tcp, "http": http, "dns": dns}[kind](settings, address, time.monotonic() + PATIENCE)
    except Verdict as verdict:
        return str(verdict)
    except Exception as error:  # Of this program: the comparison shows it.
        return f"fault {type(error).__name__}: {error}"


def main(path):
    with open(path) as file:
        inventory = json.load(file)
    work = [
        (inventory["checks"][name], host, group.get("vars", {}).get("run", ""))
        for group in inventory["groups"].values() for name in group["checks"] for host in group["hosts"]]
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        verdicts = pool.map(lambda item: judged(*item), work)
        print(json.dumps({host["name"]: verdict for (_, host, _), verdict in zip(work, verdicts)}))


if __name__ == "__main__":
    main(sys.argv[1])
