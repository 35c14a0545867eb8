/// Reads times whose style is not known beforehand, as they stand in JSON and logfmt: ISO 8601, the common log format's, or
/// a number since 1970 whose magnitude tells the unit.
struct LooseTime {
    /// Names under which lines carry their time; the first that a line has counts.
    static let names = [
        "ts", "time", "@timestamp", "timestamp", "date", "msec", "time_local", "time_iso8601", "StartUTC", "eventTime",
        "t",
    ]

    private var iso = TimeReader(.iso)
    private var clf = TimeReader(.clf)
    private var seconds = TimeReader(.epoch(perSecond: 1))
    private var milliseconds = TimeReader(.epoch(perSecond: 1000))
    private var microseconds = TimeReader(.epoch(perSecond: 1_000_000))
    private var nanoseconds = TimeReader(.epoch(perSecond: 1_000_000_000))

    /// Microseconds since 1970 UTC; ``RowBatch/noTime`` where the bytes are no time.
    /// Invariant for the caller: the bytes are initialized, and ``Chunk/padding`` more may be read.
    mutating func read(_ start: ByteScan.Bytes, _ count: Int) -> Int64 {
        guard count >= 1, count <= 64 else { return RowBatch.noTime }
        if count >= 5, unsafe start[4] == 0x2d { return unsafe iso.read(start, count) ?? RowBatch.noTime }
        if count >= 3, unsafe start[2] == 0x2f { return unsafe clf.read(start, count) ?? RowBatch.noTime }
        return unsafe number(start, count) ?? RowBatch.noTime
    }

    /// Seconds up to the year 5138, milliseconds from 1973, and so on by factors of a thousand.
    private mutating func number(_ start: ByteScan.Bytes, _ count: Int) -> Int64? {
        var digits = 0
        while digits < count, unsafe LineWalk.isDigit(start[digits]) { digits += 1 }
        if digits < count, unsafe start[digits] | 0x20 == UInt8(ascii: "e") || start[0] == 0x2d {
            return unsafe power(Text(start: start, count: count))
        }
        switch digits {
        case ...11:
            if let value = unsafe seconds.read(start, count) { return value }
            return unsafe power(Text(start: start, count: count))
        case ...14: return unsafe milliseconds.read(start, count)
        case ...17: return unsafe microseconds.read(start, count)
        default: return unsafe nanoseconds.read(start, count)
        }
    }

    /// Seconds with an exponent, `1.6468614e+09`, or before 1970.
    private func power(_ text: Text) -> Int64? {
        guard let value = LogQuantity.parse(text), abs(value) < 100_000_000_000 * LogQuantity.one else { return nil }
        return value
    }
}
