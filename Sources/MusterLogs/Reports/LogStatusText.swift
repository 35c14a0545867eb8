internal import MusterText

/// Classes of status as one bar with a legend.
struct LogStatusText {
    let ink: Ink
    let width: Int

    func lines(_ statuses: [LogReport.StatusClass]) -> [String] {
        let statuses = statuses.filter { $0.count > 0 }
        let total = statuses.reduce(0.0) { $0 + Double($1.count) }
        guard total > 0 else { return [] }
        let cells = LogStatusText.cells(statuses.map(\.count), width - 2)
        var bar = "  "
        for (status, cells) in zip(statuses, cells) {
            let look = LogStatusText.look(status.name)
            bar += ink(String(repeating: look.glyph, count: cells), look.tone)
        }
        return LogTableReport.heading("Status", "", ink, width) + [bar] + legend(statuses, total)
    }

    private func legend(_ statuses: [LogReport.StatusClass], _ total: Double) -> [String] {
        var lines: [String] = []
        var columns = 0
        for status in statuses {
            let look = LogStatusText.look(status.name)
            let name = TerminalText.safe(status.name, limit: 12)
            let count = status.count.grouped
            let share = " (" + ValueText.smallShare(Double(status.count) / total) + ")"
            let text = ink(look.glyph, look.tone) + " " + name + " " + ink(count, .bold) + ink(share, .dim)
            let step = TerminalText.width(name) + count.utf8.count + share.utf8.count + 3
            if !lines.isEmpty, columns + 3 + step <= width {
                lines[lines.count - 1] += "   " + text
                columns += 3 + step
            } else {
                lines.append("  " + text)
                columns = 2 + step
            }
        }
        return lines
    }

    /// Cells of a bar for each count, in all `columns`; what is there gets at least one.
    static func cells(_ counts: [Int], _ columns: Int) -> [Int] {
        let total = counts.reduce(0.0) { $0 + Double($1) }
        var cells = counts.map { $0 > 0 ? max(1, Int((Double($0) / total * Double(columns)).rounded())) : 0 }
        while cells.reduce(0, +) != columns, let greatest = cells.indices.max(by: { cells[$0] < cells[$1] }) {
            cells[greatest] += cells.reduce(0, +) < columns ? 1 : -1
        }
        return cells
    }

    /// Without colours the glyph tells the class.
    static func look(_ name: String) -> (glyph: String, tone: Ink.Tone) {
        switch name {
        case "2xx": ("█", .green)
        case "3xx": ("▓", .cyan)
        case "4xx": ("▒", .yellow)
        case "5xx": ("░", .red)
        default: ("╌", .dim)
        }
    }
}
