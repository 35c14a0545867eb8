import CMusterLimits

/// Computing in many small pieces, an open file each.
enum SmallLogs {
    static let assignment = Assignment(
        name: "log-files", title: "Small logs parsed, files of 32 KB", kind: LIM_WORK_FILES, logs: .files,
        isForPrograms: true, items: 1500,
        itemCost: 50e-6, hasLatency: false)

    /// Bytes of a file.
    static let size = 32 << 10
}
