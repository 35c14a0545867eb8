import MusterCore

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
    let columns: [Column]
    let hasClasses: Bool

    /// Nil where there is no time to draw. A step that joins several points is a round multiple where one fits.
    init?(_ timeline: LogReport.Timeline?, limit: Int) {
        guard let timeline, !timeline.points.isEmpty, limit > 0 else { return nil }
        let least = (timeline.points.count - 1) / limit + 1
        let factor = FoldedTimeline.factor(least, step: timeline.step, count: timeline.points.count)
        var columns: [Column] = []
        var hasClasses = false
        for (index, point) in timeline.points.enumerated() {
            if index.isMultiple(of: factor) { columns.append(Column(time: point.time)) }
            columns[columns.count - 1].add(point)
            if point.classes.count == 6 { hasClasses = true }
        }
        (step, _) = timeline.step.multipliedReportingOverflow(by: Int64(factor))
        self.columns = columns
        self.hasClasses = hasClasses
    }

    var peak: Column? { columns.max { $0.count < $1.count } }
    var worst: Column? { columns.max { ($0.errorRate ?? 0) < ($1.errorRate ?? 0) } }

    /// How many points to join: at least `least`, rounded up to a length that people know (5 minutes, 2 hours) where
    /// that costs no more than half of the columns.
    private static func factor(_ least: Int, step: Int64, count: Int) -> Int {
        guard least > 1, step > 0 else { return least }
        let (wanted, overflow) = step.multipliedReportingOverflow(by: Int64(least))
        guard !overflow else { return least }
        for length in TimeAxis.lengths where length >= wanted && length.isMultiple(of: step) {
            let factor = Int(length / step)
            return factor <= least * 2 ? factor : least
        }
        return least
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
