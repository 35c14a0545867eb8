internal import MusterCore
internal import MusterText

/// The tables of a run, for a terminal or as Markdown.
package enum ResultsTables {
    /// Best model by workload, with its margin and the place of muster's engine.
    package static func decisions(_ decisions: [ModelDecision]) -> Table {
        Table(
            header: ["workload", "best", "value", "margin", "next", "muster", "limit"],
            rows: decisions.map { decision in
                [
                    TerminalText.safe(decision.standing.workload.name, limit: 40),
                    TerminalText.safe(decision.bestText, limit: 60), decision.valueText, decision.marginText,
                    TerminalText.safe(decision.next?.contender.name ?? "–", limit: 40), decision.placeText,
                    decision.limitText,
                ]
            })
    }

    /// The columns of a workload's table.
    private static let metrics: [ModelMetric] = [
        .throughput, .wall, .cpu, .user, .system, .p50, .p90, .p99, .p999, .memory, .threads, .descriptors, .waits,
        .preemptions, .heartbeat,
        .failed, .lost,
    ]

    /// The contenders of a workload, the best first, other programs and the limit behind them. A column that no contender
    /// has a figure for is left out, and one of nothing but zeros as well.
    package static func workload(_ standing: ModelStanding) -> Table {
        let entries = standing.entries
        let shown = metrics.filter { metric in
            entries.contains { ($0.cell.statistics(metric)?.maximum ?? 0) > 0 }
        }
        let hasItems = entries.contains { $0.cell.items != standing.items }
        var header = ["contender"] + (hasItems ? ["items"] : []) + ["window"]
        for metric in shown { header += metric == .throughput ? [metric.title, "IQR"] : [metric.title] }
        let rows = entries.map { entry in
            var row = [TerminalText.safe(entry.contender.markedName, limit: 40)]
            if hasItems { row.append(entry.cell.items.grouped) }
            row.append(entry.cell.windowText)
            for metric in shown {
                row.append(entry.cell.text(metric))
                if metric == .throughput { row.append(entry.cell.spreadText) }
            }
            return row
        }
        return Table(header: header, rows: rows)
    }

    /// All of it as text.
    package static func text(_ results: BenchmarkResults) -> String {
        results.headline + "\n" + results.conditions.map { TerminalText.safe($0) + "\n" }.joined()
            + (results.cells.isEmpty ? "" : models(ModelDecision.all(results)))
            + results.sections.map { section in
                "\n" + TerminalText.safe(section.title) + "\n" + (section.rows.isEmpty ? "" : section.table.text)
                    + section.remarks.map { "  " + TerminalText.safe($0) + "\n" }.joined()
            }.joined()
    }

    private static func models(_ decisions: [ModelDecision]) -> String {
        var text = "\nBest model by workload\n" + ResultsTables.decisions(decisions).text
        for decision in decisions {
            text += "  \(TerminalText.safe(decision.standing.workload.name)): \(TerminalText.safe(decision.advice))\n"
        }
        for decision in decisions {
            text += "\n" + TerminalText.safe(decision.standing.title) + "\n"
            if !decision.standing.entries.isEmpty {
                text += workload(decision.standing).text
            }
            text += decision.standing.absent.map { "  \(TerminalText.safe($0.text))\n" }.joined()
        }
        return text
    }

    /// The same as Markdown, for a document.
    package static func markdown(_ results: BenchmarkResults) -> String {
        var parts = [([results.headline] + results.conditions).map(MarkdownText.escaped).joined(separator: "\n")]
        let decisions = ModelDecision.all(results)
        if !decisions.isEmpty {
            parts += ["### Best model by workload", ResultsTables.decisions(decisions).markdown]
            parts.append(list(decisions.map { $0.standing.workload.name + ": " + $0.advice }))
        }
        for standing in decisions.map(\.standing) {
            parts.append("### " + MarkdownText.escaped(standing.title))
            if !standing.entries.isEmpty { parts.append(workload(standing).markdown) }
            if !standing.absent.isEmpty { parts.append(list(standing.absent.map(\.text))) }
        }
        for section in results.sections {
            parts.append("### " + MarkdownText.escaped(section.title))
            if !section.rows.isEmpty { parts.append(section.table.markdown) }
            if !section.remarks.isEmpty {
                parts.append(section.remarks.map(MarkdownText.escaped).joined(separator: "\n"))
            }
        }
        return parts.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined(separator: "\n")
    }

    private static func list(_ texts: [String]) -> String {
        texts.map { "- " + MarkdownText.escaped($0) + "\n" }.joined()
    }
}

