/// An IPv4 or IPv6 address as a number.
@frozen
package enum IPAddress: Hashable, Sendable {
    /// Host byte order: 127.0.0.1 is `0x7f00_0001`.
    case v4(UInt32)
    /// A link-local address (fe80::/10) has the index of its interface in the lower half of `high`, 0 where none is named:
    /// these bits are zero on the wire (RFC 4291 §2.5.6), so that an address takes no more room for it.
    case v6(high: UInt64, low: UInt64)

    /// Parses dotted-quad IPv4 (four decimal parts, no leading zeros) or IPv6 (RFC 4291 §2.2, no brackets, no zone).
    package init?(text: String) {
        let copy = text
        let parsed = IPAddress(ascii: copy.utf8.span)
        guard let parsed else { return nil }
        self = parsed
    }

    /// The same from ASCII bytes; no allocation.
    package init?(ascii bytes: Span<UInt8>) {
        if let v4 = IPAddress.parseV4(bytes, 0, bytes.count) {
            self = .v4(v4)
        } else if let v6 = IPAddress.parseV6(bytes) {
            self = v6
        } else {
            return nil
        }
    }

    /// Dotted quad, or RFC 5952 for IPv6.
    package var text: String {
        switch self {
        case .v4(let value): "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
        case .v6(let high, let low): IPAddress.textV6(high, low)
        }
    }

    /// As it stands in a URL or before a port: IPv6 in brackets.
    package var hostText: String {
        if case .v6 = self { "[\(text)]" } else { text }
    }

    /// The same address on one interface, for those of fe80::/10; others have none.
    package func scoped(to interface: UInt32) -> IPAddress {
        guard case .v6(let high, let low) = self, high >> 54 == 0x3fa else { return self }
        return .v6(high: (high >> 32) << 32 | UInt64(interface), low: low)
    }

    /// 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        switch self {
        case .v4(let value): value >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    private static func parseV4(_ bytes: Span<UInt8>, _ from: Int, _ end: Int) -> UInt32? {
        var value: UInt32 = 0
        var index = from
        for part in 0..<4 {
            var number: UInt32 = 0
            let start = index
            while index < end, bytes[index] &- 48 < 10, index - start < 3 {
                number = number * 10 + UInt32(bytes[index] &- 48)
                index += 1
            }
            guard index > start, number < 256, index - start == 1 || bytes[start] != 48 else { return nil }
            value = value << 8 | number
            if part < 3 {
                guard index < end, bytes[index] == 46 else { return nil }
                index += 1
            }
        }
        return index == end ? value : nil
    }

    private static func parseV6(_ bytes: Span<UInt8>) -> IPAddress? {
        guard bytes.count >= 2, bytes.count <= 45 else { return nil }
        var groups: [8 of UInt16] = .init(repeating: 0)
        var count = 0
        var gap = -1
        var index = 0
        if bytes[0] == 58 {
            guard bytes[1] == 58 else { return nil }
            gap = 0
            index = 2
        }
        while index < bytes.count {
            guard count < 8 else { return nil }
            let start = index
            var number: UInt32 = 0
            while index < bytes.count, let digit = hexDigit(bytes[index]), index - start < 4 {
                number = number << 4 | digit
                index += 1
            }
            if index < bytes.count, bytes[index] == 46 {
                guard count <= 6, let v4 = parseV4(bytes, start, bytes.count) else { return nil }
                groups[count] = UInt16(v4 >> 16)
                groups[count + 1] = UInt16(v4 & 0xffff)
                count += 2
                index = bytes.count
                break
            }
            guard index > start else { return nil }
            groups[count] = UInt16(number)
            count += 1
            guard index < bytes.count else { break }
            guard bytes[index] == 58, index + 1 < bytes.count else { return nil }
            index += 1
            if bytes[index] == 58 {
                guard gap < 0 else { return nil }
                gap = count
                index += 1
            }
        }
        guard gap >= 0 ? count < 8 : count == 8 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for position in 0..<8 {
            let missing = 8 - count
            let source = gap < 0 || position < gap ? position : position - missing
            let group: UInt16 = gap >= 0 && position >= gap && position < gap + missing ? 0 : groups[source]
            if position < 4 { high = high << 16 | UInt64(group) } else { low = low << 16 | UInt64(group) }
        }
        return .v6(high: high, low: low)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 48...57: UInt32(byte - 48)
        case 97...102: UInt32(byte - 87)
        case 65...70: UInt32(byte - 55)
        default: nil
        }
    }

    private static func textV6(_ high: UInt64, _ low: UInt64) -> String {
        if high >> 54 == 0x3fa, high << 32 != 0 {
            return textV6((high >> 32) << 32, low) + "%\(UInt32(truncatingIfNeeded: high))"
        }
        if high == 0, low >> 32 == 0xffff {
            return "::ffff:" + IPAddress.v4(UInt32(truncatingIfNeeded: low)).text
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> UInt64(48 - 16 * ($0 % 4))) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > 1, end - start > best.count { best = start..<end }
            start = max(end, start + 1)
        }
        let text = { (range: Range<Int>) in range.map { String(groups[$0], radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
    }
}

/// An address and a port.
@frozen
package struct Endpoint: Hashable, Sendable {
    package var address: IPAddress
    package var port: UInt16

    @inlinable
    package init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Parses `127.0.0.1:53`, `[::1]:53`; without a port the given one is taken.
    package init?(text: String, defaultPort: UInt16? = nil) {
        guard let (host, port) = HostPort.split(text), let number = port ?? defaultPort,
            let address = IPAddress(text: host)
        else {
            return nil
        }
        self.init(address, port: number)
    }

    package var text: String { "\(address.hostText):\(port)" }
}

/// A name or address with an optional port, as people write it.
package enum HostPort {
    /// Splits `host`, `host:port`, `[v6]`, `[v6]:port` and a bare IPv6 address; nil where the port is no number from 1 to 65535.
    package static func split(_ text: String) -> (host: String, port: UInt16?)? {
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { return nil }
            let host = String(text[text.index(after: text.startIndex)..<close])
            let rest = text[text.index(after: close)...]
            if rest.isEmpty { return (host, nil) }
            guard rest.hasPrefix(":"), let port = port(rest.dropFirst()) else { return nil }
            return (host, port)
        }
        guard let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon else {
            return text.isEmpty ? nil : (text, nil)
        }
        guard colon != text.startIndex, let port = port(text[text.index(after: colon)...]) else { return nil }
        return (String(text[..<colon]), port)
    }

    /// A port from 1 to 65535 in decimal digits.
    package static func port(_ text: some StringProtocol) -> UInt16? {
        guard text.utf8.allSatisfy({ $0 &- 48 < 10 }), let port = UInt16(text), port > 0 else { return nil }
        return port
    }
}
