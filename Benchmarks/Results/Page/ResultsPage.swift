internal import MusterCore
internal import MusterText

/// A run of the suite as one page that needs nothing else: no script, no network, and a policy that forbids both.
package struct ResultsPage {
    private let results: BenchmarkResults
    private let decisions: [ModelDecision]
    private let styles: [String: SeriesStyle]

    package init(_ results: BenchmarkResults) {
        self.results = results
        decisions = ModelDecision.all(results)
        styles = SeriesStyle.of(results.shownContenders)
    }

    package var html: [UInt8] {
        let isOfModels = !results.workloads.isEmpty || !results.cells.isEmpty
        let title = isOfModels ? "Which concurrency model for which work" : "What muster costs"
        var html = HTMLFrame.head(title: title + ", " + results.date, style: PageStyle.sheet)
        html += "<body>\n<main>\n" + PageHead.html(results, title: title) + PageHead.notes(results)
        if isOfModels {
            html += decisionSection
            for (index, decision) in decisions.enumerated() { html += workload(decision, index + 1) }
            html += growth + heartbeats + contenders + reading
        }
        if !results.sections.isEmpty {
            html += goals
            for (index, section) in results.sections.enumerated() {
                html += SectionFigure(section, index: index + 1).html
            }
            html += sectionReading
        }
        return Array((html + "</main>\n</body>\n</html>\n").utf8)
    }

    // MARK: Decisions

    private var decisionSection: String {
        let header =
            ["workload", "best model"].map { "<th scope=\"col\">\($0)</th>" }
            + ["value", "margin"].map(PageTable.head) + [
                "<th scope=\"col\">next</th>", "<th scope=\"col\">muster's engine</th>",
            ]
            + [PageTable.head("limit in C")]
        let rows = decisions.enumerated().map { index, decision in
            "<tr><th scope=\"row\"><a class=\"jump\" href=\"#workload-\(index + 1)\">"
                + HTMLText.inline(decision.standing.workload.name, limit: 60) + "</a></th><td class=\"lead\">"
                + HTMLText.inline(decision.bestText, limit: 120) + "</td>" + PageTable.number(decision.valueText)
                + PageTable.number(decision.marginText) + PageTable.text(decision.next?.contender.name ?? "–")
                + PageTable.text(decision.placeText) + PageTable.number(decision.limitText) + "</tr>"
        }
        let advice = decisions.enumerated().map { index, decision in
            "<li><a href=\"#workload-\(index + 1)\">" + HTMLText.inline(decision.standing.workload.name, limit: 60)
                + "</a>: " + HTMLText.inline(decision.advice, limit: 600) + "</li>"
        }
        return
            "<section><h2 id=\"decisions\">Best model by workload</h2><p class=\"soft\">Margin: how many times better than the "
            + "next one; no difference where intervals overlap. Other programs and the limit in C are no choice.</p>"
            + ScrollingTable.html(labelled: "decisions", header, rows) + "<ul class=\"advice\">"
            + advice.joined(separator: "\n")
            + "</ul></section>\n"
    }

    // MARK: Workloads

    private func workload(_ decision: ModelDecision, _ index: Int) -> String {
        let standing = decision.standing
        let title = standing.workload.title.isEmpty ? "" : ": " + HTMLText.inline(standing.workload.title, limit: 120)
        let throughput = ThroughputFigure(standing, in: results, styles, index: index)
        let figures = [throughput?.html, LatencyFigure(standing, styles, index: index)?.html]
        return "<section class=\"workload\" id=\"workload-\(index)\"><h2>"
            + HTMLText.inline(standing.workload.name, limit: 60)
            + title + "</h2><p class=\"soft\">" + HTMLText.escaped(standing.conditions) + "</p><p class=\"told\">"
            + HTMLText.inline(decision.advice, limit: 600)
            + "</p>\n<div class=\"\(throughput?.isWide == true ? "one" : "two")\">\n"
            + figures.compactMap(\.self).joined(separator: "\n")
            + "</div>\n" + cost(standing, index) + absent(standing) + "</section>\n"
    }

    private static let costs: [ModelMetric] = [
        .wall, .cpu, .user, .system, .memory, .threads, .descriptors, .waits, .preemptions, .heartbeat, .failed, .lost,
    ]

    /// What the contenders take of the machine.
    private func cost(_ standing: ModelStanding, _ index: Int) -> String {
        let entries = standing.entries
        guard !entries.isEmpty else { return "" }
        let metrics = ResultsPage.costs.filter { metric in
            entries.contains { ($0.cell.statistics(metric)?.maximum ?? 0) > 0 }
        }
        let hasItems = entries.contains { $0.cell.items != standing.items }
        let columns = (hasItems ? ["items"] : []) + ["window", ModelMetric.throughput.title, "IQR"]
        let rows = entries.map { entry in
            var texts = hasItems ? [entry.cell.items.grouped] : []
            texts += [entry.cell.windowText, entry.cell.text(.throughput), entry.cell.spreadText]
            texts += metrics.map { entry.cell.text($0) }
            return PageTable.Row(contender: entry.contender, cells: texts.map { PageTable.Cell($0) })
        }
        let id = "cost-\(index)"
        return "<h3 id=\"\(id)\">What it takes</h3>" + PageTable.html(id, columns + metrics.map(\.title), rows, styles)
    }

    private func absent(_ standing: ModelStanding) -> String {
        guard !standing.absent.isEmpty else { return "" }
        let items = standing.absent.map { "<li>" + HTMLText.inline($0.text, limit: 300) + "</li>" }
        return "<ul class=\"absent\">" + items.joined() + "</ul>"
    }

    // MARK: Sections

    /// Everything that was aimed at, and what came of it.
    private var goals: String {
        let header =
            ["<th scope=\"col\">figure</th>"] + ["median", "unit", "target", "verdict"].map(PageTable.head)
        var rows: [String] = []
        for (index, section) in results.sections.enumerated() {
            let link =
                "<a class=\"jump\" href=\"#section-\(index + 1)\">" + HTMLText.inline(section.name, limit: 60) + "</a>"
            for row in section.rows where !row.goals.isEmpty { rows.append(goal(row, link)) }
        }
        guard !rows.isEmpty else { return "" }
        return "<section><h2 id=\"goals\">What was aimed at</h2><p class=\"soft\">Judged by the medians.</p>"
            + ScrollingTable.html(labelled: "goals", header, rows) + "</section>\n"
    }

    private func goal(_ row: SectionRow, _ link: String) -> String {
        let verdict = "<td class=\"n\(row.isMet == false ? " best" : "")\">" + row.verdict + "</td>"
        return "<tr><th scope=\"row\">" + link + ", " + HTMLText.inline(row.title, limit: 80) + "</th>"
            + PageTable.number(row.statistics.median.figures) + PageTable.number(row.unit)
            + PageTable.number(row.goalText) + verdict + "</tr>"
    }

    private var sectionReading: String {
        """
        <section class="read"><h2>How to read this</h2>
        <p>A round takes every contender once, in a shuffled order; the first round warms up and is dropped. min, median and IQR \
        (the distance between the quartiles) are of the samples. A ratio is taken in each round, and the median of the rounds is \
        told, so that it is not quite the quotient of two medians.</p>
        <p>A bar is a median; the line in it goes from the smallest to the greatest sample, of every seven samples one left out \
        at each end. Two contenders differ where these lines do not overlap.</p></section>

        """
    }

    // MARK: Growth and heartbeats

    /// Of the workloads with several numbers of items; where none has, of the one with most windows.
    private var growth: String {
        let standings = decisions.map(\.standing)
        var shown = standings.enumerated().filter { itemCounts($0.element) > 1 }
        let byItems = !shown.isEmpty
        if shown.isEmpty,
            let widest = standings.enumerated().max(by: {
                windowCount($0.element) < windowCount($1.element)
            })
        {
            shown = [widest]
        }
        return shown.map { index, standing in
            let figures = [ModelMetric.memory, .threads].compactMap {
                GrowthFigure($0, of: standing, in: results, byItems: byItems, styles, index: index + 1)?.html
            }
            guard !figures.isEmpty else { return "" }
            return "<section class=\"workload\"><h2>Memory and threads: "
                + HTMLText.inline(standing.workload.name, limit: 60)
                + "</h2><div class=\"one\">\n" + figures.joined(separator: "\n") + "</div></section>\n"
        }.joined()
    }

    /// The most numbers of items that any contender has with one window.
    private func itemCounts(_ standing: ModelStanding) -> Int {
        var seen: [String: [Int: Set<Int>]] = [:]
        for cell in results.cells where cell.workload == standing.workload.name && cell.isMeasured {
            seen[cell.contender, default: [:]][cell.window, default: []].insert(cell.items)
        }
        return seen.values.flatMap { $0.values.map(\.count) }.max() ?? 0
    }

    private func windowCount(_ standing: ModelStanding) -> Int {
        Set(results.cells.filter { $0.workload == standing.workload.name && $0.isMeasured }.map(\.window)).count
    }

    /// Of the workloads that are judged by it; where none is, of all that have one.
    private var heartbeats: String {
        let judged = decisions.enumerated().filter { $0.element.standing.workload.criterion == .heartbeat }
        let shown = judged.isEmpty ? Array(decisions.enumerated()) : judged
        return shown.compactMap { index, decision in
            HeartbeatFigure(decision.standing, styles, index: index + 1).map { figure in
                "<section><h2>Heartbeat: " + HTMLText.inline(decision.standing.workload.name, limit: 60) + "</h2>"
                    + figure.html
                    + "</section>\n"
            }
        }.joined()
    }

    // MARK: The end

    private var contenders: String {
        let kinds: [ModelContender.Kind: String] = [
            .model: "model", .ours: "model (muster's engine)", .limit: "limit", .external: "another program",
        ]
        let header = ["contender", "what it is", "kind"].map { "<th scope=\"col\">\($0)</th>" }
        let rows = results.shownContenders.map { contender in
            "<tr><th scope=\"row\" class=\"key-line\">" + (styles[contender.name]?.key ?? "")
                + HTMLText.inline(contender.name, limit: 60) + "</th>"
                + PageTable.text(contender.title.isEmpty ? "–" : contender.title)
                + PageTable.text(kinds[contender.kind] ?? "") + "</tr>"
        }
        return "<section><h2 id=\"contenders\">Contenders</h2>"
            + ScrollingTable.html(labelled: "contenders", header, rows) + "</section>\n"
    }

    private var reading: String {
        """
        <section class="read"><h2>How to read this</h2>
        <p>All contenders of a workload do the same items with the same timeouts, interleaved in one run. They are compared at \
        one number in flight; one that has no choice of it (serial, unbounded, a thread a core) comes with its own, which its \
        row tells. One that is so slow that the run gave it fewer items is compared by its rate, and not by its times.</p>
        <p>Numbers are medians of the samples; of memory, threads and descriptors they are the greatest, for looking now and then \
        misses peaks. Two contenders differ where their intervals do not overlap: from the smallest to \
        the greatest sample, of every seven samples one left out at each end. A model that loses items, or for which more fail \
        than for others, is behind every one that loses fewer. One that has another number in flight to its advantage is not \
        chosen.</p>
        <p>Times count from the moment at which an item was to begin, so that one which waited for its turn shows it. The axis of \
        shares is one of nines: from 90 % to 99 % is as far as from there to 99.9 %.</p>
        <p>Memory is the proportional set size of all processes together at its peak; waits are voluntary context switches, \
        preemptions involuntary ones; KB and MB are powers of 1024.</p></section>

        """
    }
}
