internal import MusterText

/// Items a second over the number in flight, for one workload; as bars where no contender has two such numbers.
struct ThroughputFigure {
    private let index: Int
    private let standing: ModelStanding
    private let styles: [String: SeriesStyle]
    /// By contender, in the order of the standing: its cells by ascending window.
    private let lines: [(contender: ModelContender, cells: [ModelCell])]

    /// Nil where there is nothing to draw.
    init?(_ standing: ModelStanding, in results: BenchmarkResults, _ styles: [String: SeriesStyle], index: Int) {
        self.index = index
        self.standing = standing
        self.styles = styles
        let cells = results.cells.filter { $0.workload == standing.workload.name && $0.isMeasured }
        lines = standing.entries.map { entry in
            (entry.contender, standing.byWindow(cells.filter { $0.contender == entry.contender.name }))
        }
        if lines.isEmpty { return nil }
    }

    /// Whether its table has so many columns that it needs the page's whole width.
    var isWide: Bool { Set(lines.flatMap { $0.cells.map(\.window) }).count > 5 }

    var html: String {
        let id = "throughput-\(index)"
        if lines.allSatisfy({ $0.cells.count == 1 }) {
            return
                "<figure><h3 id=\"\(id)\">Throughput</h3><p class=\"axis-title\">items a second, median and reach of the "
                + "samples" + BarPlot.direction(values, isMoreBetter: true) + "</p>" + bars
                + table(id) + "</figure>"
        }
        return "<figure><h3 id=\"\(id)\">Throughput over items in flight</h3><p class=\"axis-title\">items a second"
            + (isLogarithmic ? ", both axes logarithmic" : "; in flight: logarithmic") + "</p>" + plot
            + "<p class=\"soft under\">items in flight</p>" + table(id) + "</figure>"
    }

    private var values: [Double] { lines.flatMap { $0.cells.compactMap { $0.statistics(.throughput)?.median } } }

    /// Where contenders lie far apart a linear axis would show only the fastest ones.
    private var isLogarithmic: Bool {
        let values = values.filter { $0 > 0 }
        return (values.max() ?? 0) > 20 * (values.min() ?? 0)
    }

    private var bars: String {
        let bars = lines.compactMap { line -> BarPlot.Bar? in
            guard let statistics = line.cells[0].statistics(.throughput) else { return nil }
            let label =
                TerminalText.safe(line.contender.markedName, limit: 32) + "  "
                + ModelMetric.throughput.text(statistics.median)
            return BarPlot.Bar(
                label: line.cells[0].window == standing.window
                    ? label : label + ", \(line.cells[0].windowText) in flight",
                value: statistics.median, interval: statistics.interval, style: styles[line.contender.name] ?? .plain)
        }
        return BarPlot(
            id: "plot-throughput-\(index)", title: "Throughput: " + standing.workload.name,
            summary: "Items a second of \(bars.count) contenders; the numbers are in the table below.", bars: bars,
            tick: AxisText.count
        ).html
    }

    private var plot: String {
        let flights = Set(lines.flatMap { $0.cells.map(\.flight) }).sorted()
        guard let across = LogScale(flights.map(Double.init), room: 0.03), let up = LogScale(values) else { return "" }
        let axis = ValueAxis(reaching: values.max() ?? 0)
        let isLogarithmic = isLogarithmic
        let series = lines.compactMap { line -> Series? in
            guard let style = styles[line.contender.name] else { return nil }
            let points = line.cells.compactMap { cell -> Series.Point? in
                guard let median = cell.statistics(.throughput)?.median else { return nil }
                let hint =
                    "\(line.contender.name), \(cell.windowText) in flight: \(ModelMetric.throughput.text(median))"
                return Series.Point(
                    x: across.place(Double(cell.flight)), y: isLogarithmic ? up.place(median) : median / axis.end,
                    hint: hint)
            }
            return Series(style: style, points: points)
        }
        let vertical =
            isLogarithmic
            ? up.ticks.map { (up.place($0), AxisText.count($0)) }
            : axis.ticks.map { ($0 / axis.end, AxisText.count($0)) }
        return SeriesPlot(
            id: "plot-throughput-\(index)", title: "Throughput over items in flight: " + standing.workload.name,
            summary: "Items a second of \(lines.count) contenders; the numbers are in the table below.",
            horizontal: across.ticks.map { (across.place($0), AxisText.count($0)) }, vertical: vertical,
            series: series.reversed()
        ).html
    }

    private func table(_ id: String) -> String {
        var windows = Set(lines.flatMap { $0.cells.map(\.window) }).sorted()
        // Unbounded is the widest of all.
        if windows.first == 0 { windows.append(windows.removeFirst()) }
        let chosen = Dictionary(
            (standing.candidates + standing.others).map { ($0.contender.name, $0.cell.window) }
        ) { first, _ in first }
        let rows = lines.map { line in
            PageTable.Row(
                contender: line.contender,
                cells: windows.map { window in
                    guard let median = line.cells.first(where: { $0.window == window })?.statistics(.throughput)?.median
                    else { return PageTable.Cell("") }
                    return PageTable.Cell(
                        ValueText.compact(median),
                        isLead: chosen[line.contender.name] == window)
                })
        }
        return PageTable.html(id, windows.map { $0 == 0 ? "all" : $0.grouped }, rows, styles)
            + "<p class=\"soft\">Medians of items a second by items in flight; shaded: what is compared.</p>"
    }
}
