package import MusterCore
package import MusterText

/// A summary for a person, in one screen: the run, the counts, failures by reason with examples, what our own side failed
/// at, flaky and slow targets, and what to know of the measurement.
package struct TableReport: ReportWriter {
    private let ink: Ink
    private let width: Int
    private var headLines = 0

    package init(_ options: ReportOptions) {
        ink = Ink(enabled: options.color)
        width = max(60, options.width)
    }

    package mutating func begin(_ header: RunHeader, into output: inout [UInt8]) {
        let title = "muster " + TerminalText.safe(header.version, limit: 20)
        let source = TerminalText.safe(header.inventory, limit: width - title.utf8.count - 2)
        var lines = [ink(title, .dim) + "  " + ink(source, .bold)]
        let product = header.hosts.multipliedReportingOverflow(by: header.checks)
        let even = !product.overflow && product.partialValue == header.targets
        let fleet = header.hosts.counted("host") + (even ? " × " : ", ") + header.checks.counted("check")
        let reason = TerminalText.safe(header.concurrencyReason, limit: 40)
        var items = [
            fleet + (even ? " = " : ", ") + header.targets.counted("target"),
            header.concurrency.grouped + " at a time" + (reason.isEmpty ? "" : " (" + reason + ")"),
            header.loops.counted("loop"),
        ]
        if let deadline = header.deadline { items.append("deadline " + deadline.text) }
        lines += TerminalText.lines(items, separator: " · ", width).map { ink($0, .dim) }
        headLines = lines.count
        TableReport.append(lines, to: &output)
    }

    package mutating func add(_ observation: Observation, into output: inout [UInt8]) {}

    package mutating func end(_ footer: RunFooter, _ summary: Summary, into output: inout [UInt8]) {
        let all = summary.failures([.degraded, .down, .unknown])
        let verdict = [""] + verdictLines(footer, summary)
        let unknown = failureLines(
            "Not judged", "our side failed: this says nothing of the hosts", all.filter { $0.verdict.kind == .unknown },
            of: all, summary.inventory, lineLimit: 5)
        let tail = unknown + flakyLines(summary) + slowestLines(summary) + noteLines(footer, summary)
        // Failures get the lines that the rest leaves of one screen.
        let left = TableReport.screen - headLines - verdict.count - tail.count - 2
        let failures = failureLines(
            "Failures by reason", "", all.filter { $0.verdict.kind != .unknown }, of: all, summary.inventory,
            lineLimit: max(10, min(30, left)))
        TableReport.append(verdict + failures + tail, to: &output)
    }

    /// Lines that a report should not pass.
    private static let screen = 42

    private static func append(_ lines: [String], to output: inout [UInt8]) {
        for line in lines {
            output.append(contentsOf: line.utf8)
            output.append(UInt8(ascii: "\n"))
        }
    }

    private func verdictLines(_ footer: RunFooter, _ summary: Summary) -> [String] {
        var up = summary.up.grouped + " up"
        if summary.up > 0 {
            // Rounded down: 100% means all.
            let tenths = Int(Double(summary.up) / Double(max(1, summary.total + footer.notStarted)) * 1000)
            up += " (\(tenths / 10)" + (tenths % 10 > 0 ? ".\(tenths % 10)%)" : "%)")
        }
        var parts: [(text: String, tone: Ink.Tone?)] = [(up, summary.up > 0 ? Ink.tone(.up) : nil)]
        if summary.degraded > 0 { parts.append((summary.degraded.grouped + " degraded", Ink.tone(.degraded))) }
        parts.append((summary.down.grouped + " down", summary.down > 0 ? Ink.tone(.down) : .dim))
        if summary.unknown > 0 { parts.append((summary.unknown.grouped + " not judged", Ink.tone(.unknown))) }
        if footer.notStarted > 0 { parts.append((footer.notStarted.grouped + " not started", Ink.tone(.unknown))) }
        let seconds = Double(footer.elapsed.nanoseconds) / 1e9
        var time = "in " + footer.elapsed.text
        if seconds > 0, summary.total > 0 {
            time += ", " + Int(min(Double(summary.total) / seconds, 1e12).rounded()).grouped + " targets/s"
        }
        var lines = [ink(parts[0].text, parts[0].tone)]
        var columns = TerminalText.width(parts[0].text)
        for (separator, part) in parts.dropFirst().map({ (" · ", $0) }) + [("  ", (time, .dim))] {
            let step = TerminalText.width(separator) + TerminalText.width(part.text)
            let fits = columns + step <= width
            columns = fits ? columns + step : TerminalText.width(part.text)
            if !fits { lines.append("") }
            lines[lines.count - 1] += (fits ? ink(separator, .dim) : "") + ink(part.text, part.tone)
        }
        return lines
    }

    private func failureLines(
        _ title: String, _ remark: String, _ failures: [Summary.Failure], of all: [Summary.Failure],
        _ inventory: Inventory?, lineLimit: Int
    ) -> [String] {
        guard !failures.isEmpty else { return [] }
        let table = FailureTable(failures, of: all, inventory: inventory, ink: ink, width: width)
        return heading(title, remark) + table.lines(rowLimit: 12, lineLimit: lineLimit)
    }

    private func flakyLines(_ summary: Summary) -> [String] {
        guard summary.flaky > 0 else { return [] }
        let words = summary.flakyExamples.map { example in
            TerminalText.safe(name(of: example.target) + " (" + example.code + ")", limit: width - 3)
        }
        // Where not all fit into the line, fewer examples do.
        let line = TerminalText.lines(words, separator: ", ", width - 2).first ?? ""
        return heading("Flaky", summary.flaky.counted("target") + " up only after another attempt") + ["  " + line]
    }

    private func slowestLines(_ summary: Summary) -> [String] {
        guard !summary.slowest.isEmpty else { return [] }
        let names = summary.slowest.map { TerminalText.safe(name(of: $0.target), limit: width / 2 - 6) }
        let column = names.map(TerminalText.width).max() ?? 0
        let rows = zip(summary.slowest, names).map { slow, name in
            let phases = ink(phasesText(slow, width - column - 14), .dim)
            return "  " + TerminalText.left(name, column) + "  " + TerminalText.right(slow.duration.text, 7) + "   "
                + phases
        }
        return heading("Slowest that answered") + rows
    }

    /// Where the time went, the longest phase first, as many as fit; and what the kernel measured of the network alone.
    private func phasesText(_ slow: Summary.Slow, _ columns: Int) -> String {
        let kernel = slow.roundTrip > 0 ? "round trip " + Duration.microseconds(Int64(slow.roundTrip)).text : nil
        let phases = Phase.allCases.compactMap { phase in slow.phases[phase].map { (phase, $0) } }
            .sorted { ($1.1, $0.0.rawValue) < ($0.1, $1.0.rawValue) }
            .map { $0.0.name + " " + Duration.microseconds(Int64($0.1)).text }
        for count in stride(from: phases.count, through: 0, by: -1) {
            let parts = [phases.prefix(count).joined(separator: ", "), kernel].compactMap { $0 }.filter { !$0.isEmpty }
            let text = parts.joined(separator: " · ")
            if TerminalText.width(text) <= columns { return text }
        }
        return ""
    }

    private func noteLines(_ footer: RunFooter, _ summary: Summary) -> [String] {
        var notes: [String] = []
        switch footer.ending {
        case .complete: break
        case .interrupted: notes.append("The run was interrupted; what was judged until then is above.")
        case .deadline: notes.append("The run's deadline passed; what was judged until then is above.")
        }
        if footer.notStarted > 0 { notes.append(footer.notStarted.counted("target") + " of the plan not started.") }
        if let reduced = footer.reducedConcurrency {
            notes.append("Our side ran short, so that at times only \(reduced.grouped) targets were in flight.")
        }
        if let outage = footer.networkOutage {
            let times = outage.episodes == 1 ? "" : " \(outage.episodes.grouped) times"
            notes.append(
                "Our own network was gone\(times) for \(outage.waited.text) (\(TerminalText.safe(outage.cause, limit: 80))); "
                    + "\(outage.repeated.counted("attempt")) lost to it were made again.")
        }
        if footer.worstLag > .milliseconds(50) {
            notes.append(
                "Our loops kept an event waiting up to \(footer.worstLag.text): times may be that much too long.")
        }
        if let resolver = footer.resolver { notes += TableReport.resolverNotes(resolver, summary) }
        guard !notes.isEmpty else { return [] }
        return [""]
            + notes.flatMap { note in
                TerminalText.lines(note.split(separator: " ").map(String.init), width - 2).enumerated().map {
                    index, line in
                    ink(index == 0 ? "! " : "  ", .boldYellow) + line
                }
            }
    }

    /// What the name servers failed at, told once: a line a server, the last one with what it cost.
    private static func resolverNotes(_ resolver: ResolverAccount, _ summary: Summary) -> [String] {
        let lost = summary.count(of: .unknown(.resolver))
        guard lost > 0 || resolver.isNotable else { return [] }
        var notes = resolver.servers.compactMap { server -> String? in
            let parts = [
                (server.unanswered, "unanswered"), (server.servFail, "answered SERVFAIL"), (server.refused, "refused"),
            ].filter { $0.0 > 0 }
            guard let first = parts.first else { return nil }
            return "resolver " + TerminalText.safe(server.address, limit: 60) + ": " + first.0.grouped + " of "
                + server.queries.grouped + (server.queries == 1 ? " query " : " queries ") + first.1
                + parts.dropFirst().map { ", " + $0.0.grouped + " " + $0.1 }.joined()
        }
        if lost > 0 {
            let cost = lost.counted("target") + " not judged"
            if notes.isEmpty { notes = ["resolver: " + cost] } else { notes[notes.count - 1] += "; " + cost }
        }
        return notes
    }

    private func heading(_ title: String, _ remark: String = "") -> [String] {
        [
            "",
            ink(title, .bold)
                + (remark.isEmpty
                    ? "" : "  " + ink(TerminalText.safe(remark, limit: width - title.utf8.count - 2), .dim)),
        ]
    }

    private func name(of target: Target) -> String { target.host.name + " " + target.check.name }
}
