internal import MusterCore

/// Reads times as people write them in questions. Those that name no zone are of the one that is given.
enum MomentText {
    /// What can be written, for faults.
    static let hint = "2026-01-31, \"2026-01-31 12:00\", 2026-01-31T12:00:00Z or seconds since 1970"

    /// Microseconds since 1970 UTC of a date (`2026-01-31`), a date with a time (`2026-01-31 12:00`, `2026-01-31T12:00:05.5`)
    /// and a zone (`Z`, `+02:00`; RFC 3339 §5.6), or seconds since 1970 with nine or ten digits (or any, after `@`).
    static func absolute(_ text: String, zone: TimeZoneRules = .utc) -> Int64? {
        guard let time = lineTime(text) else { return nil }
        var clock = LineClock(zone)
        return clock.instant(time, nil, at: 0)
    }

    /// The same as a number of ``LineTime``.
    private static func lineTime(_ text: String) -> Int64? {
        var reader = Reader(bytes: Array(text.utf8))
        if let seconds = epoch(text) { return seconds }
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), let days = CivilTime.days(year: year, month: month, day: day)
        else { return nil }
        let midnight = days * CivilTime.day
        if reader.isAtEnd { return LineTime.local(midnight) }
        guard reader.take("T") || reader.take("t") || reader.take(" "), let time = timeOfDay(&reader) else {
            return nil
        }
        return time.isLocal ? LineTime.local(midnight + time.value) : midnight + time.value
    }

    /// The same, or a time that hangs on now: `now`, `today`, `yesterday` (their midnights), and `1h`, `1h30m`, `2w` or
    /// `1h ago` for so long before.
    static func parse(_ text: String, now: Int64, zone: TimeZoneRules = .utc) -> Int64? {
        switch text.lowercased() {
        case "now": return now
        case "today": return midnight(0, now, zone)
        case "yesterday": return midnight(1, now, zone)
        default: break
        }
        if let moment = absolute(text, zone: zone) { return moment }
        let span = text.hasSuffix(" ago") ? String(text.dropLast(4)) : text
        return ago(span).map { now - $0 }
    }

    /// The midnight that began today, or some days before.
    private static func midnight(_ daysAgo: Int64, _ now: Int64, _ zone: TimeZoneRules) -> Int64 {
        var clock = LineClock(zone)
        let local = now + clock.shift(at: now)
        return clock.instant(ofLocal: local - CivilTime.floor(local) - daysAgo * CivilTime.day)
    }

    /// Microseconds of a length of time; at most 200 years, so that nothing overflows.
    private static func ago(_ text: String) -> Int64? {
        var length = FilterNumber.duration(text).flatMap { Int64(exactly: $0) }
        if length == nil, text.hasSuffix("w"), let weeks = Int64(text.dropLast()), (0...10_000).contains(weeks) {
            length = weeks * 7 * CivilTime.day
        }
        guard let length, length >= 0, length <= 73_000 * CivilTime.day else { return nil }
        return length
    }

    private static func epoch(_ text: String) -> Int64? {
        let isMarked = text.hasPrefix("@")
        let digits = isMarked ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first,
            isMarked ? (1...11).contains(whole.utf8.count) : (9...10).contains(whole.utf8.count),
            whole.utf8.allSatisfy({ $0 &- 48 < 10 })
        else { return nil }
        return FilterNumber.plain(String(digits))
    }

    /// `12:00`, `12:00:05.25`, with a zone or without, to the end; microseconds since midnight, UTC or local.
    private static func timeOfDay(_ reader: inout Reader) -> (value: Int64, isLocal: Bool)? {
        guard let hour = reader.number(2), hour < 24, reader.take(":"), let minute = reader.number(2), minute < 60
        else {
            return nil
        }
        var time = Int64(hour * 60 + minute) * 60_000_000
        if reader.take(":") {
            // 60 is a leap second.
            guard let second = reader.number(2), second <= 60 else { return nil }
            time += Int64(second) * 1_000_000
            if reader.take(".") {
                guard let fraction = reader.fraction() else { return nil }
                time += fraction
            }
        }
        if reader.isAtEnd { return (time, true) }
        if reader.take("Z") || reader.take("z") { return reader.isAtEnd ? (time, false) : nil }
        let isWest = reader.take("-")
        guard isWest || reader.take("+"), let hours = reader.number(2), hours <= 15 else { return nil }
        _ = reader.take(":")
        guard let minutes = reader.number(2), minutes < 60, reader.isAtEnd else { return nil }
        let offset = Int64(hours * 60 + minutes) * 60_000_000
        return (isWest ? time + offset : time - offset, false)
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { index == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        /// A number of exactly so many digits.
        mutating func number(_ count: Int) -> Int? {
            guard index + count <= bytes.count else { return nil }
            var value = 0
            for _ in 0..<count {
                let digit = bytes[index] &- 48
                if digit > 9 { return nil }
                value = value * 10 + Int(digit)
                index += 1
            }
            return value
        }

        /// Microseconds of digits behind a point; those beyond the sixth are dropped.
        mutating func fraction() -> Int64? {
            var scale: Int64 = 100_000
            var value: Int64 = 0
            let start = index
            while index < bytes.count, bytes[index] &- 48 < 10 {
                value += Int64(bytes[index] &- 48) * scale
                scale /= 10
                index += 1
            }
            return index > start ? value : nil
        }
    }
}

extension CivilTime {
    /// Microseconds since the midnight before.
    fileprivate static func floor(_ time: Int64) -> Int64 {
        let rest = time % day
        return rest < 0 ? rest + day : rest
    }
}
