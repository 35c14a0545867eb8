/// Small byte operations that both codecs use. They check every index and never trap on what came from the network.
@usableFromInline
enum Bytes {
    /// The 16 bits at `offset`, most significant byte first. The caller has checked that they are there.
    @inline(__always)
    static func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt16 {
        UInt16(bytes[offset]) << 8 | UInt16(bytes[offset &+ 1])
    }

    /// The 32 bits at `offset`, most significant byte first. The caller has checked that they are there.
    @inline(__always)
    static func doubleWord(_ bytes: Span<UInt8>, _ offset: Int) -> UInt32 {
        UInt32(word(bytes, offset)) << 16 | UInt32(word(bytes, offset &+ 2))
    }

    /// The 64 bits at `offset`, most significant byte first. The caller has checked that they are there.
    @inline(__always)
    static func quadWord(_ bytes: Span<UInt8>, _ offset: Int) -> UInt64 {
        UInt64(doubleWord(bytes, offset)) << 32 | UInt64(doubleWord(bytes, offset &+ 4))
    }

    /// ASCII letters in lower case, every other byte as it is.
    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    /// The bit that turns a letter into its other case; 0 for any other byte.
    @inlinable @inline(__always)
    static func caseBit(_ byte: UInt8) -> UInt8 { (byte | 0x20) &- 0x61 < 26 ? 0x20 : 0 }

    /// What two bytes differ in, the case of a letter set aside. Whoever compares names in a random case adds the differences
    /// up: a branch on each letter would be foretold wrongly every other time.
    @inline(__always)
    static func difference(_ one: UInt8, _ two: UInt8) -> UInt8 { (one ^ two) & ~caseBit(one) }

    /// The value of an ASCII digit, or nil.
    @inline(__always)
    static func digit(_ byte: UInt8) -> UInt8? {
        let value = byte &- 0x30
        return value < 10 ? value : nil
    }

    /// The value of an ASCII hexadecimal digit in either case, or nil.
    @inline(__always)
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        if let value = digit(byte) { return value }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    /// Whether two texts are the same when the case of ASCII letters is set aside.
    static func sameText(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8) { lowercased($0) == lowercased($1) }
    }

    /// The bytes of a part of `bytes` as an array of their own.
    static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.append(bytes, range)
        return copy
    }

    /// A part of `bytes` as text; what is not UTF-8 becomes U+FFFD.
    static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: copy(bytes, range), as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends a part of a span, growing geometrically.
    mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let part = bytes.extracting(range)
        // Of an empty array the empty storage that all share would be written to.
        if part.isEmpty { return }
        append(addingCapacity: part.count) { output in
            for index in part.indices { output.append(part[index]) }
        }
    }

    /// Appends 16 bits, most significant byte first.
    mutating func append(word: UInt16) {
        append(UInt8(truncatingIfNeeded: word >> 8))
        append(UInt8(truncatingIfNeeded: word))
    }

    /// Appends 32 bits, most significant byte first.
    mutating func append(doubleWord: UInt32) {
        append(word: UInt16(truncatingIfNeeded: doubleWord >> 16))
        append(word: UInt16(truncatingIfNeeded: doubleWord))
    }
}
