import MusterBenchmarkResults

/// Something that is measured with settings of its kind.
struct Workload<Settings: Sendable>: Sendable {
    /// As `--workload` names it.
    var name: String
    var summary: String
    var run: @Sendable (Settings) async throws -> Section
}

/// All workloads, in the order in which they are measured. A new one is a file of its own and one line here.
enum WorkloadCatalog {
    /// What a check costs.
    static let io: [Workload<CheckSettings>] = [
        TCPWorkload.workload,
        HTTPWorkload.workload,
        DNSWorkload.workload,
        HTTPSWorkload.workload,
        NoopWorkload.workload,
        MemoryWorkload.workload,
        ProcessWorkload.workload,
    ]

    /// What reading a log costs.
    static let logs: [Workload<LogSettings>] = [
        CombinedLogs.workload,
        JSONLogs.workload,
        ParallelLogs.workload,
        GzipLogs.workload,
        LogMemory.workload,
        LogHeartbeat.workload,
        PatternLogs.workload,
    ]

    /// What rotating logs costs, in one place.
    static let rotation: [Workload<RotateSettings>] = [
        ForcedRotation.workload,
        IdleRotation.workload,
    ]
}
