import MusterBenchmarkResults
import MusterFormats

/// The cells of a workload as a table, for the terminal.
enum ModelTable {
    static func text(_ assignment: Assignment, _ cells: [ModelCell]) -> String {
        var table = Table(header: [
            "contender", "window", "items", "items/s", "IQR", "µs CPU", "p50 ms", "p99 ms", "p99.9 ms", "MB", "threads",
            "descriptors", "beat p99 ms", "lost",
        ])
        for cell in cells where !cell.samples.isEmpty { table.rows.append(row(cell)) }
        // A reason is told once, not for every window.
        let notes = cells.compactMap(note).reduce(into: [String]()) { notes, note in
            if !notes.contains(note) { notes.append(note) }
        }
        return "\n\(assignment.name): \(assignment.title)\n" + table.text + notes.map { "  \($0)\n" }.joined()
    }

    private static func row(_ cell: ModelCell) -> [String] {
        let samples = cell.samples
        let rate = Statistics(samples.map(\.throughput))
        return [
            cell.contender + (cell.isExternal ? " *" : ""), cell.window == 0 ? "∞" : "\(cell.window)",
            cell.items.grouped, rate.median.fixed(0), rate.spread.fixed(0),
            median(samples.map { $0.processorTime.map { $0 * 1e6 } }),
            median(samples.map { $0.latency.map { $0.p50 * 1e3 } }),
            median(samples.map { $0.latency.map { $0.p99 * 1e3 } }),
            median(samples.map { $0.latency.map { $0.p999 * 1e3 } }),
            median(samples.map { Double($0.peakMemory) / 1e6 }), median(samples.map { Double($0.threads) }, digits: 0),
            median(samples.map { Double($0.descriptors) }, digits: 0),
            median(samples.map { $0.heartbeatP99.map { $0 * 1e3 } }),
            median(samples.map { Double($0.lost) }, digits: 0),
        ]
    }

    /// Empty where no sample has the value.
    private static func median(_ values: [Double?], digits: Int? = nil) -> String {
        let known = values.compactMap(\.self)
        guard !known.isEmpty else { return "" }
        let median = Statistics(known).median
        return digits.map { median.fixed($0) } ?? median.figures
    }

    private static func note(_ cell: ModelCell) -> String? {
        if let reason = cell.notApplicable { return "\(cell.contender): not applicable, \(reason)" }
        if let error = cell.error { return "\(cell.contender): failed, \(error)" }
        return nil
    }
}
