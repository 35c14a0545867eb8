/// Something that is measured.
struct Workload: Sendable {
    /// As `--only` names it.
    var name: String
    var summary: String
    var run: @Sendable (Settings) async throws -> Section
}

/// All workloads, in the order in which they are measured. A new one is a file of its own and one line here.
enum WorkloadCatalog {
    static let io: [Workload] = [
        TCPWorkload.workload,
        HTTPWorkload.workload,
        DNSWorkload.workload,
        HTTPSWorkload.workload,
        NoopWorkload.workload,
        MemoryWorkload.workload,
        ProcessWorkload.workload,
    ]
}
