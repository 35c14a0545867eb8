package import MusterCore
package import MusterText

/// Every reason that a report can give, for `muster reasons`.
package enum ReasonList {
    private struct Row {
        var code: String
        var verdict: Verdict
        var summary: String
        /// Whether muster waits for room and tries again, however many attempts the check has.
        var waits = false
    }

    private static var rows: [Row] {
        Reason.allCases.map { Row(code: $0.rawValue, verdict: verdict(of: $0), summary: $0.summary) }
    }

    private static var localRows: [Row] {
        LocalReason.allCases.map {
            Row(code: $0.rawValue, verdict: .unknown($0), summary: $0.summary, waits: $0.isShortage)
        }
    }

    /// What a target is said to be for a reason.
    package static func verdict(of reason: Reason) -> Verdict {
        reason == .tlsExpiresSoon ? .degraded(reason) : .down(reason)
    }

    /// For a person.
    package static func text(_ options: ReportOptions) -> String {
        let ink = Ink(enabled: options.color)
        let width = max(60, options.width)
        let column = (rows + localRows).map { $0.code.utf8.count }.max() ?? 0
        var text = ink("What a host did, or did not do in time", .bold) + "\n"
        text += rows.map { lines(of: $0, column, width, ink) }.joined()
        text += "\n" + ink("What our own side failed at: never counted as down", .bold) + "\n"
        text += localRows.map { lines(of: $0, column, width, ink) }.joined()
        text +=
            "\n" + ink("↻ tried again while the check has attempts left   ◷ waits for room, then tried again", .dim)
            + "\n"
        return text
    }

    /// `{"reasons":[{"reason":…,"verdict":…,"transient":…,"waits":…,"summary":…}, …]}`
    package static func appendJSON(to output: inout [UInt8]) {
        var json = JSONWriter(taking: &output)
        json.beginObject()
        json.key("reasons")
        json.beginArray()
        for row in rows + localRows {
            json.newline()
            json.beginObject()
            json.key("reason")
            json.string(row.code)
            json.key("verdict")
            json.string(row.verdict.kind.rawValue)
            json.key("transient")
            json.bool(row.verdict.isTransient)
            json.key("waits")
            json.bool(row.waits)
            json.key("summary")
            json.string(row.summary)
            json.endObject()
        }
        json.newline()
        json.endArray()
        json.endObject()
        json.newline()
        json.give(to: &output)
    }

    private static func lines(of row: Row, _ column: Int, _ width: Int, _ ink: Ink) -> String {
        let indent = column + 18
        let words = row.summary.split(separator: " ").map(String.init)
        let summary = TerminalText.lines(words, width - indent)
        let mark = row.waits ? "◷" : row.verdict.isTransient ? "↻" : " "
        let kind = TerminalText.left(row.verdict.kind.rawValue, 8)
        return "  " + TerminalText.left(row.code, column) + "  " + ink(kind, Ink.tone(row.verdict.kind)) + "  "
            + ink(mark, .cyan) + "   " + summary.joined(separator: "\n" + TerminalText.spaces(indent)) + "\n"
    }
}
