/// What a run of the models is asked for.
struct ModelSettings: Sendable {
    var assignments: [Assignment]
    var contenders: [Contender]
    /// Rounds that count.
    var samples: Int
    /// Times the items of each cell.
    var scale: Double
    var isQuick: Bool
    /// Whether the contenders were asked for by name.
    var areNamed: Bool
    /// Programs that contenders need and that are not installed.
    var missing: Set<String>
    var cores: Int

    /// What the short run makes of a workload: less of it, with one window, and shorter stalls and timeouts.
    private static let quickShare = 0.2
    private static let quickStall = 60
    private static let stall = 2000

    var stall: Int { isQuick ? Self.quickStall : Self.stall }

    private var share: Double { scale * (isQuick ? Self.quickShare : 1) }

    func timeout(_ assignment: Assignment) -> Int {
        isQuick ? assignment.quickTimeout ?? assignment.timeout : assignment.timeout
    }

    /// Items in flight of those that are asked for.
    func window(_ assignment: Assignment, _ asked: Int) -> Int { assignment.computes ? min(asked, cores) : asked }

    func windows(_ assignment: Assignment) -> [Int] { isQuick ? [assignment.windows[0]] : assignment.windows }

    private func fewest(_ assignment: Assignment) -> Int {
        isQuick ? assignment.quickFewest ?? assignment.fewest : assignment.fewest
    }

    /// Items of a workload as a whole.
    func items(_ assignment: Assignment) -> Int {
        max(fewest(assignment), Int(Double(assignment.items) * share))
    }

    /// Items of a cell: as many as there are, or as many as the contender can do in the time that a sample may take, by
    /// what is known beforehand: how long items wait, what they cost, and how many it has in flight.
    func items(_ assignment: Assignment, _ contender: Contender, window: Int, meanWait: Double) -> Int {
        let flight = contender.width == .unbounded ? window * 4 : contender.flight(window, cores: cores)
        return items(
            assignment, inFlight: contender.reach(assignment, flight, cores), cost: contender.cost, meanWait: meanWait)
    }

    /// Items of whoever has all of the window in flight and costs next to nothing.
    func usualItems(_ assignment: Assignment, window: Int, meanWait: Double) -> Int {
        items(assignment, inFlight: window, cost: 0, meanWait: meanWait)
    }

    private func items(_ assignment: Assignment, inFlight: Int, cost: Double, meanWait: Double) -> Int {
        let inFlight = max(1, inFlight)
        let cost = (cost + assignment.itemCost) / Double(min(inFlight, cores))
        let seconds = max(meanWait / Double(inFlight), cost)
        let affordable = min(1e6, assignment.budget * share / max(seconds, 1e-9))
        return min(items(assignment), max(fewest(assignment), Int(affordable)))
    }
}
