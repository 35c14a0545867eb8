import CMusterLimits

/// Computing in a few large pieces.
enum LargeLog {
    static let assignment = Assignment(
        name: "log-large", title: "A large log parsed in pieces of 256 KB", kind: LIM_WORK_PIECES, logs: .pieces,
        items: 192, itemCost: 400e-6, hasLatency: false)

    /// Bytes of a piece.
    static let size = 256 << 10
}
