/// One query over TCP: bytes of the stream go in, the message that answers the query comes out (RFC 7766).
///
/// Messages that answer something else are skipped, but only so many: who never stops sending must not hold us.
package struct DNSStreamExchange: Sendable {
    /// What came.
    package enum Step: Hashable, Sendable {
        /// More bytes are needed.
        case needMore
        /// The answer, with its code; also one that says that it is cut short, since there is nowhere else to ask.
        case answer(DNSResponseCode, [UInt8])
        /// The server does not know EDNS: ask again without it (RFC 6891 §7).
        case refusesOptions
        /// The answer cannot be read, or too much came that is none.
        case malformed(DNSFault)
    }

    /// So many messages that answer something else are skipped, and so many bytes of them.
    static let mostStrays = (messages: 16, bytes: 65_536)

    private let query: DNSQuery
    private let id: UInt16
    private let hoped: DNSResponseCode
    private var decoder = DNSStreamDecoder()
    private var strayMessages = 0
    private var strayBytes = 0
    /// The last message that was skipped; nil where none was.
    package private(set) var lastStray: DNSStray?

    /// The exchange for a query that was sent with `id`; the code that is hoped for never says that EDNS is refused.
    package init(_ query: DNSQuery, id: UInt16, expecting hoped: DNSResponseCode = .noError) {
        self.query = query
        self.id = id
        self.hoped = hoped
    }

    /// Takes the next bytes of the stream and says what they bring. After anything but `needMore` the exchange is over.
    @inline(never)
    package mutating func receive(_ bytes: Span<UInt8>) -> Step {
        decoder.receive(bytes)
        while let message = decoder.next() {
            let check = query.check(message.span, id: id)
            if query.isRefused(by: check, message.span, expecting: hoped) { return .refusesOptions }
            switch check {
            case .malformed(let fault): return .malformed(fault)
            case .answer(let code): return .answer(code, message)
            case .truncated: return .answer(DNSResponseCode(rawValue: UInt16(message[3] & 0x0F)), message)
            case .unrelated:
                lastStray = query.stray(message.span, id: id)
                strayMessages += 1
                strayBytes += message.count
                guard strayMessages <= Self.mostStrays.messages, strayBytes <= Self.mostStrays.bytes else {
                    return .malformed(.unrelatedMessages)
                }
            }
        }
        return .needMore
    }
}
