/// The letter case that a question has on the wire: which letters of its name stand in the other case than they were
/// written in. Nearly all servers repeat a question as it came (RFC 1035 §4.1.1, RFC 4343), so whoever cannot see it has to
/// guess its case ("0x20", draft-vixie-dnsext-dns0x20).
package struct DNSCasing: Hashable, Sendable {
    /// Bit i % 32 turns byte i of the message.
    @usableFromInline let bits: UInt32

    /// Every letter as it was written.
    package static let asWritten = DNSCasing(bits: 0)

    /// The case that 32 random bits make.
    package init(bits: UInt32) { self.bits = bits }

    /// The byte at an index of the message; only letters have a case.
    @inlinable @inline(__always)
    func turned(_ byte: UInt8, at index: Int) -> UInt8 {
        // Without a branch, which would be foretold wrongly every other time.
        let bit = UInt8(truncatingIfNeeded: bits >> UInt32(truncatingIfNeeded: index & 31)) & 1
        return byte ^ (Bytes.caseBit(byte) & (0 &- bit))
    }
}

extension DNSQuery {
    /// How many letters of the name a casing turns.
    package func turnedLetters(_ casing: DNSCasing) -> Int {
        (DNSWire.headerSize..<nameEnd).count { casing.turned(template[$0], at: $0) != template[$0] }
    }

    /// Whether a message that answers this query, as ``check(_:id:)`` has it, repeats the question in exactly this letter
    /// case; false also where it leaves the question out.
    package func isEchoed(in message: Span<UInt8>, _ casing: DNSCasing) -> Bool {
        guard nameEnd <= message.count, Bytes.word(message, 4) == 1 else { return false }
        let own = template.span
        var index = DNSWire.headerSize
        var difference: UInt8 = 0
        while index < nameEnd {
            difference |= message[index] ^ casing.turned(own[index], at: index)
            index &+= 1
        }
        return difference == 0
    }
}
