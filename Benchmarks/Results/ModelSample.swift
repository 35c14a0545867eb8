/// One pass over all items of a cell.
package struct ModelSample: Sendable, Hashable {
    /// Seconds that passed.
    package var wall: Double
    /// Seconds of processor time, of all processes together.
    package var user: Double
    package var system: Double
    /// Items that came to a good end.
    package var done: Int
    /// Items that were answered for with a failure.
    package var failed: Int
    /// Items that nobody ever answered for.
    package var lost: Int
    /// Nil where the items have no time of their own.
    package var latency: ModelLatency?
    /// Bytes: the greatest sum of the proportional set sizes of all processes.
    package var peakMemory: Int
    /// The greatest number of threads and of descriptors, of all processes together.
    package var threads: Int
    package var descriptors: Int
    package var voluntarySwitches: Int
    package var involuntarySwitches: Int
    /// Seconds that a heartbeat of 1 ms came late, at its 99th percentile; nil where none was kept.
    package var heartbeatP99: Double?

    package init(
        wall: Double, user: Double, system: Double, done: Int, failed: Int = 0, lost: Int = 0,
        latency: ModelLatency? = nil, peakMemory: Int = 0, threads: Int = 0, descriptors: Int = 0,
        voluntarySwitches: Int = 0, involuntarySwitches: Int = 0, heartbeatP99: Double? = nil
    ) {
        self.wall = wall
        self.user = user
        self.system = system
        self.done = done
        self.failed = failed
        self.lost = lost
        self.latency = latency
        self.peakMemory = peakMemory
        self.threads = threads
        self.descriptors = descriptors
        self.voluntarySwitches = voluntarySwitches
        self.involuntarySwitches = involuntarySwitches
        self.heartbeatP99 = heartbeatP99
    }

    /// Items done a second; 0 where no time passed.
    package var throughput: Double { wall > 0 ? Double(done) / wall : 0 }

    /// Seconds of processor time an item that was done; nil where none was.
    package var processorTime: Double? { done > 0 ? (user + system) / Double(done) : nil }
}

/// How long items took, in seconds from the moment at which each was to begin: one that had to wait for its turn took as
/// long as whoever asked for it waited.
package struct ModelLatency: Sendable, Hashable {
    package var p50: Double
    package var p90: Double
    package var p99: Double
    package var p999: Double
    /// The distribution, ascending, at most ``curveLimit`` points; may be empty.
    package var curve: [ModelPoint]

    /// Points of a curve, at most.
    package static let curveLimit = 64

    package init(p50: Double, p90: Double, p99: Double, p999: Double, curve: [ModelPoint] = []) {
        self.p50 = p50
        self.p90 = p90
        self.p99 = p99
        self.p999 = p999
        self.curve = curve
    }
}

/// The share of items, from 0 to 1, that took at most so many seconds.
package struct ModelPoint: Sendable, Hashable {
    package var seconds: Double
    package var fraction: Double

    package init(seconds: Double, fraction: Double) {
        self.seconds = seconds
        self.fraction = fraction
    }
}
