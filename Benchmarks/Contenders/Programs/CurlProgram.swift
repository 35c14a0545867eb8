import CMusterLimits
import MusterBenchmarkResults

/// curl's parallel transfers. It makes what it prints of each, and no test of the body.
enum CurlProgram {
    static let contender = Contender(
        name: "curl", title: "curl -Z", kind: .external, family: .childrenOnly, cost: 200e-6, needs: "curl",
        obstacle: { assignment in
            assignment.kind == LIM_WORK_HTTP ? nil : "it speaks HTTP only"
        }
    ) { ledger in
        let urls = ExternalProgram.addresses(ledger.items) { "[\($0)]" }
        let lines = try ExternalProgram.output(
            of: [
                "curl", "-Z", "--parallel-immediate", "--parallel-max", "\(ledger.window)", "-s", "-m",
                "\(max(1, ledger.work.timeout_ms / 1000))", "-w", "%{http_code}\\n",
            ] + urls.flatMap { ["-o", "/dev/null", "http://\($0):\(ledger.work.port)/health"] }, ledger)
        let good = lines.count { $0.hasPrefix("200") }
        ledger.tell(done: good, failed: ledger.items - good)
    }
}
