internal import MusterCore
internal import MusterText

/// Markdown with the tables of GitHub's dialect. What comes from logs stands in code spans, where nothing in it is
/// markup, a link or a mention.
enum LogMarkdownReport {
    static func bytes(_ report: LogReport) -> [UInt8] {
        var lines = ["# Log report", "", head(report)]
        if !report.statuses.isEmpty { lines += ["", "## Status", ""] + statuses(report.statuses) }
        if !report.figures.isEmpty { lines += ["", "## Figures", ""] + figures(report.figures) }
        for table in report.tables { lines += ["", "## " + plain(table.title), ""] + rows(table) }
        lines += timeline(report.timeline, report.zoneText)
        if !report.sources.isEmpty { lines += ["", "## Sources", ""] + sources(report.sources) }
        if !report.badLines.isEmpty { lines += ["", "## Bad lines", ""] + report.badLines.map(badLine) }
        let interrupted = report.isInterrupted ? ["The run was interrupted; what was read until then is above."] : []
        let notes = interrupted + report.notes
        if !notes.isEmpty { lines += ["", "## Notes", ""] + notes.map { "- " + plain($0) } }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private static func head(_ report: LogReport) -> String {
        var parts = [report.lines.counted("line")]
        if !report.filter.isEmpty { parts.append(report.matched.grouped + " where " + code(report.filter)) }
        parts.append(report.bad.grouped + " bad (" + ValueText.smallShare(report.badShare) + ")")
        parts.append(ValueText.bytes(Double(report.bytesRead)))
        if let first = report.first, let last = report.last {
            parts.append(plain(LogTableReport.span(first, last, report.zoneText)))
        }
        if !report.formats.isEmpty { parts.append(report.formats.map(plain).joined(separator: ", ")) }
        return parts.joined(separator: " · ") + "  \nmuster " + plain(report.version)
    }

    private static func statuses(_ statuses: [LogReport.StatusClass]) -> [String] {
        let total = max(1, statuses.reduce(0.0) { $0 + Double($1.count) })
        return table(
            [("class", false), ("lines", true), ("share", true)],
            statuses.map { [plain($0.name), $0.count.grouped, ValueText.smallShare(Double($0.count) / total)] })
    }

    private static func figures(_ figures: [LogReport.Figure]) -> [String] {
        table(
            [("figure", false), ("value", true), ("precision", false)],
            figures.map { [plain($0.title), text($0.value), plain($0.precision)] })
    }

    private static func rows(_ top: LogReport.Table) -> [String] {
        let header = top.keys.map { (plain($0), false) } + top.columns.map { (plain($0.title), true) }
        let rows = top.rows.map { row in
            top.keys.indices.map { key(row.key($0)) } + top.columns.indices.map { text(row.value($0)) }
        }
        let precision = top.isExact ? "exact" : "counts are " + top.precisionText
        return [top.keysText + ", " + precision, ""] + table(header, rows)
    }

    /// At most 48 steps: more are for a plot.
    private static func timeline(_ timeline: LogReport.Timeline?, _ zone: String) -> [String] {
        guard let folded = FoldedTimeline(timeline, limit: 48) else { return [] }
        var header = [("from", false), ("lines", true)]
        if folded.hasClasses { header.append(("5xx", true)) }
        let rows = folded.columns.map { column in
            let (local, offset) = folded.shown(column.time)
            let moment = UTCMoment(local)
            let cells = [moment.date + " " + moment.fullClock + offset, column.count.grouped]
            return folded.hasClasses ? cells + [column.errorRate.map(ValueText.smallShare) ?? ""] : cells
        }
        let length = LogTimelineText.length(folded.step)
        return ["", "## Timeline", "", "steps of " + length + ", " + plain(zone), ""] + table(header, rows)
    }

    private static func sources(_ sources: [LogReport.Source]) -> [String] {
        let header = [
            ("source", false), ("format", false), ("bytes", true), ("lines", true), ("bad", true), ("note", false),
        ]
        return table(
            header,
            sources.map { source in
                [
                    code(source.name), plain(source.format), ValueText.bytes(Double(source.bytes)),
                    source.lines.grouped,
                    source.bad.grouped, plain(source.note),
                ]
            })
    }

    private static func badLine(_ bad: LogReport.BadLine) -> String {
        "- " + code(bad.source + ":+" + String(bad.offset)) + ": column " + bad.column.grouped + ": expected "
            + plain(bad.expected) + "  \n  " + code(TerminalText.safe(bad.text, limit: 200))
    }

    private static func table(_ header: [(title: String, isNumber: Bool)], _ rows: [[String]]) -> [String] {
        let line = { (cells: [String]) in "| " + cells.joined(separator: " | ") + " |" }
        return [line(header.map(\.title)), line(header.map { $0.isNumber ? "---:" : "---" })] + rows.map(line)
    }

    private static func text(_ value: LogReport.Value) -> String {
        if case .text(let text) = value { return code(text) }
        return value.text
    }

    private static func key(_ key: String) -> String { key.isEmpty ? "(empty)" : code(ShownKey.named(key)) }

    /// A text in a code span: its backticks are shorter than the fence, a pipe is escaped as tables demand, and a
    /// backslash before a pipe is spelled out, for parsers differ over whether it would escape the escape.
    static func code(_ text: String) -> String {
        guard !text.isEmpty else { return "(empty)" }
        var safe = ""
        var backslashes = 0
        var ticks = 0
        var longest = 0
        for character in TerminalText.safe(text).unicodeScalars {
            ticks = character == "`" ? ticks + 1 : 0
            longest = max(longest, ticks)
            if character == "\\" {
                backslashes += 1
                continue
            }
            safe += String(repeating: character == "|" ? "\\x5c" : "\\", count: backslashes)
            backslashes = 0
            if character == "|" { safe += "\\" }
            safe.unicodeScalars.append(character)
        }
        safe += String(repeating: "\\", count: backslashes)
        let fence = String(repeating: "`", count: longest + 1)
        let needsSpace = safe.first == "`" || safe.last == "`" || safe.first == " " && safe.last == " "
        return needsSpace ? fence + " " + safe + " " + fence : fence + safe + fence
    }

    /// A text with everything escaped that could be markup.
    static func plain(_ text: String) -> String {
        var plain = ""
        for character in TerminalText.safe(text).unicodeScalars {
            if "\\`*_[]<>|~$#&".unicodeScalars.contains(character) { plain += "\\" }
            plain.unicodeScalars.append(character)
        }
        return plain
    }
}
