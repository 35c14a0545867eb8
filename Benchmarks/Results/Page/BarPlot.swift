internal import MusterFormats

/// A bar each for some values, from a common beginning on the left. Names and values stand above the bars, so that there is
/// room for them on any screen.
struct BarPlot {
    struct Bar {
        var label: String
        var value: Double
        /// From where to where the samples go; nil where that is not drawn.
        var interval: ClosedRange<Double>?
        /// The class of its colour.
        var kind: String
    }

    var id: String
    var title: String
    var summary: String
    var bars: [Bar]
    /// What stands at a tick of the axis.
    var tick: (Double) -> String

    private static let rowHeight = 36.0
    /// Where the greatest value is so many times the least one, a linear axis would not show the least one.
    private static let linearReach = 30.0

    /// Whether the axis of such values is logarithmic.
    static func isLogarithmic(_ values: [Double]) -> Bool {
        guard let least = values.filter({ $0 > 0 }).min(), let greatest = values.max() else { return false }
        return greatest > BarPlot.linearReach * least
    }

    var html: String {
        var plot = SVGPlot(
            id: id, title: title, summary: summary, height: Int(BarPlot.rowHeight * Double(bars.count)) + 30)
        let axis = axis()
        let bottom = BarPlot.rowHeight * Double(bars.count)
        for tick in axis.ticks { plot.line("grid", axis.place(tick), 0, axis.place(tick), bottom) }
        for (row, bar) in bars.enumerated() {
            let y = BarPlot.rowHeight * Double(row)
            plot.text(bar.label, 0, y + 14, kind: "label")
            plot.spot("fill " + bar.kind, 0, max(0.004, axis.place(bar.value)), y + 19, 11, bar.label)
            if let interval = bar.interval {
                plot.line(
                    "reach", axis.place(interval.lowerBound), y + 24.5, axis.place(interval.upperBound), y + 24.5)
            }
        }
        plot.labels(axis.ticks.map { (axis.place($0), tick($0)) }, y: bottom + 4)
        return "<div class=\"plot bare\">" + plot.html + "</div>"
    }

    private func axis() -> (place: (Double) -> Double, ticks: [Double]) {
        let values = bars.map(\.value)
        let ends = values + bars.compactMap { $0.interval?.upperBound }
        // Bars begin at a third of the least one, so that this one can be seen.
        if BarPlot.isLogarithmic(values), let scale = LogScale(ends + values.map { $0 / 3 }, room: 0) {
            return (scale.place, scale.ticks)
        }
        let axis = ValueAxis(reaching: ends.max() ?? 0)
        return ({ max(0, min(1, $0 / axis.end)) }, axis.ticks)
    }
}
