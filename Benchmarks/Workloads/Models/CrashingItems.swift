import CMusterLimits

/// What is left when an item ends its process, as one does that takes too much memory.
enum CrashingItems {
    static let assignment = Assignment(
        name: "crash", title: "Items of which 1 % crash", kind: LIM_WORK_CRASHES, items: 1000, fewest: 100,
        hasLatency: false)
}
