import CMusterLimits

/// How far concurrency carries: the same probes with more and more of them in flight.
enum TenMillisecondProbes {
    static let assignment = Assignment(
        name: "tcp-10ms", title: "TCP probes of hosts that answer after 10 ms", kind: LIM_WORK_TCP,
        server: .paced(hole: false), delays: LIM_DELAY_FIXED, windows: [64, 4, 16, 256, 1024], isForPrograms: true,
        items: 4000,
        fewest: 8,
        itemCost: 40e-6)
}
