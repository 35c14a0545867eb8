/// What may stand at the beginning of a line of the common or combined format. Without these checks a line with a prefix
/// of something else would fit too, with the prefix as its address.
enum ClientName {
    private typealias Bytes = ByteScan.Bytes

    /// Whether a word is up to 15 digits, points and slashes, as every IPv4 address is: eight bytes at a time.
    /// Invariant for the caller: 16 bytes from `start` may be read.
    @inline(__always)
    static func isDotted(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes) -> Bool {
        let count = unsafe end - start
        guard UInt(bitPattern: count &- 1) < 15 else { return false }
        let odd = unsafe (odd(ByteScan.load64(start)), odd(ByteScan.load64(start + 8)))
        let low: UInt64 = count >= 8 ? .max : (1 &<< UInt64(8 &* count)) &- 1
        let high: UInt64 = count > 8 ? (1 &<< UInt64(8 &* (count &- 8))) &- 1 : 0
        return (odd.0 & low) | (odd.1 & high) == 0
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
        if unsafe isName(start, end) || isIPv6(start, end) { return true }
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

    /// Whether a text is a user: with blanks only behind an ident of `-`, and without a `-` of its own among them.
    @inline(never)
    static func isUser(_ start: ByteScan.Bytes, _ end: ByteScan.Bytes, behind ident: ByteScan.Bytes) -> Bool {
        var at = unsafe ByteScan.first(of: 0x20, or: 0x20, from: start, to: end)
        if unsafe at >= end { return true }
        guard unsafe ident.pointee == 0x2d && ident[1] == 0x20 else { return false }
        if unsafe start[0] == 0x2d && start[1] == 0x20 { return false }
        while unsafe at < end {
            // Invariant: what is behind `end` is a blank and `[`.
            if unsafe at[1] == 0x2d && at[2] == 0x20 { return false }
            unsafe at = ByteScan.first(of: 0x20, or: 0x20, from: at + 1, to: end)
        }
        return true
    }

    private static func isName(_ start: Bytes, _ end: Bytes) -> Bool {
        var at = unsafe start
        while unsafe at < end {
            let byte = unsafe at.pointee
            let isInner = byte == 0x2d || byte == 0x2e || byte == 0x5f
            guard (byte | 0x20) &- 97 < 26 || LineWalk.isDigit(byte) || isInner else { return false }
            unsafe at += 1
        }
        return true
    }

    private static func isIPv4(_ start: Bytes, _ end: Bytes) -> Bool {
        var points = 0
        var at = unsafe start
        while unsafe at < end {
            if unsafe at.pointee == 0x2e { points += 1 } else if unsafe !LineWalk.isDigit(at.pointee) { return false }
            unsafe at += 1
        }
        return points == 3
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
