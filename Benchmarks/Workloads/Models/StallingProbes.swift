import CMusterLimits
import MusterBenchmarkResults

/// Whether a few slow hosts hold up the others.
enum StallingProbes {
    static let assignment = Assignment(
        name: "tcp-stall", title: "TCP probes of hosts of which 1 % stall for 2 s (60 ms in the quick run)",
        criterion: .latency, kind: LIM_WORK_TCP, server: .paced(hole: false), delays: LIM_DELAY_STALLS, items: 1000,
        fewest: 100, quickFewest: 40, budget: 0.35, itemCost: 40e-6, isLong: true)
}
