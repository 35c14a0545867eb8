import CMusterLimits
import MusterBenchmarkResults

/// What a run leaves behind in the kernel: connections in TIME_WAIT, which take ports and memory for a minute.
enum TimeWaits {
    /// One pass of each variant against a server of its own, and how many connections of its port wait afterwards.
    static func rows(
        _ service: Service, count: Int = 10_000, _ variants: (UInt16) throws -> [Variant]
    ) async throws -> [SectionRow] {
        var rows: [SectionRow] = []
        for index in try variants(0).indices {
            try await Server.with(service) { server in
                let variant = try variants(server.port)[index]
                _ = try await variant.pass(count)
                rows.append(
                    SectionRow(
                        contender: "\(variant.name), left in TIME_WAIT", items: count, unit: "sockets",
                        samples: [Double(lim_time_waits(server.port))],
                        goals: variant.name == Comparison.Measured.ours ? [.value(atMost: 0)] : []))
            }
        }
        return rows
    }
}
