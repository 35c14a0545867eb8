internal import MusterCore

/// What came of a command on one host.
package struct HostEnding: Sendable {
    package var host: FleetHost
    package var outcome: HostOutcome
    /// ssh's own last line, or what failed on our side; empty where there is nothing to say.
    package var detail: String
    /// From starting ssh to its end.
    package var elapsed: Duration
    package var output: KeptOutput
    package var error: KeptOutput

    package init(
        host: FleetHost, outcome: HostOutcome, detail: String = "", elapsed: Duration = .zero,
        output: KeptOutput = KeptOutput(limit: 0), error: KeptOutput = KeptOutput(limit: 0)
    ) {
        self.host = host
        self.outcome = outcome
        self.detail = detail
        self.elapsed = elapsed
        self.output = output
        self.error = error
    }

    /// What explains a failure best, at most so many lines: what ssh or our side said, else the command's last words.
    package func lastWords(_ limit: Int) -> [String] {
        if !detail.isEmpty { return [detail] }
        return error.count > 0 ? error.lastLines(limit) : output.lastLines(limit)
    }
}
