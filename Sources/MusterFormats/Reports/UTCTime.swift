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

    private mutating func turn(to today: Int64) {
        day = today
        let civil = CivilDate(dayNumber: Int(today))
        date.removeAll(keepingCapacity: true)
        UTCTime.append(civil.year, digits: 4, to: &date)
        date.append(UInt8(ascii: "-"))
        UTCTime.append(civil.month, digits: 2, to: &date)
        date.append(UInt8(ascii: "-"))
        UTCTime.append(civil.day, digits: 2, to: &date)
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
