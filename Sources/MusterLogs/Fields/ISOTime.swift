/// Reads times of ISO 8601 and RFC 3339 §5.6, `2024-02-29T12:00:00.123+01:00`; see ``TimeReader/Style/iso``. One that names
/// no zone is marked as ``LineTime/local(_:)``.
///
/// The 16 bytes up to the minute are remembered: the same again cost two comparisons.
struct ISOTime: Sendable {
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    /// The minute's beginning in microseconds since 1970, as if the time were UTC.
    private var minute: Int64 = 0

    /// Bytes up to the second.
    private static let shortest = 19

    /// Invariant for the caller: `limit` bytes from `start` and ``Chunk/padding`` more may be read.
    mutating func take(_ start: UnsafePointer<UInt8>, _ limit: Int) -> (value: Int64, length: Int)? {
        guard limit >= Self.shortest else { return nil }
        let isKnown = unsafe ByteScan.load64(start) == first && ByteScan.load64(start + 8) == second
        if !_fastPath(isKnown) {
            guard unsafe turn(to: start) else { return nil }
        }
        // 60 is a leap second.
        guard unsafe start[16] == 0x3a, let seconds = unsafe TimeDigits.two(start + 17), seconds <= 60 else {
            return nil
        }
        var value = minute &+ seconds &* 1_000_000
        var length = Self.shortest
        if length + 1 < limit, unsafe (start[length] == 0x2e || start[length] == 0x2c) && start[length + 1] &- 48 <= 9 {
            length += 1
            value = unsafe value &+ TimeDigits.fraction(start, limit, &length)
        }
        let zone = length
        guard let offset = unsafe TimeDigits.zone(start, limit, &length) else { return nil }
        return (length == zone ? LineTime.local(value) : value &- offset, length)
    }

    @inline(never)
    private mutating func turn(to start: UnsafePointer<UInt8>) -> Bool {
        guard let century = unsafe TimeDigits.two(start), let ofCentury = unsafe TimeDigits.two(start + 2),
            let month = unsafe TimeDigits.two(start + 5), let day = unsafe TimeDigits.two(start + 8),
            let hour = unsafe TimeDigits.two(start + 11), hour < 24,
            let minuteOfHour = unsafe TimeDigits.two(start + 14), minuteOfHour < 60,
            unsafe start[4] == 0x2d && start[7] == 0x2d && start[13] == 0x3a,
            unsafe start[10] == 0x54 || start[10] == 0x20 || start[10] == 0x74,
            let days = CivilTime.days(year: Int(century * 100 + ofCentury), month: Int(month), day: Int(day))
        else {
            return false
        }
        minute = days * CivilTime.day + (hour * 60 + minuteOfHour) * 60_000_000
        first = unsafe ByteScan.load64(start)
        second = unsafe ByteScan.load64(start + 8)
        return true
    }
}

/// The small parts that times are made of. All take a pointer whose bytes up to the limit, or up to what they name, may
/// be read.
enum TimeDigits {
    /// Two decimal digits.
    @inline(__always)
    static func two(_ start: UnsafePointer<UInt8>) -> Int64? {
        let tens = unsafe start[0] &- 48
        let ones = unsafe start[1] &- 48
        return tens <= 9 && ones <= 9 ? Int64(tens) &* 10 &+ Int64(ones) : nil
    }

    /// Digits behind a decimal point as microseconds; moves `at` behind them.
    @inline(__always)
    static func fraction(_ start: UnsafePointer<UInt8>, _ limit: Int, _ at: inout Int) -> Int64 {
        var unit: Int64 = 100_000
        var value: Int64 = 0
        while at < limit, unsafe start[at] &- 48 <= 9 {
            value = unsafe value &+ Int64(start[at] &- 48) &* unit
            unit /= 10
            at += 1
        }
        return value
    }

    /// A zone at `at` in microseconds east of UTC, moving `at` behind it: `Z`, `+hh:mm`, `+hhmm`, `+hh`, one blank
    /// before the sign allowed. 0 where there is none; nil where a sign begins none or one out of range.
    @inline(__always)
    static func zone(_ start: UnsafePointer<UInt8>, _ limit: Int, _ at: inout Int) -> Int64? {
        guard at < limit else { return 0 }
        if unsafe start[at] | 0x20 == UInt8(ascii: "z") {
            at += 1
            return 0
        }
        return unsafe signedZone(start, limit, &at)
    }

    @inline(never)
    private static func signedZone(_ start: UnsafePointer<UInt8>, _ limit: Int, _ at: inout Int) -> Int64? {
        var sign = at
        if unsafe start[sign] == 0x20, sign + 2 < limit, unsafe start[sign + 2] &- 48 <= 9 { sign += 1 }
        guard unsafe start[sign] == 0x2b || start[sign] == 0x2d else { return 0 }
        guard sign + 2 < limit, let hours = unsafe two(start + sign + 1), hours <= 15 else { return nil }
        let isWest = unsafe start[sign] == 0x2d
        at = sign + 3
        let colon = unsafe at < limit && start[at] == 0x3a ? 1 : 0
        var minutes: Int64 = 0
        if at + colon + 1 < limit, let found = unsafe two(start + at + colon) {
            guard found < 60 else { return nil }
            minutes = found
            at += colon + 2
        }
        let offset = (hours * 60 + minutes) * 60_000_000
        return isWest ? -offset : offset
    }
}
