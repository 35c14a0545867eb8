/// Reads the time of the common log format, `10/Oct/2000:13:55:36 -0700`, exactly ``length`` bytes.
///
/// Lines come in bursts, so the last minute is remembered: the same 24 bytes again cost four comparisons.
struct CLFTime {
    /// Bytes of such a time.
    static let length = 26

    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var third: UInt64 = 0
    private var zone: UInt16 = 0
    /// The minute's beginning in microseconds since 1970 UTC.
    private var minute: Int64 = 0

    /// All but the seconds of bytes 16 to 23.
    private static let thirdMask: UInt64 = ~0xffff_0000

    /// Microseconds since 1970 UTC; nil where the bytes are no such time.
    /// Invariant for the caller: 26 bytes from `start` may be read.
    @inline(__always)
    mutating func read(_ start: UnsafePointer<UInt8>) -> Int64? {
        let tens = unsafe Int64(start[18]) &- 48
        let ones = unsafe Int64(start[19]) &- 48
        let isKnown =
            unsafe ByteScan.load64(start) == first && ByteScan.load64(start + 8) == second
            && ByteScan.load64(start + 16) & Self.thirdMask == third
            && UnsafeRawPointer(start + 24).loadUnaligned(as: UInt16.self) == zone
        if !_fastPath(isKnown) {
            guard unsafe turn(to: start) else { return nil }
        }
        // 60 is a leap second.
        guard UInt64(bitPattern: tens) <= 6, UInt64(bitPattern: ones) <= 9, tens &* 10 &+ ones <= 60 else { return nil }
        return minute &+ (tens &* 10 &+ ones) &* 1_000_000
    }

    @inline(never)
    private mutating func turn(to start: UnsafePointer<UInt8>) -> Bool {
        func digits(_ from: Int, _ count: Int) -> Int? {
            var value = 0
            for index in from..<from + count {
                let digit = unsafe start[index] &- 48
                if digit > 9 { return nil }
                value = value * 10 + Int(digit)
            }
            return value
        }
        guard let day = digits(0, 2), let year = digits(7, 4), let hour = digits(12, 2), hour < 24,
            let minuteOfHour = digits(15, 2), minuteOfHour < 60, let zoneHours = digits(22, 2), zoneHours <= 15,
            let zoneMinutes = digits(24, 2), zoneMinutes < 60,
            let month = unsafe CivilTime.month(start[3], start[4], start[5]),
            unsafe start[2] == 0x2f && start[6] == 0x2f && start[11] == 0x3a && start[14] == 0x3a && start[17] == 0x3a,
            unsafe start[20] == 0x20 && (start[21] == 0x2b || start[21] == 0x2d),
            let days = CivilTime.days(year: year, month: month, day: day)
        else {
            return false
        }
        let offset = (zoneHours * 60 + zoneMinutes) * (unsafe start[21] == 0x2d ? -1 : 1)
        minute = days * CivilTime.day + Int64(hour * 60 + minuteOfHour - offset) * 60_000_000
        unsafe first = ByteScan.load64(start)
        unsafe second = ByteScan.load64(start + 8)
        third = unsafe ByteScan.load64(start + 16) & Self.thirdMask
        unsafe zone = UnsafeRawPointer(start + 24).loadUnaligned(as: UInt16.self)
        return true
    }
}
