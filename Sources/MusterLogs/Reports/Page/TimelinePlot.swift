internal import MusterText

/// Lines over time stacked by class of status, and under them, on the same axis of time, the share of 5xx.
struct TimelinePlot {
    private let folded: FoldedTimeline
    /// For the share of 5xx: columns of enough lines for a share to mean something; nil where there are none such.
    private let shares: FoldedTimeline?
    private let from: Int64
    private let length: Double
    private let zone: String

    private static let height = 210.0
    private static let rateHeight = 70.0
    /// Above the highest value, so that its label is not cut.
    private static let top = 10.0
    /// From the bottom of the stack to the top: what is well first, errors last, next to each other and to the rim.
    private static let order = [1, 2, 0, 5, 3, 4]

    /// Nil where there is nothing to draw.
    init?(_ timeline: LogReport.Timeline?, zone: String = "UTC") {
        guard let folded = FoldedTimeline(timeline, limit: 240), folded.step > 0, let first = folded.columns.first,
            (folded.peak?.count ?? 0) > 0
        else { return nil }
        self.folded = folded
        shares = TimelinePlot.shares(timeline, folded)
        self.zone = zone
        from = first.time
        length = Double(folded.step) * Double(folded.columns.count)
    }

    var html: String {
        let step = LogTimelineText.length(folded.step)
        var html =
            "<section id=\"timeline\"><h2>Lines over time</h2><p class=\"soft\">Lines in steps of " + step + ", "
            + HTMLText.escaped(zone)
        if let peak = folded.peak { html += "; most, " + peak.count.grouped + ", at " + moment(peak.time) }
        html += "</p><figure>" + legend + "<div class=\"plot\">" + lines + "</div>"
        if let rates {
            let length = LogTimelineText.length(shares?.step ?? folded.step)
            html +=
                "<p class=\"sub\">Share of 5xx in steps of " + length + "</p><div class=\"plot\">" + rates + "</div>"
        }
        return html + "</figure></section>\n"
    }

    private var used: [Int] {
        TimelinePlot.order.filter { index in
            folded.columns.contains { $0.classes.count == 6 && $0.classes[index] > 0 }
        }
    }

    private var legend: String {
        guard folded.hasClasses else { return "" }
        let items = used.map { index in
            "<li><span class=\"swatch b\(index + 1)\"></span>" + LogRecord.statusClasses[index] + "</li>"
        }
        return "<ul class=\"legend\">" + items.joined() + "</ul>"
    }

    private var lines: String {
        let peak = Double(folded.peak?.count ?? 0)
        let axis = ValueAxis(reaching: peak, least: 1)
        var plot = SVGPlot(
            id: "plot-timeline", title: "Lines over time",
            summary: "\(folded.columns.count) steps, at most \((folded.peak?.count ?? 0).grouped) lines in one.",
            height: Int(TimelinePlot.top + TimelinePlot.height) + 24)
        plot.values(axis, y: TimelinePlot.top, height: TimelinePlot.height, AxisText.count)
        let bars = stack(axis.end)
        plot.shapes(
            columns: Double(folded.columns.count), y: TimelinePlot.top, height: TimelinePlot.height,
            bars)
        plot.labels(ticks, y: TimelinePlot.top + TimelinePlot.height)
        addSpots(to: &plot, TimelinePlot.height)
        return plot.html
    }

