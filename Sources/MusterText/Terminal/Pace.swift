import MusterCore

/// How fast things are done with, and how long the rest will take.
package struct Pace {
    private let done: Int
    private let total: Int
    private let elapsed: Duration

    package init(done: Int, total: Int, elapsed: Duration) {
        self.done = done
        self.total = total
        self.elapsed = elapsed
    }

    private var seconds: Double { Double(elapsed.nanoseconds) / 1e9 }

    /// Things a second; nil as long as it cannot be said.
    package var rate: Int? {
        guard done > 0, seconds > 0.01 else { return nil }
        return Int(min(Double(done) / seconds, 1e12).rounded())
    }

    /// As a text: `1m20s`; nil as long as it cannot be said, and where nothing is left.
    package var remaining: String? {
        guard done > 0, done < total, seconds > 0.1 else { return nil }
        return ProgressParts.remaining(seconds / Double(done) * Double(total - done))
    }
}
