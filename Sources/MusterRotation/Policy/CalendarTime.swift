/// A time as a calendar and a clock on the wall show it, without a zone: rotation compares fields of it, and the state file
/// has it in local time.
package struct CalendarTime: Hashable, Sendable {
    /// 1 to 9999.
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31, as many as the month has.
    package let day: Int
    /// 0 to 23.
    package let hour: Int
    /// 0 to 59.
    package let minute: Int
    /// 0 to 60: a leap second.
    package let second: Int

    /// Nil where a field is out of its range, or the month has no such day.
    package init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard 1...9999 ~= year, 1...12 ~= month, 1...Self.days(inMonth: month, of: year) ~= day, 0...23 ~= hour,
            0...59 ~= minute, 0...60 ~= second
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The beginning of a day; nil outside the years 1 to 9999.
    package init?(dayNumber: Int) {
        guard Self.firstDay...Self.lastDay ~= dayNumber else { return nil }
        // Eras of 400 years begin on a first of March, so that the leap day is the last of its year.
        let days = dayNumber + Self.daysBefore1970
        let era = days / Self.daysOfEra
        let dayOfEra = days % Self.daysOfEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        self.init(
            year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// Days since 1 January 1970 in the Gregorian calendar; negative before.
    package var dayNumber: Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let yearOfEra = yearFromMarch % 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return yearFromMarch / 400 * Self.daysOfEra + dayOfEra - Self.daysBefore1970
    }

    /// 0 for Sunday to 6.
    package var weekday: Int {
        // The first of January 1970 was a Thursday.
        let day = (dayNumber + 4) % 7
        return day < 0 ? day + 7 : day
    }

    /// 28 to 31; the month is 1 to 12.
    package static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    private static let daysOfEra = 146_097
    /// From 1 March of the year 0.
    private static let daysBefore1970 = 719_468
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
