internal import MusterCore
internal import MusterText

/// A summary for a person: the run, a line a host where they are asked for, counts, then the failures with their last
/// words.
struct RunTable: RunReportWriter {
    /// Failures that are listed; the record has all.
    private static let listed = 50
    /// Last lines of each.
    private static let lastLines = 5

    private let ink: Ink
    private let width: Int
    private let showsLines: Bool
    private let telling: RunReportFormat.Telling?
    /// The first ones.
    private var failures: [HostEnding] = []
    private var reasons: [String: Int] = [:]

    init(_ options: ReportOptions, lines: Bool, telling: RunReportFormat.Telling? = nil) {
        ink = Ink(enabled: options.color)
        width = max(60, options.width)
        showsLines = lines
        self.telling = telling
    }

    mutating func begin(_ head: RunHead, into output: inout [UInt8]) {
        let title = "muster run " + head.id
        let command = ShellQuoting.shown(head.command)
        append(
            ink(title, .dim) + "  " + ink(TerminalText.safe(command, limit: width - title.count - 2), .bold), &output)
        let items = [TerminalText.safe(head.inventory, limit: width / 2), head.hosts.counted("host")]
        append(ink(items.joined(separator: " · "), .dim), &output)
    }

    mutating func add(_ ending: HostEnding, into output: inout [UInt8]) {
        if showsLines { append(line(ending), &output) }
        guard let code = ending.outcome.code else { return }
        reasons[code, default: 0] += 1
        guard failures.count < Self.listed else { return }
        failures.append(ending)
    }

    mutating func end(_ foot: RunFoot, _ tally: RunTally, into output: inout [UInt8]) {
        append("", &output)
        append(counts(foot, tally), &output)
        if !failures.isEmpty {
            append("", &output)
            append(ink("Failures", .bold) + "  " + ink(reasonText, .dim), &output)
            for ending in failures { list(ending, &output) }
            let rest = tally.total - tally[.done] - failures.count
            if rest > 0 { append("  and \(rest.grouped) more; the record has all", &output) }
        }
        append("", &output)
        for note in notes(foot) { append(ink(TerminalText.safe(note, limit: 1_000), .dim), &output) }
    }

    /// `failed       web1      1.20s  status 3: no space left`
    private func line(_ ending: HostEnding) -> String {
        let kind = TerminalText.left(Self.name(ending.outcome.kind), 12)
        let head = TerminalText.left(ending.host.name, 24) + " " + TerminalText.right(ending.elapsed.text, 7)
        let text = [ending.outcome.remark, words(ending)].filter { !$0.isEmpty }.joined(separator: ": ")
        return ink(kind, Self.tone(ending.outcome.kind)) + head + "  "
            + TerminalText.safe(text, limit: max(10, width - 46))
    }

    private func words(_ ending: HostEnding) -> String {
        guard ending.outcome == .done else { return ending.lastWords(1).last ?? "" }
        return telling?(ending.output) ?? ending.output.lastLines(1).last ?? ""
    }

    private func list(_ ending: HostEnding, _ output: inout [UInt8]) {
        let code = TerminalText.safe(ending.outcome.code ?? "", limit: 40)
        let name = TerminalText.safe(ending.host.name, limit: max(20, width - 40))
        let remark = ending.outcome.remark
        append(
            "  " + ink(name, Self.tone(ending.outcome.kind)) + "  " + code + (remark.isEmpty ? "" : " (\(remark))"),
            &output)
        for line in ending.lastWords(Self.lastLines) {
            append("    " + TerminalText.safe(line, limit: width - 4), &output)
        }
    }

    private func counts(_ foot: RunFoot, _ tally: RunTally) -> String {
        var parts = [ink("\(tally[.done].grouped) done", tally[.done] > 0 ? .boldGreen : nil)]
        if foot.doneBefore > 0 { parts.append(ink("\(foot.doneBefore.grouped) done before", .green)) }
        for kind in HostOutcome.Kind.allCases where kind != .done && tally[kind] > 0 {
            parts.append(ink("\(tally[kind].grouped) \(Self.name(kind))", Self.tone(kind)))
        }
        if !foot.notBegun.isEmpty { parts.append(ink("\(foot.notBegun.count.grouped) not begun", .boldYellow)) }
        return parts.joined(separator: ink(" · ", .dim)) + ink("  in " + foot.elapsed.text, .dim)
    }

    /// `tcp.refused 2, command.failed 1`, the most frequent first.
    private var reasonText: String {
        let sorted = reasons.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }
        return sorted.map { "\($0.key) \($0.value.grouped)" }.joined(separator: ", ")
    }

    private func notes(_ foot: RunFoot) -> [String] {
        let why: String? =
            switch foot.ending {
            case .complete: nil
            case .failures: "as many hosts failed as --max-failures allows: no further one was begun"
            case .interrupted: "interrupted: no further host was begun, those running were ended"
            case .fault: "the record could not be written: no further host was begun"
            }
        return [why, "record: " + foot.record].compactMap { $0 }
    }

    private static func name(_ kind: HostOutcome.Kind) -> String { kind == .unknown ? "not judged" : kind.rawValue }

    private static func tone(_ kind: HostOutcome.Kind) -> Ink.Tone {
        switch kind {
        case .done: .boldGreen
        case .failed, .unreachable: .boldRed
        case .unknown: .boldYellow
        }
    }

    private func append(_ line: String, _ output: inout [UInt8]) {
        output.append(contentsOf: line.utf8)
        output.append(UInt8(ascii: "\n"))
    }
}
