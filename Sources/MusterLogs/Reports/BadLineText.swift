internal import MusterText

/// Lines that did not fit: where, what should have stood there, and the line with a caret under the place.
struct BadLineText {
    let ink: Ink
    let width: Int

    func lines(_ report: LogReport) -> [String] {
        guard !report.badLines.isEmpty else { return [] }
        let remark =
            report.bad > report.badLines.count
            ? report.badLines.count.grouped + " of " + report.bad.grouped : report.bad.grouped
        return LogTableReport.heading("Bad lines", remark, ink, width) + report.badLines.flatMap(lines)
    }

    private func lines(_ bad: LogReport.BadLine) -> [String] {
        let fault = "column " + bad.column.grouped + ": expected " + bad.expected
        let place = ":+" + String(bad.offset) + ": "
        let room = max(8, width - 2 - place.utf8.count)
        let source = TerminalText.safe(bad.source, limit: max(8, room - min(room / 2, TerminalText.width(fault))))
        let text = TerminalText.safe(fault, limit: max(8, room - TerminalText.width(source)))
        let (line, caret) = BadLineText.excerpt(bad.text, column: bad.column, columns: width - 4)
        return [
            "  " + ink(source + place, .cyan) + text,
            "    " + ink(line, .dim),
            "    " + TerminalText.spaces(caret) + ink("^", .boldRed),
        ]
    }

    /// The part of a line that a column stands in, made safe, and how many columns of a terminal stand before the place.
    static func excerpt(_ text: String, column: Int, columns: Int) -> (line: String, caret: Int) {
        let (before, rest) = split(text, column: column)
        let head = TerminalText.safe(before)
        let caret = TerminalText.width(head)
        // The whole beginning where the place and a little behind it fit, else what stands right before the place.
        guard caret + min(16, columns / 3) > columns else {
            return (head + TerminalText.safe(rest, limit: columns - caret), caret)
        }
        let (tail, taken) = end(of: head, columns / 2)
        return ("…" + tail + TerminalText.safe(rest, limit: columns - taken - 1), taken + 1)
    }

    /// A line before a column and from it on.
    ///
    /// Columns count bytes of the line as it was read; a character that replaced a byte that was no UTF-8 counts for one.
    static func split(_ text: String, column: Int) -> (before: String, rest: String) {
        var bytes = 1
        var index = text.unicodeScalars.startIndex
        while index < text.unicodeScalars.endIndex, bytes < column {
            let scalar = text.unicodeScalars[index]
            bytes += scalar == "\u{fffd}" ? 1 : UTF8.width(scalar)
            index = text.unicodeScalars.index(after: index)
        }
        return (String(text.unicodeScalars[..<index]), String(text.unicodeScalars[index...]))
    }

    /// The end of a safe text, at most so many columns.
    static func end(of text: String, _ columns: Int) -> (String, Int) {
        var taken = 0
        var start = text.endIndex
        while start > text.startIndex {
            let index = text.unicodeScalars.index(before: start)
            let step = TerminalText.width(of: text.unicodeScalars[index])
            guard taken + step <= columns else { break }
            taken += step
            start = index
        }
        return (String(text[start...]), taken)
    }
}
