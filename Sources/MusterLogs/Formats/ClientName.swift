/// What may stand at the beginning of a line of the common or combined format. Without these checks a line with a prefix
/// of something else would fit too, with the prefix as its address.
enum ClientName {
    private typealias Bytes = ByteScan.Bytes

    /// Whether a word is up to 15 digits, slashes and three points, as every IPv4 address is: eight bytes at a time.
    /// Invariant for the caller: 16 bytes from `start` may be read.
    @inline(__always)
    static func isDotted(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes) -> Bool {
        let count = unsafe end - start
        guard UInt(bitPattern: count &- 1) < 15 else { return false }
        let words = unsafe (ByteScan.load64(start), ByteScan.load64(start + 8))
        let low: UInt64 = count >= 8 ? .max : (1 &<< UInt64(8 &* count)) &- 1
        let high: UInt64 = count > 8 ? (1 &<< UInt64(8 &* (count &- 8))) &- 1 : 0
        guard (odd(words.0) & low) | (odd(words.1) & high) == 0 else { return false }
        // Each byte counts the points of its place; the product's highest byte is their sum.
        let points = (self.points(words.0) & low) &+ (self.points(words.1) & high)
        return unsafe (points &* 0x0101_0101_0101_0101) &>> 56 == 3 && end[-1] != 0x2e
    }

    /// 1 in every byte that is a `.`. Invariant: so far as bytes count, they are from `.` to `9`.
    @inline(__always)
    private static func points(_ word: UInt64) -> UInt64 {
        // Digits have the bit of 16, `/` has that of 1; `.` has neither.
        ~(word &>> 4 | word) & 0x0101_0101_0101_0101
    }

    /// The highest bit of every byte that is not from `.` to `9`; one above such a byte may be set too.
    @inline(__always)
    private static func odd(_ word: UInt64) -> UInt64 {
        let high: UInt64 = 0x8080_8080_8080_8080
        let above = word &+ 0x4646_4646_4646_4646 | word
        let notBelow = (word | high) &- 0x2e2e_2e2e_2e2e_2e2e
        return (above | ~notBelow) & high
    }

    /// Whether a word of any kind is a client: an address, with brackets, port or zone or without; a host's name; `unix:`;
    /// `-`. `limit` is the end of the chunk.
    @inline(never)
    static func isClient(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes, _ limit: ByteScan.Bytes) -> Bool {
        guard unsafe end > start && end < limit && end.pointee == 0x20 && end - start <= 255 else { return false }
        return unsafe isName(start, end) || isAddress(start, end)
    }

    /// Whether a word is an address, with brackets, port or zone or without, or `unix:`.
    static func isAddress(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes) -> Bool {
        guard unsafe end > start else { return false }
        if unsafe isIPv6(start, end) { return true }
        if unsafe end - start == 5 && ByteScan.load32(start) == 0x7869_6e75 && start[4] == 0x3a { return true }
        var at = unsafe end
        while unsafe at > start && LineWalk.isDigit(at[-1]) { unsafe at -= 1 }
        // A port.
        if unsafe at < end && at > start && at[-1] == 0x3a { unsafe at -= 1 } else { unsafe at = end }
        guard unsafe at > start + 1 else { return false }
        if unsafe start.pointee == 0x5b { return unsafe at[-1] == 0x5d && isIPv6(start + 1, at - 1) }
        return unsafe isIPv4(start, at)
    }

    /// Whether a word is what a client's identd may say: `-`, or a word that is no address.
    @inline(never)
    static func isIdent(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes) -> Bool {
        guard unsafe end > start else { return false }
        var at = unsafe start
        while unsafe at < end {
            let byte = unsafe at.pointee
            if byte == 0x3a || byte == 0x2c || byte == 0x5b || byte == 0x22 || byte == 0x7c { return false }
            unsafe at += 1
        }
        return unsafe !isIPv4(start, end)
    }

    /// Whether a text is a user: with blanks only behind an ident of `-`, and without a `-` or an address among its words.
    @inline(never)
    static func isUser(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes, behind ident: ByteScan.Bytes) -> Bool {
        var word = unsafe start
        while true {
            let stop = unsafe min(ByteScan.first(of: 0x20, or: 0x20, from: word, to: end), end)
            // In a list there is a comma behind each address but the last.
            let hasComma = unsafe stop > word && stop[-1] == 0x2c
            if unsafe isAddress(word, hasComma ? stop - 1 : stop) { return false }
            if unsafe stop == end && word == start { return true }
            guard unsafe ident.pointee == 0x2d && ident[1] == 0x20 else { return false }
            if unsafe stop - word == 1 && word.pointee == 0x2d { return false }
            if unsafe stop == end { return true }
            unsafe word = stop + 1
        }
    }

    /// A host's name, which has a letter, as a number has not; or `-`.
    private static func isName(_ start: Bytes, _ end: Bytes) -> Bool {
        var hasLetter = false
        var at = unsafe start
        while unsafe at < end {
            let byte = unsafe at.pointee
            let isLetter = (byte | 0x20) &- 97 < 26
            let isInner = byte == 0x2d || byte == 0x2e || byte == 0x5f
            guard isLetter || LineWalk.isDigit(byte) || isInner else { return false }
            hasLetter = hasLetter || isLetter
            unsafe at += 1
        }
        return unsafe hasLetter || end - start == 1 && start.pointee == 0x2d
    }

    /// Four parts of one to three digits.
    private static func isIPv4(_ start: Bytes, _ end: Bytes) -> Bool {
        var (points, digits) = (0, 0)
        var at = unsafe start
        while unsafe at < end {
            if unsafe at.pointee == 0x2e {
                guard digits > 0 else { return false }
                (points, digits) = (points + 1, 0)
            } else {
                guard unsafe LineWalk.isDigit(at.pointee), digits < 3 else { return false }
                digits += 1
            }
            unsafe at += 1
        }
        return points == 3 && digits > 0
    }

    /// Eight groups, or fewer with `::`; an IPv4 address may end it, and a zone follow. Times with colons are none.
    private static func isIPv6(_ start: Bytes, _ end: Bytes) -> Bool {
        var (colons, points, isShort) = (0, 0, false)
        var at = unsafe start
        while unsafe at < end && at.pointee != 0x25 {
            let byte = unsafe at.pointee
            if byte == 0x3a {
                colons += 1
                if unsafe at + 1 < end && at[1] == 0x3a { isShort = true }
            } else if byte == 0x2e {
                points += 1
            } else if Unescaping.hexDigit(byte) == nil {
                return false
            }
            unsafe at += 1
        }
        guard points == 0 || points == 3 else { return false }
        return isShort ? colons <= 8 : colons == (points == 3 ? 6 : 7)
    }
}
