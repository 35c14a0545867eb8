/// What every workload is told.
struct Settings: Sendable {
    /// Rounds that count.
    var samples: Int
    /// Targets of a pass, one case each.
    var sizes: [Int]
    /// Checks in flight at most, for every contender; 0 where there are no checks.
    var window: Int
    /// Whether what takes very long is wanted too.
    var full: Bool
}

/// Why a workload could not be measured.
struct BenchmarkFault: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
