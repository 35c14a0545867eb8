/// Bytes to look for, prepared once for any number of searches (Knuth, Morris, Pratt: Fast pattern matching in strings, 1977).
package struct BytePatternTable: Sendable {
    /// What to look for; one byte at least.
    package let bytes: [UInt8]
    /// For each length of a match, how long the longest proper beginning is that it ends with.
    fileprivate let borders: [Int32]

    /// The table of a text that is not empty.
    package init?(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, bytes.count <= Int(Int32.max) else { return nil }
        var borders: [Int32] = [0, 0]
        borders.reserveCapacity(bytes.count + 1)
        var length = 0
        for index in bytes.indices.dropFirst() {
            while length > 0, bytes[index] != bytes[length] { length = Int(borders[length]) }
            if bytes[index] == bytes[length] { length += 1 }
            borders.append(Int32(truncatingIfNeeded: length))
        }
        self.bytes = bytes
        self.borders = borders
    }
}

/// A search through bytes that come in pieces. Each byte is looked at about twice at most, whatever the bytes, and none is kept.
package struct ByteSearch: Sendable {
    private let table: BytePatternTable
    private var matched = 0

    /// A search at the beginning of its bytes.
    package init(_ table: BytePatternTable) { self.table = table }

    /// Whether the pattern has come.
    package var isFound: Bool { matched == table.bytes.count }

    /// Looks through the next bytes, as far as the first match.
    package mutating func take(_ bytes: Span<UInt8>) {
        // A copy, since our own table is not to be looked at while the state beside it changes.
        let table = table
        let pattern = table.bytes.span
        let borders = table.borders.span
        let first = pattern[0]
        var matched = self.matched
        var index = 0
        while index < bytes.count, matched < pattern.count {
            let byte = bytes[index]
            index &+= 1
            // Most bytes begin nothing.
            if matched == 0, byte != first { continue }
            while matched > 0, byte != pattern[matched] { matched = Int(borders[matched]) }
            if byte == pattern[matched] { matched &+= 1 }
        }
        self.matched = matched
    }
}
