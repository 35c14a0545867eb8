/// The figures that are told of some samples. Medians and quartiles, for noise on a machine is not symmetric: something
/// else running makes a sample larger, nothing makes it smaller than the work is.
package struct Statistics: Sendable, Hashable {
    package let count: Int
    package let minimum: Double
    package let median: Double
    package let maximum: Double
    package let lowerQuartile: Double
    package let upperQuartile: Double
    /// From the smallest to the greatest sample, where of every seven samples one is left out at each end: with 7 samples
    /// one outlier does not count, with 5 each one does.
    ///
    /// Two sets of samples differ where these do not overlap. Of two sets of the same distribution, whichever it is, that
    /// is so by chance in 2.9 % of all cases with 7 samples each and in 0.8 % with 5; quartiles would tell 8 % and 21 % of
    /// them apart.
    package let interval: ClosedRange<Double>

    /// The distance between the quartiles.
    package var spread: Double { upperQuartile - lowerQuartile }

    package init(_ samples: [Double]) {
        precondition(!samples.isEmpty, "no samples, no statistics")
        let sorted = samples.sorted()
        count = sorted.count
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
        median = Statistics.quantile(sorted, 0.5)
        lowerQuartile = Statistics.quantile(sorted, 0.25)
        upperQuartile = Statistics.quantile(sorted, 0.75)
        let omitted = sorted.count / 7
        interval = sorted[omitted]...sorted[sorted.count - 1 - omitted]
    }

    /// Linear between the two nearest ranks.
    private static func quantile(_ sorted: [Double], _ part: Double) -> Double {
        let position = part * Double(sorted.count - 1)
        let low = Int(position)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
    }
}

/// One set of samples beside another one of the same unit.
package struct SampleComparison: Sendable, Hashable {
    /// Samples that a set needs for its interval to say anything: of three and three, one in ten pairs of equal ones differ.
    package static let fewest = 4

    /// The quotient of the medians; nil where the other one's is 0 or less.
    package let ratio: Double?
    /// Whether both sets have enough samples and the intervals do not overlap. Where they do, nothing may be said of which is
    /// greater.
    package let isDifferent: Bool
    /// Whether both sets have enough samples.
    package let canTell: Bool

    package init(_ samples: Statistics, to other: Statistics) {
        ratio = other.median > 0 ? samples.median / other.median : nil
        canTell = min(samples.count, other.count) >= SampleComparison.fewest
        isDifferent = canTell && !samples.interval.overlaps(other.interval)
    }

    /// `1.25×`, or `no difference` where nothing may be said.
    package var text: String {
        guard canTell else { return SampleComparison.tooFew }
        guard isDifferent else { return SampleComparison.noDifference }
        return ratio.map { $0.factor + "×" } ?? "–"
    }

    package static let noDifference = "no difference"
    package static let tooFew = "too few samples"
}
