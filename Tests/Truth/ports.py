"""Which port or address of the far server behaves how; the lists that the server and the fleets share."""

TCP = ["banner", "slow-banner", "other-banner", "pieces", "reset", "reset-midway", "silent", "closing"]
HTTP = [
    "fine", "slow", "drip", "large", "status", "other-body", "reset", "reset-midway", "silent", "closing", "endless",
    "short", "garbage", "redirect"]
TLS = [
    "good", "complete", "slow", "expired", "early", "wrong-name", "self-signed", "untrusted", "lone", "incomplete",
    "plain", "silent", "reset", "closing", "status", "silent-inside", "closing-inside"]
DNS = [
    "good", "slow", "chain", "no-edns", "first-lost", "stray-id", "large", "nxdomain", "servfail", "refused", "nodata",
    "referral", "other-record", "other-owner", "cut", "silent", "truncated"]

CLOSED = 999  # Nothing listens there.
RESOLVER = 53

# Resolvers that have a mood of their own, whatever is asked.
ODD_RESOLVERS = {
    "10.80.0.54": "fails", "10.80.0.55": "fails every fifth time", "10.80.0.56": "loses every second question",
    "10.80.0.57": "fails in the first second", "10.80.0.58": "is slow"}


def port(protocol, name):
    """The port of a behaviour."""
    names, base = {"tcp": (TCP, 1001), "http": (HTTP, 2001), "tls": (TLS, 3001), "dns": (DNS, 5301)}[protocol]
    return base + names.index(name)
