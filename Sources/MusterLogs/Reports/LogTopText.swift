internal import MusterText

/// A table of greatest keys: aligned numbers, the share with a small bar, keys last.
struct LogTopText {
    private let table: LogReport.Table
    private let ink: Ink
    private let width: Int
    /// Columns that the width has room for, from the left.
    private let shown: [Column]
    /// One for each key field.
    private let keyColumns: [Int]

    /// A column made ready: its texts and how wide they are.
    private struct Column {
        var title: String
        var cells: [String]
        /// Where the column has bars, their lengths from 0 to 1: the greatest share fills its bar.
        var bars: [Double] = []
        var columns: Int
    }

    private static let barColumns = 8
    private static let partBlocks = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    init(_ table: LogReport.Table, ink: Ink, width: Int) {
        self.table = table
        self.ink = ink
        self.width = width
        var shown: [Column] = []
        var columns = 2
        for index in table.columns.indices {
            let column = LogTopText.column(table, index)
            let step = column.columns + 2 + (column.bars.isEmpty ? 0 : LogTopText.barColumns + 1)
            // Keys keep a quarter of the line, and no less than twenty columns; beside the first column, four.
            let room = width - (index == 0 ? 4 : max(20, width / 4))
            guard columns + step <= room else { continue }
            columns += step
            shown.append(column)
        }
        self.shown = shown
        keyColumns = LogTopText.keyColumns(table, room: width - columns)
    }

    private static func column(_ table: LogReport.Table, _ index: Int) -> Column {
        let title = TerminalText.safe(table.columns[index].title, limit: 24)
        let cells = table.rows.map { TerminalText.safe($0.value(index).text, limit: 24) }
        var column = Column(
            title: title, cells: cells,
            columns: max(TerminalText.width(title), cells.map(TerminalText.width).max() ?? 0))
        if table.isShare(index) {
            let shares = table.rows.map { $0.value(index).double ?? 0 }
            let greatest = shares.max() ?? 0
            column.bars = shares.map { greatest > 0 ? $0 / greatest : 0 }
        }
        return column
    }

    /// All but the last key are as wide as their texts, up to a fair part of the room.
    private static func keyColumns(_ table: LogReport.Table, room: Int) -> [Int] {
        guard table.keys.count > 1 else { return [room] }
        var columns: [Int] = []
        var left = room
        for (field, name) in table.keys.enumerated().dropLast() {
            let fair = max(4, left / (table.keys.count - field) - 2)
            let keys = table.rows.map {
                TerminalText.width(TerminalText.safe(ShownKey.cell($0.key(field)), limit: fair))
            }
            let wanted = max(TerminalText.width(TerminalText.safe(name, limit: fair)), keys.max() ?? 0)
            columns.append(min(wanted, max(0, left)))
            left -= wanted + 2
        }
        return columns + [max(0, left)]
    }

    var lines: [String] {
        var remark = table.keysText + ", " + table.precisionText
        let left = table.columns.count - shown.count
        if left > 0 { remark += ", " + left.counted("column") + " more where there is room" }
        let heading = LogTableReport.heading(table.title, remark, ink, width)
        guard !table.rows.isEmpty else { return heading + ["  " + ink("no lines", .dim)] }
        let tops = shown.map { column in
            TerminalText.right(column.title, column.columns)
                + (column.bars.isEmpty ? "" : TerminalText.spaces(LogTopText.barColumns + 1))
        }
        let top = "  " + tops.joined(separator: "  ") + "  " + keys(table.keys)
        return heading + [ink(LogTopText.trimmed(top), .dim)] + table.rows.indices.map(line)
    }

    private func line(_ row: Int) -> String {
        var text = " "
        for (index, column) in shown.enumerated() {
            text += " " + ink(TerminalText.right(column.cells[row], column.columns), index == 0 ? .bold : nil)
            if !column.bars.isEmpty { text += " " + bar(column.bars[row]) }
            text += " "
        }
        let names = table.keys.indices.map { ShownKey.cell(table.rows[row].key($0)) }
        return LogTopText.trimmed(text + " " + keys(names))
    }

    /// Eighths of a column, so that small differences show.
    private func bar(_ length: Double) -> String {
        let eighths = Int((max(0, min(1, length)) * Double(LogTopText.barColumns * 8)).rounded())
        let text = String(repeating: "█", count: eighths / 8) + LogTopText.partBlocks[eighths % 8]
        return ink(text, .cyan) + TerminalText.spaces(LogTopText.barColumns - TerminalText.width(text))
    }

    private func keys(_ names: [String]) -> String {
        var text = ""
        for (field, name) in names.enumerated() {
            let columns = field < keyColumns.count ? keyColumns[field] : 0
            let isLast = field == names.count - 1
            text += isLast ? TerminalText.safe(name, limit: columns) : TerminalText.left(name, columns) + "  "
        }
        return text
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}
