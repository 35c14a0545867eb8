/// Finds the lines and fields of a message's head, each byte looked at once however the head is fragmented.
///
/// Lines end with CR LF or with LF alone (RFC 9112 §2.2). A folded line is part of the value before it, as
/// RFC 9112 §5.2 asks of a user agent; the line ends between stay within the value's range.
struct HTTPHeadScanner: Sendable {
    /// What the head belongs to. A trailer has fields only.
    enum Kind: Sendable {
        case response, request, trailer
    }

    /// What was found. Where it stands is asked of the scanner, until it goes on: an event without a payload stays
    /// in a register.
    enum Event {
        case needMore, startLine, field, end, malformed
    }

    /// What the next byte belongs to. A `…Feed` is the LF that must follow a CR.
    private enum Part {
        case start, startFeed, line, name, value, valueFeed, valueEnd, lastFeed
    }

    private let kind: Kind
    private var part: Part
    private var position = 0
    private var lineStart = 0
    private var colon = 0

    init(_ kind: Kind) {
        self.kind = kind
        part = kind == .trailer ? .line : .start
    }

    /// Whether the first line has not been found yet.
    var isInStartLine: Bool { part == .start || part == .startFeed }

    /// After `end`: how long the head is.
    var length: Int { position }

    /// After `field`: where its name stands.
    @inline(__always) var name: Range<Int> { lineStart..<colon }

    /// After `field`: where its value stands, without the blanks around it.
    @inline(__always)
    func value(_ bytes: Span<UInt8>) -> Range<Int> { HTTPSyntax.trimmed(bytes, (colon &+ 1)..<position) }

    /// After `startLine`: where the line stands, without its end.
    func startLine(_ bytes: Span<UInt8>) -> Range<Int> {
        let feed = position &- 1
        let hasReturn = feed > 0 && bytes[feed &- 1] == HTTPSyntax.carriageReturn
        return 0..<(hasReturn ? feed &- 1 : feed)
    }

    /// Goes on from where the last call stopped in the same head, to which bytes may have been added.
    mutating func next(_ bytes: Span<UInt8>) -> Event {
        while position < bytes.count {
            let event: Event?
            switch part {
            case .start: event = scanStart(bytes)
            case .name: event = scanName(bytes)
            case .value: event = scanValue(bytes)
            case .valueEnd: event = scanValueEnd(bytes)
            case .line: event = scanLine(bytes)
            case .startFeed, .valueFeed, .lastFeed: event = scanFeed(bytes)
            }
            if let event { return event }
        }
        return .needMore
    }

    @inline(__always)
    private mutating func scanStart(_ bytes: Span<UInt8>) -> Event? {
        var index = position
        // Who does not speak HTTP is told from the first byte, without waiting for a line end that may never come.
        while kind == .response, index < min(bytes.count, 7) {
            let expected = 0x2E31_2F50_5454_48 >> UInt64(8 * index) & 0xFF  // HTTP/1.
            guard UInt64(bytes[index]) == expected else { return .malformed }
            index &+= 1
        }
        index = HTTPSyntax.endOfContent(bytes, from: index)
        position = index
        return index < bytes.count ? endLine(bytes, feed: .startFeed, then: .line) : nil
    }

    @inline(__always)
    private mutating func scanName(_ bytes: Span<UInt8>) -> Event? {
        var index = position
        while index < bytes.count, HTTPSyntax.isToken(bytes[index]) { index &+= 1 }
        position = index
        guard index < bytes.count else { return nil }
        guard bytes[index] == UInt8(ascii: ":"), index > lineStart else { return .malformed }
        colon = index
        position = index &+ 1
        part = .value
        return scanValue(bytes)
    }

    @inline(__always)
    private mutating func scanValue(_ bytes: Span<UInt8>) -> Event? {
        let index = HTTPSyntax.endOfContent(bytes, from: position)
        position = index
        return index < bytes.count ? endLine(bytes, feed: .valueFeed, then: .valueEnd) : nil
    }

    /// Only the byte after a line tells whether the line is folded.
    @inline(__always)
    private mutating func scanValueEnd(_ bytes: Span<UInt8>) -> Event? {
        let byte = bytes[position]
        if byte == HTTPSyntax.space || byte == HTTPSyntax.tab {
            part = .value
            return nil
        }
        part = .line
        return .field
    }

    @inline(__always)
    private mutating func scanLine(_ bytes: Span<UInt8>) -> Event? {
        lineStart = position
        switch bytes[position] {
        case HTTPSyntax.lineFeed:
            position &+= 1
            return .end
        case HTTPSyntax.carriageReturn:
            position &+= 1
            part = .lastFeed
        default:
            part = .name
            return scanName(bytes)
        }
        return nil
    }

    private mutating func scanFeed(_ bytes: Span<UInt8>) -> Event? {
        guard bytes[position] == HTTPSyntax.lineFeed else { return .malformed }
        switch part {
        case .startFeed: return passFeed(bytes, to: .line)
        case .valueFeed: return passFeed(bytes, to: .valueEnd)
        default:
            position &+= 1
            return .end
        }
    }

    /// At the byte that ends a line's content: LF ends the line, CR announces LF, anything else has no place there.
    @inline(__always)
    private mutating func endLine(_ bytes: Span<UInt8>, feed: Part, then following: Part) -> Event? {
        if bytes[position] == HTTPSyntax.carriageReturn {
            position &+= 1
            guard position < bytes.count else {
                part = feed
                return nil
            }
        }
        return bytes[position] == HTTPSyntax.lineFeed ? passFeed(bytes, to: following) : .malformed
    }

    /// Steps over the LF of a line. The end of the first line is told at once.
    @inline(__always)
    private mutating func passFeed(_ bytes: Span<UInt8>, to following: Part) -> Event? {
        position &+= 1
        part = following
        if following == .line { return .startLine }
        return position < bytes.count ? scanValueEnd(bytes) : nil
    }
}
