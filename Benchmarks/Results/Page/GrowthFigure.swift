internal import MusterCore
internal import MusterText

/// How a figure grows with the number of items, or of items in flight where a run has one number of items only.
struct GrowthFigure {
    /// A contender's values by ascending number.
    private typealias Line = (contender: ModelContender, values: [(number: Int, value: Double)])

    private let id: String
    private let workload: ModelWorkload
    private let metric: ModelMetric
    private let byItems: Bool
    private let lines: [Line]
    private let styles: [String: SeriesStyle]

    /// Nil where no contender was measured at two numbers.
    init?(
        _ metric: ModelMetric, of standing: ModelStanding, in results: BenchmarkResults, byItems: Bool,
        _ styles: [String: SeriesStyle], index: Int
    ) {
        self.metric = metric
        self.byItems = byItems
        self.styles = styles
        id = "\(metric.rawValue)-\(index)"
        workload = standing.workload
        let cells = results.cells.filter { $0.workload == standing.workload.name && $0.isMeasured }
        var lines: [Line] = []
        for entry in standing.entries {
            let own = cells.filter { $0.contender == entry.contender.name }
            var values: [(number: Int, value: Double)] = []
            for cell in byItems ? own.filter({ $0.window == entry.cell.window }) : standing.byWindow(own) {
                guard let statistics = cell.statistics(metric) else { continue }
                values.append((byItems ? cell.items : cell.flight, metric.told(statistics)))
            }
            values.sort { $0.number < $1.number }
            if !values.isEmpty { lines.append((entry.contender, values)) }
        }
        self.lines = lines
        guard lines.contains(where: { $0.values.count > 1 }) else { return nil }
    }

    private var number: String { byItems ? "items" : "items in flight" }

    var html: String {
        "<figure><h3 id=\"\(id)\">" + (metric == .memory ? "Memory" : "Threads") + " over \(number)</h3>"
            + "<p class=\"axis-title\">"
            + (metric == .memory ? "peak of the proportional set size, all processes" : "most at a time")
            + ", both axes logarithmic</p>" + plot + "<p class=\"soft under\">\(number)</p>" + table + "</figure>"
    }

    private var plot: String {
        let numbers = lines.flatMap { $0.values.map { Double($0.number) } }
        // Memory in megabytes, so that ticks are round ones.
        let unit = metric == .memory ? Double(1 << 20) : 1
        guard let across = LogScale(numbers, room: 0.03),
            let up = LogScale(lines.flatMap { $0.values.map { $0.value / unit } })
        else { return "" }
        let series = lines.compactMap { line -> Series? in
            guard let style = styles[line.contender.name] else { return nil }
            return Series(
                style: style,
                points: line.values.map { number, value in
                    Series.Point(
                        x: across.place(Double(number)), y: up.place(value / unit),
                        hint: "\(line.contender.name), \(number.grouped) \(self.number): \(metric.text(value))")
                })
        }
        return SeriesPlot(
            id: "plot-\(id)", title: "\(metric.title) over \(number): " + workload.name,
            summary: "\(lines.count) contenders; the numbers are in the table below.",
            horizontal: across.ticks.map { (across.place($0), AxisText.count($0)) },
            vertical: up.ticks.map { (up.place($0), AxisText.count($0) + (metric == .memory ? " MB" : "")) },
            series: series.reversed()
        ).html
    }

    private var table: String {
        let numbers = Set(lines.flatMap { $0.values.map(\.number) }).sorted()
        let rows = lines.map { line in
            PageTable.Row(
                contender: line.contender,
                cells: numbers.map { number in
                    let value = line.values.first { $0.number == number }
                    return PageTable.Cell(value.map { metric.text($0.value) } ?? "")
                })
        }
        return PageTable.html(id, numbers.map(\.grouped), rows, styles)
    }
}
