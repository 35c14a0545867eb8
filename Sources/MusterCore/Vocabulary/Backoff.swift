/// How long to wait before another attempt: doubling from a base up to a cap, spread by jitter so that a fleet that failed
/// together is not asked again together.
package struct Backoff: Sendable, Hashable {
    /// Before the second attempt.
    package var base: Duration
    /// Never longer.
    package var cap: Duration

    package init(base: Duration = .milliseconds(250), cap: Duration = .seconds(5)) {
        self.base = base
        self.cap = cap
    }

    /// The wait after the attempt with this number (from 1); `random` in 0..<1 spreads it over the upper half.
    package func delay(after attempt: Int, random: Double) -> Duration {
        let exponent = min(max(attempt - 1, 0), 20)
        let full = min(base * (1 << exponent), cap)
        return full / 2 + (full / 2) * random
    }
}
