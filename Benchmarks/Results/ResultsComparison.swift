internal import MusterCore
internal import MusterText

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

        /// The shares of items that did not come to a good end, before and after: medians.
        package var lost: (before: Double, after: Double)

        /// `no difference`, `1.25× better`, `1.10× worse`; whoever loses more items is worse, however fast.
        package var verdict: String {
            let more = lost.after - lost.before
            // Of those that lose nearly everything, how much is up to when they end.
            if abs(more) > 0.02, min(lost.before, lost.after) < 0.5 {
                return more > 0 ? "loses more, worse" : "loses less, better"
            }
            return ResultsComparison.verdict(
                comparison, isBetter: (after.median > before.median) == metric.isMoreBetter)
        }
    }

    /// A figure of a section that both runs measured.
    package struct Figure: Sendable {
        /// As the second run has it.
        package var row: SectionRow
        package var before: Statistics
        package var after: Statistics

        /// The second run's value over the first one's.
        package var comparison: SampleComparison { SampleComparison(after, to: before) }

        /// As that of a cell.
        package var verdict: String {
            ResultsComparison.verdict(comparison, isBetter: after.median < before.median)
        }
    }

    private static func verdict(_ comparison: SampleComparison, isBetter: Bool) -> String {
        guard comparison.canTell else { return SampleComparison.tooFew }
        guard comparison.isDifferent else { return SampleComparison.noDifference }
        let factor = comparison.ratio.map { $0 > 0 ? max($0, 1 / $0) : .infinity } ?? .infinity
        // Less than a hundredth is no reason for anything.
        guard factor >= 1.01 else { return SampleComparison.noDifference }
        return (factor.isFinite ? factor.factor + "× " : "") + (isBetter ? "better" : "worse")
    }

    package let first: BenchmarkResults
    package let second: BenchmarkResults
    /// By workload, in the order of the second run.
    package let workloads: [(workload: ModelWorkload, rows: [Row])]
    /// By section, in the order of the second run.
    package let sections: [(section: Section, figures: [Figure])]
    /// Cells and figures that only one of them measured.
    package let unpaired: Int

    /// A cell of both runs is one of the same workload, contender, items and window; of several, the first.
    ///
    /// A short run and a whole one have no cells in common: they wait for stalls and timeouts of another length.
    package init(_ first: BenchmarkResults, _ second: BenchmarkResults) {
        self.first = first
        self.second = second
        let isAlike = first.isQuick == second.isQuick
        let before = Dictionary(
            first.cells.filter { isAlike && $0.isMeasured }.map { (Key($0), $0) }
        ) { first, _ in first }
        let after = second.cells.filter(\.isMeasured)
        let shared = Set(after.map(Key.init)).intersection(before.keys)
        var seen: Set<Key> = []
        var rows: [String: [Row]] = [:]
        let criteria = Dictionary(second.shownWorkloads.map { ($0.name, $0.criterion) }) { first, _ in first }
        for cell in after where seen.insert(Key(cell)).inserted {
            let metric = criteria[cell.workload]?.metric ?? .throughput
            guard let old = before[Key(cell)]?.statistics(metric), let new = cell.statistics(metric) else { continue }
            let lost = (before[Key(cell)]?.lostShare ?? 0, cell.lostShare)
            rows[cell.workload, default: []].append(
                Row(cell: cell, metric: metric, before: old, after: new, lost: lost))
        }
        workloads = second.shownWorkloads.compactMap { workload in
            rows[workload.name].map { (workload, $0) }
        }
        let figures = ResultsComparison.figures(first, second)
        sections = figures.sections
        unpaired = before.count + Set(after.map(Key.init)).count - 2 * shared.count + figures.unpaired
    }

    /// A figure of both runs is one of the same section, contender, items and unit; of several, the first.
    private static func figures(
        _ first: BenchmarkResults, _ second: BenchmarkResults
    ) -> (sections: [(section: Section, figures: [Figure])], unpaired: Int) {
        let before = Dictionary(
            first.sections.flatMap { section in section.rows.map { (FigureKey(section, $0), $0) } }
        ) { first, _ in first }
        var seen: Set<FigureKey> = []
        var unpaired = 0
        let sections = second.sections.map { section in
            let figures = section.rows.compactMap { row -> Figure? in
                let key = FigureKey(section, row)
                guard seen.insert(key).inserted else { return nil }
                guard let old = before[key] else {
                    unpaired += 1
                    return nil
                }
                return Figure(row: row, before: old.statistics, after: row.statistics)
            }
            return (section: section, figures: figures)
        }
        unpaired += before.keys.count { !seen.contains($0) }
        return (sections.filter { !$0.figures.isEmpty }, unpaired)
    }

    private struct FigureKey: Hashable {
        var section: String
        var contender: String
        var items: Int?
        var unit: String

        init(_ section: Section, _ row: SectionRow) {
            (self.section, contender, items, unit) = (section.name, row.contender, row.items, row.unit)
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

    package static let figureHeader = ["contender", "items", "unit", "first", "second", "ratio", "verdict"]

    package func table(_ figures: [Figure]) -> Table {
        Table(
            header: ResultsComparison.figureHeader,
            rows: figures.map { figure in
                [
                    TerminalText.safe(figure.row.contender, limit: 40), figure.row.items?.grouped ?? "",
                    TerminalText.safe(figure.row.unit, limit: 20), figure.before.median.figures,
                    figure.after.median.figures, figure.comparison.ratio.map { $0.factor } ?? "–", figure.verdict,
                ]
            })
    }

    /// Why the runs cannot be compared; nil where they can.
    package var obstacle: String? {
        if first.isQuick != second.isQuick, !first.cells.isEmpty, !second.cells.isEmpty {
            return
                "one of them is a short run, whose items, stalls and timeouts are others; compare runs of the same kind"
        }
        return workloads.isEmpty && sections.isEmpty ? "they have no workload and contender in common" : nil
    }

    /// `31 cells: 20 without a difference, 8 better, 3 worse`.
    package var summary: String {
        let verdicts = workloads.flatMap { $0.rows.map(\.verdict) } + sections.flatMap { $0.figures.map(\.verdict) }
        let better = verdicts.count { $0.hasSuffix("better") }
        let worse = verdicts.count { $0.hasSuffix("worse") }
        let what = sections.isEmpty ? "cell" : "figure"
        let unpaired = unpaired > 0 ? "; \(unpaired) in one of the files only" : ""
        let text =
            "\(verdicts.count.counted(what)): \(verdicts.count - better - worse) without a difference, \(better) better, "
            + "\(worse) worse"
        return text + unpaired
    }

    package var text: String {
        var text = "first:  \(first.headline)\nsecond: \(second.headline)\n\n\(summary)\n"
        for (workload, rows) in workloads {
            let name = workload.name + (workload.title.isEmpty ? "" : ": " + workload.title)
            text += "\n" + TerminalText.safe(name) + " (" + workload.criterion.metric.title + ")\n" + table(rows).text
        }
        for (section, figures) in sections {
            text += "\n" + TerminalText.safe(section.title) + "\n" + table(figures).text
        }
        return text
    }
}

extension ModelCell {
    /// The share of items that failed or were never answered for: the median.
    fileprivate var lostShare: Double {
        let shares = samples.map { sample in
            let bad = Double(sample.failed) + Double(sample.lost)
            return bad + Double(sample.done) > 0 ? bad / (bad + Double(sample.done)) : 0
        }
        return shares.isEmpty ? 0 : Statistics(shares).median
    }
}
