/// What a query asks for, in class IN (RFC 1035 §4.1.2).
package struct DNSQuestion: Hashable, Sendable {
    /// The name asked for.
    package var name: DNSName
    /// The type asked for as a number, known to `DNSRecordType` or not.
    package var rawType: UInt16

    /// The type asked for; nil for one that muster does not know.
    package var type: DNSRecordType? { DNSRecordType(rawValue: rawType) }

    /// The question for records of a known type.
    package init(name: DNSName, type: DNSRecordType) {
        self.init(name: name, rawType: type.rawValue)
    }

    /// The question for records of any type.
    package init(name: DNSName, rawType: UInt16) {
        self.name = name
        self.rawType = rawType
    }
}

/// A whole message, read into values (RFC 1035 §4.1). Whoever only has to know whether a datagram answers a query
/// asks `DNSQuery.check`, which allocates nothing.
package struct DNSMessage: Hashable, Sendable {
    /// The number that ties an answer to its query.
    package var id: UInt16 = 0
    /// QR: an answer, not a query.
    package var isResponse = false
    /// The kind of query, 0...15; 0 is an ordinary one.
    package var opcode: UInt8 = 0
    /// AA: the server has authority over the name.
    package var isAuthoritative = false
    /// TC: records were left out for want of room.
    package var isTruncated = false
    /// RD: the server is asked to ask others.
    package var recursionDesired = false
    /// RA: the server would ask others.
    package var recursionAvailable = false
    /// The response code, with the bits of EDNS.
    package var responseCode = DNSResponseCode.noError
    /// The question, nil when there is none.
    package var question: DNSQuestion?
    /// The records that answer the question.
    package var answers: [DNSRecord] = []
    /// The records that point to an authority.
    package var authority: [DNSRecord] = []
    /// Further records, OPT taken out.
    package var additional: [DNSRecord] = []
    /// The largest UDP payload in bytes that the sender takes (RFC 6891 §6.2.3); nil without EDNS.
    package var ednsPayloadSize: UInt16?

    /// An empty query.
    package init() {}

    /// The beginning of an answer to `query`: its id, opcode, question and RD, and EDNS when the query has it.
    package init(answering query: DNSMessage, responseCode: DNSResponseCode = .noError, answers: [DNSRecord] = []) {
        id = query.id
        isResponse = true
        opcode = query.opcode
        recursionDesired = query.recursionDesired
        self.responseCode = responseCode
        question = query.question
        self.answers = answers
        ednsPayloadSize = query.ednsPayloadSize == nil ? nil : 1232
    }

    /// Reads a message, query or response. Bytes behind the last record are ignored. Throws on more than one
    /// question, a question of another class than IN, and on anything that cannot be read in whole.
    package init(parsing bytes: Span<UInt8>) throws(DNSFault) {
        guard bytes.count >= DNSWire.headerSize else { throw .truncatedMessage }
        id = Bytes.word(bytes, 0)
        isResponse = bytes[2] & 0x80 != 0
        opcode = bytes[2] >> 3 & 0xF
        isAuthoritative = bytes[2] & 0x04 != 0
        isTruncated = bytes[2] & 0x02 != 0
        recursionDesired = bytes[2] & 0x01 != 0
        recursionAvailable = bytes[3] & 0x80 != 0
        var position = DNSWire.headerSize
        switch Bytes.word(bytes, 4) {
        case 0: break
        case 1: position = try readQuestion(bytes)
        default: throw .tooManyQuestions
        }
        let options = try DNSWire.verifyRecords(bytes, from: position)
        responseCode = DNSResponseCode(rawValue: options.extendedCode << 4 | UInt16(bytes[3] & 0x0F))
        ednsPayloadSize = options.payloadSize
        answers = try Self.records(Bytes.word(bytes, 6), in: bytes, at: &position)
        authority = try Self.records(Bytes.word(bytes, 8), in: bytes, at: &position)
        additional = try Self.records(Bytes.word(bytes, 10), in: bytes, at: &position)
    }

    private mutating func readQuestion(_ bytes: Span<UInt8>) throws(DNSFault) -> Int {
        let (name, end) = try DNSWire.name(bytes, at: DNSWire.headerSize)
        guard bytes.count - end >= 4 else { throw .truncatedMessage }
        guard Bytes.word(bytes, end + 2) == DNSWire.internet else { throw .badQuestionClass }
        question = DNSQuestion(name: name, rawType: Bytes.word(bytes, end))
        return end + 4
    }

    private static func records(
        _ count: UInt16, in bytes: Span<UInt8>, at position: inout Int
    ) throws(DNSFault) -> [DNSRecord] {
        var records: [DNSRecord] = []
        for _ in 0..<count {
            let frame = try DNSWire.record(bytes, at: position)
            position = frame.data.upperBound
            if frame.type != DNSRecordType.opt.rawValue { records.append(try DNSRecord(frame, in: bytes)) }
        }
        return records
    }
}
