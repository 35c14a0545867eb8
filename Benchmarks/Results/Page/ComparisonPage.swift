internal import MusterCore
internal import MusterText

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
        var html = HTMLFrame.head(title: "Two runs beside each other", style: PageStyle.sheet)
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
        for (index, section) in comparison.sections.enumerated() {
            html += self.section(section.section, section.figures, index + 1)
        }
        return Array((html + "</main>\n</body>\n</html>\n").utf8)
    }

    private func run(_ name: String, _ results: BenchmarkResults) -> String {
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

    /// A ratio of two runs, as it is drawn.
    private struct Mark {
        var label: String
        var verdict: String
        var isDifferent: Bool
        var ratios: (least: Double, median: Double, most: Double)
        var style: SeriesStyle
    }

    private static let rowHeight = 30.0

    /// The cells that the second run is judged by.
    private func plot(_ workload: ModelWorkload, _ rows: [ResultsComparison.Row], _ index: Int) -> String {
        let standing = ModelStanding(of: workload, in: comparison.second)
        let judged = Set(standing.entries.map(\.cell))
        return plot(
            workload.name, "ratios-\(index)",
            rows.filter { judged.contains($0.cell) }.compactMap { row in
                guard let style = styles[row.cell.contender],
                    let ratios = ComparisonPage.ratios(row.comparison, row.before, row.after)
                else { return nil }
                return Mark(
                    label: TerminalText.safe(row.cell.contender, limit: 20) + ", " + row.cell.windowText + " in flight",
                    verdict: row.verdict, isDifferent: row.comparison.isDifferent, ratios: ratios, style: style)
            })
    }

    /// A line from end to end of what each ratio may be, with its median.
    private func plot(_ name: String, _ id: String, _ marks: [Mark]) -> String {
        guard !marks.isEmpty,
            let scale = LogScale(
                marks.flatMap { [$0.ratios.least, $0.ratios.most] } + [0.8, 1.25], room: 0.03, least: 0.2)
        else { return "" }
        let bottom = ComparisonPage.rowHeight * Double(marks.count)
        var plot = SVGPlot(
            id: "plot-" + id, title: "Ratios: " + name,
            summary: "\(marks.count.counted("figure")) compared; the numbers are in the table below.",
            height: Int(bottom) + 30)
        for tick in scale.ticks { plot.line("grid", scale.place(tick), 0, scale.place(tick), bottom) }
        plot.line("mark", scale.place(1), 0, scale.place(1), bottom)
        for (place, mark) in marks.enumerated() {
            let y = ComparisonPage.rowHeight * Double(place)
            plot.text(mark.label + ": " + mark.verdict, 0, y + 11, kind: "label")
            plot.line(
                "line " + mark.style.kind, scale.place(mark.ratios.least), y + 20, scale.place(mark.ratios.most), y + 20
            )
            plot.mark(
                "dot " + mark.style.kind + (mark.isDifferent ? "" : " hollow"), scale.place(mark.ratios.median), y + 20,
                mark.style.shape, mark.label + ": " + mark.ratios.median.factor)
        }
        plot.labels(scale.ticks.map { (scale.place($0), $0.factor) }, y: bottom + 4)
        return "<div class=\"plot bare\">" + plot.html + "</div>"
    }

    /// The ratio of the medians, and the least and the most that it may be as far as the intervals go; nil where one of
    /// them reaches nothing.
    private static func ratios(
        _ comparison: SampleComparison, _ before: Statistics, _ after: Statistics
    ) -> (least: Double, median: Double, most: Double)? {
        guard before.interval.lowerBound > 0, after.interval.lowerBound > 0, let ratio = comparison.ratio else {
            return nil
        }
        return (
            after.interval.lowerBound / before.interval.upperBound, ratio,
            after.interval.upperBound / before.interval.lowerBound
        )
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

    // MARK: Sections

    private func section(_ section: Section, _ figures: [ResultsComparison.Figure], _ index: Int) -> String {
        let id = "figures-\(index)"
        let parts = SectionFigure(section, index: index)
        let marks = figures.compactMap { figure -> Mark? in
            guard let ratios = ComparisonPage.ratios(figure.comparison, figure.before, figure.after) else { return nil }
            return Mark(
                label: TerminalText.safe(figure.row.title, limit: 40) + ", "
                    + TerminalText.safe(figure.row.unit, limit: 20),
                verdict: figure.verdict, isDifferent: figure.comparison.isDifferent, ratios: ratios,
                style: parts.style(figure.row))
        }
        let rows = figures.map { figure in
            PageTable.Row(
                contender: parts.contender(figure.row),
                cells: [
                    PageTable.Cell(figure.row.items?.grouped ?? ""), PageTable.Cell(figure.row.unit),
                    PageTable.Cell(figure.before.median.figures), PageTable.Cell(figure.after.median.figures),
                    PageTable.Cell(figure.comparison.ratio.map(\.factor) ?? "–"),
                    PageTable.Cell(figure.verdict, isLead: figure.comparison.isDifferent),
                ])
        }
        return "<section class=\"workload\"><h2 id=\"\(id)\">" + HTMLText.inline(section.title, limit: 120)
            + "</h2><figure><p class=\"axis-title\">second over first, logarithmic; left of 1 is better; hollow: no "
            + "difference</p>" + plot(section.name, id, marks)
            + PageTable.html(id, Array(ResultsComparison.figureHeader.dropFirst()), rows, parts.styles)
            + "</figure></section>\n"
    }
}
