/// What a line says about its time, in one number: microseconds since 1970 UTC where it says everything, and a marked number
/// where the zone, or the year too, is for the run to know.
///
/// Readers of times give such numbers and parsers pass them on as they are. ``LineClock`` makes instants of them before
/// anything is counted.
package enum LineTime {
    private static let localMark: Int64 = 1 << 61
    private static let yearlessMark: Int64 = 1 << 62
    /// Every marked number is from here on, every other time before.
    static let firstMarked: Int64 = 1 << 60

    /// A number taken apart.
    struct Parts: Hashable {
        /// Microseconds since 1970, or since the beginning of a leap year (``YearlessTime``); as if it were UTC where it is
        /// local.
        var value: Int64
        var isLocal = false
        var isYearless = false
    }

    /// A time without a zone: microseconds since 1970 as if it were UTC.
    @inline(__always)
    static func local(_ micros: Int64) -> Int64 { micros &+ localMark }

    static func number(_ parts: Parts) -> Int64 {
        guard parts.isYearless else { return parts.isLocal ? local(parts.value) : parts.value }
        return parts.value &+ (parts.isLocal ? yearlessMark : yearlessMark &+ localMark)
    }

    static func parts(_ time: Int64) -> Parts {
        if time < firstMarked { return Parts(value: time) }
        if time < 3 * firstMarked { return Parts(value: time &- localMark, isLocal: true) }
        let isLocal = time < yearlessMark + firstMarked
        return Parts(
            value: time &- (isLocal ? yearlessMark : yearlessMark &+ localMark), isLocal: isLocal, isYearless: true)
    }

    /// What two parts of a line say together: a date and a time of day.
    static func sum(_ first: Int64, _ second: Int64) -> Int64 {
        let (one, other) = (parts(first), parts(second))
        return number(
            Parts(
                value: one.value &+ other.value, isLocal: one.isLocal || other.isLocal,
                isYearless: one.isYearless || other.isYearless))
    }

    /// The same time where another part of the line has its zone.
    static func zoned(_ time: Int64) -> Int64 {
        var parts = parts(time)
        parts.isLocal = false
        return number(parts)
    }
}

/// Times without a year: microseconds since the beginning of a leap year, so that every date has a number.
enum YearlessTime {
    /// Microseconds of a leap year.
    static let length = 366 * CivilTime.day
    private static let leapDay: Int64 = 31 + 28

    /// Nil where no year has such a date.
    static func micros(month: Int, day: Int, clock: Int64) -> Int64? {
        guard let days = CivilTime.days(year: 2000, month: month, day: day) else { return nil }
        return (days - newYear2000) * CivilTime.day + clock
    }

    /// Days from 1970 to 2000.
    static let newYear2000: Int64 = 10_957

    /// The time in a year, in microseconds since 1970; nil for 29 February of a year that has none.
    static func time(_ micros: Int64, year: Int) -> Int64? {
        guard let newYear = CivilTime.days(year: year, month: 1, day: 1) else { return nil }
        let day = TimeTally.floorDivide(micros, CivilTime.day)
        if day < leapDay || CivilTime.isLeap(year) { return newYear * CivilTime.day + micros }
        return day == leapDay ? nil : (newYear - 1) * CivilTime.day + micros
    }

    /// The latest year up to `year` in which it is not after a limit, in microseconds since 1970. What counts is the date as it
    /// is written: 29 February is before 1 March in every year.
    static func latestYear(_ micros: Int64, from year: Int, limit: Int64) -> Int {
        let isAfterLeapDay = TimeTally.floorDivide(micros, CivilTime.day) >= leapDay
        for year in stride(from: year, through: year - 9, by: -1) {
            guard let newYear = CivilTime.days(year: year, month: 1, day: 1) else { return year }
            let isShort = isAfterLeapDay && !CivilTime.isLeap(year)
            if (newYear - (isShort ? 1 : 0)) * CivilTime.day + micros <= limit { return year }
        }
        return year
    }

    static func isLeapDay(_ micros: Int64) -> Bool { TimeTally.floorDivide(micros, CivilTime.day) == leapDay }

    /// The latest year in which it is not after a limit in microseconds since 1970.
    static func latestYear(_ micros: Int64, limit: Int64) -> Int {
        let last = CivilMoment(min(max(limit, -1 << 58), 1 << 58)).year
        // Leap days are up to eight years apart.
        for year in stride(from: last, through: last - 9, by: -1) {
            if let time = time(micros, year: year), time <= limit { return year }
        }
        return last - 1
    }
}

extension CivilTime {
    static func isLeap(_ year: Int) -> Bool { days(year: year, month: 2, day: 29) != nil }
}

/// An instant, and how far the clocks of a zone are ahead of UTC then; in microseconds.
package struct LocalTime: Hashable, Sendable {
    package var time: Int64
    package var shift: Int64

    /// What the clocks show.
    var moment: CivilMoment { CivilMoment(time.addingReportingOverflow(shift).overflow ? time : time + shift) }
}
