internal import MusterText

/// What a rotation came to, in a few lines.
struct RotationSummaryText {
    private let report: RotationReport
    private let totals: RotationTotals
    private let ink: Ink

    init(_ report: RotationReport, _ ink: Ink) {
        self.report = report
        self.ink = ink
        totals = RotationTotals(report)
    }

    func lines() -> [String] {
        let isDry = report.isDry
        var lines: [String] = []
        func add(_ title: String, _ tone: Ink.Tone, _ text: String) {
            lines.append(ink(TerminalText.left(title, 12), tone) + text)
        }
        add(
            isDry ? "To rotate" : "Rotated", totals.rotated > 0 ? .boldGreen : .bold,
            totals.rotated.grouped + " of " + totals.logs.counted("log") + " of " + totals.stanzas.counted("stanza")
                + " in " + ValueText.seconds(report.seconds))
        if totals.compressed > 0 {
            let sizes = Self.shrinking(totals, ": ", "")
            add(isDry ? "To compress" : "Compressed", .bold, totals.compressed.grouped + sizes)
        }
        if totals.removed > 0 { add(isDry ? "To remove" : "Removed", .bold, totals.removed.grouped) }
        if totals.skipped > 0 {
            add(isDry ? "To skip" : "Skipped", .bold, totals.skipped.grouped + Self.list(totals.skipReasons, ": ", ""))
        }
        if totals.failed > 0 {
            add("Failed", .boldRed, totals.failed.grouped + Self.list(totals.failureCodes, ": ", ""))
        }
        let faults = totals.faultCodes.reduce(0) { $0 + $1.count }
        if faults > 0 { add("Errors", .boldRed, faults.grouped + Self.list(totals.faultCodes, ": ", "")) }
        if !report.warnings.isEmpty { add("Warnings", .boldYellow, report.warnings.count.grouped) }
        if totals.truncated > 0 {
            let risk = ValueText.bytes(Double(totals.bytesAtRisk))
            add("At risk", .boldYellow, risk + " between copying and truncating " + totals.truncated.counted("log"))
        }
        if report.recovered > 0 {
            add("Recovered", .bold, report.recovered.counted("rotation") + " that an earlier run had begun")
        }
        if report.unfinished > 0 {
            add("Unfinished", .boldYellow, report.unfinished.counted("rotation") + ": the next run ends what is left")
        }
        if report.isInterrupted { add("Interrupted", .boldRed, "what is not listed was left as it was") }
        return lines
    }

    /// ` (24.0 MB → 2.10 MB, 8.8%)`; nothing where no sizes are known, as in a dry run.
    static func shrinking(_ totals: RotationTotals, _ prefix: String, _ suffix: String) -> String {
        shrinking(totals.bytesBefore, totals.bytesAfter, prefix, suffix)
    }

    /// The same of two sizes in bytes.
    static func shrinking(_ bytesBefore: Int, _ bytesAfter: Int, _ prefix: String, _ suffix: String) -> String {
        guard bytesBefore > 0 else { return "" }
        let before = Double(bytesBefore)
        let after = Double(bytesAfter)
        return prefix + ValueText.bytes(before) + " → " + ValueText.bytes(after) + ", "
            + ValueText.share(after / before) + suffix
    }

    /// `2 empty, 1 not due`; at most eight words, the rest together.
    static func list(_ counts: [RotationTotals.Count], _ prefix: String, _ suffix: String) -> String {
        guard !counts.isEmpty else { return "" }
        var parts = counts.prefix(8).map { $0.count.grouped + " " + TerminalText.safe($0.word, limit: 60) }
        let rest = counts.dropFirst(8).reduce(0) { $0 + $1.count }
        if rest > 0 { parts.append(rest.grouped + " for other reasons") }
        return prefix + parts.joined(separator: ", ") + suffix
    }
}
