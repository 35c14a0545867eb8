import CMusterLimits

/// What a probe costs where nobody has to wait.
enum PromptProbes {
    static let assignment = Assignment(
        name: "tcp-now", title: "TCP probes of hosts that answer at once", kind: LIM_WORK_TCP,
        server: .paced(hole: false), isForPrograms: true, items: 1500, itemCost: 40e-6)
}
