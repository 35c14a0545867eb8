internal import Glibc

/// Gathers how long items took, from the moment at which each was to begin.
///
/// A client that waits for one answer before it asks again asks less often while a server stalls, so that of all the items
/// that had to wait only one shows it. Counting from the intended start shows all of them.
package struct LatencyLog: Sendable {
    private var seconds: [Double] = []

    package init(expecting count: Int = 0) { seconds.reserveCapacity(count) }

    /// Both are seconds of one clock. One that ends before its start took no time.
    package mutating func add(intended: Double, ended: Double) { seconds.append(max(0, ended - intended)) }

    /// Nil where nothing was gathered.
    package var latency: ModelLatency? { ModelLatency(seconds: seconds) }
}

extension ModelLatency {
    /// The shares that a curve tells: even steps of nines, from nothing to 99.95 %, for what is of interest is the end.
    private static let steps = curveLimit - 1
    private static let nines = 3.3

    /// Of so many seconds each, in any order; nil where there are none.
    package init?(seconds: [Double]) {
        let sorted = seconds.filter(\.isFinite).sorted()
        guard let greatest = sorted.last else { return nil }
        var curve = (0..<ModelLatency.steps).map { step in
            let fraction = 1 - pow(10, -ModelLatency.nines * Double(step) / Double(ModelLatency.steps - 1))
            return ModelPoint(
                seconds: ModelLatency.rounded(ModelLatency.quantile(sorted, fraction)),
                fraction: ModelLatency.rounded(fraction))
        }
        curve.append(ModelPoint(seconds: max(ModelLatency.rounded(greatest), curve.last?.seconds ?? 0), fraction: 1))
        self.init(
            p50: ModelLatency.quantile(sorted, 0.5), p90: ModelLatency.quantile(sorted, 0.9),
            p99: ModelLatency.quantile(sorted, 0.99), p999: ModelLatency.quantile(sorted, 0.999), curve: curve)
    }

    /// The least value that at least so large a share does not exceed.
    private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let rank = Int((share * Double(sorted.count) - 1e-9).rounded(.up))
        return sorted[max(0, min(sorted.count - 1, rank - 1))]
    }

    /// To seven digits behind the point, so that the file stays small.
    private static func rounded(_ value: Double) -> Double { value < 1e6 ? (value * 1e7).rounded() / 1e7 : value }
}
