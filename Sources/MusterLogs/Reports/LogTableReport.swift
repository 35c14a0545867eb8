internal import MusterCore
internal import MusterText

/// A log report for a person: what was read, classes of status, lines over time, figures, tables, lines that did not fit,
/// and what to know of it all.
struct LogTableReport {
    let ink: Ink
    let width: Int
    /// Columns that there are, which may be fewer than lines are made for.
    private let columns: Int

    init(_ options: LogReportLook) {
        ink = Ink(enabled: options.color)
        columns = max(1, min(options.width, 1000))
        width = max(20, columns)
    }

    func bytes(_ report: LogReport) -> [UInt8] {
        var lines = headLines(report)
        lines += LogStatusText(ink: ink, width: width).lines(report.statuses)
        lines += LogTimelineText(ink: ink, width: width).lines(report.timeline)
        lines += figureLines(report.figures)
        for table in report.tables { lines += LogTopText(table, ink: ink, width: width).lines }
        lines += sourceLines(report.sources)
        lines += BadLineText(ink: ink, width: width).lines(report)
        lines += noteLines(report)
        var bytes: [UInt8] = []
        for line in lines {
            bytes.append(contentsOf: (width < 60 ? clipped(line) : line).utf8)
            // Keys and texts may end in spaces.
            while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// A line cut to the width: on a narrow terminal a few have no room.
    private func clipped(_ line: String) -> String {
        var text = ""
        var columns = 0
        // Up to where there is room for an ellipsis.
        var cut = ""
        var isEscape = false
        for scalar in line.unicodeScalars {
            if scalar == "\u{1b}" { isEscape = true }
            if !isEscape { columns += TerminalText.width(String(scalar)) }
            guard columns <= self.columns else {
                return cut + "…" + (line.unicodeScalars.contains("\u{1b}") ? "\u{1b}[0m" : "")
            }
            text.unicodeScalars.append(scalar)
            if isEscape, scalar.properties.isAlphabetic { isEscape = false }
            if columns < self.columns { cut = text }
        }
        return line
    }

    /// A heading behind an empty line, with a remark beside it, or under it where it is longer than the line.
    static func heading(_ title: String, _ remark: String, _ ink: Ink, _ width: Int) -> [String] {
        let title = TerminalText.safe(title, limit: width)
        let remark = TerminalText.safe(remark, limit: 400)
        guard !remark.isEmpty else { return ["", ink(title, .bold)] }
        if TerminalText.width(title) + TerminalText.width(remark) + 2 <= width {
            return ["", ink(title, .bold) + "  " + ink(remark, .dim)]
        }
        return ["", ink(title, .bold)] + wrapped(remark, width - 2).map { "  " + ink($0, .dim) }
    }

    /// A safe text in lines of at most so many columns.
    private static func wrapped(_ text: String, _ columns: Int) -> [String] {
        TerminalText.lines(text.split(separator: " ").map(String.init), columns)
    }

    private func headLines(_ report: LogReport) -> [String] {
        let title = "muster " + TerminalText.safe(report.version, limit: 20)
        let room = width - TerminalText.width(title) - 2
        let sources = LogTableReport.sourcesText(report.sources, room)
        var lines = [ink(title, .dim) + (sources.isEmpty ? "" : "  " + ink(sources, .bold))]
        var context: [String] = []
        if !report.formats.isEmpty { context.append(report.formats.joined(separator: ", ")) }
        if let first = report.first, let last = report.last {
            context.append(LogTableReport.span(first, last, report.zoneText))
        }
        if !report.filter.isEmpty { context.append("where " + report.filter) }
        lines += setLines(context.map { ($0, .dim) })
        lines.append("")
        lines += countLines(report)
        return lines
    }

    /// `access.log, access.log.1 and 12 more`.
    private static func sourcesText(_ sources: [LogReport.Source], _ room: Int) -> String {
        for shown in stride(from: min(sources.count, 6), through: 2, by: -1) {
            let names = sources.prefix(shown).map { TerminalText.safe($0.shownName, limit: 200) }.joined(
                separator: ", ")
            let rest = sources.count - shown
            let text = names + (rest > 0 ? " and " + rest.grouped + " more" : "")
            if TerminalText.width(text) <= room { return text }
        }
        guard let first = sources.first else { return "" }
        let more = sources.count > 1 ? " and " + (sources.count - 1).grouped + " more" : ""
        return TerminalText.safe(first.shownName, limit: max(1, room - more.utf8.count)) + more
    }

    /// `2026-11-24 00:00:00 to 23:59:59 UTC`.
    static func span(_ first: Int64, _ last: Int64, _ zone: String) -> String {
        let (first, last) = (UTCMoment(first), UTCMoment(last))
        let end = first.date == last.date ? last.clock : last.date + " " + last.clock
        return first.date + " " + first.clock + " to " + end + " " + zone
    }

    private func countLines(_ report: LogReport) -> [String] {
        var parts: [(String, Ink.Tone?)] = [(report.lines.counted("line"), .bold)]
        if !report.filter.isEmpty || report.matched &+ report.bad != report.lines {
            let share = report.lines > 0 ? Double(report.matched) / Double(report.lines) : 0
            parts.append((report.matched.grouped + " matching (" + ValueText.share(share) + ")", .bold))
        }
        parts.append(
            report.bad > 0
                ? (report.bad.grouped + " bad (" + ValueText.smallShare(report.badShare) + ")", .boldYellow)
                : ("none bad", .dim))
        var time = ValueText.bytes(Double(report.bytesRead)) + " in " + report.elapsed.text
        if let rate = report.bytesPerSecond { time += ", " + ValueText.bytes(rate) + "/s" }
        parts.append((time, .dim))
        parts.append((report.workers.counted("worker"), .dim))
        return setLines(parts)
    }

    /// Parts set in lines of at most the width, dots between them.
    private func setLines(_ parts: [(text: String, tone: Ink.Tone?)]) -> [String] {
        var lines: [String] = []
        var columns = 0
        for part in parts {
            let text = TerminalText.safe(part.text, limit: width)
            let step = 3 + TerminalText.width(text)
            if !lines.isEmpty, columns + step <= width {
                lines[lines.count - 1] += ink(" · ", .dim) + ink(text, part.tone)
                columns += step
            } else {
                lines.append(ink(text, part.tone))
                columns = step - 3
            }
        }
        return lines
    }

    /// Figures in as many columns as fit, read from top to bottom.
    private func figureLines(_ figures: [LogReport.Figure]) -> [String] {
        guard !figures.isEmpty else { return [] }
        let titles = figures.map { TerminalText.safe($0.title, limit: width / 2 - 4) }
        let values = figures.map { TerminalText.safe($0.value.text, limit: width / 4) }
        let remarks = figures.map { TerminalText.safe($0.precision, limit: width / 5) }
        let titleColumn = titles.map(TerminalText.width).max() ?? 0
        let valueColumn = values.map(TerminalText.width).max() ?? 0
        let remarkColumn = remarks.map(TerminalText.width).max() ?? 0
        let cell = titleColumn + 2 + valueColumn + (remarkColumn > 0 ? 1 + remarkColumn : 0)
        let columns = max(1, min(4, (width - 2 + 4) / (cell + 4)))
        let rows = (figures.count - 1) / columns + 1
        var lines = LogTableReport.heading("Figures", "", ink, width)
        for row in 0..<rows {
            var line = " "
            for index in stride(from: row, to: figures.count, by: rows) {
                line += (index == row ? " " : "    ") + TerminalText.left(titles[index], titleColumn) + "  "
                line += ink(TerminalText.right(values[index], valueColumn), .bold)
                let isLast = index + rows >= figures.count
                let remark = isLast ? remarks[index] : TerminalText.left(remarks[index], remarkColumn)
                if remarkColumn > 0, !remark.isEmpty { line += " " + ink(remark, .dim) }
            }
            lines.append(line)
        }
        return lines
    }

    /// Sources of which there is something to say.
    private func sourceLines(_ sources: [LogReport.Source]) -> [String] {
        let noted = sources.filter { !$0.note.isEmpty }
        guard !noted.isEmpty else { return [] }
        let shown = noted.prefix(noted.count > 8 ? 7 : 8)
        let names = shown.map { TerminalText.safe($0.name, limit: width / 2 - 4) }
        let column = names.map(TerminalText.width).max() ?? 0
        var lines = LogTableReport.heading("Sources", "of which there is something to say", ink, width)
        for (source, name) in zip(shown, names) {
            let note = LogTableReport.wrapped(TerminalText.safe(source.note, limit: 300), width - column - 4)
            for (index, text) in note.enumerated() {
                let name = index == 0 ? TerminalText.left(name, column) : TerminalText.spaces(column)
                lines.append("  " + ink(name, .cyan) + "  " + text)
            }
        }
        if noted.count > shown.count {
            lines.append("  " + ink("and " + (noted.count - shown.count).grouped + " more (see --output json)", .dim))
        }
        return lines
    }

    private func noteLines(_ report: LogReport) -> [String] {
        var notes = report.notes.prefix(20).map { TerminalText.safe($0, limit: 2000) }
        let left = report.notes.count - notes.count
        if left > 0 { notes.append("And " + left.grouped + " more (see --output json).") }
        if report.isInterrupted { notes.insert("The run was interrupted; what was read until then is above.", at: 0) }
        guard !notes.isEmpty else { return [] }
        return [""]
            + notes.flatMap { note in
                LogTableReport.wrapped(note, width - 2).enumerated().map {
                    index, line in
                    ink(index == 0 ? "! " : "  ", .boldYellow) + line
                }
            }
    }
}
