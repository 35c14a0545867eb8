/// A time of the proleptic Gregorian calendar in UTC, taken apart.
struct UTCMoment: Hashable, Sendable {
    var year: Int
    /// 1 to 12.
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    var microsecond: Int

    static let dayLength: Int64 = 86_400_000_000
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// From microseconds since 1970; any number is a time.
    init(_ microseconds: Int64) {
        let (today, rest) = UTCMoment.floorDivide(microseconds, UTCMoment.dayLength)
        (year, month, day) = UTCMoment.date(ofDay: today)
        hour = Int(rest / 3_600_000_000)
        minute = Int(rest / 60_000_000 % 60)
        second = Int(rest / 1_000_000 % 60)
        microsecond = Int(rest % 1_000_000)
    }

    /// Days since 1970 to a date: eras of 400 years (146,097 days) that begin on the first of March, so that the leap day
    /// is the last of its year.
    static func date(ofDay day: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let (era, dayOfEra) = floorDivide(shifted, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
    }

    /// The first microsecond of a month, in microseconds since 1970; `month` may be over 12 and counts on into later years.
    static func beginning(year: Int, month: Int) -> Int64 {
        let year = year + (month - 1) / 12
        let month = (month - 1) % 12 + 1
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let (era, yearOfEra) = floorDivide(shifted, 400)
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5)
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return days &* dayLength
    }

    static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// `2026-11-24`.
    var date: String { UTCMoment.pad(year, 4) + "-" + UTCMoment.pad(month) + "-" + UTCMoment.pad(day) }

    /// `24 Nov`.
    var shortDate: String { String(day) + " " + UTCMoment.months[month - 1] }

    /// `18:06`.
    var hourMinute: String { UTCMoment.pad(hour) + ":" + UTCMoment.pad(minute) }

    /// `18:06:27`, the fraction cut off.
    var clock: String { hourMinute + ":" + UTCMoment.pad(second) }

    /// `2026-11-24T18:06:27.123456Z` (RFC 3339).
    var rfc3339: String { date + "T" + clock + "." + UTCMoment.pad(microsecond, 6) + "Z" }

    private static func pad(_ value: Int, _ digits: Int = 2) -> String {
        let text = String(value.magnitude)
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
