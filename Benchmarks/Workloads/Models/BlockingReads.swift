import CMusterLimits
import MusterBenchmarkResults

/// What calls that block do to everything else: a heartbeat of 1 ms, kept as a program of the contender's kind would.
enum BlockingReads {
    static let assignment = Assignment(
        name: "blocking", title: "Reads that block a thread for 5 ms, beside a heartbeat of 1 ms",
        criterion: .heartbeat, kind: LIM_WORK_READS, items: 4000, fewest: 64, budget: 0.25,
        itemCost: 20e-6, beats: true
    )
}
