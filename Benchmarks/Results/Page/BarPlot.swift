internal import MusterText

/// A bar each for some values, from nothing on the left; where they lie too far apart for that, a point each on a logarithmic
/// axis, for the length of a bar would say nothing there. Names and values stand above, so that there is room for them on any
/// screen.
struct BarPlot {
    struct Bar {
        var label: String
        var value: Double
        /// From where to where the samples go; nil where that is not drawn.
        var interval: ClosedRange<Double>?
        var style: SeriesStyle

        fileprivate var kind: String { style.kind }
        fileprivate var shape: String { style.shape }
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

    /// Where what is better lies, and on which axis: the end of a figure's caption.
    static func direction(_ values: [Double], isMoreBetter: Bool) -> String {
        isLogarithmic(values)
            ? ", logarithmic; \(isMoreBetter ? "right" : "left") is better"
            : "; \(isMoreBetter ? "longer" : "shorter") is better"
    }

    /// Whether the axis of such values is logarithmic.
    private static func isLogarithmic(_ values: [Double]) -> Bool {
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
            if axis.isLogarithmic {
                plot.line("rail", 0, y + 24.5, axis.place(bar.value), y + 24.5)
            } else {
                plot.spot("fill " + bar.kind, 0, max(0.004, axis.place(bar.value)), y + 19, 11, bar.label)
            }
            if let interval = bar.interval {
                plot.line(
                    "reach", axis.place(interval.lowerBound), y + 24.5, axis.place(interval.upperBound), y + 24.5)
            }
            if axis.isLogarithmic {
                plot.mark("dot " + bar.kind, axis.place(bar.value), y + 24.5, bar.shape, bar.label)
            }
        }
        plot.labels(axis.ticks.map { (axis.place($0), tick($0)) }, y: bottom + 4)
        return "<div class=\"plot bare\">" + plot.html + "</div>"
    }

    private func axis() -> (place: (Double) -> Double, ticks: [Double], isLogarithmic: Bool) {
        let values = bars.map(\.value)
        let ends = values + bars.compactMap { $0.interval?.upperBound }
        let starts = bars.compactMap { $0.interval?.lowerBound }
        if BarPlot.isLogarithmic(values), let scale = LogScale(ends + starts) {
            return (scale.place, scale.ticks, true)
        }
        let axis = ValueAxis(reaching: ends.max() ?? 0)
        return ({ max(0, min(1, $0 / axis.end)) }, axis.ticks, false)
    }
}
