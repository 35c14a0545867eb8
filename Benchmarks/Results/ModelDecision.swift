/// Which model to take for a workload, as its samples have it.
package struct ModelDecision: Sendable {
    package typealias Entry = ModelStanding.Entry

    /// Where muster's engine stands among the models.
    package struct Place: Sendable, Hashable {
        /// From 1.
        package var rank: Int
        /// How many times better the best one is; nil where that cannot be told in a number.
        package var factor: Double?
        /// Whether it is the best or does not differ from it.
        package var isLeader: Bool
    }

    package let standing: ModelStanding
    /// The best model and those that differ neither from it nor from each other, the best first; none where nothing was
    /// measured.
    package let leaders: [Entry]
    /// The best of those that are behind the leaders.
    package let next: Entry?
    /// How many times better the best one is than the next; nil where there is none, or where they differ by what they
    /// lose.
    package let margin: Double?
    /// Nil where muster's engine was not measured.
    package let ours: Place?

    package init(_ standing: ModelStanding) {
        self.standing = standing
        let candidates = standing.candidates
        guard let best = candidates.first else {
            (leaders, next, margin, ours) = ([], nil, nil, nil)
            return
        }
        var leaders = [best]
        // Who differs from one that is as good as the best is behind, however wide the best one's interval is.
        for entry in candidates.dropFirst() where !leaders.contains(where: { ModelDecision.isBehind(entry, $0) }) {
            leaders.append(entry)
        }
        self.leaders = leaders
        let names = Set(leaders.map(\.contender.name))
        let behind = candidates.filter { !names.contains($0.contender.name) }
        next = behind.first
        let criterion = standing.workload.criterion
        margin = behind.first.flatMap { ModelDecision.factor(best, over: $0, criterion) }
        ours = candidates.firstIndex { $0.contender.kind == .ours }.map { index in
            Place(
                rank: index + 1, factor: ModelDecision.factor(best, over: candidates[index], criterion),
                isLeader: names.contains(candidates[index].contender.name))
        }
    }

    /// Whether there are enough samples to tell anything.
    package var canTell: Bool { standing.candidates.allSatisfy { $0.statistics.count >= SampleComparison.fewest } }

    /// The decisions of all workloads.
    package static func all(_ results: BenchmarkResults) -> [ModelDecision] {
        results.shownWorkloads.map { ModelDecision(ModelStanding(of: $0, in: results)) }
    }

    /// The limit in C against the best model: how many times better it is.
    package var limit: Double? {
        guard let best = leaders.first, let limit = standing.others.first(where: { $0.contender.kind == .limit })
        else { return nil }
        return ModelDecision.factor(limit, over: best, standing.workload.criterion)
    }

    private static func isBehind(_ entry: Entry, _ best: Entry) -> Bool {
        entry.lost > best.lost || SampleComparison(entry.statistics, to: best.statistics).isDifferent
    }

    /// How many times better one is than another; nil where they lose unlike shares or one of them is nothing.
    private static func factor(_ better: Entry, over other: Entry, _ criterion: ModelCriterion) -> Double? {
        let (left, right) = (better.statistics.median, other.statistics.median)
        guard better.lost == other.lost, left > 0, right > 0 else { return nil }
        return criterion.metric.isMoreBetter ? left / right : right / left
    }
}