    /// Bars of each class, one path a class. Few bars have gaps between them.
    private func stack(_ end: Double) -> [(kind: String, path: String)] {
        let gap = folded.columns.count <= 80 ? 0.14 : 0
        let classes = folded.hasClasses ? used : []
        var paths = Dictionary(uniqueKeysWithValues: (classes + [-1]).map { ($0, "") })
        for (index, column) in folded.columns.enumerated() where column.count > 0 {
            var bottom = TimelinePlot.height
            let x = Double(index) + gap / 2
            let parts = column.classes.count == 6 ? classes.map { ($0, column.classes[$0]) } : [(-1, column.count)]
            for (kind, count) in parts where count > 0 {
                // A few lines are drawn at least a third of a pixel high.
                let height = max(0.34, Double(count) / end * TimelinePlot.height)
                let top = max(0, bottom - height)
                paths[kind, default: ""] += SVGPlot.bar(x, 1 - gap, from: top, to: bottom)
                bottom = top
            }
        }
        return (classes + [-1]).map { ($0 < 0 ? "f2" : "f\($0 + 1)", paths[$0] ?? "") }
    }

    /// Lines of a column on average, for its share of 5xx to mean something.
    private static let meaningful = 20
    private static let fewestColumns = 12

    /// Nil where there are too few lines, no 5xx, or nothing else.
    private static func shares(_ timeline: LogReport.Timeline?, _ folded: FoldedTimeline) -> FoldedTimeline? {
        guard folded.tellsErrors else { return nil }
        let total = folded.columns.reduce(0) { $0 &+ $1.count }
        let columns = min(folded.columns.count, total / meaningful)
        guard columns >= min(fewestColumns, folded.columns.count) else { return nil }
        return FoldedTimeline(timeline, limit: columns)
    }

    /// The share of 5xx as bars, so that a single step stands out.
    private var rates: String? {
        guard let shares, let worst = shares.worst, let greatest = worst.errorRate, greatest > 0 else { return nil }
        let axis = ValueAxis(reaching: greatest, count: 2)
        var plot = SVGPlot(
            id: "plot-errors", title: "Share of 5xx over time",
            summary: "At most " + ValueText.smallShare(greatest) + ", at " + moment(worst.time) + ".",
            height: Int(TimelinePlot.top + TimelinePlot.rateHeight) + 24)
        plot.values(axis, y: TimelinePlot.top, height: TimelinePlot.rateHeight) {
            AxisText.share($0, step: axis.ticks[1])
        }
        let width = Double(shares.step) / Double(folded.step)
        var path = ""
        for column in shares.columns {
            guard let rate = column.errorRate, rate > 0 else { continue }
            let start = (Double(column.time) - Double(from)) / Double(folded.step)
            let x = max(0, start)
            let end = min(start + width, Double(folded.columns.count))
            let height = max(1, rate / axis.end * TimelinePlot.rateHeight)
            if end > x {
                path += SVGPlot.bar(x, end - x, from: TimelinePlot.rateHeight - height, to: TimelinePlot.rateHeight)
            }
        }
        plot.shapes(
            columns: Double(folded.columns.count), y: TimelinePlot.top, height: TimelinePlot.rateHeight,
            [("f5", path)])
        plot.labels(ticks, y: TimelinePlot.top + TimelinePlot.rateHeight)
        addSpots(to: &plot, TimelinePlot.rateHeight)
        return plot.html
    }

    private var ticks: [(place: Double, label: String)] {
        let end = Double(from) + length
        guard abs(end) < 9e18 else { return [] }
        return TimeAxis(from: from, to: Int64(end), count: 9).ticks.map { tick in
            (Double(tick.time - from) / length, tick.label)
        }
    }

    private func addSpots(to plot: inout SVGPlot, _ height: Double) {
        let width = 1 / Double(folded.columns.count)
        for (index, column) in folded.columns.enumerated() {
            var hint = moment(column.time) + ": " + column.count.counted("line")
            if column.classes.count == 6 {
                for kind in 0..<6 where column.classes[kind] > 0 {
                    hint += ", " + LogRecord.statusClasses[kind] + " " + column.classes[kind].grouped
                }
            }
            plot.spot("spot", Double(index) * width, width, TimelinePlot.top, height, hint)
        }
    }

    private func moment(_ time: Int64) -> String {
        LogTimelineText.moment(time, span: Int64(min(length, 9e18)), in: folded)
    }
}
