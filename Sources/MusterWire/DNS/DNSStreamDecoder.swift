/// Splits a TCP stream into DNS messages, each after its length in two bytes (RFC 1035 §4.2.2). Bytes may arrive in
/// any fragments.
package struct DNSStreamDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0

    /// A decoder at the beginning of a stream.
    package init() {}

    /// Whether bytes of a message that is not complete are kept.
    package var isInsideMessage: Bool { start < buffer.count }

    /// Takes the next bytes of the stream. What is kept is what was received and not yet taken out by `next`; who
    /// takes out all messages after each call keeps less than one of 65537 bytes.
    package mutating func receive(_ bytes: Span<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(bytes, 0..<bytes.count)
    }

    /// The next complete message, of 0...65535 bytes; nil when more bytes are needed.
    package mutating func next() -> [UInt8]? {
        let available = buffer.count - start
        guard available >= 2 else { return nil }
        let size = Int(Bytes.word(buffer.span, start))
        guard available - 2 >= size else { return nil }
        let message = Bytes.copy(buffer.span, (start + 2)..<(start + 2 + size))
        start += 2 + size
        return message
    }

    /// The message after its length, as it goes onto a stream. It has at most 65535 bytes.
    package static func framed(_ message: [UInt8]) -> [UInt8] {
        precondition(message.count <= 65_535, "a DNS message has at most 65535 bytes")
        var framed: [UInt8] = []
        framed.reserveCapacity(message.count + 2)
        framed.append(word: UInt16(truncatingIfNeeded: message.count))
        framed.append(contentsOf: message)
        return framed
    }
}
