import MusterBenchmarkResults
import MusterFormats

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
