/// A day of the proleptic Gregorian calendar, and its number.
package struct CivilDate: Hashable, Sendable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int

    /// Days of 400 years, which are always as many.
    private static let era = 146_097
    /// From 1 March of the year 0 to 1 January 1970. Eras and years are counted from the first of March, so that the leap
    /// day is the last of its year.
    private static let before1970 = 719_468

    /// The day so many days after 1 January 1970, negative before; within some billions of years.
    package init(dayNumber: Int) {
        let (era, dayOfEra) = Self.divide(dayNumber + Self.before1970, Self.era)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days from 1 January 1970 to a day that there is, see ``exists(year:month:day:)``.
    package static func dayNumber(year: Int, month: Int, day: Int) -> Int {
        let (era, yearOfEra) = divide(month <= 2 ? year - 1 : year, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * Self.era + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - before1970
    }

    package static func exists(year: Int, month: Int, day: Int) -> Bool {
        1...12 ~= month && day >= 1 && day <= length(year: year, month: month)
    }

    /// Days of a month from 1 to 12.
    package static func length(year: Int, month: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The quotient rounded down, and what is left.
    private static func divide(_ number: Int, _ divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
