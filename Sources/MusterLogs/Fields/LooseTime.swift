/// Reads times whose style is not known beforehand, as they stand in JSON and logfmt: ISO 8601, the common log format's, a
/// number since 1970 whose size tells the unit, and what dates look like elsewhere (``TextTime``).
///
/// What is no plausible time of a log is none: a number that would be before 1973, a date before 1970.
struct LooseTime {
    private var iso = TimeReader(.iso)
    private var clf = TimeReader(.clf)
    private var seconds = TimeReader(.epoch(perSecond: 1))
    private var milliseconds = TimeReader(.epoch(perSecond: 1000))
    private var microseconds = TimeReader(.epoch(perSecond: 1_000_000))
    private var nanoseconds = TimeReader(.epoch(perSecond: 1_000_000_000))
    private var text = TextTime()

    /// Digits of seconds at least: 1973-03-03.
    private static let leastDigits = 9

    /// A number of ``LineTime``; ``RowBatch/noTime`` where the bytes are no time.
    /// Invariant for the caller: the bytes are initialized, and ``Chunk/padding`` more may be read.
    mutating func read(_ start: ByteScan.Bytes, _ count: Int) -> Int64 {
        guard count >= 1, count <= 64 else { return RowBatch.noTime }
        var found: Int64?
        if unsafe start[4] == 0x2d {
            found = unsafe iso.read(start, count)
        } else if unsafe start[2] == 0x2f {
            found = unsafe clf.read(start, count)
        } else if unsafe LineWalk.isDigit(start[3]) || start[1] == 0x2e {
            found = unsafe number(start, count)
        }
        if found == nil, count >= Self.leastDigits { found = unsafe text.read(Text(start: start, count: count), &iso) }
        guard let found, LineTime.parts(found).value >= 0 else { return RowBatch.noTime }
        return found
    }

    /// Seconds up to the year 5138, milliseconds from 1973, and so on by factors of a thousand.
    private mutating func number(_ start: ByteScan.Bytes, _ count: Int) -> Int64? {
        var digits = 0
        while digits < count, unsafe LineWalk.isDigit(start[digits]) { digits += 1 }
        if digits < count, unsafe start[digits] | 0x20 == UInt8(ascii: "e") || digits == 1 {
            return unsafe power(Text(start: start, count: count))
        }
        switch digits {
        case ..<Self.leastDigits: return nil
        case ...11: return unsafe seconds.read(start, count) ?? power(Text(start: start, count: count))
        case ...14: return unsafe milliseconds.read(start, count)
        case ...17: return unsafe microseconds.read(start, count)
        default: return unsafe nanoseconds.read(start, count)
        }
    }

    /// Seconds or milliseconds with an exponent, `1.6468614e+09`.
    private func power(_ text: Text) -> Int64? {
        guard let value = LogQuantity.parse(text), value >= 100_000_000 * LogQuantity.one else { return nil }
        return value < 100_000_000_000 * LogQuantity.one ? value : value / 1000
    }
}

/// Times as programs write them into texts, beside ISO 8601: `2026/11/29 23:50:01`, `Sun Nov 29 23:50:01 2026`,
/// `2026-11-29 23:50:01 UTC`, `2026-11-29T23:50Z`, `29 Nov 2026 23:50:01,123`. The slow way.
struct TextTime {
    private var readers: [TimeReader] = TextTime.patterns.map { TimeReader(.pattern($0)) }
    /// The one that was right last.
    private var last = 0

    /// A fixed pattern that were none would be left out, which a test would find.
    private static let patterns: [TimePattern] = [
        "%a %b %e %T %Y", "%a %b %e %T.%f %Y", "%a %b %e %T %Z %Y", "%a, %d %b %Y %T %Z", "%a, %d %b %Y %T %z",
        "%d/%b/%Y:%T", "%d/%b/%Y %T", "%d %b %Y %T", "%d %b %Y %T.%f", "%d %b %Y %T,%f", "%d %b %Y %T %Z",
        "%d %b %Y %T %z", "%d-%b-%Y %T", "%d-%b-%Y %T.%f", "%b %e %T %Y", "%b %e, %Y %I:%M:%S %p", "%b %e %T",
        "%b %e %T.%f", "%Y%m%dT%H%M%S%z", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%S.%f%z", "%Y%m%d %T",
    ].compactMap { try? TimePattern($0) }

    /// A number of ``LineTime``; nil where it is no time. `iso` reads what comes down to ISO 8601.
    mutating func read(_ text: Text, _ iso: inout TimeReader) -> Int64? {
        let bytes = text.bytes
        if bytes.count >= 16, bytes[4] == bytes[7], bytes[4] == 0x2d || bytes[4] == 0x2f {
            return Self.dashed(bytes, &iso)
        }
        if let found = take(last, text) { return found }
        for index in readers.indices where index != last {
            guard let found = take(index, text) else { continue }
            last = index
            return found
        }
        return nil
    }

    private mutating func take(_ index: Int, _ text: Text) -> Int64? {
        // Invariant: a text's bytes are initialized, with the padding behind them.
        unsafe readers[index].read(text.start, text.count)
    }

    /// A date with dashes or slashes, perhaps without seconds, perhaps with a zone's name behind it: UTC, or one that is
    /// taken for the zone of all times without one.
    private static func dashed(_ text: [UInt8], _ iso: inout TimeReader) -> Int64? {
        var bytes = text
        (bytes[4], bytes[7]) = (0x2d, 0x2d)
        if bytes.count == 16 || bytes[16] != 0x3a { bytes.insert(contentsOf: ":00".utf8, at: 16) }
        var isUTC = false
        let letters = bytes.reversed().prefix { ($0 | 0x20) &- 97 < 26 }.count
        if (2...5).contains(letters), bytes.count > letters, bytes[bytes.count - letters - 1] == 0x20 {
            let name = bytes.suffix(letters)
            // Half of a day is no zone.
            if letters == 2, name.last.map({ $0 | 0x20 }) == UInt8(ascii: "m") { return nil }
            isUTC = TimeDigits.isUTC(name)
            bytes.removeLast(letters + 1)
        }
        let found = Chunk.with(bytes) { chunk in unsafe iso.read(UnsafePointer(chunk.base), bytes.count) }
        return found.map { isUTC ? LineTime.zoned($0) : $0 }
    }
}

extension TimeDigits {
    /// Whether letters are a name of UTC.
    static func isUTC(_ letters: some Sequence<UInt8>) -> Bool {
        let name = String(decoding: letters.map { $0 & ~0x20 }, as: UTF8.self)
        return ["UTC", "GMT", "Z", "UCT", "ZULU"].contains(name)
    }
}
