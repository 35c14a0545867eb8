internal import MusterText

/// One contender's points in a plot, from the left to the right, joined by a line.
struct Series {
    struct Point {
        var x: Double
        var y: Double
        /// What is told when it is pointed at; empty for a point that is not marked.
        var hint: String
    }

    var style: SeriesStyle
    var points: [Point]
}

/// Lines with points over a logarithmic axis.
struct SeriesPlot {
    var id: String
    var title: String
    var summary: String
    /// Ticks of both axes: places from 0 (left, bottom) to 1.
    var horizontal: [(place: Double, label: String)]
    var vertical: [(place: Double, label: String)]
    /// Their points have places from 0 to 1 as well.
    var series: [Series]

    private static let height = 300.0
    private static let top = 10.0

    var html: String {
        var plot = SVGPlot(id: id, title: title, summary: summary, height: Int(SeriesPlot.top + SeriesPlot.height) + 26)
        for (index, tick) in vertical.enumerated() {
            let y = self.y(tick.place)
            plot.line(index == 0 && tick.place == 0 ? "axis" : "grid", 0, y, 1, y)
            plot.text(tick.label, 0, y + 4, .end, dx: -8)
        }
        plot.line("axis", 0, y(0), 1, y(0))
        plot.labels(horizontal, y: SeriesPlot.top + SeriesPlot.height)
        plot.shapes(
            columns: 1000, y: SeriesPlot.top, height: SeriesPlot.height,
            series.map { ("line " + $0.style.kind, path($0)) })
        for series in series {
            for point in series.points where !point.hint.isEmpty {
                plot.mark("dot " + series.style.kind, point.x, y(point.y), series.style.shape, point.hint)
            }
        }
        return "<div class=\"plot model\">" + plot.html + "</div>"
    }

    private func y(_ place: Double) -> Double { SeriesPlot.top + SeriesPlot.height * (1 - place) }

    private func path(_ series: Series) -> String {
        guard series.points.count > 1 else { return "" }
        return series.points.enumerated().map { index, point in
            (index == 0 ? "M" : "L") + HTMLText.number(point.x * 1000) + " "
                + HTMLText.number(SeriesPlot.height * (1 - point.y))
        }
        .joined()
    }
}
