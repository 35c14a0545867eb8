/// IP addresses as text: written for reports, read to judge a URL's host.
package enum AddressText {
    /// The dotted form of an IPv4 address given in host order: `0x7F000001` is `127.0.0.1`.
    package static func ipv4(_ address: UInt32) -> String {
        "\(address >> 24).\(address >> 16 & 0xFF).\(address >> 8 & 0xFF).\(address & 0xFF)"
    }

    /// The canonical form of an IPv6 address (RFC 5952 §4): lower case, no leading zeros, the first longest run of
    /// two or more zero groups as `::`, and a mapped IPv4 address (`::ffff:0:0/96`) with its dotted end (§5).
    package static func ipv6(high: UInt64, low: UInt64) -> String {
        if high == 0, low >> 32 == 0xFFFF {
            return "::ffff:" + ipv4(UInt32(truncatingIfNeeded: low))
        }
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
        }
        let zeros = longestZeroRun(groups)
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        if zeros.count < 2 { return text(0..<8) }
        return text(0..<zeros.lowerBound) + "::" + text(zeros.upperBound..<8)
    }

    /// Reads the dotted form of an IPv4 address: four decimal numbers of 0...255 without leading zeros.
    ///
    /// Returns the address in host order, or nil when the text is anything else.
    package static func parseIPv4(_ text: some StringProtocol) -> UInt32? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value: UInt32 = 0
            for byte in part {
                guard let digit = Bytes.digit(byte) else { return nil }
                value = value * 10 + UInt32(digit)
            }
            guard value <= 255 else { return nil }
            address = address << 8 | value
        }
        return address
    }

    /// Reads an IPv6 address in any form of RFC 4291 §2.2, without brackets and without a zone.
    ///
    /// Returns its two halves, or nil when the text is anything else.
    package static func parseIPv6(_ text: some StringProtocol) -> (high: UInt64, low: UInt64)? {
        guard text.utf8.count <= 45 else { return nil }
        var before: [UInt16] = []
        var after: [UInt16] = []
        if let gap = doubleColon(text) {
            guard groups(text[..<gap.lowerBound], into: &before, dottedEnd: false),
                groups(text[gap.upperBound...], into: &after, dottedEnd: true),
                before.count + after.count < 8
            else { return nil }
        } else {
            guard !text.isEmpty, groups(text, into: &before, dottedEnd: true), before.count == 8 else { return nil }
        }
        let all = before + [UInt16](repeating: 0, count: 8 - before.count - after.count) + after
        let halves = (all[..<4], all[4...])
        return (halves.0.reduce(0) { $0 << 16 | UInt64($1) }, halves.1.reduce(0) { $0 << 16 | UInt64($1) })
    }

    /// Where the first `::` stands.
    private static func doubleColon<Text: StringProtocol>(_ text: Text) -> Range<Text.Index>? {
        let bytes = text.utf8
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let next = bytes.index(after: index)
            if next < bytes.endIndex, bytes[index] == UInt8(ascii: ":"), bytes[next] == UInt8(ascii: ":") {
                return index..<bytes.index(after: next)
            }
            index = next
        }
        return nil
    }

    /// Reads groups of one to four hexadecimal digits between single colons, none at all included.
    private static func groups(_ text: some StringProtocol, into groups: inout [UInt16], dottedEnd: Bool) -> Bool {
        guard !text.isEmpty else { return true }
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if dottedEnd, index == parts.count - 1, let dotted = parseIPv4(String(decoding: part, as: UTF8.self)) {
                groups.append(UInt16(truncatingIfNeeded: dotted >> 16))
                groups.append(UInt16(truncatingIfNeeded: dotted))
                continue
            }
            guard (1...4).contains(part.count) else { return false }
            var value: UInt16 = 0
            for byte in part {
                guard let digit = Bytes.hexDigit(byte) else { return false }
                value = value << 4 | UInt16(digit)
            }
            groups.append(value)
        }
        return groups.count <= 8
    }

    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        while start < groups.count {
            var end = start
            while end < groups.count, groups[end] == 0 { end += 1 }
            if end - start > longest.count { longest = start..<end }
            start = max(end, start + 1)
        }
        return longest
    }
}
