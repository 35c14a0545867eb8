package import MusterCore

/// Writes monotonic instants as the wall clock's time in UTC: `2026-11-23T18:06:27.123456Z` (RFC 3339).
package struct UTCTime {
    private let start: Instant
    /// Microseconds since 1970 at `start`.
    private let startMicroseconds: Int64
    /// The day that `date` is the text of; most instants of a run share it.
    private var day = Int64.min
    private var date: [UInt8] = []

    /// One moment on both clocks; `wallSeconds` since 1970.
    package init(_ start: Instant, wallSeconds: Double) {
        self.start = start
        let seconds = wallSeconds.isFinite ? max(0, min(wallSeconds, 250_000_000_000)) : 0
        startMicroseconds = Int64((seconds * 1e6).rounded())
    }

    package mutating func append(_ instant: Instant, to bytes: inout [UInt8]) {
        let passed = (instant.nanoseconds.subtractingReportingOverflow(start.nanoseconds).partialValue) / 1000
        let microseconds = startMicroseconds + passed
        let (today, rest) = UTCMoment.floorDivide(microseconds, UTCMoment.dayLength)
        if today != day {
            day = today
            date = Array((UTCMoment(microseconds).date + "T").utf8)
        }
        bytes.append(contentsOf: date)
        RFC3339.append(timeOfDay: Int(rest), to: &bytes)
    }
}
