internal import MusterCore
internal import MusterText

/// A timeline with neighbouring points joined, so that it fits into a number of columns.
struct FoldedTimeline: Sendable {
    struct Column: Sendable {
        /// Its beginning, microseconds since 1970.
        var time: Int64
        var count = 0
        /// Six counts by class of status, or none.
        var classes: [Int] = []

        /// Share of 5xx; nil where there is no status or no line.
        var errorRate: Double? {
            classes.count == 6 && count > 0 ? Double(classes[4]) / Double(count) : nil
        }
    }

    /// Length of a column in microseconds.
    let step: Int64
    private(set) var columns: [Column]
    let hasClasses: Bool
    private let shift: Int64
    private let zone: TimeZoneRules

    /// Whether its columns lie in more than one year.
    var hasYears: Bool {
        guard let first = columns.first, let last = columns.last else { return false }
        return UTCMoment(first.time).year != UTCMoment(last.time).year
    }

    /// Nil where there is no time to draw. Points are joined by their times: a column holds whole steps, its length is one
    /// that people know (5 minutes, 2 hours) where one fits, and it begins with the step that begins at a multiple of that
    /// length, or with the next. There are columns without lines.
    init?(_ timeline: LogReport.Timeline?, limit: Int) {
        guard let timeline, timeline.step > 0, let first = timeline.points.map(\.time).min(),
            let last = timeline.points.map(\.time).max(), limit > 0
        else { return nil }
        let grid = FoldedTimeline.grid(first, last, step: timeline.step, limit: limit)
        var columns = (0..<grid.count(last)).map { index in
            Column(time: Int64(clamping: grid.origin + Int128(index) * Int128(grid.length)))
        }
        for point in timeline.points { columns[grid.count(point.time) - 1].add(point) }
        step = grid.length
        shift = timeline.shift
        zone = timeline.zone
        self.columns = columns
        hasClasses = timeline.points.contains { $0.classes.count == 6 }
        // A column without lines is one without 5xx as well.
        guard hasClasses else { return }
        for index in columns.indices where columns[index].classes.isEmpty {
            self.columns[index].classes = [0, 0, 0, 0, 0, 0]
        }
    }

    /// Whether there are 5xx and other lines as well.
    var tellsErrors: Bool {
        guard hasClasses else { return false }
        let errors = columns.reduce(0) { $0 &+ $1.classes[4] }
        return errors > 0 && errors < columns.reduce(0) { $0 &+ $1.count }
    }

    var peak: Column? { columns.max { $0.count < $1.count } }
    var worst: Column? { columns.max { ($0.errorRate ?? 0) < ($1.errorRate ?? 0) } }

    /// What clocks show at a time of the timeline, and the offset where it is another than the report's: ` UTC+01:00`.
    func shown(_ time: Int64) -> (local: Int64, offset: String) {
        let (utc, isFar) = time.subtractingReportingOverflow(shift)
        if zone.isUTC || isFar { return (time, "") }
        let offset = zone.span(at: UTCMoment.floorDivide(utc, 1_000_000).quotient).offset
        let (local, overflow) = utc.addingReportingOverflow(offset * 1_000_000)
        if overflow || local == time { return (time, "") }
        return (local, " " + TimeZoneRules.text(offset: offset))
    }

    /// Columns of one length from a time on.
    private struct Grid {
        let origin: Int128
        let length: Int64

        /// Columns up to the one that holds a time.
        func count(_ time: Int64) -> Int { Int((Int128(time) - origin) / Int128(length)) + 1 }

        /// Beginning with the last multiple of the length that is not behind the first step, or with the first step that
        /// begins behind it. Weeks begin on Mondays; 1970 began on a Thursday.
        init(from first: Int64, length: Int64, step: Int64) {
            let week = length.isMultiple(of: 7 * UTCMoment.dayLength) ? 4 * UTCMoment.dayLength : 0
            let rest = (Int128(first) - Int128(week)) % Int128(length)
            origin = Int128(first) - (rest < 0 ? rest + Int128(length) : rest) / Int128(step) * Int128(step)
            self.length = length
        }

        init(origin: Int64, length: Int64) {
            self.origin = Int128(origin)
            self.length = length
        }
    }

    /// From a millisecond to two weeks, then twice as long each.
    private static let lengths: [Int64] =
        [1, 2, 5, 10, 20, 50, 100, 200, 500].map { $0 * 1_000 } + TimeAxis.lengths.filter { $0 >= 1_000_000 }
        + (1...16).map { (14 << $0) * UTCMoment.dayLength }

    /// The shortest columns, whole steps each, of which `limit` reach from the first time to the last: of a length that
    /// people know, unless that makes them more than four times as long.
    private static func grid(_ first: Int64, _ last: Int64, step: Int64, limit: Int) -> Grid {
        let steps = (Int128(last) - Int128(first)) / Int128(step) + 1
        let least = (steps - 1) / Int128(limit) + 1
        guard least > 1 else { return Grid(origin: first, length: step) }
        for length in lengths where length.isMultiple(of: step) && Int128(length) >= least * Int128(step) {
            guard Int128(length) <= least * Int128(step) * 4 else { break }
            let grid = Grid(from: first, length: length, step: step)
            if grid.count(last) <= limit { return grid }
        }
        for factor in [least, least + 1] {
            let grid = Grid(from: first, length: Int64(clamping: factor * Int128(step)), step: step)
            if grid.count(last) <= limit { return grid }
        }
        return Grid(origin: first, length: Int64(clamping: least * Int128(step)))
    }
}

extension FoldedTimeline.Column {
    fileprivate mutating func add(_ point: LogReport.Timeline.Point) {
        count &+= point.count
        guard point.classes.count == 6 else { return }
        if classes.isEmpty {
            classes = point.classes
        } else {
            for index in 0..<6 { classes[index] &+= point.classes[index] }
        }
    }
}
