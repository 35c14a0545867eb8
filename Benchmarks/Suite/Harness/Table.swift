/// Cells in columns, as text for people or as Markdown.
struct Table {
    var header: [String]
    var rows: [[String]] = []

    /// Columns aligned by blanks: the first to the left, numbers to the right.
    var text: String {
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

    var markdown: String {
        let rule = header.indices.map { $0 == 0 ? "---" : "---:" }
        return ([header, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }
}

extension Section {
    var table: Table {
        var table = Table(
            header: ["variant", "targets", "unit", "min", "median", "IQR"] + baselines.map { "× \($0)" }
                + ["target", "verdict"])
        for row in rows {
            let statistics = row.statistics
            table.rows.append(
                [
                    row.variant, row.targets?.grouped ?? "", row.unit, statistics.minimum.figures,
                    statistics.median.figures, statistics.spread.figures,
                ]
                    + baselines.map { baseline in
                        row.ratios[baseline].map { Statistics($0).median.fixed(2) }
                            ?? (baseline == row.variant ? "1.00" : "")
                    }
                    + [
                        row.goals.map(\.text).joined(separator: ", "),
                        row.isMet.map { $0 ? "met" : "missed" } ?? "",
                    ])
        }
        return table
    }
}

extension Goal {
    var text: String {
        switch self {
        case .value(let most): "≤ \(most == most.rounded() ? most.fixed(0) : most.fixed(2))"
        case .ratio(let baseline, let most): "≤ \(most.fixed(2))× \(baseline)"
        case .ratioAtLeast(let baseline, let least): "≥ \(least.fixed(2))× \(baseline)"
        }
    }
}
