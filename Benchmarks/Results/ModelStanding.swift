internal import Glibc
internal import MusterText

/// The contenders of one workload side by side, each with the one cell that compares with the others.
///
/// Compared is at the number of items that most contenders were measured with (of several, the greatest), and at the number
/// in flight that the workload tells or, likewise, most contenders have: a window of another size is another piece of work. A
/// contender that has no such choice (serial, unbounded, one thread a core) comes with the window that is nearest to it, and
/// can be chosen where that gives it no advantage: not with more in flight, for any other could have as many, and not where
/// fewer of them leave more room to a heartbeat. Where items do nothing but compute everybody is comparable.
///
/// One that a run gave fewer items, because it is slow, is compared by its rate or its heartbeat; not by its times, which are
/// shorter the fewer items wait for their turn.
package struct ModelStanding: Sendable {
    /// A contender that did the work.
    package struct Entry: Sendable {
        package var contender: ModelContender
        package var cell: ModelCell
        /// Of the workload's criterion.
        package var statistics: Statistics
        /// The share of items that did not come to a good end though they could, in thousandths, as medians of the samples:
        /// those that were never answered for, and those that failed beyond what failed for everybody.
        package var lost: Int
    }

    /// A contender that did not, and why.
    package struct Absence: Sendable, Hashable {
        package enum Kind: Sendable, Hashable { case failed, notApplicable, notComparable }

        package var contender: ModelContender
        package var kind: Kind
        package var reason: String
    }

    package let workload: ModelWorkload
    package let items: Int
    /// In flight at most; 0 where no contender was given a number.
    package let window: Int
    /// Those to choose from, the best first.
    package let candidates: [Entry]
    /// Models that have another number in flight to their advantage, the best first.
    package let aside: [Entry]
    /// Other programs and the limit, the best first.
    package let others: [Entry]
    package let absent: [Absence]

    package init(of workload: ModelWorkload, in results: BenchmarkResults) {
        let contenders = results.shownContenders
        let cells = results.cells.filter { $0.workload == workload.name }
        let measured = cells.filter(\.isMeasured)
        let usual = measured.filter { $0.window == workload.window }
        let items = ModelStanding.mostFrequent(usual.isEmpty ? measured : usual, by: \.items) ?? 0
        let candidates = Set(contenders.filter(\.isCandidate).map(\.name))
        let sized = measured.filter { $0.items == items && $0.window > 1 }
        let window =
            workload.window ?? ModelStanding.mostFrequent(
                sized.filter { candidates.contains($0.contender) }, by: \.window)
            ?? ModelStanding.mostFrequent(sized, by: \.window) ?? 0
        // Hosts that never answer fail for everybody; a few more are no difference.
        let expected = measured.compactMap { $0.statistics(.failed)?.median }.min() ?? 0
        var entries: [Entry] = []
        var absent: [Absence] = []
        for contender in contenders {
            let own = cells.filter { $0.contender == contender.name }
            let chosen = ModelStanding.nearest(own.filter(\.isMeasured), items: items, window: window)
            if let chosen, chosen.items == items || workload.criterion != .latency,
                let statistics = chosen.statistics(workload.criterion.metric)
            {
                let lost = ModelStanding.lost(chosen, expected: expected)
                entries.append(Entry(contender: contender, cell: chosen, statistics: statistics, lost: lost))
            } else if !own.isEmpty {
                absent.append(ModelStanding.absence(of: contender, own, workload.criterion))
            }
        }
        entries.sort { ModelStanding.isBetter($0, $1, workload.criterion) }
        self.workload = workload
        self.items = items
        self.window = window
        let models = entries.filter(\.contender.isCandidate)
        let isFair = { (entry: Entry) in
            workload.computes || ModelStanding.isFair(entry.cell, window, workload.criterion)
        }
        self.candidates = models.filter(isFair)
        aside = models.filter { !isFair($0) }
        others = entries.filter { !$0.contender.isCandidate }
        self.absent = absent
    }

    /// In thousandths, as ``Entry/lost``; `expected` is the share that fails for everybody.
    private static func lost(_ cell: ModelCell, expected: Double) -> Int {
        let excess = (cell.statistics(.failed)?.median ?? 0) - expected
        let lost = (cell.statistics(.lost)?.median ?? 0) + (excess > tolerance ? excess : 0)
        return Int((lost * 1000).rounded())
    }

    /// All that did the work: those to choose from, those beside them, other programs and the limit.
    package var entries: [Entry] { candidates + aside + others }

    /// Whether the number in flight gives a contender no advantage over those that have the window.
    private static func isFair(_ cell: ModelCell, _ window: Int, _ criterion: ModelCriterion) -> Bool {
        criterion == .heartbeat ? cell.flight == window : cell.flight <= window
    }

    /// A share of items that fails by chance, such as where a core was taken away for as long as a timeout is.
    private static let tolerance = 0.02

    /// The value that the cells of most contenders have; of several, the greatest.
    private static func mostFrequent(_ cells: [ModelCell], by value: (ModelCell) -> Int) -> Int? {
        var contenders: [Int: Set<String>] = [:]
        for cell in cells { contenders[value(cell), default: []].insert(cell.contender) }
        return contenders.max { ($0.value.count, $0.key) < ($1.value.count, $1.key) }?.key
    }

    /// The cell with the nearest window, and of several the one with the nearest number of items.
    static func nearest(_ cells: [ModelCell], items: Int, window: Int) -> ModelCell? {
        func distance(_ value: Int, _ wanted: Int) -> Double {
            abs(log(Double(max(1, value)) / Double(max(1, wanted))))
        }
        return cells.min { first, second in
            let left = (distance(first.flight, window), distance(first.items, items))
            let right = (distance(second.flight, window), distance(second.items, items))
            return left < right
        }
    }

    /// Of each window the cell with the nearest number of items, by ascending number in flight.
    func byWindow(_ cells: [ModelCell]) -> [ModelCell] {
        Dictionary(grouping: cells, by: \.window).compactMap { window, cells in
            ModelStanding.nearest(cells, items: items, window: window)
        }
        .sorted { $0.flight < $1.flight }
    }

    private static func isBetter(_ first: Entry, _ second: Entry, _ criterion: ModelCriterion) -> Bool {
        if first.lost != second.lost { return first.lost < second.lost }
        let (left, right) = (first.statistics.median, second.statistics.median)
        if left == right { return first.contender.name < second.contender.name }
        return criterion.metric.isMoreBetter ? left > right : left < right
    }

    private static func absence(
        of contender: ModelContender, _ cells: [ModelCell], _ criterion: ModelCriterion
    ) -> Absence {
        if let error = cells.lazy.compactMap(\.error).first {
            return Absence(contender: contender, kind: .failed, reason: error)
        }
        if let reason = cells.lazy.compactMap(\.notApplicable).first {
            return Absence(contender: contender, kind: .notApplicable, reason: reason)
        }
        guard let measured = cells.first(where: \.isMeasured) else {
            return Absence(contender: contender, kind: .notComparable, reason: "no samples")
        }
        let reason =
            measured.statistics(criterion.metric) == nil
            ? "no \(criterion.metric.title) measured"
            : "measured with \(measured.items.grouped) items only, whose times are shorter"
        return Absence(contender: contender, kind: .notComparable, reason: reason)
    }
}

extension ModelCell {
    /// The number in flight as a number: all items where it is unbounded.
    package var flight: Int { max(1, window == 0 ? items : window) }

    /// Whether it has figures to show.
    package var isMeasured: Bool { error == nil && notApplicable == nil && !samples.isEmpty }
}
