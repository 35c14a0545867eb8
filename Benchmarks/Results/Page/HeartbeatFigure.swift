internal import MusterFormats

/// How late the heartbeat comes beside each contender: a bar each, the least late first.
struct HeartbeatFigure {
    private let index: Int
    private let standing: ModelStanding
    private let styles: [String: SeriesStyle]
    private let rows: [(entry: ModelStanding.Entry, statistics: Statistics)]

    /// Nil where no heartbeat was kept.
    init?(_ standing: ModelStanding, _ styles: [String: SeriesStyle], index: Int) {
        self.index = index
        self.standing = standing
        self.styles = styles
        rows = (standing.candidates + standing.others).compactMap { entry in
            entry.cell.statistics(.heartbeat).map { (entry, $0) }
        }
        .sorted { $0.1.median < $1.1.median }
        if rows.isEmpty { return nil }
    }

    private static let rowHeight = 36.0

    var html: String {
        let id = "heartbeat-\(index)"
        return "<figure><h3 id=\"\(id)\">How late a heartbeat of 1 ms comes</h3>"
            + "<p class=\"axis-title\">99th percentile, logarithmic; shorter is better</p>" + plot + table(id)
            + "</figure>"
    }

    /// Names and values stand above the bars, so that there is room for them on any screen.
    private var plot: String {
        var plot = SVGPlot(
            id: "plot-heartbeat-\(index)", title: "Heartbeat: " + standing.workload.name,
            summary: "Lateness beside \(rows.count) contenders; the numbers are in the table below.",
            height: Int(HeartbeatFigure.rowHeight * Double(rows.count)) + 30)
        let medians = rows.map(\.statistics.median)
        // Bars begin at a third of the least one, so that this one can be seen.
        let scale = LogScale(medians + medians.map { $0 / 3 }, room: 0)
        let bottom = HeartbeatFigure.rowHeight * Double(rows.count)
        for tick in scale?.ticks ?? [] {
            plot.line("grid", scale?.place(tick) ?? 0, 0, scale?.place(tick) ?? 0, bottom)
        }
        for (row, (entry, statistics)) in rows.enumerated() {
            let y = HeartbeatFigure.rowHeight * Double(row)
            let name = TerminalText.safe(entry.contender.markedName, limit: 32)
            let value = ValueText.seconds(statistics.median)
            plot.text(name + "  " + value, 0, y + 14, kind: "label")
            plot.spot(
                "fill " + (styles[entry.contender.name]?.kind ?? "sl"), 0,
                max(0.004, scale?.place(statistics.median) ?? 0),
                y + 19, 11, name + ": " + value)
        }
        plot.labels((scale?.ticks ?? []).map { (scale?.place($0) ?? 0, AxisText.seconds($0)) }, y: bottom + 4)
        return "<div class=\"plot bare\">" + plot.html + "</div>"
    }

    private func table(_ id: String) -> String {
        let lines = rows.map { entry, statistics in
            let values = [statistics.minimum, statistics.median, statistics.maximum, statistics.spread]
            return PageTable.Row(
                contender: entry.contender,
                cells: [PageTable.Cell(entry.cell.windowText)] + values.map { PageTable.Cell(ValueText.seconds($0)) })
        }
        return PageTable.html(id, ["window", "least", "median", "most", "IQR"], lines, styles)
    }
}
