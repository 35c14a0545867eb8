import CMusterLimits

/// Interleaves several ways of doing the same: a round takes each of them once, in an order of its own, so that a change of
/// the machine's mood meets them all, and what one leaves behind not always the same next one.
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
            order(names.count, round).map { index in
                let progress = "round \(round) of \(samples), \(names[index])" + (round == 0 ? " (warm-up)" : "")
                return Step(index: index, round: round, progress: progress)
            }
        }
    }
}

extension Rounds {
    /// The order of a round, shuffled, and the same in every run.
    private func order(_ count: Int, _ round: Int) -> [Int] {
        var dice = Dice(state: UInt64(round) &* 0x9E37_79B9_7F4A_7C15)
        return Array(0..<count).shuffled(using: &dice)
    }

    /// Sebastiano Vigna's SplitMix64.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }
}

/// SIGINT or SIGTERM came: what is measured so far is told.
struct Interrupted: Error {
    /// The exit status that shells give an interrupted program.
    static let status: Int32 = 130
}
