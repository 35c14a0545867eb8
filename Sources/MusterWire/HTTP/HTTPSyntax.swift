/// The character classes of HTTP.
enum HTTPSyntax {
    static let space: UInt8 = 0x20
    static let tab: UInt8 = 0x09
    static let carriageReturn: UInt8 = 0x0D
    static let lineFeed: UInt8 = 0x0A

    /// Whether a byte may stand in a token: methods and names of fields (RFC 9110 §5.6.2).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        // Letters first: they are most of what comes.
        if (byte | 0x20) &- 0x61 < 26 { return true }
        let members: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return byte < 128 && members >> UInt64(byte & 63) & 1 == 1
    }

    /// Whether a byte may stand in the value of a field or in a reason: anything but control characters, the tab
    /// allowed (RFC 9110 §5.5).
    @inline(__always)
    static func isFieldContent(_ byte: UInt8) -> Bool {
        byte &- 0x20 < 0x5F || byte >= 0x80 || byte == tab
    }

    /// Where the first byte at or behind `start` stands that is no field content; the end when there is none.
    @inline(__always)
    static func endOfContent(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        // Printing ASCII goes eight bytes at a time.
        while bytes.count &- index >= 8 {
            let part = bytes.extracting(index..<(index &+ 8))
            var highest: UInt8 = 0
            for offset in 0..<8 { highest = max(highest, part[offset] &- 0x20) }
            guard highest < 0x5F else { break }
            index &+= 8
        }
        while index < bytes.count, isFieldContent(bytes[index]) { index &+= 1 }
        return index
    }

    /// Whether a byte is blank around or, in a folded line, within the value of a field.
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == space || byte == tab || byte == carriageReturn || byte == lineFeed
    }

    /// Whether a whole text is a token of one byte at least.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isToken)
    }

    /// The range without the blanks at its two ends.
    @inline(__always)
    static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, isBlank(bytes[lower]) { lower &+= 1 }
        while lower < upper, isBlank(bytes[upper &- 1]) { upper &-= 1 }
        return lower..<upper
    }

    /// Whether a part of `bytes` is this text, set aside the case of letters. The text is in lower case.
    @inline(__always)
    static func isText(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: String) -> Bool {
        guard range.count == text.utf8.count else { return false }
        var index = range.lowerBound
        for byte in text.utf8 {
            guard Bytes.lowercased(bytes[index]) == byte else { return false }
            index &+= 1
        }
        return true
    }
}
