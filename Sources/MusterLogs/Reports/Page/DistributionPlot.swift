internal import MusterText

/// How many values are how long: bars over a logarithmic axis, with marks at p50, p90 and p99.
struct DistributionPlot {
    private let distribution: LogReport.Distribution
    /// Buckets with a count, those of no length at the shortest one.
    private let buckets: [LogReport.Distribution.Bucket]
    private let total: Double
    /// Logarithms of the axis' ends.
    private let low: Double
    private let high: Double

    private static let height = 150.0
    /// Room above the bars for the names of the marks.
    private static let top = 52.0

    /// Nil where there is nothing to draw.
    init?(_ distribution: LogReport.Distribution) {
        let buckets = distribution.buckets.filter { $0.count > 0 && $0.upTo.isFinite && $0.upTo >= 0 }
        let ends = buckets.map(\.upTo).filter { $0 > 0 }
        guard let least = ends.min(), let greatest = ends.max() else { return nil }
        self.distribution = distribution
        self.buckets = buckets.map { .init(upTo: max($0.upTo, least), count: $0.count) }
        total = buckets.reduce(0.0) { $0 + Double($1.count) }
        // A little room at both ends; at least one power of ten.
        let middle = (LogarithmScale.log(least) + LogarithmScale.log(greatest)) / 2
        low = min(LogarithmScale.log(least) - 0.1, middle - 0.5)
        high = max(LogarithmScale.log(greatest) + 0.1, middle + 0.5)
    }

    func html(_ index: Int) -> String {
        let marks = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)].map { ($0.0, quantile($0.1)) }
        let summary = marks.map { $0.0 + " " + ValueText.seconds($0.1) }.joined(separator: ", ")
        let field = HTMLText.code(distribution.field, limit: 60)
        var plot = SVGPlot(
            id: "plot-distribution-\(index)", title: "Distribution of " + distribution.field, summary: summary,
            height: Int(DistributionPlot.top + DistributionPlot.height) + 24)
        let counts = bins
        let axis = ValueAxis(reaching: Double(counts.max() ?? 0), count: 3, least: 1)
        plot.values(axis, y: DistributionPlot.top, height: DistributionPlot.height, AxisText.count)
        var path = ""
        for (bin, count) in counts.enumerated() where count > 0 {
            let height = max(0.5, Double(count) / axis.end * DistributionPlot.height)
            path += SVGPlot.bar(
                Double(bin) + 0.06, 0.88, from: DistributionPlot.height - height, to: DistributionPlot.height)
        }
        plot.shapes(
            columns: Double(counts.count), y: DistributionPlot.top, height: DistributionPlot.height, [("f2", path)])
        plot.labels(ticks, y: DistributionPlot.top + DistributionPlot.height)
        addSpots(to: &plot, counts)
        for (row, mark) in marks.enumerated() { add(mark, row, to: &plot) }
        return "<section><h2>Distribution of " + field + "</h2><p class=\"soft\">" + distribution.count.counted("value")
            + ", logarithmic axis</p><figure><div class=\"plot\">" + plot.html + "</div></figure></section>\n"
    }

    private func add(_ mark: (name: String, value: Double), _ row: Int, to plot: inout SVGPlot) {
        let place = self.place(mark.value)
        let y = 14.0 + Double(row) * 16
        let isRight = place > 0.72
        plot.line("mark", place, y - 10, place, DistributionPlot.top + DistributionPlot.height)
        plot.text(
            mark.name + " " + ValueText.seconds(mark.value), place, y, isRight ? .end : .start, dx: isRight ? -5 : 5,
            kind: "label")
    }

    private func quantile(_ share: Double) -> Double {
        let wanted = total * share
        var passed = 0.0
        for bucket in buckets {
            passed += Double(bucket.count)
            if passed >= wanted { return bucket.upTo }
        }
        return buckets.last?.upTo ?? 0
    }

    /// Counts in even steps of the logarithm, a dozen a power of ten, at least 16 and at most 72 in all.
    private var bins: [Int] {
        let count = max(16, min(72, Int(((high - low) * 12).rounded(.up))))
        var bins = Array(repeating: 0, count: count)
        for bucket in buckets {
            let bin = Int(place(bucket.upTo) * Double(count))
            bins[max(0, min(count - 1, bin))] &+= bucket.count
        }
        return bins
    }

    private func place(_ value: Double) -> Double { (LogarithmScale.log(value) - low) / (high - low) }

    private func addSpots(to plot: inout SVGPlot, _ counts: [Int]) {
        let width = 1 / Double(counts.count)
        for (bin, count) in counts.enumerated() where count > 0 {
            let ends = [bin, bin + 1].map {
                LogarithmScale.power(low + (high - low) * Double($0) * width)
            }
            let hint = ValueText.seconds(ends[0]) + " to " + ValueText.seconds(ends[1]) + ": " + count.counted("value")
            plot.spot("spot", Double(bin) * width, width, DistributionPlot.top, DistributionPlot.height, hint)
        }
    }

    /// Powers of ten, and where these are few also 2 and 5 times them.
    private var ticks: [(place: Double, label: String)] {
        let factors: [Double] = high - low > 2.6 ? [1] : [1, 2, 5]
        var ticks: [(Double, String)] = []
        let exponents = (from: Int(low.rounded(.down)), to: Int(high.rounded(.up)))
        for exponent in stride(from: exponents.from, through: exponents.to, by: (exponents.to - exponents.from) / 9 + 1)
        {
            for factor in factors {
                let value = LogarithmScale.power(Double(exponent)) * factor
                let place = self.place(value)
                if place >= 0, place <= 1, value >= 0.999e-6 { ticks.append((place, AxisText.seconds(value))) }
            }
        }
        return ticks
    }
}
