internal import MusterCore
internal import MusterText

/// A section of a run: bars for figures that are alike, and all of them in a table.
struct SectionFigure {
    private let section: Section
    private let index: Int
    private let contenders: [String: ModelContender]
    let styles: [String: SeriesStyle]

    init(_ section: Section, index: Int) {
        self.section = section
        self.index = index
        var known: Set<String> = []
        let names = section.rows.map(\.contender).filter { known.insert($0).inserted }
        let contenders = names.map { ModelContender(name: $0, title: "", kind: SectionFigure.kind($0)) }
        self.contenders = Dictionary(contenders.map { ($0.name, $0) }) { first, _ in first }
        styles = SeriesStyle.of(contenders)
    }

    func contender(_ row: SectionRow) -> ModelContender {
        contenders[row.contender] ?? ModelContender(name: row.contender, title: "")
    }

    /// Every contender of the section has one.
    func style(_ row: SectionRow) -> SeriesStyle {
        styles[row.contender] ?? .plain
    }

    /// What is ours is told from the others.
    private static func kind(_ contender: String) -> ModelContender.Kind {
        contender.split(whereSeparator: { !$0.isLetter }).first.map(String.init) == ModelContender.ours ? .ours : .model
    }

    var html: String {
        let id = "section-\(index)"
        let plots = groups.enumerated().map { plot($1, $0 + 1) }
        let remarks = section.remarks.map { "<li>" + HTMLText.inline($0, limit: 600) + "</li>" }
        return "<section class=\"measured\"><h2 id=\"\(id)\">" + HTMLText.inline(section.title, limit: 120) + "</h2>"
            + (remarks.isEmpty ? "" : "<ul class=\"absent\">" + remarks.joined() + "</ul>")
            + (plots.isEmpty ? "" : "<div class=\"two\">\n" + plots.joined(separator: "\n") + "</div>\n")
            + (section.rows.isEmpty ? "" : table(id)) + "</section>\n"
    }

    /// Rows that can be laid beside each other: of one unit and one number of items, at least two of them.
    private var groups: [[SectionRow]] {
        var groups: [[SectionRow]] = []
        for row in section.rows {
            if let place = groups.firstIndex(where: { $0[0].unit == row.unit && $0[0].items == row.items }) {
                groups[place].append(row)
            } else {
                groups.append([row])
            }
        }
        return groups.filter { $0.count > 1 && $0.allSatisfy { $0.statistics.median >= 0 } }
    }

    private func plot(_ rows: [SectionRow], _ place: Int) -> String {
        let name = TerminalText.safe(rows[0].unit, limit: 20) + (rows[0].items.map { ", " + $0.counted("item") } ?? "")
        let bars = rows.map { row in
            let ratio = section.baselines.first { $0 != row.contender }
                .flatMap { baseline in row.ratio(to: baseline).map { " (" + $0.factor + "× " + baseline + ")" } }
            return BarPlot.Bar(
                label: TerminalText.safe(row.contender, limit: 32) + "  " + row.statistics.median.figures + " "
                    + TerminalText.safe(row.unit, limit: 20) + TerminalText.safe(ratio ?? "", limit: 40),
                value: row.statistics.median, interval: row.statistics.interval,
                style: style(row))
        }
        let direction = BarPlot.direction(rows.map(\.statistics.median), isMoreBetter: false)
        return "<figure><h3>" + HTMLText.escaped(name) + "</h3><p class=\"axis-title\">median and reach of the samples"
            + direction + "</p>"
            + BarPlot(
                id: "plot-section-\(index)-\(place)", title: section.title + ": " + name,
                summary: "\(rows.count) contenders; the numbers are in the table below.", bars: bars,
                tick: { $0 == $0.rounded() ? $0.fixed(0) : $0.figures }
            ).html + "</figure>"
    }

    private func table(_ id: String) -> String {
        let rows = section.rows.map { row in
            PageTable.Row(
                contender: contender(row),
                cells: section.cells(row).map { PageTable.Cell($0) })
        }
        return PageTable.html(id, section.columns, rows, styles)
    }
}
