/// The figures that are told of some samples. Medians and quartiles, for noise on a machine is not symmetric: something
/// else running makes a sample larger, nothing makes it smaller than the work is.
struct Statistics: Sendable, Hashable {
    let minimum: Double
    let median: Double
    let maximum: Double
    /// The distance between the quartiles.
    let spread: Double

    init(_ samples: [Double]) {
        precondition(!samples.isEmpty, "no samples, no statistics")
        let sorted = samples.sorted()
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
        median = Self.quantile(sorted, 0.5)
        spread = Self.quantile(sorted, 0.75) - Self.quantile(sorted, 0.25)
    }

    /// Linear between the two nearest ranks.
    private static func quantile(_ sorted: [Double], _ part: Double) -> Double {
        let position = part * Double(sorted.count - 1)
        let low = Int(position)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
    }
}