extension ModelStanding {
    /// `tcp-10ms: TCP probes answered after 10 ms; 10,000 items, 256 in flight`.
    package var title: String {
        workload.name + (workload.title.isEmpty ? "" : ": " + workload.title) + "; " + conditions
    }

    /// `10,000 items, 256 in flight`.
    package var conditions: String {
        items.counted("item") + (window > 0 ? ", " + window.grouped + " in flight" : "")
    }
}

extension ModelStanding.Absence {
    /// `fork: not applicable: …`, `fork: failed: …`.
    package var text: String {
        switch kind {
        case .failed: contender.name + ": failed: " + reason
        case .notApplicable: contender.name + ": not applicable: " + reason
        case .notComparable: contender.name + ": " + reason
        }
    }
}

extension ModelContender {
    /// `limit`, `external`; nil where it is one to choose.
    package var mark: String? {
        switch kind {
        case .model, .ours: nil
        case .limit: "limit"
        case .external: "external"
        }
    }

    /// With its mark.
    package var markedName: String { name + (mark.map { " (\($0))" } ?? "") }
}

extension ModelCell {
    /// The distance of the throughput's quartiles as a share of its median.
    package var spreadText: String {
        guard let statistics = statistics(.throughput), statistics.median > 0,
            statistics.count >= SampleComparison.fewest
        else { return "–" }
        return ValueText.share(statistics.spread / statistics.median, digits: 0)
    }
}

extension ModelDecision {
    package var bestText: String { leaders.isEmpty || !canTell ? "–" : ModelDecision.listed(leaders, limit: 4) }

    package var valueText: String {
        leaders.first.map { standing.workload.criterion.text($0.statistics.median) } ?? "–"
    }

    /// The margin of the best over the second, whoever that is.
    package var marginText: String {
        guard canTell else { return SampleComparison.tooFew }
        if leaders.count > 1 { return SampleComparison.noDifference }
        guard let best = leaders.first, let next else { return "–" }
        if next.lost > best.lost { return "fewest lost" }
        return margin.map { $0.factor + "×" } ?? "–"
    }

    /// `best`, `no difference`, `4 of 11, 1.80× behind`, `not applicable`.
    package var placeText: String {
        if let absence = standing.absent.first(where: { $0.contender.kind == .ours }) {
            return switch absence.kind {
            case .failed: "failed"
            case .notApplicable: "not applicable"
            case .notComparable: "not comparable"
            }
        }
        guard let ours else { return "–" }
        guard canTell else { return "–" }
        if ours.isLeader { return leaders.count > 1 ? SampleComparison.noDifference : "best" }
        return "\(ours.rank) of \(standing.candidates.count)" + (ours.factor.map { ", \($0.factor)× behind" } ?? "")
    }

    /// How far the limit in C is ahead of the best model.
    package var limitText: String { limit.map { $0.factor + "×" } ?? "–" }
}

extension BenchmarkResults {
    /// Where and when it was measured, in one line.
    package var headline: String {
        let parts = [
            shownDate, machine.cpu, machine.cores.counted("core"), "Linux " + machine.kernel, machine.swift,
            machine.build + " build", loadText, samplesText,
        ]
        return parts.map { TerminalText.safe($0, limit: 120) }.joined(separator: ", ")
    }

    /// `2026-05-01 12:00:00 UTC`; a date that is written in another way as it is.
    package var shownDate: String {
        guard date.utf8.count == 20, date.hasSuffix("Z"), date.contains("T") else { return date }
        return date.dropLast().replacing("T", with: " ") + " UTC"
    }

    private var loadText: String {
        "load average " + machine.loadBefore.fixed(2) + " before"
            + (machine.loadAfter.map { " and " + $0.fixed(2) + " after" } ?? "")
    }

    /// `7 samples`, `5 to 7 samples a cell`, with a word where there are few.
    package var samplesText: String {
        let counts = cells.filter(\.isMeasured).map(\.samples.count)
        guard let least = counts.min(), let most = counts.max() else {
            // What is looked at once, such as what a run leaves behind, has one sample however many rounds there are.
            let most = sections.flatMap { $0.rows.map(\.samples.count) }.max()
            return most.map { "up to " + $0.counted("sample") + " a figure" } ?? "no samples"
        }
        let text = least == most ? most.counted("sample") : "\(least) to \(most) samples"
        return text + " a cell" + (least < 7 ? " (fewer than 7: small differences do not show)" : "")
    }
}
