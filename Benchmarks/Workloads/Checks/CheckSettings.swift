/// What every workload about checks is told.
struct CheckSettings: Sendable {
    /// Rounds that count.
    var samples: Int
    /// Targets of a pass, one case each.
    var sizes: [Int]
    /// Checks in flight at most, for every contender.
    var window: Int
    /// Whether what takes very long is wanted too.
    var full: Bool

    var rounds: Rounds { Rounds(samples: samples) }
}
