internal import MusterCore

/// A time taken apart into date and time of day, in the proleptic Gregorian calendar.
package struct CivilMoment: Hashable, Sendable {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    /// 1 to 31.
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int
    package var microsecond: Int
    /// 0 is Monday.
    package var weekday: Int

    /// Takes microseconds since 1970 UTC; every number is a time.
    package init(_ time: Int64) {
        let days = Self.floor(Int(time), Int(CivilTime.day))
        // Not by multiplying back: the first day begins before the first number.
        let remainder = Int(time) % Int(CivilTime.day)
        let rest = remainder < 0 ? remainder + Int(CivilTime.day) : remainder
        microsecond = rest % 1_000_000
        second = rest / 1_000_000 % 60
        minute = rest / 60_000_000 % 60
        hour = rest / 3_600_000_000
        // 1970-01-01 was a Thursday.
        weekday = days + 3 - Self.floor(days + 3, 7) * 7
        let date = CivilDate(dayNumber: days)
        (year, month, day) = (date.year, date.month, date.day)
    }

    /// The quotient rounded down.
    private static func floor(_ number: Int, _ divisor: Int) -> Int {
        let quotient = number / divisor
        return number % divisor < 0 ? quotient - 1 : quotient
    }

    /// How much of a time is written.
    enum Precision: Int, Comparable {
        case day, hour, minute, full

        static func < (left: Precision, right: Precision) -> Bool { left.rawValue < right.rawValue }
    }

    /// Bytes that ``write(to:_:)`` writes at most.
    static let longest = 40

    /// Writes `2026-01-02`, `2026-01-02T03`, `2026-01-02T03:04` or `2026-01-02T03:04:05.000006Z` (the fraction only where
    /// there is one; the zone as `+01:00` where the clock is ahead of UTC by a `shift` in microseconds) and returns the
    /// number of bytes.
    /// Invariant for the caller: ``longest`` bytes may be written.
    func write(to start: UnsafeMutablePointer<UInt8>, _ precision: Precision, shift: Int64 = 0) -> Int {
        var count = 0
        // Invariant: a year has at most seven bytes with its sign, everything else at most 31.
        func put(_ byte: UInt8) {
            unsafe start[count] = byte
            count += 1
        }
        func putTwo(_ number: Int) {
            put(UInt8(truncatingIfNeeded: 48 + number / 10))
            put(UInt8(truncatingIfNeeded: 48 + number % 10))
        }
        if year < 0 { put(0x2d) }
        let century = abs(year) / 100
        if century >= 100 { putTwo(century / 100) }
        putTwo(century % 100)
        putTwo(abs(year) % 100)
        put(0x2d)
        putTwo(month)
        put(0x2d)
        putTwo(day)
        guard precision >= .hour else { return count }
        put(UInt8(ascii: "T"))
        putTwo(hour)
        guard precision >= .minute else { return count }
        put(0x3a)
        putTwo(minute)
        guard precision >= .full else { return count }
        put(0x3a)
        putTwo(second)
        if microsecond > 0 {
            put(0x2e)
            putTwo(microsecond / 10_000)
            putTwo(microsecond / 100 % 100)
            putTwo(microsecond % 100)
        }
        let zone = Int(abs(shift) / 1_000_000) % 360_000
        if zone == 0 {
            put(UInt8(ascii: "Z"))
            return count
        }
        put(shift < 0 ? 0x2d : 0x2b)
        putTwo(zone / 3600)
        put(0x3a)
        putTwo(zone / 60 % 60)
        // As zones were before they were agreed on.
        if zone % 60 != 0 {
            put(0x3a)
            putTwo(zone % 60)
        }
        return count
    }
}
