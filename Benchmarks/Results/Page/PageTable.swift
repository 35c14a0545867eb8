internal import MusterText

/// Tables of the page.
enum PageTable {
    /// A cell of a row.
    struct Cell {
        var text: String
        /// Whether it is the one to look at.
        var isLead = false

        init(_ text: String, isLead: Bool = false) {
            self.text = text
            self.isLead = isLead
        }
    }

    /// A contender a row, with its line and point before its name, so that the table is the figure's legend as well.
    struct Row {
        var contender: ModelContender
        var cells: [Cell]
    }

    static func html(
        _ id: String, _ columns: [String], _ rows: [Row], _ styles: [String: SeriesStyle]
    ) -> String {
        let header = ["<th scope=\"col\">contender</th>"] + columns.map(head)
        let lines = rows.map { row in
            "<tr\(row.contender.kind == .ours ? " class=\"ours\"" : "")><th scope=\"row\" class=\"key-line\">"
                + (styles[row.contender.name]?.key ?? "") + name(row.contender)
                + "</th>"
                + row.cells.map {
                    "<td class=\"n\($0.isLead ? " best" : "")\">" + HTMLText.escaped($0.text, limit: 80) + "</td>"
                }
                .joined() + "</tr>"
        }
        return ScrollingTable.html(labelled: id, header, lines)
    }

    /// With a mark where it is none to choose.
    private static func name(_ contender: ModelContender) -> String {
        return HTMLText.inline(contender.name, limit: 40) + (contender.mark.map { " <small>(\($0))</small>" } ?? "")
    }

    static func head(_ title: String) -> String {
        "<th scope=\"col\" class=\"n\">" + HTMLText.escaped(title, limit: 60) + "</th>"
    }

    static func text(_ text: String) -> String { "<td>" + HTMLText.inline(text, limit: 200) + "</td>" }

    static func number(_ text: String) -> String { "<td class=\"n\">" + HTMLText.escaped(text, limit: 80) + "</td>" }
}
