import MusterBenchmarkResults
import MusterSystem
import MusterText

/// What a check in flight takes.
enum MemoryWorkload {
    static let workload = Workload<CheckSettings>(name: "memory", summary: "hold checks open") { settings in
        let checks = min(4096, ResourceLimits.current().descriptors - 64)
        var rows: [SectionRow] = []
        for (service, what) in [(Service.silent, "waiting for bytes"), (.blackHole, "waiting for a connection")] {
            try await Server.with(service) { server in
                var resident: [Double] = []
                var anonymous: [Double] = []
                for step in Rounds(samples: 3, warmsUp: false).steps([what]) {
                    try step.begin()
                    let growth = try HoldCommand.growth(port: server.port, checks: checks)
                    resident.append(growth.resident / Double(checks))
                    anonymous.append(growth.anonymous / Double(checks))
                }
                rows.append(
                    SectionRow(
                        contender: "\(what), resident", items: checks, unit: "B", samples: resident,
                        goals: [.value(atMost: 2048)]))
                rows.append(SectionRow(contender: "\(what), private", items: checks, unit: "B", samples: anonymous))
            }
        }
        return Section(
            name: "memory", title: "Memory of a TCP check in flight",
            notes: [
                "Growth of a fresh process while \(checks.grouped) checks are held open, divided by their number: by a "
                    + "server that accepts and says nothing, and by one that drops every SYN."
            ], rows: rows)
    }
}
