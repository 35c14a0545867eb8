/// A question ready to be asked many times: the bytes are put together once, a query only gets its id.
package struct DNSQuery: Sendable, Hashable {
    /// The name asked for.
    package let name: DNSName
    /// The type asked for.
    package let type: DNSRecordType
    /// RD: whether the server is asked to ask others.
    package let recursionDesired: Bool
    /// The largest UDP payload in bytes that we take (RFC 6891 §6.2.3); nil for a query without EDNS.
    package let ednsPayloadSize: UInt16?
    /// The whole query with id 0.
    @usableFromInline package let template: [UInt8]

    /// A query in class IN. The default payload size is the one that avoids fragments (DNS flag day 2020).
    package init(
        name: DNSName, type: DNSRecordType, recursionDesired: Bool = true, ednsPayloadSize: UInt16? = 1232
    ) {
        self.name = name
        self.type = type
        self.recursionDesired = recursionDesired
        self.ednsPayloadSize = ednsPayloadSize
        // Written out rather than by way of a message: a fleet asks each name once.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(12 + name.wire.count + 4 + 11)
        bytes += [0, 0, recursionDesired ? 1 : 0, 0, 0, 1, 0, 0, 0, 0, 0, ednsPayloadSize == nil ? 0 : 1]
        bytes += name.wire
        bytes += [UInt8(type.rawValue >> 8), UInt8(type.rawValue & 255), 0, 1]
        if let size = ednsPayloadSize {
            bytes += [0, 0, 41, UInt8(size >> 8), UInt8(size & 255), 0, 0, 0, 0, 0, 0]
        }
        template = bytes
    }

    /// The size of the query on the wire, 17...282 bytes.
    @inlinable package var byteCount: Int { template.count }

    /// Writes the query to the beginning of `buffer`, which must have room for `byteCount` bytes.
    ///
    /// Returns how many bytes were written.
    @inlinable
    package func encode(id: UInt16, into buffer: inout MutableSpan<UInt8>) -> Int {
        let source = template.span
        let count = source.count
        precondition(buffer.count >= count && count >= 12, "the buffer is shorter than the query")
        for index in 0..<count { buffer[index] = source[index] }
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

    package static func == (left: DNSQuery, right: DNSQuery) -> Bool {
        left.name == right.name && left.type == right.type && left.recursionDesired == right.recursionDesired
            && left.ednsPayloadSize == right.ednsPayloadSize
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(type)
    }
}
