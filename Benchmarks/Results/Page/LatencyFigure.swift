internal import MusterText

/// How long items take, as distributions, for one workload: of each contender its middle sample by p99.
struct LatencyFigure {
    private let index: Int
    private let workload: ModelWorkload
    private let styles: [String: SeriesStyle]
    private let lines: [(entry: ModelStanding.Entry, latency: ModelLatency)]

    /// Nil where no contender has latencies.
    init?(_ standing: ModelStanding, _ styles: [String: SeriesStyle], index: Int) {
        self.index = index
        self.styles = styles
        workload = standing.workload
        lines = standing.entries.compactMap { entry in
            entry.cell.middleLatency.map { (entry, $0) }
        }
        if lines.isEmpty { return nil }
    }

    var html: String {
        let id = "latency-\(index)"
        return "<figure><h3 id=\"\(id)\">Time of an item, from its intended start</h3>"
            + "<p class=\"axis-title\">share of items that took at most so long</p>" + plot
            + "<p class=\"soft under\">time, logarithmic</p>" + table(id) + "</figure>"
    }

    private var plot: String {
        let curves = lines.map { $0.latency.shownCurve }
        guard let across = LogScale(curves.flatMap { $0.map(\.seconds) }, room: 0.02) else { return "" }
        let series = zip(lines, curves).compactMap { line, curve -> Series? in
            guard let style = styles[line.entry.contender.name] else { return nil }
            let name = line.entry.contender.name
            var points = curve.map {
                Series.Point(x: across.place($0.seconds), y: NinesScale.place($0.fraction), hint: "")
            }
            for (title, share, seconds) in line.latency.quantiles {
                points.append(
                    Series.Point(
                        x: across.place(seconds), y: NinesScale.place(share),
                        hint: "\(name), \(title): \(ValueText.seconds(seconds))"))
            }
            points.sort { ($0.y, $0.x) < ($1.y, $1.x) }
            return Series(style: style, points: points)
        }
        return SeriesPlot(
            id: "plot-latency-\(index)", title: "Time of an item: " + workload.name,
            summary: "Distributions of \(lines.count) contenders; the numbers are in the table below.",
            horizontal: across.ticks.map { (across.place($0), AxisText.seconds($0)) },
            vertical: NinesScale.ticks.map { (NinesScale.place($0.share), $0.label) }, series: series.reversed()
        ).html
    }

    /// Whether not all had the same number of items.
    private var hasItems: Bool { Set(lines.map(\.entry.cell.items)).count > 1 }

    private func table(_ id: String) -> String {
        let metrics: [ModelMetric] = [.p50, .p90, .p99, .p999]
        let rows = lines.map { line in
            PageTable.Row(
                contender: line.entry.contender, cells: metrics.map { PageTable.Cell(line.entry.cell.text($0)) })
        }
        return PageTable.html(id, metrics.map(\.title), rows, styles)
            + "<p class=\"soft\">Medians of the samples; the curve is the middle sample by p99."
            + (hasItems ? " Times are shorter where a contender had fewer items." : "") + "</p>"
    }
}

extension ModelCell {
    /// The latency of the middle sample by p99.
    fileprivate var middleLatency: ModelLatency? {
        let sorted = samples.compactMap(\.latency).sorted { $0.p99 < $1.p99 }
        return sorted.isEmpty ? nil : sorted[sorted.count / 2]
    }
}

extension ModelLatency {
    /// The shares that are marked.
    var quantiles: [(title: String, share: Double, seconds: Double)] {
        [("p50", 0.5, p50), ("p90", 0.9, p90), ("p99", 0.99, p99), ("p99.9", 0.999, p999)]
    }

    /// The curve; of a file that has none, the quantiles.
    var shownCurve: [ModelPoint] {
        curve.isEmpty ? quantiles.map { ModelPoint(seconds: $0.seconds, fraction: $0.share) } : curve
    }
}
