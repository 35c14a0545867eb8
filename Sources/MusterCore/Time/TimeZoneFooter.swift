/// A POSIX TZ string, as it stands at the end of a TZif file or in `TZ`: `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX.1-2024 §8.3;
/// RFC 9636 §3.3.1: hours of changes from -167 to 167).
struct TimeZoneFooter: Sendable, Hashable {
    /// A day of the year on which clocks change, and when.
    private struct Change: Hashable {
        enum Day: Hashable {
            /// `Jn`: 1 to 365, 29 February never counted.
            case julian(Int)
            /// `n`: 0 to 365, 29 February counted.
            case zeroBased(Int)
            /// `Mm.w.d`: the w-th day d of month m, the last where w is 5; 0 is Sunday.
            case weekday(month: Int, week: Int, day: Int)
        }

        var day: Day
        /// Seconds from midnight, by the clock before the change.
        var time: Int64 = 7200
    }

    private var standard: Int64 = 0
    private var summer: (offset: Int64, start: Change, end: Change)?

    static func == (left: TimeZoneFooter, right: TimeZoneFooter) -> Bool {
        left.standard == right.standard && left.summer?.offset == right.summer?.offset
            && left.summer?.start == right.summer?.start && left.summer?.end == right.summer?.end
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(standard)
        hasher.combine(summer?.offset)
    }

    /// The offset where it never changes.
    var fixedOffset: Int64? { summer == nil ? standard : nil }

    /// The lesser of its two offsets.
    var leastOffset: Int64 { min(standard, summer?.offset ?? standard) }

    // MARK: Spans

    private static let farthest: Int64 = 1 << 50

    func span(at time: Int64) -> TimeZoneRules.Span {
        guard let summer else { return TimeZoneRules.Span(from: .min, until: .max, offset: standard) }
        // Some millions of years away clocks no longer change.
        if time < -Self.farthest { return TimeZoneRules.Span(from: .min, until: -Self.farthest, offset: standard) }
        if time >= Self.farthest { return TimeZoneRules.Span(from: Self.farthest, until: .max, offset: standard) }
        let year = CivilDate(dayNumber: Int(time / 86_400)).year
        var changes: [(time: Int64, isSummer: Bool)] = []
        for year in (year - 2)...(year + 2) {
            changes.append((Self.time(summer.start, year) - standard, true))
            changes.append((Self.time(summer.end, year) - summer.offset, false))
        }
        // Where summer ends and begins at once it goes on.
        changes.sort { $0.time != $1.time ? $0.time < $1.time : !$0.isSummer && $1.isSummer }
        let next = changes.firstIndex { $0.time > time } ?? changes.count - 1
        let previous = changes[max(0, next - 1)]
        return TimeZoneRules.Span(
            from: max(previous.time, -Self.farthest), until: min(changes[next].time, Self.farthest),
            offset: previous.isSummer ? summer.offset : standard)
    }

    /// Local seconds of a change, as if they were UTC.
    private static func time(_ change: Change, _ year: Int) -> Int64 {
        let newYear = CivilDate.dayNumber(year: year, month: 1, day: 1)
        let day: Int
        switch change.day {
        case .julian(let number):
            let isAfterLeapDay = CivilDate.exists(year: year, month: 2, day: 29) && number >= 60
            day = newYear + number - (isAfterLeapDay ? 0 : 1)
        case .zeroBased(let number): day = newYear + number
        case .weekday(let month, let week, let weekday):
            let first = CivilDate.dayNumber(year: year, month: month, day: 1)
            // 1970-01-01 was a Thursday.
            let firstWeekday = ((first + 4) % 7 + 7) % 7
            var inMonth = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            while inMonth >= CivilDate.length(year: year, month: month) { inMonth -= 7 }
            day = first + inMonth
        }
        return Int64(day) * 86_400 + change.time
    }

    // MARK: Reading

    /// Nil where it is no such string.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard bytes.count <= 200, reader.name(), let west = reader.time(24) else { return nil }
        standard = -west
        if reader.isAtEnd { return }
        guard reader.name() else { return nil }
        var offset = standard + 3600
        if !reader.isAtEnd, reader.peek != 0x2c {
            guard let west = reader.time(24) else { return nil }
            offset = -west
        }
        // Where no rule stands, that of the United States holds, as in glibc.
        if reader.isAtEnd { reader = Reader(bytes: Array(",M3.2.0,M11.1.0".utf8)) }
        guard reader.take(0x2c), let start = Self.change(&reader), reader.take(0x2c), let end = Self.change(&reader),
            reader.isAtEnd
        else {
            return nil
        }
        summer = (offset, start, end)
    }

    private static func change(_ reader: inout Reader) -> Change? {
        let day: Change.Day
        if reader.take(UInt8(ascii: "M")) {
            guard let month = reader.number(1...12), reader.take(0x2e), let week = reader.number(1...5),
                reader.take(0x2e), let weekday = reader.number(0...6)
            else {
                return nil
            }
            day = .weekday(month: month, week: week, day: weekday)
        } else if reader.take(UInt8(ascii: "J")) {
            guard let number = reader.number(1...365) else { return nil }
            day = .julian(number)
        } else {
            guard let number = reader.number(0...365) else { return nil }
            day = .zeroBased(number)
        }
        guard reader.take(0x2f) else { return Change(day: day) }
        return reader.time(167).map { Change(day: day, time: $0) }
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { index == bytes.count }
        var peek: UInt8 { index < bytes.count ? bytes[index] : 0 }

        mutating func take(_ byte: UInt8) -> Bool {
            guard peek == byte, !isAtEnd else { return false }
            index += 1
            return true
        }

        /// Three letters or more, or anything alphanumeric with signs in `<` and `>`.
        mutating func name() -> Bool {
            let start = index
            if take(0x3c) {
                while peek &- 48 < 10 || (peek | 0x20) &- 97 < 26 || peek == 0x2b || peek == 0x2d { index += 1 }
                return index > start + 1 && take(0x3e)
            }
            while (peek | 0x20) &- 97 < 26 { index += 1 }
            return index - start >= 3
        }

        mutating func number(_ range: ClosedRange<Int>) -> Int? {
            let start = index
            var value = 0
            while peek &- 48 < 10, index - start < 3 {
                value = value * 10 + Int(peek &- 48)
                index += 1
            }
            return index > start && range.contains(value) ? value : nil
        }

        /// `[+-]h[h][:mm[:ss]]` in seconds.
        mutating func time(_ mostHours: Int) -> Int64? {
            let isNegative = take(0x2d)
            if !isNegative { _ = take(0x2b) }
            guard let hours = number(0...mostHours) else { return nil }
            var value = Int64(hours) * 3600
            for unit: Int64 in [60, 1] {
                guard take(0x3a) else { break }
                guard let part = number(0...59) else { return nil }
                value += Int64(part) * unit
            }
            return isNegative ? -value : value
        }
    }
}
