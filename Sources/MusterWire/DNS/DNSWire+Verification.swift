extension DNSWire {
    /// What the records of a message say about the message itself.
    struct Options {
        /// The upper eight bits of the response code (RFC 6891 §6.1.3).
        var extendedCode: UInt16 = 0
        /// The largest UDP payload the sender takes; nil without EDNS.
        var payloadSize: UInt16?

        /// Takes note of an OPT record, which stands once, in the additional section, owned by the root.
        @inline(__always)
        mutating func note(_ record: DNSRecordFrame, in bytes: Span<UInt8>, isAdditional: Bool) throws(DNSFault) {
            guard isAdditional, payloadSize == nil, bytes[record.name] == 0 else { throw .badOptions }
            payloadSize = record.recordClass
            extendedCode = UInt16(truncatingIfNeeded: record.ttl >> 24)
        }
    }

    /// Walks all records of a message from `start` and verifies each.
    static func verifyRecords(_ bytes: Span<UInt8>, from start: Int) throws(DNSFault) -> Options {
        let leading = Int(Bytes.word(bytes, 6)) &+ Int(Bytes.word(bytes, 8))
        let count = leading &+ Int(Bytes.word(bytes, 10))
        var options = Options()
        var position = start
        guard count &* smallestRecord <= bytes.count &- start else { throw .tooManyRecords }
        var index = 0
        while index < count {
            let record = try self.record(bytes, at: position)
            if record.type == DNSRecordType.opt.rawValue {
                try options.note(record, in: bytes, isAdditional: index >= leading)
            } else {
                try verifyData(bytes, record)
            }
            position = record.data.upperBound
            index &+= 1
        }
        return options
    }

    /// Throws when the data of a record of class IN does not have the structure of its type.
    @inline(__always)
    static func verifyData(_ bytes: Span<UInt8>, _ record: DNSRecordFrame) throws(DNSFault) {
        guard record.recordClass == internet else { return }
        let size = record.data.count
        switch record.type {
        case 1: guard size == 4 else { throw .badRecordLength }
        case 28: guard size == 16 else { throw .badRecordLength }
        case 2, 5, 12, dname: try verifyName(bytes, record, skipping: 0, leaving: 0)
        case 15: try verifyName(bytes, record, skipping: 2, leaving: 0)
        case 33: try verifyName(bytes, record, skipping: 6, leaving: 0)
        case 6: try verifyStartOfAuthority(bytes, record)
        case 16: try verifyTexts(bytes, record)
        default: return
        }
    }

    private static func verifyName(
        _ bytes: Span<UInt8>, _ record: DNSRecordFrame, skipping: Int, leaving: Int
    ) throws(DNSFault) {
        guard record.data.count > skipping &+ leaving else { throw .badRecordLength }
        let end = try endOfName(bytes, at: record.data.lowerBound &+ skipping)
        guard end == record.data.upperBound &- leaving else { throw .badRecordLength }
    }

    private static func verifyStartOfAuthority(_ bytes: Span<UInt8>, _ record: DNSRecordFrame) throws(DNSFault) {
        guard record.data.count >= 22 else { throw .badRecordLength }
        let mailbox = try endOfName(bytes, at: record.data.lowerBound)
        guard mailbox < record.data.upperBound else { throw .badRecordLength }
        let end = try endOfName(bytes, at: mailbox)
        guard end == record.data.upperBound &- 20 else { throw .badRecordLength }
    }

    private static func verifyTexts(_ bytes: Span<UInt8>, _ record: DNSRecordFrame) throws(DNSFault) {
        var position = record.data.lowerBound
        guard !record.data.isEmpty else { throw .badRecordLength }
        while position < record.data.upperBound { position &+= Int(bytes[position]) &+ 1 }
        guard position == record.data.upperBound else { throw .badRecordLength }
    }
}
