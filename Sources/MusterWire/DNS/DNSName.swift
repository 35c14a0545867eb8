/// A domain name: its labels as bytes. Two names that differ only in the case of ASCII letters are equal
/// (RFC 1035 §2.3.3, RFC 4343).
package struct DNSName: Hashable, Sendable, CustomStringConvertible {
    /// The uncompressed wire form: each label after its length, then the root's zero byte; 1...255 bytes.
    package let wire: [UInt8]

    /// The root, `.`.
    package static let root = DNSName(wire: [0])

    /// Reads a name in presentation form (RFC 1035 §5.1, RFC 4343 §2.1), with or without the dot at its end.
    ///
    /// `.` alone is the root; `\.` is a dot within a label and `\DDD` the byte of that decimal number. Underscores
    /// are allowed. Throws `emptyLabel`, `labelTooLong`, `nameTooLong`, `badEscape` or `badCharacter`.
    package init(_ text: String) throws(DNSFault) {
        if text == "." {
            self.init(wire: [0])
            return
        }
        var builder = DNSNameBuilder()
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            if byte == UInt8(ascii: ".") {
                try builder.endLabel()
            } else if byte == UInt8(ascii: "\\") {
                try builder.append(Self.escaped(&bytes))
            } else if (0x21...0x7E).contains(byte) {
                try builder.append(byte)
            } else {
                throw .badCharacter
            }
        }
        self.init(wire: try builder.finish())
    }

    /// Makes a name in presentation form that stands behind one spare byte at `start` into its wire form, where it lies. False,
    /// with nothing changed, where it has escapes, is the root or no name: that is for ``init(_:)`` to say.
    static func writeLengths(_ bytes: inout [UInt8], from start: Int) -> Bool {
        let end = bytes.last == UInt8(ascii: ".") ? bytes.count - 1 : bytes.count
        guard end - start > 1, end - start <= 254 else { return false }
        var label = start
        for index in (start + 1)..<end {
            let byte = bytes[index]
            if byte == UInt8(ascii: ".") {
                guard index - label > 1, index - label <= 64 else { return false }
                label = index
            } else if byte == UInt8(ascii: "\\") || byte <= 0x20 || byte > 0x7E {
                return false
            }
        }
        guard end - label > 1, end - label <= 64 else { return false }
        // All is well: only now do the dots become lengths.
        bytes.removeSubrange(end...)
        label = start
        for index in (start + 1)..<end where bytes[index] == UInt8(ascii: ".") {
            bytes[label] = UInt8(truncatingIfNeeded: index - label - 1)
            label = index
        }
        bytes[label] = UInt8(truncatingIfNeeded: end - label - 1)
        bytes.append(0)
        return true
    }

    /// The name of these wire bytes, which the caller has verified.
    init(wire: [UInt8]) { self.wire = wire }

    /// Presentation form: without the dot at the end, except for the root; dots within labels and characters with a
    /// meaning in zone files are written `\.`, bytes that do not print `\DDD`.
    package var description: String {
        if wire.count <= 1 { return "." }
        var text = ""
        var position = 0
        while position < wire.count, wire[position] != 0 {
            if position > 0 { text += "." }
            let end = min(position + 1 + Int(wire[position]), wire.count)
            for byte in wire[(position + 1)..<end] { Self.write(byte, to: &text) }
            position = end
        }
        return text
    }

    package static func == (left: DNSName, right: DNSName) -> Bool {
        // Lengths of labels are below 64 and so never look like letters.
        left.wire.count == right.wire.count
            && left.wire.elementsEqual(right.wire) { Bytes.lowercased($0) == Bytes.lowercased($1) }
    }

    package func hash(into hasher: inout Hasher) {
        for byte in wire { hasher.combine(Bytes.lowercased(byte)) }
    }

    private static func escaped(_ bytes: inout String.UTF8View.Iterator) throws(DNSFault) -> UInt8 {
        guard let first = bytes.next() else { throw .badEscape }
        guard let hundreds = Bytes.digit(first) else {
            guard (0x20...0x7E).contains(first) else { throw .badEscape }
            return first
        }
        guard let tens = bytes.next().flatMap(Bytes.digit), let ones = bytes.next().flatMap(Bytes.digit),
            let byte = UInt8(exactly: Int(hundreds) * 100 + Int(tens) * 10 + Int(ones))
        else { throw .badEscape }
        return byte
    }

    private static func write(_ byte: UInt8, to text: inout String) {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: ";"), UInt8(ascii: "@"), UInt8(ascii: "$"):
            text += "\\"
            text.unicodeScalars.append(Unicode.Scalar(byte))
        case 0x21...0x7E:
            text.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            text += DNSText.decimalEscape(byte)
        }
    }
}

extension DNSName {
    /// The name that a reverse lookup of an IPv4 address in host order asks for, below `in-addr.arpa`
    /// (RFC 1035 §3.5).
    package static func reverse(ipv4 address: UInt32) -> DNSName {
        var wire: [UInt8] = []
        for shift in [0, 8, 16, 24] as [UInt32] {
            let text = String(address >> shift & 0xFF)
            wire.append(UInt8(truncatingIfNeeded: text.utf8.count))
            wire += text.utf8
        }
        return DNSName(wire: wire + [7] + "in-addr".utf8 + [4] + "arpa".utf8 + [0])
    }

    /// The name that a reverse lookup of an IPv6 address asks for, below `ip6.arpa` (RFC 3596 §2.5).
    package static func reverse(ipv6High high: UInt64, low: UInt64) -> DNSName {
        var wire: [UInt8] = []
        for half in [low, high] {
            for nibble in 0..<16 {
                wire.append(1)
                wire += String(half >> UInt64(4 * nibble) & 0xF, radix: 16).utf8
            }
        }
        return DNSName(wire: wire + [3] + "ip6".utf8 + [4] + "arpa".utf8 + [0])
    }

    /// The same for the four bytes of an address in network order.
    package static func reverse(ipv4 bytes: [UInt8]) -> DNSName {
        precondition(bytes.count == 4, "an IPv4 address has four bytes")
        return reverse(ipv4: Bytes.doubleWord(bytes.span, 0))
    }

    /// The same for the sixteen bytes of an address in network order.
    package static func reverse(ipv6 bytes: [UInt8]) -> DNSName {
        precondition(bytes.count == 16, "an IPv6 address has sixteen bytes")
        return reverse(ipv6High: Bytes.quadWord(bytes.span, 0), low: Bytes.quadWord(bytes.span, 8))
    }
}

/// Puts the wire form together label by label and keeps its limits.
private struct DNSNameBuilder {
    private var wire: [UInt8] = [0]
    private var labelStart = 0

    mutating func append(_ byte: UInt8) throws(DNSFault) {
        guard wire.count - labelStart <= 63 else { throw .labelTooLong }
        guard wire.count < 254 else { throw .nameTooLong }
        wire.append(byte)
    }

    mutating func endLabel() throws(DNSFault) {
        let length = wire.count - labelStart - 1
        guard length > 0 else { throw .emptyLabel }
        wire[labelStart] = UInt8(truncatingIfNeeded: length)
        labelStart = wire.count
        wire.append(0)
    }

    /// Closes the last label unless a dot has done so, and hands over the name with the root's zero byte.
    mutating func finish() throws(DNSFault) -> [UInt8] {
        let endsWithDot = labelStart > 0 && wire.count == labelStart + 1
        if !endsWithDot { try endLabel() }
        return wire
    }
}
