internal import MusterText

/// Tables of the page.
enum HTMLTables {
    /// Greatest keys: the key with a bar behind it (all lines of the table would fill the cell), then the columns.
    static func top(_ table: LogReport.Table, _ index: Int) -> String {
        let precision = table.isExact ? "exact" : "counts are " + table.precisionText
        let heading =
            "<section><h2 id=\"top-\(index)\">" + HTMLText.inline(FieldTitle.text(table.keys))
            + "</h2><p class=\"soft\">" + HTMLText.escaped(table.keysText + ", " + precision) + "</p>"
            + (table.hint.isEmpty ? "" : "<p class=\"soft\">" + HTMLText.inline(table.hint) + "</p>")
        guard !table.rows.isEmpty else { return heading + "<p class=\"sub\">No lines.</p></section>\n" }
        var header = table.keys.enumerated().map { field, name in
            "<th scope=\"col\"" + (field > 0 ? "" : " class=\"first\"") + ">" + HTMLText.inline(name, limit: 60)
                + "</th>"
        }
        header += table.columns.map {
            "<th scope=\"col\" class=\"n\">" + HTMLText.inline($0.title, limit: 40) + "</th>"
        }
        let measure = table.countColumn
        let total = Double(max(table.total, 1))
        let rows = table.rows.map { row in
            let share = min(1, (measure.flatMap(row.value)?.double ?? 0) / total)
            return "<tr>" + keys(row, table, share) + values(row, table, measure) + "</tr>"
        }
        return heading + ScrollingTable.html(labelled: "top-\(index)", header, rows) + "</section>\n"
    }

    private static func keys(_ row: LogReport.Row, _ table: LogReport.Table, _ share: Double) -> String {
        table.keys.indices.map { field in
            let key = row.key(field)
            let text = key.isEmpty ? "<span class=\"soft\">(empty)</span>" : HTMLText.code(ShownKey.named(key))
            return field == 0
                ? "<th scope=\"row\" class=\"key bar\" style=\"--w:" + HTMLText.percent(share) + "\">" + text + "</th>"
                : "<td class=\"key more\">" + text + "</td>"
        }.joined()
    }

    private static func values(_ row: LogReport.Row, _ table: LogReport.Table, _ measure: Int?) -> String {
        table.columns.indices.map { column in
            "<td class=\"n" + (column == measure ? " lead" : "") + "\">"
                + HTMLText.inline(row.value(column).text, limit: 80) + "</td>"
        }.joined()
    }

    static func sources(_ sources: [LogReport.Source]) -> String {
        guard !sources.isEmpty else { return "" }
        let hasNotes = sources.contains { !$0.note.isEmpty }
        var header = ["<th scope=\"col\">source</th>", "<th scope=\"col\">format</th>"]
        header += ["data", "lines", "bad"].map { "<th scope=\"col\" class=\"n\">" + $0 + "</th>" }
        if hasNotes { header.append("<th scope=\"col\">note</th>") }
        let shown = sources.prefix(200)
        let rows = shown.map { source in
            let numbers = [ValueText.bytes(Double(source.bytes)), source.lines.grouped, source.bad.grouped]
            return "<tr><th scope=\"row\" class=\"key\">" + HTMLText.code(source.name) + "</th><td>"
                + HTMLText.inline(source.format, limit: 60) + "</td>"
                + numbers.map { "<td class=\"n\">" + $0 + "</td>" }.joined()
                + (hasNotes ? "<td class=\"key note\">" + HTMLText.inline(source.note) + "</td>" : "") + "</tr>"
        }
        let count =
            sources.count == shown.count
            ? sources.count.counted("source") : "the first \(shown.count) of " + sources.count.counted("source")
        return "<section><h2 id=\"sources\">Sources</h2><p class=\"soft\">" + count + "</p>"
            + ScrollingTable.html(labelled: "sources", header, rows) + "</section>\n"
    }

    static func badLines(_ report: LogReport) -> String {
        guard !report.badLines.isEmpty else { return "" }
        let items = report.badLines.map { bad in
            "<li>" + HTMLText.code(bad.source + ":+" + String(bad.offset)) + " column " + bad.column.grouped
                + ": expected " + HTMLText.inline(bad.expected) + "<pre>" + excerpt(bad) + "</pre></li>"
        }
        let count = report.badLines.count.grouped + " of " + report.bad.grouped + " that did not fit"
        return "<section><h2>Bad lines</h2><p class=\"soft\">" + count + "</p><ol class=\"bad\">"
            + items.joined(separator: "\n") + "</ol></section>\n"
    }

    /// The line with the first character marked that did not fit; a mark alone where the line ends there.
    private static func excerpt(_ bad: LogReport.BadLine) -> String {
        let (before, rest) = BadLineText.split(bad.text, column: bad.column)
        let head = TerminalText.safe(before)
        let (tail, taken) = BadLineText.end(of: head, 300)
        let place = rest.unicodeScalars.first.map { HTMLText.escaped(String($0)) } ?? "&nbsp;"
        let isCut = taken < TerminalText.width(head)
        return (isCut ? "…" : "") + HTMLText.escaped(tail) + "<mark>" + place + "</mark>"
            + HTMLText.escaped(String(rest.unicodeScalars.dropFirst()), limit: 300)
    }
}
