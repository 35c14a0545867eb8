internal import MusterCore
internal import MusterFormats

/// Two runs side by side, cell by cell: before and after a change, or on two machines.
package struct ResultsComparison: Sendable {
    /// A cell that both runs measured.
    package struct Row: Sendable {
        /// As the second run has it.
        package var cell: ModelCell
        package var metric: ModelMetric
        package var before: Statistics
        package var after: Statistics

        /// The second run's value over the first one's.
        package var comparison: SampleComparison { SampleComparison(after, to: before) }

        /// `no difference`, `1.25× better`, `1.10× worse`.
        package var verdict: String {
            let comparison = comparison
            guard comparison.isDifferent else { return SampleComparison.noDifference }
            let isBetter = (after.median > before.median) == metric.isMoreBetter
            let factor = comparison.ratio.map { max($0, 1 / $0) } ?? .infinity
            return (factor.isFinite ? factor.factor + "× " : "") + (isBetter ? "better" : "worse")
        }
    }

    package let first: ModelResults
    package let second: ModelResults
    /// By workload, in the order of the second run.
    package let workloads: [(workload: ModelWorkload, rows: [Row])]
    /// Cells that only one of them measured.
    package let unpaired: Int

    /// A cell of both runs is one of the same workload, contender, items and window; of several, the first.
    package init(_ first: ModelResults, _ second: ModelResults) {
        self.first = first
        self.second = second
        let before = Dictionary(first.cells.filter(\.isMeasured).map { (Key($0), $0) }) { first, _ in first }
        let after = second.cells.filter(\.isMeasured)
        let shared = Set(after.map(Key.init)).intersection(before.keys)
        unpaired = before.count + Set(after.map(Key.init)).count - 2 * shared.count
        var seen: Set<Key> = []
        var rows: [String: [Row]] = [:]
        let criteria = Dictionary(second.shownWorkloads.map { ($0.name, $0.criterion) }) { first, _ in first }
        for cell in after where seen.insert(Key(cell)).inserted {
            let metric = criteria[cell.workload]?.metric ?? .throughput
            guard let old = before[Key(cell)]?.statistics(metric), let new = cell.statistics(metric) else { continue }
            rows[cell.workload, default: []].append(Row(cell: cell, metric: metric, before: old, after: new))
        }
        workloads = second.shownWorkloads.compactMap { workload in
            rows[workload.name].map { (workload, $0) }
        }
    }

    private struct Key: Hashable {
        var workload: String
        var contender: String
        var items: Int
        var window: Int

        init(_ cell: ModelCell) {
            (workload, contender, items, window) = (cell.workload, cell.contender, cell.items, cell.window)
        }
    }

    package static let header = ["contender", "items", "window", "first", "second", "ratio", "verdict"]

    package func table(_ rows: [Row]) -> Table {
        Table(
            header: ResultsComparison.header,
            rows: rows.map { row in
                [
                    TerminalText.safe(row.cell.contender, limit: 40), row.cell.items.grouped, row.cell.windowText,
                    row.metric.text(row.before.median), row.metric.text(row.after.median),
                    row.comparison.ratio.map { $0.factor } ?? "–", row.verdict,
                ]
            })
    }

    /// `31 cells: 20 without a difference, 8 better, 3 worse`.
    package var summary: String {
        let rows = workloads.flatMap(\.rows)
        let different = rows.filter(\.comparison.isDifferent)
        let better = different.count { $0.verdict.hasSuffix("better") }
        var text =
            "\(rows.count.counted("cell")): \(rows.count - different.count) without a difference, \(better) better, "
        text += "\(different.count - better) worse"
        return unpaired > 0 ? text + "; \(unpaired) in one of the files only" : text
    }

    package var text: String {
        var text = "first:  \(first.headline)\nsecond: \(second.headline)\n\n\(summary)\n"
        for (workload, rows) in workloads {
            let name = workload.name + (workload.title.isEmpty ? "" : ": " + workload.title)
            text += "\n" + TerminalText.safe(name) + " (" + workload.criterion.metric.title + ")\n" + table(rows).text
        }
        return text
    }
}
