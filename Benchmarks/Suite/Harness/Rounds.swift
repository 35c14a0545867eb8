import CMusterLimits

/// Interleaves several ways of doing the same: a round takes each of them once, in an order that turns from round to round,
/// so that a change of the machine's mood meets them all.
struct Rounds {
    /// Rounds that count.
    var samples: Int
    /// Whether a round comes before them that does not count.
    var warmsUp = true

    /// Which way is next, and in which round.
    struct Step {
        var index: Int
        /// From 1; 0 warms up and does not count.
        var round: Int
        fileprivate var progress: String

        var counts: Bool { round > 0 }

        /// Tells of it as progress. Errors: somebody wants an end.
        func begin() throws(Interrupted) {
            if lim_is_interrupted() { throw Interrupted() }
            Progress.show(progress)
        }
    }

    /// All steps. `names` are what the ways are called meanwhile.
    func steps(_ names: [String]) -> [Step] {
        ((warmsUp ? 0 : 1)...samples).flatMap { round in
            names.indices.map { place in
                let index = (place + round) % names.count
                let progress = "round \(round) of \(samples), \(names[index])" + (round == 0 ? " (warm-up)" : "")
                return Step(index: index, round: round, progress: progress)
            }
        }
    }
}

/// SIGINT or SIGTERM came: what is measured so far is told.
struct Interrupted: Error {
    /// The exit status that shells give an interrupted program.
    static let status: Int32 = 130
}
