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
        let reach = contender.isUnbounded ? window * 4 : window
        let inFlight = max(1, contender.reach(assignment, reach, cores))
        let cost = (contender.cost + assignment.itemCost) / Double(min(inFlight, cores))
        let seconds = max(meanWait / Double(inFlight), cost)
        let affordable = min(1e6, assignment.budget * share / max(seconds, 1e-9))
        return min(items(assignment), max(fewest(assignment), Int(affordable)))
    }
}
