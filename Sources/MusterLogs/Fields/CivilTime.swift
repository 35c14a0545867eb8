/// Dates of the proleptic Gregorian calendar as days since 1970.
package enum CivilTime {
    /// Microseconds of a day.
    package static let day: Int64 = 86_400_000_000

    /// Days since 1970-01-01, by eras of 400 years that begin on the first of March. Nil where there is no such date.
    package static func days(year: Int, month: Int, day: Int) -> Int64? {
        guard (1...12).contains(month), day >= 1, day <= length(year: year, month: month) else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return Int64(era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468)
    }

    package static func length(year: Int, month: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The month of an English abbreviation, 1 to 12; nil where it is none. Case matters.
    @inline(__always)
    static func month(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> Int? {
        switch UInt32(a) << 16 | UInt32(b) << 8 | UInt32(c) {
        case 0x4a616e: 1
        case 0x466562: 2
        case 0x4d6172: 3
        case 0x417072: 4
        case 0x4d6179: 5
        case 0x4a756e: 6
        case 0x4a756c: 7
        case 0x417567: 8
        case 0x536570: 9
        case 0x4f6374: 10
        case 0x4e6f76: 11
        case 0x446563: 12
        default: nil
        }
    }
}
