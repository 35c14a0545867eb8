/// Cells in columns, as text for people or as Markdown.
package struct Table: Sendable, Hashable {
    package var header: [String]
    /// As many cells each as the header has.
    package var rows: [[String]]

    package init(header: [String], rows: [[String]] = []) {
        self.header = header
        self.rows = rows
    }

    /// Columns aligned by blanks: the first to the left, numbers to the right.
    package var text: String {
        let widths = header.indices.map { column in
            rows.reduce(header[column].count) { max($0, $1[column].count) }
        }
        return ([header] + rows).map { cells in
            let line = cells.indices.map { column in
                let blanks = String(repeating: " ", count: widths[column] - cells[column].count)
                return column == 0 ? cells[column] + blanks : blanks + cells[column]
            }
            return "  " + line.joined(separator: "  ") + "\n"
        }.joined()
    }

    package var markdown: String {
        let rule = header.indices.map { $0 == 0 ? "---" : "---:" }
        return ([header.map(MarkdownText.escaped), rule] + rows.map { $0.map(MarkdownText.escaped) })
            .map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}
