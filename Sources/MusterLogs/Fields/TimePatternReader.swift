/// Reads times that a ``TimePattern`` describes. What the pattern leaves out is as at 1970-01-01 00:00:00 UTC, so that
/// the parts of a time that stand apart (a date, a time of day, a zone) add up. A missing zone, or a missing year beside a
/// month and a day, is marked (``LineTime``). The last date is remembered.
struct TimePatternReader: Sendable {
    private let steps: [TimePattern.Step]
    private var known: (year: Int, month: Int, day: Int)
    /// Microseconds from 1970, or from the beginning of a leap year, to the known date.
    private var date: Int64 = 0
    private let isYearless: Bool
    /// Whether a time is local unless a zone's name says otherwise.
    private let isLocal: Bool
    /// Where none is given: a leap year, or 1970.
    private let year: Int

    init(_ pattern: TimePattern) {
        steps = pattern.steps
        let parts = pattern.parts
        isYearless = !parts.contains(.year) && parts.isSuperset(of: [.month, .day])
        isLocal = !parts.contains(.zone) && !parts.isDisjoint(with: [.date, .clock])
        year = isYearless ? 2000 : 1970
        known = (year, 1, 1)
    }

    /// What was read so far. Numbers are bounded by their digits.
    private struct Parts {
        var year: Int
        var month = 1
        var day = 1
        var hour: Int64 = 0
        var isAfternoon: Bool?
        var minute: Int64 = 0
        var second: Int64 = 0
        var fraction: Int64 = 0
        var offset: Int64 = 0
        var epoch: Int64?
        /// Whether the zone was called UTC.
        var isUTC = false
    }

    /// Invariant for the caller: `limit` bytes from `start` and ``Chunk/padding`` more may be read.
    mutating func take(_ start: UnsafePointer<UInt8>, _ limit: Int) -> (value: Int64, length: Int)? {
        var parts = Parts(year: year)
        var at = 0
        for step in steps {
            guard unsafe Self.take(step, start, limit, &at, &parts) else { return nil }
        }
        if let epoch = parts.epoch { return (epoch, at) }
        if known != (parts.year, parts.month, parts.day) {
            guard let days = CivilTime.days(year: parts.year, month: parts.month, day: parts.day) else { return nil }
            known = (parts.year, parts.month, parts.day)
            date = (days - (isYearless ? YearlessTime.newYear2000 : 0)) * CivilTime.day
        }
        if let isAfternoon = parts.isAfternoon {
            guard parts.hour >= 1, parts.hour <= 12 else { return nil }
            parts.hour = parts.hour % 12 + (isAfternoon ? 12 : 0)
        }
        let seconds = (parts.hour * 60 + parts.minute) * 60 + parts.second
        let value = date &+ seconds &* 1_000_000 &+ parts.fraction &- parts.offset
        return (
            LineTime.number(
                LineTime.Parts(value: value, isLocal: isLocal && !parts.isUTC, isYearless: isYearless)), at
        )
    }

    @inline(__always)
    private static func take(
        _ step: TimePattern.Step, _ start: UnsafePointer<UInt8>, _ limit: Int, _ at: inout Int, _ parts: inout Parts
    ) -> Bool {
        // Invariant: bytes are read below `limit` only.
        switch step {
        case .literal(let byte):
            guard at < limit, unsafe start[at] == byte else { return false }
            at += 1
        case .blanks: while at < limit, unsafe start[at] == 0x20 || start[at] == 0x09 { at += 1 }
        case .year:
            guard let value = unsafe number(start, limit, &at, 4, 4) else { return false }
            parts.year = Int(value)
        case .yearOfCentury:
            guard let value = unsafe number(start, limit, &at, 2, 2) else { return false }
            // As POSIX strptime has it.
            parts.year = Int(value) + (value >= 69 ? 1900 : 2000)
        case .month:
            guard let value = unsafe number(start, limit, &at, 1, 2) else { return false }
            parts.month = Int(value)
        case .day:
            if at < limit, unsafe start[at] == 0x20 { at += 1 }
            guard let value = unsafe number(start, limit, &at, 1, 2) else { return false }
            parts.day = Int(value)
        case .monthName:
            guard limit - at >= 3, let month = unsafe CivilTime.month(start[at], start[at + 1], start[at + 2]) else {
                return false
            }
            parts.month = month
            at += 3
            unsafe letters(start, limit, &at)
        case .weekday, .zoneName:
            let before = at
            unsafe letters(start, limit, &at)
            if step == .zoneName, at > before, at - before <= 4 {
                parts.isUTC = TimeDigits.isUTC((before..<at).map { unsafe start[$0] })
            }
            return at > before
        case .hour, .hour12:
            guard let value = unsafe number(start, limit, &at, 1, 2), value < 24 else { return false }
            parts.hour = value
        case .half:
            guard limit - at >= 2, unsafe start[at + 1] | 0x20 == UInt8(ascii: "m") else { return false }
            switch unsafe start[at] | 0x20 {
            case UInt8(ascii: "a"): parts.isAfternoon = false
            case UInt8(ascii: "p"): parts.isAfternoon = true
            default: return false
            }
            at += 2
        case .minute:
            guard let value = unsafe number(start, limit, &at, 2, 2), value < 60 else { return false }
            parts.minute = value
        case .second:
            // 60 is a leap second.
            guard let value = unsafe number(start, limit, &at, 2, 2), value <= 60 else { return false }
            parts.second = value
        case .fraction:
            let before = at
            parts.fraction = unsafe TimeDigits.fraction(start, limit, &at)
            return at > before
        case .zone:
            let before = at
            guard let offset = unsafe TimeDigits.zone(start, limit, &at), at > before else { return false }
            parts.offset = offset
        case .epoch:
            guard let found = unsafe EpochTime(perSecond: 1).take(start + at, limit - at) else { return false }
            parts.epoch = found.value
            at += found.length
        }
        return true
    }

    /// A number of `least` to `most` digits.
    @inline(__always)
    private static func number(
        _ start: UnsafePointer<UInt8>, _ limit: Int, _ at: inout Int, _ least: Int, _ most: Int
    ) -> Int64? {
        var value: Int64 = 0
        let before = at
        while at < limit, at - before < most, unsafe start[at] &- 48 <= 9 {
            value = unsafe value &* 10 &+ Int64(start[at] &- 48)
            at += 1
        }
        return at - before >= least ? value : nil
    }

    private static func letters(_ start: UnsafePointer<UInt8>, _ limit: Int, _ at: inout Int) {
        while at < limit, unsafe (start[at] | 0x20) &- 97 < 26 { at += 1 }
    }
}
