internal import CMusterLinux
internal import Glibc
package import MusterCore

/// An ICMP message about our packets, as the kernel keeps it in a socket's error queue (ip(7), IP_RECVERR).
package struct ICMPNotice: Hashable, Sendable {
    /// What the message says, whichever version of IP it came by.
    package enum Meaning: String, Hashable, Sendable {
        /// ICMP 3/0, 3/5 to 3/8, 3/11, 3/12 (RFC 792, RFC 1122 §3.2.2.1); ICMPv6 1/0 (RFC 4443 §3.1).
        case networkUnreachable = "network unreachable"
        /// ICMP 3/1; ICMPv6 1/2, 1/3.
        case hostUnreachable = "host unreachable"
        /// ICMP 3/2; ICMPv6 4/1.
        case protocolUnreachable = "protocol unreachable"
        /// ICMP 3/3; ICMPv6 1/4.
        case portUnreachable = "port unreachable"
        /// ICMP 3/9, 3/10, 3/13; ICMPv6 1/1, 1/5, 1/6.
        case prohibited = "administratively prohibited"
        /// ICMP 11, ICMPv6 3.
        case ttlExceeded = "time to live exceeded"
        /// Anything that ends no dialogue: fragmentation needed, parameter problem.
        case other = "another problem"
    }

    package var meaning: Meaning
    /// Who sent it.
    package var sender: IPAddress
    /// Whether the sender is this machine and not the target itself: a neighbour that did not answer, or a firewall of our
    /// own.
    package var isOwn: Bool

    package init(meaning: Meaning, sender: IPAddress, isOwn: Bool) {
        self.meaning = meaning
        self.sender = sender
        self.isOwn = isOwn
    }

    /// `10.0.0.1 says: host unreachable`
    package var text: String { "\(sender.text) says: \(meaning.rawValue)" }

    /// Nil for what is no ICMP message.
    init?(_ raw: cml_notice) {
        let v6 = raw.origin == UInt8(CML_ORIGIN_ICMP6)
        guard v6 || raw.origin == UInt8(CML_ORIGIN_ICMP) else { return nil }
        meaning = v6 ? Self.meaning6(raw.type, raw.code) : Self.meaning4(raw.type, raw.code)
        sender = Endpoint(raw.sender).address
        var from = raw.sender
        // Who checks itself is answered by itself.
        isOwn = unsafe sender != Endpoint(raw.destination).address && cml_is_own_address(&from)
    }

    private static func meaning4(_ type: UInt8, _ code: UInt8) -> Meaning {
        guard type == 3 else { return type == 11 ? .ttlExceeded : .other }
        return switch code {
        case 1: .hostUnreachable
        case 2: .protocolUnreachable
        case 3: .portUnreachable
        case 4: .other
        case 9, 10, 13: .prohibited
        default: .networkUnreachable
        }
    }

    private static func meaning6(_ type: UInt8, _ code: UInt8) -> Meaning {
        switch (type, code) {
        case (1, 0): .networkUnreachable
        case (1, 1), (1, 5), (1, 6): .prohibited
        case (1, 4): .portUnreachable
        case (1, _): .hostUnreachable
        case (3, _): .ttlExceeded
        case (4, 1): .protocolUnreachable
        default: .other
        }
    }

    /// Takes the oldest message from a socket's error queue that is about packets to `destination`; others are dropped.
    /// Nil once the queue is empty. Bounded: a queue that never empties is left after 256 messages.
    static func take(from descriptor: Int32, about destination: Endpoint) -> ICMPNotice? {
        for _ in 0..<256 {
            var raw = cml_notice()
            guard unsafe cml_take_notice(descriptor, &raw) == 1 else { return nil }
            if Endpoint(raw.destination) == destination, let notice = ICMPNotice(raw) { return notice }
        }
        return nil
    }

    /// Empties a socket's error queue; false where it did not end.
    static func drain(_ descriptor: Int32) -> Bool {
        for _ in 0..<256 {
            var raw = cml_notice()
            if unsafe cml_take_notice(descriptor, &raw) != 1 { return true }
        }
        return false
    }
}
