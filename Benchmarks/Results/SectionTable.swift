internal import MusterCore
internal import MusterText

extension Section {
    /// The names of the columns behind the contender's, the same for every medium.
    package var columns: [String] {
        (hasItems ? ["items"] : []) + ["unit", "min", "median", "IQR"] + baselines.map { "× " + $0 }
            + (hasGoals ? ["target", "verdict"] : [])
    }

    /// What stands in them.
    package func cells(_ row: SectionRow) -> [String] {
        let statistics = row.statistics
        let ratios = baselines.map { baseline in
            row.ratio(to: baseline)?.fixed(2) ?? (baseline == row.contender ? "1.00" : "")
        }
        return (hasItems ? [row.items?.grouped ?? ""] : [])
            + [row.unit, statistics.minimum.figures, statistics.median.figures, statistics.spread.figures] + ratios
            + (hasGoals ? [row.goalText, row.verdict] : [])
    }

    /// A row a figure, in the order in which they were measured.
    package var table: Table {
        Table(
            header: (["contender"] + columns).map { TerminalText.safe($0, limit: 40) },
            rows: rows.map { row in ([row.contender] + cells(row)).map { TerminalText.safe($0, limit: 80) } })
    }

    /// What failed, and what was compared with what.
    package var remarks: [String] { (error.map { ["failed: " + $0] } ?? []) + notes }

    private var hasItems: Bool { rows.contains { $0.items != nil } }
    private var hasGoals: Bool { rows.contains { !$0.goals.isEmpty } }
}

extension SectionRow {
    /// `≤ 0.80× plain, ≤ 1.20× recycled`; empty where nothing was aimed at.
    package var goalText: String { goals.map(\.text).joined(separator: ", ") }

    /// `met` or `missed`; empty where nothing was aimed at.
    package var verdict: String { isMet.map { $0 ? "met" : "missed" } ?? "" }

    /// `muster, 10,000 items`
    package var title: String { contender + (items.map { ", " + $0.counted("item") } ?? "") }
}

extension Goal {
    package var text: String {
        switch self {
        case .value(let most): "≤ \(most == most.rounded() ? most.fixed(0) : most.fixed(2))"
        case .ratio(let baseline, let most): "≤ \(most.fixed(2))× \(baseline)"
        case .ratioAtLeast(let baseline, let least): "≥ \(least.fixed(2))× \(baseline)"
        }
    }
}
