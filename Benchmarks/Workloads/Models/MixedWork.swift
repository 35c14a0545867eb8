import CMusterLimits
import MusterBenchmarkResults

/// What happens to checks while logs are read: an item in eight is a piece of a log, and only the checks are timed.
enum MixedWork {
    /// One item in so many is a piece of a log, as in `lim_item_of`.
    static let share = 8

    static let assignment = Assignment(
        name: "mixed",
        title: "TCP probes of 10 ms while logs are parsed: the time of the probes (muster parses at a lower priority)",
        criterion: .latency,
        kind: LIM_WORK_MIXED, server: .paced(hole: false), logs: .pieces, delays: LIM_DELAY_FIXED, items: 768,
        fewest: 24, itemCost: 100e-6, beats: true)
}
