import MusterCore

/// Tells monotonic instants as the wall clock's time in UTC: `2026-11-23T18:06:27.123456Z` (RFC 3339).
struct UTCTime {
    private let start: Instant
    /// Microseconds since 1970 at `start`.
    private let startMicroseconds: Int64
    /// The day that `date` is the text of; most instants of a run share it.
    private var day = Int64.min
    private var date: [UInt8] = []

    init(_ header: RunHeader) {
        start = header.started
        let seconds = header.startedAt.isFinite ? max(0, min(header.startedAt, 250_000_000_000)) : 0
        startMicroseconds = Int64((seconds * 1e6).rounded())
    }

    mutating func append(_ instant: Instant, to bytes: inout [UInt8]) {
        let passed = (instant.nanoseconds.subtractingReportingOverflow(start.nanoseconds).partialValue) / 1000
        let microseconds = startMicroseconds + passed
        let today = (microseconds >= 0 ? microseconds : microseconds - 86_399_999_999) / 86_400_000_000
        if today != day { turn(to: today) }
        bytes.append(contentsOf: date)
        let rest = Int(microseconds - today * 86_400_000_000)
        UTCTime.append(rest / 3_600_000_000, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        UTCTime.append(rest / 60_000_000 % 60, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        UTCTime.append(rest / 1_000_000 % 60, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        UTCTime.append(rest % 1_000_000, digits: 6, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Days since 1970 to a date of the proleptic Gregorian calendar: eras of 400 years (146,097 days) that begin on the
    /// first of March, so that the leap day is the last of its year.
    private mutating func turn(to today: Int64) {
        day = today
        let shifted = today + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        date.removeAll(keepingCapacity: true)
        UTCTime.append(Int(year), digits: 4, to: &date)
        date.append(UInt8(ascii: "-"))
        UTCTime.append(Int(month), digits: 2, to: &date)
        date.append(UInt8(ascii: "-"))
        UTCTime.append(Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1), digits: 2, to: &date)
        date.append(UInt8(ascii: "T"))
    }

    private static func append(_ value: Int, digits: Int, to bytes: inout [UInt8]) {
        var scale = 1
        for _ in 1..<digits { scale *= 10 }
        while scale > 0 {
            bytes.append(UInt8(truncatingIfNeeded: 48 + value / scale % 10))
            scale /= 10
        }
    }
}
