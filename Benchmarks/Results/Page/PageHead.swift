internal import MusterCore
internal import MusterText

/// The head of a page: where, when and how it was measured.
enum PageHead {
    static func html(_ results: BenchmarkResults, title: String) -> String {
        "<header><p class=\"soft\">muster-benchmarks</p><h1>" + HTMLText.escaped(title) + "</h1></header>\n"
            + facts(results)
    }

    static func facts(_ results: BenchmarkResults) -> String {
        let facts = [
            ("measured", results.shownDate), ("processor", results.machine.cpu),
            ("cores", results.machine.cores.grouped),
            ("kernel", "Linux " + results.machine.kernel), ("compiler", results.machine.swift),
            ("build", results.machine.build),
            (
                results.machine.loadAfter == nil ? "load average before" : "load average before and after",
                results.machine.loadBefore.fixed(2) + (results.machine.loadAfter.map { ", " + $0.fixed(2) } ?? "")
            ),
            ("samples", results.samplesText),
        ]
        let conditions = results.conditions.map { "<p class=\"soft\">" + HTMLText.inline($0, limit: 400) + "</p>\n" }
        let items = facts.map { name, value in
            "<div><dt>" + name + "</dt><dd>" + HTMLText.inline(value, limit: 120) + "</dd></div>\n"
        }
        return "<dl class=\"facts\">\n" + items.joined() + "</dl>\n" + conditions.joined()
    }

    /// What makes the figures say less than they could.
    static func notes(_ results: BenchmarkResults) -> String {
        var notes: [String] = []
        if results.isQuick { notes.append("This was the short run: fewer samples, fewer sizes.") }
        if results.machine.build != "release" {
            notes.append("This was not a release build; the figures mean nothing.")
        }
        if results.machine.loadBefore > 0.5 * Double(max(1, results.machine.cores)) {
            notes.append(
                "The machine was busy before the run: its load average was \(results.machine.loadBefore.fixed(2)).")
        }
        let failed = results.cells.count { $0.error != nil }
        if failed > 0 { notes.append("\(failed.counted("cell")) failed; the workloads tell why.") }
        for section in results.sections where section.error != nil {
            notes.append("\(section.name) failed: \(section.error ?? "")")
        }
        guard !notes.isEmpty else { return "" }
        return "<ul class=\"notes\" aria-label=\"Notes\">"
            + notes.map { "<li>" + HTMLText.inline($0, limit: 400) + "</li>" }.joined() + "</ul>\n"
    }
}
