/// What can be read from a request target (RFC 9112 §3.2): its path, its query, what kind of path it is.
enum PathText {
    /// All before the query or the fragment, where it stands.
    @inline(__always)
    static func path(_ url: Text) -> Text {
        let start = unsafe url.start
        // Invariant: a text has the padding that a scan needs, and the scan ends at its end.
        let end = unsafe ByteScan.first(of: 0x3f, or: 0x23, from: start, to: start + url.count)
        return unsafe Text(start: start, count: end - start)
    }

    /// What stands between `?` and a fragment; nil where there is no query.
    static func query(_ url: Text) -> Text? {
        let path = path(url)
        guard path.count < url.count, url[path.count] == 0x3f else { return nil }
        let rest = url[path.count + 1..<url.count]
        let start = unsafe rest.start
        let end = unsafe ByteScan.first(of: 0x23, or: 0x23, from: start, to: start + rest.count)
        return unsafe Text(start: start, count: end - start)
    }

    /// The letters and digits behind the last dot of the last segment, in lower case, where there are one to eight and
    /// something stands before the dot; nil elsewhere.
    static func fileExtension(_ url: Text, _ scratch: inout Scratch) -> Text? {
        let path = path(url)
        var index = path.count
        while index > 0, isAlphanumeric(path[index - 1]), path.count - index < 8 { index -= 1 }
        guard index > 1, index < path.count, path[index - 1] == 0x2e, path[index - 2] != 0x2f, hasSegment(path, index)
        else { return nil }
        let found = path[index..<path.count]
        return unsafe scratch.make(found.count) { start in
            // Invariant: as many bytes are written as were asked for.
            for position in 0..<found.count {
                let byte = found[position]
                unsafe start[position] = byte &- 65 < 26 ? byte | 0x20 : byte
            }
            return found.count
        }
    }

    /// Whether a slash that begins a path stands before an index: in `http://example.com` there is none.
    private static func hasSegment(_ path: Text, _ index: Int) -> Bool {
        guard path[0] != 0x2f else { return true }
        var slashes = 0
        for position in 0..<index where path[position] == 0x2f { slashes += 1 }
        return slashes >= 3
    }

    /// The path with `*` for every segment that identifies one thing among many (see ``isIdentifying(_:)``); where such a
    /// segment ends in a file extension, that is kept: `/img/*.png`.
    static func normalized(_ url: Text, _ scratch: inout Scratch) -> Text {
        let path = path(url)
        var isChanged = false
        let made = unsafe scratch.make(path.count) { start in
            var written = 0
            var index = 0
            while index < path.count {
                if path[index] == 0x2f {
                    unsafe start[written] = 0x2f
                    written += 1
                    index += 1
                    continue
                }
                var end = index
                while end < path.count, path[end] != 0x2f { end += 1 }
                var kept = index
                if let stem = identifyingLength(path[index..<end]) {
                    isChanged = true
                    unsafe start[written] = 0x2a
                    written += 1
                    kept += stem
                }
                // Invariant: a star stands for at least one byte, so that no more is written than was read.
                for position in kept..<end {
                    unsafe start[written] = path[position]
                    written += 1
                }
                index = end
            }
            return isChanged ? written : 0
        }
        return isChanged ? made : path
    }

    /// How much of a segment a star stands for: all of it, or what is before its file extension; nil for nothing.
    private static func identifyingLength(_ segment: Text) -> Int? {
        if isIdentifying(segment) { return segment.count }
        var dot = segment.count - 1
        while dot > 0, segment[dot] != 0x2e, segment.count - dot <= 6 { dot -= 1 }
        guard dot > 0, segment[dot] == 0x2e, dot + 1 < segment.count, (segment[dot + 1] | 0x20) &- 97 < 26,
            isIdentifying(segment[0..<dot])
        else { return nil }
        return dot
    }

    /// Whether a segment is a number, a UUID, eight or more hexadecimal digits with a decimal one among them, or a token:
    /// sixteen or more bytes of the alphabet of base64url (RFC 4648 §5) or `=` with a run of ten or more letters and
    /// digits in it that has a capital letter and a digit, or five digits.
    private static func isIdentifying(_ segment: Text) -> Bool {
        var digits = 0
        var hexadecimals = 0
        var dashes = 0
        var isToken = true
        var run = Run()
        var hasTokenRun = false
        for index in 0..<segment.count {
            let byte = segment[index]
            if byte &- 48 < 10 {
                digits += 1
                hexadecimals += 1
            } else if (byte | 0x20) &- 97 < 6 {
                hexadecimals += 1
            } else if byte == 0x2d {
                dashes += 1
            }
            if isAlphanumeric(byte) {
                run.take(byte)
                hasTokenRun = hasTokenRun || run.isTokenlike
            } else {
                run = Run()
                isToken = isToken && (byte == 0x2d || byte == 0x5f || byte == 0x3d)
            }
        }
        if digits == segment.count { return true }
        if hexadecimals == segment.count { return digits > 0 && segment.count >= 8 }
        if segment.count == 36, dashes == 4, hexadecimals == 32, isUUIDShaped(segment) { return true }
        return isToken && hasTokenRun && segment.count >= 16
    }

    private static func isUUIDShaped(_ segment: Text) -> Bool {
        [8, 13, 18, 23].allSatisfy { segment[$0] == 0x2d }
    }

    /// A run of letters and digits.
    private struct Run {
        private var count = 0
        private var digits = 0
        private var capitals = 0

        mutating func take(_ byte: UInt8) {
            count += 1
            if byte &- 48 < 10 { digits += 1 }
            if byte &- 65 < 26 { capitals += 1 }
        }

        var isTokenlike: Bool { count >= 10 && (digits >= 5 || (digits > 0 && capitals > 0)) }
    }

    @inline(__always)
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte &- 48 < 10 || (byte | 0x20) &- 97 < 26
    }
}
