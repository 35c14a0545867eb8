/// Why a message does not answer a query although it came to where answers come.
package enum DNSStray: Hashable, Sendable {
    /// It has another id.
    case otherID
    /// It is a query, has another opcode, or is too short for a header.
    case noResponse
    /// It has this code but does not repeat the question, which only some errors may leave out.
    case noQuestion(DNSResponseCode)
    /// It answers another question.
    case otherQuestion
    /// It repeats the question in another letter case.
    case otherCase
    /// It refuses the query for its EDNS.
    case refusedOptions
    /// So many messages came, at least, that belong to no question or to another.
    case many(Int)

    /// From so many on they are told by their number.
    package static let flood = 256
}

extension DNSQuery {
    /// Why ``check(_:id:)`` calls a message unrelated, or why it was not taken for the answer though it does not.
    package func stray(_ message: Span<UInt8>, id: UInt16) -> DNSStray {
        guard message.count >= DNSWire.headerSize else { return .noResponse }
        guard Bytes.word(message, 0) == id else { return .otherID }
        guard message[2] & 0xF8 == 0x80 else { return .noResponse }
        let questions = Bytes.word(message, 4)
        guard questions == 0 else { return questions == 1 && repeatsQuestion(message) ? .otherCase : .otherQuestion }
        return .noQuestion(DNSResponseCode(rawValue: UInt16(message[3] & 0x0F)))
    }
}
