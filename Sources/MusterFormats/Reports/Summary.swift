package import MusterCore

/// Counts of a run: what the table, the JSON summary and the exit status are made from.
///
/// Its size depends on the inventory's groups and checks, never on the number of targets, and what it says never depends
/// on the order in which targets end.
package struct Summary: Sendable {
    /// How many examples are kept of each kind of failure.
    package static let exampleLimit = 3
    /// How many of the slowest targets are kept.
    package static let slowestLimit = 5
    /// How much of an example's detail is kept, in characters.
    package static let detailLimit = 240

    /// Targets by kind of verdict.
    package struct Counts: Sendable, Hashable {
        package var up = 0
        package var degraded = 0
        package var down = 0
        package var unknown = 0

        package var total: Int { up + degraded + down + unknown }

        package init() {}

        mutating func add(_ kind: Verdict.Kind) {
            switch kind {
            case .up: up += 1
            case .degraded: degraded += 1
            case .down: down += 1
            case .unknown: unknown += 1
            }
        }
    }

    /// A target that stands for others of its kind.
    package struct Example: Sendable {
        package var target: Target
        /// The reason of the verdict; of the last failed attempt for a flaky target.
        package var code: String
        /// The beginning of the attempt's detail. Not yet safe for a terminal.
        package var detail: String
    }

    /// Failures with one verdict in one group and check.
    package struct Place: Sendable {
        /// Index into the inventory's groups.
        package var group: Int
        /// Index into the inventory's checks.
        package var check: Int
        package var count: Int
        /// How many targets of this group and check the plan has, whether they failed, were up or not started.
        package var planned: Int
        /// The first in the plan's order.
        package var examples: [Example]

        /// Whether it looks like the group's failure more than like its hosts'.
        package var isAll: Bool { count == planned && count > 1 }
    }

    /// Failures with one verdict.
    package struct Failure: Sendable {
        package var verdict: Verdict
        package var count: Int
        /// Most targets first.
        package var places: [Place]
    }

    /// A target that took long.
    package struct Slow: Sendable {
        package var target: Target
        package var verdict: Verdict
        package var duration: Duration
        package var phases: PhaseTimes
        /// As in ``Attempt``.
        package var roundTrip: UInt32
    }

    private struct Spot: Hashable {
        var group: Int
        var check: Int
    }

    private struct Key: Hashable, Sendable {
        var verdict: Verdict
        var group: Int
        var check: Int
    }

    private struct Cell: Sendable {
        var count = 0
        var examples: [Example] = []
    }

    package private(set) var counts = Counts()
    /// Targets that were up only after a failed attempt.
    package private(set) var flaky = 0
    /// The first in the plan's order.
    package private(set) var flakyExamples: [Example] = []
    /// Those that took longest among the up and degraded, longest first: how long a down one took says only what its
    /// timeout is. A retried one counts with its last attempt, without the failed ones and the pauses.
    package private(set) var slowest: [Slow] = []
    /// Of the observations; nil before the first.
    package private(set) var inventory: Inventory?
    /// Nanoseconds below which nothing gets into a full `slowest`.
    private var slowestFloor = Int64.min
    private var cells: [Key: Cell] = [:]
    private var checkCounts: [Counts] = []
    private var groupCounts: [Counts] = []

    package init() {}

    package var total: Int { counts.total }
    package var up: Int { counts.up }
    package var degraded: Int { counts.degraded }
    package var down: Int { counts.down }
    package var unknown: Int { counts.unknown }

    package mutating func add(_ observation: Observation) {
        if inventory == nil { adopt(observation.target.host.inventory) }
        let kind = observation.verdict.kind
        let check = observation.target.checkIndex
        let host = observation.target.host
        let group = host.inventory.entries[host.entry].group
        counts.add(kind)
        checkCounts[check].add(kind)
        groupCounts[group].add(kind)
        if kind != .up { count(observation, Key(verdict: observation.verdict, group: group, check: check)) }
        if !observation.earlier.isEmpty, observation.isFlaky {
            flaky += 1
            Summary.keep(observation, observation.earlier.last ?? observation.last, in: &flakyExamples)
        }
        if kind == .up || kind == .degraded { keepSlow(observation) }
    }

    /// What the process says when it ends: 0 all up, 1 some down or degraded, 2 none of these but something not judged;
    /// what the footer says goes before.
    package func exitStatus(_ footer: RunFooter) -> Int32 {
        if let status = footer.exitStatus { return status }
        if down + degraded > 0 { return 1 }
        return unknown + footer.notStarted > 0 ? 2 : 0
    }

    /// Targets with this verdict, which is not `up`.
    package func count(of verdict: Verdict) -> Int {
        cells.reduce(0) { $0 + ($1.key.verdict == verdict ? $1.value.count : 0) }
    }

    /// Failures of these kinds by reason, most targets first, then by the reason's name.
    package func failures(_ kinds: Set<Verdict.Kind>) -> [Failure] {
        var failures: [Verdict: Failure] = [:]
        let planned = cells.isEmpty ? [:] : plannedTargets
        for (key, cell) in cells where kinds.contains(key.verdict.kind) {
            let place = Place(
                group: key.group, check: key.check, count: cell.count,
                planned: planned[Spot(group: key.group, check: key.check)] ?? 0,
                examples: cell.examples)
            failures[key.verdict, default: Failure(verdict: key.verdict, count: 0, places: [])].count += cell.count
            failures[key.verdict]?.places.append(place)
        }
        return failures.values.map { failure in
            var failure = failure
            failure.places.sort { ($1.count, $0.group, $0.check) < ($0.count, $1.group, $1.check) }
            return failure
        }.sorted { left, right in
            let codes = (left.verdict.code ?? "", right.verdict.code ?? "")
            return (right.count, codes.0, left.verdict.kind.rawValue) < (
                left.count, codes.1, right.verdict.kind.rawValue
            )
        }
    }

    /// The checks that were performed, in the inventory's order.
    package var byCheck: [(name: String, counts: Counts)] {
        zip(inventory?.checks ?? [], checkCounts).filter { $1.total > 0 }.map { ($0.name, $1) }
    }

    /// The groups that hosts were checked of, in the inventory's order.
    package var byGroup: [(path: String, counts: Counts)] {
        zip(inventory?.groups ?? [], groupCounts).filter { $1.total > 0 }.map { ($0.path, $1) }
    }

    /// Targets of the plan by group and check, where there are failures.
    private var plannedTargets: [Spot: Int] {
        var planned: [Spot: Int] = [:]
        for key in cells.keys { planned[Spot(group: key.group, check: key.check)] = 0 }
        for entry in inventory?.entries ?? [] {
            for check in entry.checks { planned[Spot(group: entry.group, check: check)]? += entry.names.count }
        }
        return planned
    }

    private mutating func adopt(_ inventory: Inventory) {
        self.inventory = inventory
        checkCounts = Array(repeating: Counts(), count: inventory.checks.count)
        groupCounts = Array(repeating: Counts(), count: inventory.groups.count)
    }

    private mutating func count(_ observation: Observation, _ key: Key) {
        cells[key, default: Cell()].count += 1
        Summary.keep(observation, observation.last, in: &cells[key, default: Cell()].examples)
    }

    /// Keeps the lowest positions in the plan.
    private static func keep(_ observation: Observation, _ attempt: Attempt, in examples: inout [Example]) {
        let index = observation.target.index
        if examples.count == exampleLimit {
            guard let last = examples.last, index < last.target.index else { return }
            examples.removeLast()
        }
        let code = (observation.isFlaky ? attempt.verdict : observation.verdict).code ?? ""
        let detail = String(String.UnicodeScalarView(attempt.detail.unicodeScalars.prefix(detailLimit)))
        let place = examples.firstIndex { $0.target.index > index } ?? examples.endIndex
        examples.insert(Example(target: observation.target, code: code, detail: detail), at: place)
    }

    private mutating func keepSlow(_ observation: Observation) {
        let last = observation.last
        let nanoseconds =
            observation.earlier.isEmpty
            ? observation.ended.nanoseconds - observation.started.nanoseconds
            : Int64(clamping: last.phases.total) * 1000
        guard nanoseconds >= slowestFloor else { return }
        let slow = Slow(
            target: observation.target, verdict: observation.verdict, duration: .nanoseconds(nanoseconds),
            phases: last.phases, roundTrip: last.roundTrip)
        let rank = (-nanoseconds, slow.target.index)
        let place = slowest.firstIndex { rank < (-$0.duration.nanoseconds, $0.target.index) }
        slowest.insert(slow, at: place ?? slowest.endIndex)
        if slowest.count > Summary.slowestLimit { slowest.removeLast() }
        if slowest.count == Summary.slowestLimit { slowestFloor = slowest.last?.duration.nanoseconds ?? slowestFloor }
    }
}
