internal import MusterCore
internal import MusterSystem

/// Makes instants of what lines say about their times, in one zone; one a worker.
struct LineClock {
    private let zone: TimeZoneRules
    /// Lines whose year has not the day that they name.
    private var dayless: UInt64 = 0
    /// Local microseconds for which the offset is known: nearly always those of the next line too.
    private var known = Stretch()
    /// Instants in microseconds for which it is known.
    private var shown = Stretch()

    private struct Stretch {
        var from: Int64 = 1
        var until: Int64 = 0
        /// Microseconds east of UTC.
        var offset: Int64 = 0

        init() {}

        init(_ span: TimeZoneRules.Span) {
            from = Self.micros(span.from)
            until = Self.micros(span.until)
            offset = span.offset * 1_000_000
        }

        @inline(__always)
        func contains(_ time: Int64) -> Bool { time >= from && time < until }

        private static func micros(_ seconds: Int64) -> Int64 {
            let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
            return overflow ? (seconds < 0 ? .min : .max) : micros
        }
    }

    init(_ zone: TimeZoneRules) { self.zone = zone }

    /// Microseconds since 1970 UTC of a number of ``LineTime`` in a line that begins at an offset of its source;
    /// ``RowBatch/noTime`` where its year has no such day.
    mutating func instant(_ time: Int64, _ years: SourceYears?, at offset: Int64) -> Int64 {
        if time < LineTime.firstMarked { return time }
        var parts = LineTime.parts(time)
        if parts.isYearless {
            guard let value = (years ?? SourceYears()).time(parts.value, at: offset) else {
                dayless &+= 1
                return RowBatch.noTime
            }
            parts.value = value
        }
        return parts.isLocal ? instant(ofLocal: parts.value) : parts.value
    }

    /// Makes instants of the times of a batch whose chunk begins at an offset of its source.
    mutating func settle(_ batch: inout RowBatch, _ years: SourceYears?, at position: Int64) {
        for row in 0..<batch.count where batch.time(row) >= LineTime.firstMarked {
            let instant = instant(batch.time(row), years, at: position + Int64(batch.lineOffset(row)))
            batch.set(time: instant, row)
        }
    }

    /// How many times have been none, since this was asked last, because their year has no such day.
    mutating func takeDayless() -> UInt64 {
        defer { dayless = 0 }
        return dayless
    }

    /// Notes how far clocks are ahead of UTC at the times of a batch.
    mutating func show(_ batch: inout RowBatch) {
        for row in 0..<batch.count where batch.time(row) != RowBatch.noTime {
            batch.set(shift: shift(at: batch.time(row)), row)
        }
    }

    /// Microseconds since 1970 UTC of a local time.
    mutating func instant(ofLocal local: Int64) -> Int64 {
        if !_fastPath(known.contains(local)) {
            known = Stretch(zone.localSpan(at: TimeTally.floorDivide(local, 1_000_000)))
        }
        return local &- known.offset
    }

    /// Microseconds that the zone's clocks are ahead of UTC.
    mutating func shift(at time: Int64) -> Int64 {
        if !_fastPath(shown.contains(time)) {
            shown = Stretch(zone.span(at: TimeTally.floorDivide(time, 1_000_000)))
        }
        return shown.offset
    }
}

/// Which years the lines of a source are of whose times have none.
package struct SourceYears: Sendable, Hashable {
    /// From a line on, a year.
    struct Turn: Sendable, Hashable {
        /// Of the line's first byte.
        var offset: Int64
        var year: Int
    }

    /// Ascending; none where the lines were not looked at beforehand.
    var turns: [Turn] = []
    /// Where what was looked at ends.
    var end: Int64 = 0
    /// Of lines that were not looked at the latest time that can be, in microseconds since 1970; nil for a day from now.
    var latest: Int64?
    /// The year of lines that were not looked at, where it was given: they are of an earlier one only where `latest` demands
    /// it.
    var given: Int?

    /// The local time of a yearless one, in microseconds since 1970; nil where its year has no such day.
    func time(_ micros: Int64, at offset: Int64) -> Int64? {
        if offset < end, let year = year(at: offset) { return YearlessTime.time(micros, year: year) }
        if let given {
            return YearlessTime.time(
                micros, year: YearlessTime.latestYear(micros, from: given, limit: latest ?? .max))
        }
        let limit = turns.isEmpty ? latest : nil
        return YearlessTime.time(
            micros, year: YearlessTime.latestYear(micros, limit: limit ?? Self.now + CivilTime.day))
    }

    /// The year of a line that was looked at; nil where none was.
    func year(at offset: Int64) -> Int? {
        guard let first = turns.first else { return nil }
        // Turns are few, and most lines are behind the last.
        return (turns.last { $0.offset <= offset } ?? first).year
    }

    static var now: Int64 { Int64(SystemClock.wallSeconds * 1_000_000) }
}
