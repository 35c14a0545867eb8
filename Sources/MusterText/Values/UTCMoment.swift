internal import MusterCore

/// A time of the proleptic Gregorian calendar in UTC, taken apart.
package struct UTCMoment: Hashable, Sendable {
    package private(set) var year: Int
    /// 1 to 12.
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    var microsecond: Int

    package static let dayLength: Int64 = 86_400_000_000
    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// From microseconds since 1970; any number is a time.
    package init(_ microseconds: Int64) {
        let (today, rest) = UTCMoment.floorDivide(microseconds, UTCMoment.dayLength)
        let date = CivilDate(dayNumber: Int(today))
        (year, month, day) = (date.year, date.month, date.day)
        hour = Int(rest / 3_600_000_000)
        minute = Int(rest / 60_000_000 % 60)
        second = Int(rest / 1_000_000 % 60)
        microsecond = Int(rest % 1_000_000)
    }

    /// The first microsecond of a month, in microseconds since 1970; `month` may be over 12 and counts on into later years.
    static func beginning(year: Int, month: Int) -> Int64 {
        let days = CivilDate.dayNumber(year: year + (month - 1) / 12, month: (month - 1) % 12 + 1, day: 1)
        return Int64(days) &* dayLength
    }

    package static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    /// `2026-11-24`.
    package var date: String { UTCMoment.pad(year, 4) + "-" + UTCMoment.pad(month) + "-" + UTCMoment.pad(day) }

    /// `24 Nov`.
    package var shortDate: String { String(day) + " " + UTCMoment.months[month - 1] }

    /// `18:06`.
    package var hourMinute: String { UTCMoment.pad(hour) + ":" + UTCMoment.pad(minute) }

    /// `18:06:27`, the fraction cut off.
    package var clock: String { hourMinute + ":" + UTCMoment.pad(second) }

    /// `18:06:27`, `18:06:27.500`, `18:06:27.000125`.
    package var fullClock: String {
        if microsecond == 0 { return clock }
        let isMilli = microsecond.isMultiple(of: 1000)
        return clock + "." + (isMilli ? UTCMoment.pad(microsecond / 1000, 3) : UTCMoment.pad(microsecond, 6))
    }

    /// `2026-11-24T18:06:27.123456Z` (RFC 3339).
    package var rfc3339: String {
        var bytes = Array((date + "T").utf8)
        RFC3339.append(
            timeOfDay: ((hour * 60 + minute) * 60 + second) * 1_000_000 + microsecond, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func pad(_ value: Int, _ digits: Int = 2) -> String {
        let text = String(value.magnitude)
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
