internal import MusterCore

/// A time as a calendar and a clock on the wall show it, without a zone: rotation compares fields of it, and the state file
/// has it in local time.
package struct CalendarTime: Hashable, Sendable {
    // Small, as a state file has one for each log.
    private let storedYear: Int16
    private let storedMonth: Int8
    private let storedDay: Int8
    private let storedHour: Int8
    private let storedMinute: Int8
    private let storedSecond: Int8

    /// 1 to 9999.
    package var year: Int { Int(storedYear) }
    /// 1 to 12.
    package var month: Int { Int(storedMonth) }
    /// 1 to 31, as many as the month has.
    package var day: Int { Int(storedDay) }
    /// 0 to 23.
    package var hour: Int { Int(storedHour) }
    /// 0 to 59.
    package var minute: Int { Int(storedMinute) }
    /// 0 to 60: a leap second.
    package var second: Int { Int(storedSecond) }

    /// Nil where a field is out of its range, or the month has no such day.
    package init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard 1...9999 ~= year, CivilDate.exists(year: year, month: month, day: day), 0...23 ~= hour,
            0...59 ~= minute, 0...60 ~= second
        else { return nil }
        storedYear = Int16(year)
        storedMonth = Int8(month)
        storedDay = Int8(day)
        storedHour = Int8(hour)
        storedMinute = Int8(minute)
        storedSecond = Int8(second)
    }

    /// The beginning of a day; nil outside the years 1 to 9999.
    package init?(dayNumber: Int) {
        guard Self.firstDay...Self.lastDay ~= dayNumber else { return nil }
        let date = CivilDate(dayNumber: dayNumber)
        self.init(year: date.year, month: date.month, day: date.day)
    }

    /// The beginning of 1970.
    package static let epoch = CalendarTime(dayNumber: 0)!

    /// Days since 1 January 1970 in the Gregorian calendar; negative before.
    package var dayNumber: Int { CivilDate.dayNumber(year: year, month: month, day: day) }

    /// 0 for Sunday to 6.
    package var weekday: Int {
        // The first of January 1970 was a Thursday.
        let day = (dayNumber + 4) % 7
        return day < 0 ? day + 7 : day
    }

    /// 1 January of the year 1.
    private static let firstDay = -719_162
    /// 31 December 9999.
    private static let lastDay = 2_932_896
}

extension CalendarTime: Comparable {
    package static func < (left: CalendarTime, right: CalendarTime) -> Bool {
        (left.year, left.month, left.day, left.hour, left.minute, left.second)
            < (right.year, right.month, right.day, right.hour, right.minute, right.second)
    }
}
