import CMusterLimits

/// What timeouts cost: these probes fail, as they should.
enum BlackHoleProbes {
    static let assignment = Assignment(
        name: "tcp-blackhole",
        title: "TCP probes of which 10 % get no answer and end after 200 ms (60 ms in the quick run)",
        kind: LIM_WORK_TCP,
        server: .paced(hole: true), timeout: 200, quickTimeout: 60, items: 640, fewest: 10, itemCost: 40e-6,
        isLong: true)
}
