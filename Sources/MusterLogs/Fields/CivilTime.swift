internal import MusterCore

/// Dates of the proleptic Gregorian calendar as days since 1970.
package enum CivilTime {
    /// Microseconds of a day.
    package static let day: Int64 = 86_400_000_000

    /// Days since 1970-01-01. Nil where there is no such date.
    package static func days(year: Int, month: Int, day: Int) -> Int64? {
        guard CivilDate.exists(year: year, month: month, day: day) else { return nil }
        return Int64(CivilDate.dayNumber(year: year, month: month, day: day))
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
