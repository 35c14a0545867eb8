package import MusterCore

/// Where a target lies, as far as it tells related losses from unrelated ones.
package struct NetworkPlace: Hashable, Sendable {
    /// The /24 or /64 of its address; for a name a number of its own.
    package var prefix: UInt64
    /// Index into the inventory's groups.
    package var group: Int
    /// Nil for a name.
    package var address: IPAddress?

    package init(prefix: UInt64, group: Int, address: IPAddress?) {
        self.prefix = prefix
        self.group = group
        self.address = address
    }

    package init(_ host: Host) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(48)
        host.appendAddress(to: &bytes)
        group = host.inventory.entries[host.entry].group
        address = IPAddress(ascii: bytes.span)
        prefix =
            switch address {
            case .v4(let value): UInt64(value >> 8)
            case .v6(let high, _): high
            // FNV-1a; the first bit keeps it from IPv4's numbers.
            case nil: bytes.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 } | 1 << 63
            }
        isLoopback = address?.isLoopback ?? bytes.elementsEqual("localhost".utf8)
    }

    /// No network of ours is needed to reach it.
    package private(set) var isLoopback = false
}

/// How a target is reached.
package enum NetworkReach: Hashable, Sendable {
    /// It is this machine.
    case own
    /// It lies on a link of ours.
    case link
    /// By a gateway, or we cannot tell.
    case gateway
}

/// What an attempt says of the network between us and the target.
enum NetworkSign: Hashable {
    /// Something came back from there.
    case answer
    /// Nothing came back in time.
    case loss
    /// We were told at once that there is no way.
    case quickLoss
    /// It says nothing.
    case nothing

    init(_ verdict: Verdict) {
        self =
            switch verdict {
            case .up, .degraded: .answer
            case .down(let reason): Self.sign(of: reason)
            case .unknown(.route), .unknown(.forbidden): .quickLoss
            case .unknown(.resolver): .loss
            case .unknown: .nothing
            }
    }

    private static func sign(of reason: Reason) -> NetworkSign {
        switch reason {
        case .tcpTimeout, .tcpSilent, .dnsTimeout, .tlsTimeout, .httpTimeout: .loss
        case .tcpUnreachable, .tcpTTLExceeded, .dnsUnreachable: .quickLoss
        // Said by a resolver, which may be this machine's, or by a router on the way.
        case .resolveNXDomain, .resolveNoAddress, .resolveServFail, .tcpProhibited, .dnsTruncated: .nothing
        default: .answer
        }
    }

    /// Whether a sentinel that was asked answered: also if it was only connected to in time; nil where that is not known.
    static func isAnswered(_ attempt: Attempt) -> Bool? {
        switch NetworkSign(attempt.verdict) {
        case .answer: true
        case .nothing: nil
        case .loss, .quickLoss:
            attempt.phases[.connect] != nil && [Phase.tls, .send, .wait].contains { attempt.phases[$0] != nil }
        }
    }
}
