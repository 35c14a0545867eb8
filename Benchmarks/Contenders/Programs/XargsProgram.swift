import CMusterLimits
import MusterBenchmarkResults

/// xargs with an awk for each sixteen files: the same counts, by other means.
enum XargsProgram {
    static let contender = Contender(
        name: "xargs", title: "xargs -P with awk", kind: .external, family: .childrenOnly, cost: 400e-6, needs: "xargs",
        obstacle: { assignment in
            assignment.logs == .files ? nil : "it starts a program for files, and there are none"
        }
    ) { ledger in
        let lines = try ExternalProgram.output(
            of: [
                "sh", "-c",
                "find \"$0\" -name '*.log' | sort | head -n \"$1\" | xargs -P \"$2\" -n 16 awk -F '\"' \"$3\"",
                ledger.work.logs, "\(ledger.items)", "\(ledger.window)", program,
            ], ledger)
        let found = lines.reduce(0) { $0 + (Int($1) ?? 0) }
        ledger.tell(done: ledger.items, failed: 0, lines: found)
    }

    private static let program =
        "{ urls[$2]++; split($3, tail, \" \"); codes[tail[1]]++; bytes += tail[2] } END { print NR }"
}
