/// The first line of a response: `HTTP/1.1 200 OK`. The reason may be missing, and the blank before it with it
/// (RFC 9112 §4). Between version and status any number of blanks is read, as that section allows.
struct HTTPStatusLine: Sendable {
    /// The version's second number.
    let versionMinor: Int
    /// 100...999.
    let status: Int
    /// Where the reason stands in the head.
    let reason: Range<Int>

    /// Reads a line that begins with `HTTP/1.`, as the scanner has made sure; nil when it is no status line.
    init?(_ bytes: Span<UInt8>, _ line: Range<Int>) {
        guard line.count >= 12, let minor = Bytes.digit(bytes[7]), Self.isBlank(bytes[8]) else { return nil }
        var start = 9
        while start < line.count, Self.isBlank(bytes[start]) { start &+= 1 }
        let end = start &+ 3
        guard end <= line.count, let first = Bytes.digit(bytes[start]), let second = Bytes.digit(bytes[start &+ 1]),
            let third = Bytes.digit(bytes[start &+ 2]), first > 0, end == line.count || Self.isBlank(bytes[end])
        else { return nil }
        versionMinor = Int(minor)
        status = Int(first) &* 100 &+ Int(second) &* 10 &+ Int(third)
        reason = min(end &+ 1, line.count)..<line.count
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == HTTPSyntax.space || byte == HTTPSyntax.tab }
}

/// The first line of a request: `GET /path HTTP/1.1` (RFC 9112 §3).
struct HTTPRequestLine: Sendable {
    /// Where the method stands in the head.
    let method: Range<Int>
    /// Where the target stands in the head.
    let target: Range<Int>
    /// The version's second number.
    let versionMinor: Int

    /// Reads a line; nil when it is no request line.
    init?(_ bytes: Span<UInt8>, _ line: Range<Int>) {
        var methodEnd = 0
        while methodEnd < line.upperBound, HTTPSyntax.isToken(bytes[methodEnd]) { methodEnd += 1 }
        var targetEnd = methodEnd + 1
        while targetEnd < line.upperBound, bytes[targetEnd] != HTTPSyntax.space { targetEnd += 1 }
        let version = targetEnd + 1
        guard methodEnd > 0, targetEnd > methodEnd + 1, line.upperBound - version == 8,
            bytes[methodEnd] == HTTPSyntax.space, bytes[version] == UInt8(ascii: "H"),
            HTTPSyntax.isText(bytes, version..<(version + 7), "http/1."), let minor = Bytes.digit(bytes[version + 7])
        else { return nil }
        method = 0..<methodEnd
        target = (methodEnd + 1)..<targetEnd
        versionMinor = Int(minor)
    }
}
