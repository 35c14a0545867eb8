internal import MusterCore
internal import MusterText

/// A log report as one page that needs nothing else: no script, no network, and a policy that forbids both.
enum HTMLPage {
    static func bytes(_ report: LogReport) -> [UInt8] {
        var html =
            HTMLFrame.head(title: "Log report: " + name(report), style: HTMLStyle.sheet) + "<body>\n<main>\n"
            + header(report) + facts(report) + notes(report)
        if let timeline = TimelinePlot(report.timeline, zone: report.zoneText) { html += timeline.html }
        let distributions = report.distributions.compactMap(DistributionPlot.init)
        let panels = [StatusPlot.html(report.statuses)] + distributions.enumerated().map { $1.html($0 + 1) }
        html += "<div class=\"two\">\n" + panels.joined() + "</div>\n"
        for (index, table) in report.tables.enumerated() { html += HTMLTables.top(table, index + 1) }
        html += HTMLTables.sources(report.sources) + HTMLTables.badLines(report) + footer(report)
        return Array((html + "</main>\n</body>\n</html>\n").utf8)
    }

    /// `access.log and 3 more`.
    private static func name(_ report: LogReport) -> String {
        guard let first = report.sources.first else { return "no sources" }
        let more = report.sources.count > 1 ? " and " + (report.sources.count - 1).grouped + " more" : ""
        return TerminalText.safe(first.shownName, limit: 100) + more
    }

    private static func header(_ report: LogReport) -> String {
        var parts: [String] = []
        if let first = report.first, let last = report.last {
            parts.append(HTMLText.escaped(LogTableReport.span(first, last, report.zoneText)))
        }
        if !report.formats.isEmpty { parts.append(HTMLText.inline(report.formats.joined(separator: ", "))) }
        if !report.filter.isEmpty { parts.append("only lines where " + HTMLText.code(report.filter)) }
        return "<header><p class=\"soft\">Log report</p><h1>" + HTMLText.inline(name(report))
            + "</h1><p class=\"soft\">"
            + parts.joined(separator: " · ") + "</p></header>\n"
    }

    private static func facts(_ report: LogReport) -> String {
        var facts = [fact("lines read", report.lines.grouped)]
        if !report.filter.isEmpty {
            let share = report.lines > 0 ? Double(report.matched) / Double(report.lines) : 0
            facts.append(fact("matching lines", report.matched.grouped, ValueText.share(share) + " of all"))
        }
        let statuses = report.statuses.reduce(0.0) { $0 + Double($1.count) }
        if statuses > 0 {
            let errors = report.statuses.first { $0.name == "5xx" }?.count ?? 0
            let share = ValueText.smallShare(Double(errors) / statuses)
            facts.append(fact("share of 5xx", share, errors.counted("line")))
        }
        let share = report.bad > 0 ? ValueText.smallShare(report.badShare) + " of all" : ""
        facts.append(fact("bad lines", report.bad.grouped, share))
        facts.append(
            fact("data read", ValueText.bytes(Double(report.bytesRead)), report.sources.count.counted("source")))
        facts += report.figures.map { fact($0.title, $0.value.text, $0.precision) }
        return "<dl class=\"facts\">\n" + facts.joined() + "</dl>\n"
    }

    private static func fact(_ title: String, _ value: String, _ remark: String = "") -> String {
        let small = remark.isEmpty ? "" : "<small>" + HTMLText.inline(remark, limit: 80) + "</small>"
        return "<div><dt>" + HTMLText.inline(title, limit: 60) + small + "</dt><dd>"
            + HTMLText.inline(value, limit: 40) + "</dd></div>\n"
    }

    private static func notes(_ report: LogReport) -> String {
        let interrupted = report.isInterrupted ? ["The run was interrupted; what was read until then is here."] : []
        let notes = interrupted + report.notes
        guard !notes.isEmpty else { return "" }
        let items = notes.map { "<li>" + HTMLText.inline($0, limit: 2000) + "</li>" }
        return "<ul class=\"notes\" aria-label=\"Notes\">" + items.joined() + "</ul>\n"
    }

    private static func footer(_ report: LogReport) -> String {
        var text = "muster " + HTMLText.escaped(report.version, limit: 40) + " · read in " + report.elapsed.text
        if let rate = report.bytesPerSecond { text += ", " + ValueText.bytes(rate) + "/s" }
        text += ", " + report.workers.counted("worker") + " · KB, MB and GB are powers of 1024"
        return "<footer class=\"soft\">" + text + "</footer>\n"
    }
}
