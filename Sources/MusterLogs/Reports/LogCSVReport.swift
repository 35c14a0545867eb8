internal import MusterText

/// CSV (RFC 4180): a header line, then a line a key. Without `allTables` the first table only; with it all of them and the
/// timeline, each with its header line, an empty line between. Where there is no table, the timeline; where there is
/// none either, the figures.
///
/// Texts are fit for a terminal and stand in one line. One that a spreadsheet would take for a formula gets a `'` in front.
enum LogCSVReport {
    static func bytes(_ report: LogReport, allTables: Bool) -> [UInt8] {
        var blocks = report.tables.map(block)
        if let timeline = report.timeline, blocks.isEmpty || allTables { blocks.append(block(timeline)) }
        if blocks.isEmpty, !report.figures.isEmpty { blocks.append(block(report.figures)) }
        var bytes: [UInt8] = []
        for (index, block) in (allTables ? blocks : Array(blocks.prefix(1))).enumerated() {
            if index > 0 { bytes.append(contentsOf: "\r\n".utf8) }
            for line in block {
                for (field, text) in line.enumerated() {
                    if field > 0 { bytes.append(UInt8(ascii: ",")) }
                    append(text, &bytes)
                }
                bytes.append(contentsOf: "\r\n".utf8)
            }
        }
        return bytes
    }

    private static func block(_ table: LogReport.Table) -> [[String]] {
        var header = table.keys + table.columns.map(\.name)
        if !table.isExact { header.append("error") }
        let rows = table.rows.map { row in
            var line = table.keys.indices.map { harmless(row.key($0), as: ShownKey.text(row.key($0))) }
            line += table.columns.indices.map { text(row.value($0)) }
            if !table.isExact { line.append(String(row.error)) }
            return line
        }
        return [distinctNames(header).map(harmless)] + rows
    }

    private static func block(_ timeline: LogReport.Timeline) -> [[String]] {
        let hasClasses = timeline.points.contains { $0.classes.count == 6 }
        let classes = hasClasses ? LogRecord.statusClasses + ["error_rate"] : []
        let header = distinctNames(["time", "count"] + classes + timeline.columns.map(\.name)).map(harmless)
        let rows = timeline.points.map { point in
            var line = [UTCMoment(point.time).rfc3339, String(point.count)]
            if hasClasses {
                let counts = point.classes.count == 6 ? point.classes.map(String.init) : Array(repeating: "", count: 6)
                line += counts + [point.errorRate?.description ?? ""]
            }
            return line
                + timeline.columns.indices.map { text($0 < point.values.count ? point.values[$0] : .none) }
        }
        return [header] + rows
    }

    private static func block(_ figures: [LogReport.Figure]) -> [[String]] {
        [["name", "value", "precision"]]
            + figures.map { [harmless($0.name), text($0.value), harmless($0.precision)] }
    }

    private static func text(_ value: LogReport.Value) -> String {
        if case .text(let text) = value { return harmless(text) }
        return value.plainNumber ?? ""
    }

    /// A text made safe, with `'` in front where a spreadsheet would take it for a formula: where it begins with `=`, `+`,
    /// `-`, `@`, a tab or a line end. A `-` alone is how logs say "nothing" and stays. Of a text that has a `'` before such a
    /// beginning by itself there are then two. `shown` is what is written instead of the text.
    private static func harmless(_ text: String, as shown: String) -> String {
        let safe = TerminalText.safe(shown)
        guard let first = text.unicodeScalars.first(where: { $0 != "'" }), text != "-" else { return safe }
        return ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"].contains(first) ? "'" + safe : safe
    }

    private static func harmless(_ text: String) -> String { harmless(text, as: text) }

    private static func append(_ text: String, _ bytes: inout [UInt8]) {
        let needsQuotes = text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 32 }
        guard needsQuotes else { return bytes.append(contentsOf: text.utf8) }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
