internal import MusterText

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
        rows = standing.entries.compactMap { entry in
            entry.cell.statistics(.heartbeat).map { (entry, $0) }
        }
        .sorted { $0.1.median < $1.1.median }
        if rows.isEmpty { return nil }
    }

    var html: String {
        let id = "heartbeat-\(index)"
        let direction = BarPlot.direction(rows.map(\.statistics.median), isMoreBetter: false)
        return "<figure><h3 id=\"\(id)\">How late a heartbeat of 1 ms comes</h3>"
            + "<p class=\"axis-title\">99th percentile\(direction)</p>" + plot + table(id) + "</figure>"
    }

    private var plot: String {
        let bars = rows.map { entry, statistics in
            BarPlot.Bar(
                label: TerminalText.safe(entry.contender.markedName, limit: 32) + "  "
                    + ValueText.seconds(statistics.median),
                value: statistics.median, interval: statistics.interval,
                style: styles[entry.contender.name] ?? .plain)
        }
        return BarPlot(
            id: "plot-heartbeat-\(index)", title: "Heartbeat: " + standing.workload.name,
            summary: "Lateness beside \(rows.count) contenders; the numbers are in the table below.", bars: bars,
            tick: AxisText.seconds
        ).html
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
