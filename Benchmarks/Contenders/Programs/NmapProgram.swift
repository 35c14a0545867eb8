import CMusterLimits
import MusterBenchmarkResults

/// nmap's connect scan, which asks whether a port is open and waits for no answer.
enum NmapProgram {
    static let contender = Contender(
        name: "nmap", title: "nmap -sT", kind: .external, family: .childrenOnly, cost: 100e-6, needs: "nmap",
        obstacle: { assignment in
            assignment.name == PromptProbes.assignment.name ? nil : "it only asks whether a port is open"
        }
    ) { ledger in
        let lines = try ExternalProgram.output(
            of: [
                "nmap", "-sT", "-T5", "-n", "-Pn", "-oG", "-", "--min-parallelism", "\(ledger.window)",
                "--max-parallelism", "\(ledger.window)", "-p", "\(ledger.work.port)",
            ] + ExternalProgram.addresses(ledger.items) { $0 }, ledger)
        let open = lines.count { $0.contains("/open/") }
        ledger.tell(done: open, failed: ledger.items - open)
    }
}
