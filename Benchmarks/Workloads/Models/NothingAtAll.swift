import CMusterLimits

/// What an item costs that does nothing.
enum NothingAtAll {
    static let assignment = Assignment(
        name: "noop", title: "Items that do nothing", kind: LIM_WORK_NOTHING, items: 200_000, hasLatency: false)
}
