import CMusterLimits

/// Delays as networks have them: most are short, a few long.
enum LognormalProbes {
    static let assignment = Assignment(
        name: "tcp-lognormal", title: "TCP probes of hosts that answer after 8 ms in the median, lognormal",
        kind: LIM_WORK_TCP, server: .paced(hole: false), delays: LIM_DELAY_LOGNORMAL, items: 1000, itemCost: 40e-6)
}
