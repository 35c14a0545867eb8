internal import MusterText

/// A rotation for a person: a line a stanza, what failed below it, and a summary; on demand each log with its steps.
struct RotationTextReport {
    /// Columns that a path takes at most: more than any the system knows.
    private static let pathLimit = 4_096
    /// Columns of all patterns of a stanza together.
    private static let patternLimit = 400
    private static let hintLimit = 2_000

    private let report: RotationReport
    private let ink: Ink
    private let showsLogs: Bool

    init(_ report: RotationReport, _ options: RotationReportOptions) {
        self.report = report
        ink = Ink(enabled: options.color)
        showsLogs = options.isVerbose || report.isDry
    }

    func bytes() -> [UInt8] {
        var lines: [String] = []
        if report.isDry {
            lines.append(ink("Dry run: nothing was touched. A run would do this, to each log in this order:", .bold))
        }
        for fault in report.faults { lines.append(ink("error", .boldRed) + "  " + text(fault)) }
        for warning in report.warnings { lines.append(ink("warning", .boldYellow) + "  " + text(warning)) }
        for stanza in report.stanzas { append(stanza, to: &lines) }
        lines += RotationSummaryText(report, ink).lines()
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    // MARK: Stanzas

    private func append(_ stanza: RotationReport.Stanza, to lines: inout [String]) {
        let pattern = TerminalText.safe(stanza.pattern, limit: Self.patternLimit)
        let place = TerminalText.safe(stanza.place, limit: Self.pathLimit)
        let totals = RotationTotals(stanza, isDry: report.isDry)
        lines.append(ink(pattern, .bold) + " " + ink("(" + place + ")", .dim) + ": " + parts(of: totals))
        for fault in stanza.faults { lines.append("  " + ink("failed", .boldRed) + "  " + text(fault)) }
        if showsLogs {
            for step in stanza.steps { lines.append("  " + ink("once   ", .green) + " " + text(step)) }
        }
        for log in stanza.logs {
            if showsLogs || log.outcome == .failed { lines.append(line(of: log)) }
            if showsLogs { lines += log.steps.map { "    " + text($0) } }
        }
    }

    private func parts(of totals: RotationTotals) -> String {
        guard totals.logs > 0 else { return "no logs" }
        var parts: [String] = []
        let isDry = report.isDry
        func add(_ count: Int, _ done: String, _ due: String, _ tone: Ink.Tone?, _ more: String = "") {
            if count > 0 { parts.append(ink(count.grouped + " " + (isDry ? due : done), tone) + more) }
        }
        add(totals.rotated, "rotated", "to rotate", .green)
        add(totals.compressed, "compressed", "to compress", nil, RotationSummaryText.shrinking(totals, " (", ")"))
        add(totals.removed, "removed", "to remove", nil)
        add(totals.skipped, "skipped", "to skip", .dim, RotationSummaryText.list(totals.skipReasons, " (", ")"))
        add(totals.failed, "failed", "failed", .red, RotationSummaryText.list(totals.failureCodes, " (", ")"))
        if totals.bytesAtRisk > 0 { parts.append(ink(bytes(totals.bytesAtRisk) + " at risk", .yellow)) }
        return parts.joined(separator: ", ")
    }

    // MARK: Logs

    private func line(of log: RotationReport.Log) -> String {
        let path = TerminalText.safe(log.path, limit: Self.pathLimit)
        switch log.outcome {
        case .rotated:
            var parts = [path, bytes(log.bytes)]
            if log.compressed > 0 {
                parts.append("compressed " + bytes(log.bytesBefore) + " → " + bytes(log.bytesAfter))
            }
            if log.removed > 0 { parts.append(log.removed.grouped + " removed") }
            if let risk = log.bytesAtRisk { parts.append(bytes(risk) + " at risk") }
            return "  " + ink(report.isDry ? "rotate " : "rotated", .green) + " " + parts.joined(separator: ", ")
        case .skipped:
            return "  " + ink(report.isDry ? "skip   " : "skipped", .dim) + " " + path
                + (log.reason.isEmpty ? "" : ": " + TerminalText.safe(log.reason, limit: Self.hintLimit))
        case .failed:
            return "  " + ink("failed", .boldRed) + "  " + path + ": " + why(log)
        }
    }

    /// The path stands before it, so that a fault of the very path does not tell it again.
    private func why(_ log: RotationReport.Log) -> String {
        guard let fault = log.fault else { return "no reason is known" }
        return fault.location == log.path ? TerminalText.safe(fault.hint, limit: Self.hintLimit) : text(fault)
    }

    private func text(_ step: RotationReport.Step) -> String {
        var line = ink(TerminalText.left(step.action, 8), .cyan) + " "
        line += TerminalText.safe(step.path, limit: Self.pathLimit)
        if !step.to.isEmpty { line += " → " + TerminalText.safe(step.to, limit: Self.pathLimit) }
        if !step.detail.isEmpty {
            line += ink(" (" + TerminalText.safe(step.detail, limit: Self.hintLimit) + ")", .dim)
        }
        return line
    }

    private func text(_ fault: RotationReport.Fault) -> String {
        let location = TerminalText.safe(fault.location, limit: Self.pathLimit)
        let hint = TerminalText.safe(fault.hint, limit: Self.hintLimit)
        return location.isEmpty ? hint : location + ": " + hint
    }

    private func bytes(_ count: Int) -> String { ValueText.bytes(Double(count)) }
}
