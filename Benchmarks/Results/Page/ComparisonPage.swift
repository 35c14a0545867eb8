internal import MusterCore
internal import MusterFormats

/// Two runs beside each other as one page that needs nothing else.
package struct ComparisonPage {
    private let comparison: ResultsComparison
    private let contenders: [String: ModelContender]
    private let styles: [String: SeriesStyle]

    package init(_ comparison: ResultsComparison) {
        self.comparison = comparison
        let shown = comparison.second.shownContenders
        contenders = Dictionary(shown.map { ($0.name, $0) }) { first, _ in first }
        styles = SeriesStyle.of(shown)
    }

    package var html: [UInt8] {
        var html = HTMLFrame.head(title: "Two runs of the concurrency models", style: ModelPageStyle.sheet)
        html +=
            "<body>\n<main>\n<header><p class=\"soft\">muster-benchmarks</p><h1>Two runs beside each other</h1></header>\n"
        html += run("First", comparison.first) + run("Second", comparison.second)
        html +=
            "<section><h2>What differs</h2><p class=\"told\">" + HTMLText.escaped(comparison.summary)
            + ". The ratio is the second run's median over the first one's; where the intervals of the samples overlap there is "
            + "no difference.</p></section>\n"
        for (index, workload) in comparison.workloads.enumerated() {
            html += section(workload.workload, workload.rows, index + 1)
        }
        return Array((html + "</main>\n</body>\n</html>\n").utf8)
    }

    private func run(_ name: String, _ results: ModelResults) -> String {
        "<section><h2>\(name)</h2>" + PageHead.facts(results) + PageHead.notes(results) + "</section>\n"
    }

    private func section(_ workload: ModelWorkload, _ rows: [ResultsComparison.Row], _ index: Int) -> String {
        let id = "ratios-\(index)"
        let title = workload.title.isEmpty ? "" : ": " + HTMLText.inline(workload.title, limit: 120)
        let metric = workload.criterion.metric
        return "<section class=\"workload\"><h2 id=\"\(id)\">" + HTMLText.inline(workload.name, limit: 60) + title
            + "</h2><figure><p class=\"axis-title\">" + metric.title + ", second over first, logarithmic; "
            + (metric.isMoreBetter ? "right" : "left") + " of 1 is better; hollow: no difference</p>"
            + plot(workload, rows, index) + table(id, rows) + "</figure></section>\n"
    }

    private static let rowHeight = 30.0

    /// The cells that the second run is judged by: a line from end to end of what the ratio may be, with its median.
    private func plot(_ workload: ModelWorkload, _ rows: [ResultsComparison.Row], _ index: Int) -> String {
        let standing = ModelStanding(of: workload, in: comparison.second)
        let judged = Set((standing.candidates + standing.others).map(\.cell))
        let shown = rows.filter { judged.contains($0.cell) }.compactMap { row in row.ratios.map { (row, $0) } }
        guard let scale = LogScale(shown.flatMap { [$0.1.least, $0.1.most] } + [0.8, 1.25], room: 0.03, least: 0.2)
        else { return "" }
        let bottom = ComparisonPage.rowHeight * Double(shown.count)
        var plot = SVGPlot(
            id: "plot-ratios-\(index)", title: "Ratios: " + workload.name,
            summary: "\(shown.count.counted("cell")) compared; the numbers are in the table below.",
            height: Int(bottom) + 30)
        for tick in scale.ticks { plot.line("grid", scale.place(tick), 0, scale.place(tick), bottom) }
        plot.line("mark", scale.place(1), 0, scale.place(1), bottom)
        for (place, (row, ratios)) in shown.enumerated() {
            guard let style = styles[row.cell.contender] else { continue }
            let y = ComparisonPage.rowHeight * Double(place)
            let name = TerminalText.safe(row.cell.contender, limit: 20) + ", " + row.cell.windowText + " in flight"
            let kind = style.kind + (row.comparison.isDifferent ? "" : " hollow")
            plot.text(name + ": " + row.verdict, 0, y + 11, kind: "label")
            plot.line("line " + style.kind, scale.place(ratios.least), y + 20, scale.place(ratios.most), y + 20)
            plot.mark(
                "dot " + kind, scale.place(ratios.median), y + 20, style.shape, name + ": " + ratios.median.factor)
        }
        plot.labels(scale.ticks.map { (scale.place($0), $0.factor) }, y: bottom + 4)
        return "<div class=\"plot bare\">" + plot.html + "</div>"
    }

    private func table(_ id: String, _ rows: [ResultsComparison.Row]) -> String {
        let lines = rows.map { row in
            PageTable.Row(
                contender: contenders[row.cell.contender] ?? ModelContender(name: row.cell.contender, title: ""),
                cells: [
                    PageTable.Cell(row.cell.items.grouped), PageTable.Cell(row.cell.windowText),
                    PageTable.Cell(row.metric.text(row.before.median)),
                    PageTable.Cell(row.metric.text(row.after.median)),
                    PageTable.Cell(row.comparison.ratio.map(\.factor) ?? "–"),
                    PageTable.Cell(row.verdict, isLead: row.comparison.isDifferent),
                ])
        }
        return PageTable.html(id, Array(ResultsComparison.header.dropFirst()), lines, styles)
    }
}

extension ResultsComparison.Row {
    /// The ratio of the medians, and the least and the most that it may be as far as the intervals go; nil where one of
    /// them reaches nothing.
    var ratios: (least: Double, median: Double, most: Double)? {
        guard before.interval.lowerBound > 0, after.interval.lowerBound > 0, let ratio = comparison.ratio else {
            return nil
        }
        return (
            after.interval.lowerBound / before.interval.upperBound, ratio,
            after.interval.upperBound / before.interval.lowerBound
        )
    }
}
