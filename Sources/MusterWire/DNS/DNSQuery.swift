/// A question ready to be asked many times: the bytes are put together once, a query only gets its id.
package struct DNSQuery: Sendable {
    /// The type asked for.
    package let type: DNSRecordType
    /// The whole query with id 0.
    @usableFromInline package let template: [UInt8]
    /// Where the name's root byte ends.
    @usableFromInline let nameEnd: Int

    /// The name asked for.
    package var name: DNSName { DNSName(wire: Array(template[DNSWire.headerSize..<nameEnd])) }

    /// A query in class IN. RD asks the server to ask others. The payload size is the largest UDP payload in bytes that we
    /// take (RFC 6891 §6.2.3), nil for a query without EDNS; the default avoids fragments (DNS flag day 2020).
    package init(
        name: DNSName, type: DNSRecordType, recursionDesired: Bool = true, ednsPayloadSize: UInt16? = 1232
    ) {
        var bytes = Self.header(recursionDesired, ednsPayloadSize)
        bytes += name.wire
        self.init(named: bytes, type, ednsPayloadSize)
    }

    /// The same for the name that `append` writes in presentation form: a fleet asks each name once, so its bytes are
    /// written where they are sent from. Errors: those of a name.
    package init(
        type: DNSRecordType, recursionDesired: Bool = true, ednsPayloadSize: UInt16? = 1232,
        name append: (inout [UInt8]) -> Void
    ) throws(DNSFault) {
        var bytes = Self.header(recursionDesired, ednsPayloadSize)
        let start = bytes.count
        bytes.append(0)
        append(&bytes)
        if !DNSName.writeLengths(&bytes, from: start) {
            let name = try DNSName(String(decoding: bytes[(start + 1)...], as: UTF8.self))
            bytes.removeSubrange(start...)
            bytes += name.wire
        }
        self.init(named: bytes, type, ednsPayloadSize)
    }

    private static func header(_ recursionDesired: Bool, _ ednsPayloadSize: UInt16?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(80)
        bytes.append(doubleWord: recursionDesired ? 0x0100 : 0)
        bytes.append(doubleWord: 0x0001_0000)
        bytes.append(doubleWord: ednsPayloadSize == nil ? 0 : 1)
        return bytes
    }

    /// Whether the query has EDNS.
    package var hasOptions: Bool { template.count > nameEnd + 4 }

    /// The same query without EDNS, for servers that do not know it.
    package var withoutOptions: DNSQuery { DNSQuery(withoutOptions: self) }

    private init(withoutOptions query: DNSQuery) {
        type = query.type
        nameEnd = query.nameEnd
        var bytes = Array(query.template.prefix(nameEnd + 4))
        // No additional records.
        bytes[10] = 0
        bytes[11] = 0
        template = bytes
    }

    /// Completes the header and name that were written.
    private init(named header: [UInt8], _ type: DNSRecordType, _ ednsPayloadSize: UInt16?) {
        var bytes = header
        nameEnd = bytes.count
        self.type = type
        bytes.append(word: type.rawValue)
        bytes.append(word: DNSWire.internet)
        if let ednsPayloadSize {
            bytes.append(0)
            bytes.append(word: DNSRecordType.opt.rawValue)
            bytes.append(word: ednsPayloadSize)
            bytes.append(doubleWord: 0)
            bytes.append(word: 0)
        }
        template = bytes
    }

    /// The size of the query on the wire, 17...282 bytes.
    @inlinable package var byteCount: Int { template.count }

    /// Writes the query, its name in a letter case, to the beginning of `buffer`, which must have room for `byteCount` bytes.
    ///
    /// Returns how many bytes were written.
    @inlinable
    package func encode(id: UInt16, in casing: DNSCasing = .asWritten, into buffer: inout MutableSpan<UInt8>) -> Int {
        let source = template.span
        let count = source.count
        precondition(buffer.count >= count && count >= nameEnd, "the buffer is shorter than the query")
        for index in 0..<nameEnd { buffer[index] = casing.turned(source[index], at: index) }
        for index in nameEnd..<count { buffer[index] = source[index] }
        buffer[0] = UInt8(truncatingIfNeeded: id >> 8)
        buffer[1] = UInt8(truncatingIfNeeded: id)
        return count
    }

    /// The query on the wire as an array of its own.
    package func encoded(id: UInt16) -> [UInt8] {
        var bytes = template
        bytes[0] = UInt8(truncatingIfNeeded: id >> 8)
        bytes[1] = UInt8(truncatingIfNeeded: id)
        return bytes
    }
}
