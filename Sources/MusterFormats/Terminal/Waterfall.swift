package import MusterCore
package import MusterText

/// One observation with its phases drawn as bars on a common axis of time, for `muster probe`.
package struct Waterfall: Sendable {
    private let ink: Ink
    private let width: Int

    package init(_ options: ReportOptions) {
        ink = Ink(enabled: options.color)
        width = max(60, options.width)
    }

    package func text(_ observation: Observation) -> String {
        let attempts = observation.earlier + [observation.last]
        let longest = attempts.map(\.phases.total).max() ?? 0
        var lines = head(observation)
        for (index, attempt) in attempts.enumerated() {
            lines.append("")
            if attempts.count > 1 { lines.append(title(attempt, index + 1, attempts.count)) }
            lines += bars(attempt, longest)
        }
        lines += facts(observation.last)
        return lines.map { $0 + "\n" }.joined()
    }

    private func head(_ observation: Observation) -> [String] {
        let target = observation.target
        let verdict = observation.verdict
        var first = ink(verdict.kind.rawValue, Ink.tone(verdict.kind))
        var columns = verdict.kind.rawValue.utf8.count
        if let code = verdict.code {
            first += "  " + ink(code, .bold)
            columns += 2 + code.utf8.count
        }
        if observation.isFlaky {
            first += "  " + ink("flaky", .yellow)
            columns += 7
        }
        let time = observation.started.duration(to: observation.ended).text
        let name = target.host.name
        let address = Waterfall.address(observation.last) ?? target.host.addressText
        let subject = target.check.kind + " " + name + (address == name ? "" : " (" + address + ")")
        first +=
            "  " + TerminalText.safe(subject, limit: max(12, width - columns - time.utf8.count - 4)) + "  "
            + ink(time, .dim)
        let summary: String? =
            switch verdict {
            case .up: nil
            case .degraded(let reason), .down(let reason): reason.summary
            case .unknown(let reason): "our own side failed: " + reason.summary
            }
        let detail = TerminalText.safe(observation.last.detail, limit: width * 3)
        return [first]
            + [summary ?? "", detail].filter { !$0.isEmpty }.flatMap { text in
                TerminalText.lines(text.split(separator: " ").map(String.init), width - 2).map { "  " + $0 }
            }
    }

    /// The address that a name led to.
    private static func address(_ attempt: Attempt) -> String? {
        guard case .string(let text)? = attempt.facts.first(where: { $0.name == "address" })?.value else { return nil }
        return text
    }

    private func title(_ attempt: Attempt, _ number: Int, _ count: Int) -> String {
        let text = "attempt \(number) of \(count)  "
        let code = attempt.verdict.code.map { "  " + $0 } ?? ""
        let kind = attempt.verdict.kind.rawValue
        let detail = number < count && !attempt.detail.isEmpty ? "  " + attempt.detail : ""
        let room = width - text.utf8.count - kind.utf8.count - code.utf8.count
        return ink(text, .bold) + ink(kind, Ink.tone(attempt.verdict.kind)) + code
            + ink(TerminalText.safe(detail, limit: room), .dim)
    }

    private func bars(_ attempt: Attempt, _ longest: UInt64) -> [String] {
        let happened = Phase.allCases.filter { attempt.phases[$0] != nil }
        guard !happened.isEmpty else { return [ink("  no phase was begun", .dim)] }
        let columns = width - 22
        var start: UInt64 = 0
        var lines = happened.map { phase in
            let time = UInt64(attempt.phases[phase] ?? 0)
            let bar = Waterfall.bar(start, time, of: max(longest, 1), columns)
            start += time
            let failed = phase == happened.last && attempt.verdict.kind != .up
            return line(
                phase.name, ink(bar, failed ? Ink.tone(attempt.verdict.kind) : .green), TerminalText.width(bar), time)
        }
        if happened.count > 1 { lines.append(line("total", "", 0, attempt.phases.total)) }
        if attempt.roundTrip > 0 {
            lines.append(line("round trip", ink("measured by the kernel", .dim), 22, UInt64(attempt.roundTrip)))
        }
        return lines
    }

    private func line(_ name: String, _ bar: String, _ barColumns: Int, _ microseconds: UInt64) -> String {
        "  " + TerminalText.left(name, 10) + " " + bar + TerminalText.spaces(width - 22 - barColumns) + " "
            + TerminalText.right(Duration.microseconds(Int64(clamping: microseconds)).text, 8)
    }

    /// A bar from `start` of a length, both in the unit of `whole`, which takes all columns. Ends are drawn to an eighth
    /// of a column, beginnings to a half; what happened at all is seen.
    private static func bar(_ start: UInt64, _ length: UInt64, of whole: UInt64, _ columns: Int) -> String {
        let scale = Double(columns * 8) / Double(whole)
        let limit = columns * 8
        var from = min(Int((Double(start) * scale / 4).rounded()) * 4, limit - 4)
        let end = min(Int((Double(start + length) * scale).rounded()), limit)
        var text = TerminalText.spaces(from / 8)
        if from % 8 == 4 {
            text += "▐"
            from += 4
        } else if end <= from {
            return text + "▏"
        }
        let rest = max(0, end - from)
        let ends = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return text + String(repeating: "█", count: rest / 8) + ends[rest % 8]
    }

    private func facts(_ attempt: Attempt) -> [String] {
        guard !attempt.facts.isEmpty else { return [] }
        let names = attempt.facts.map { TerminalText.safe($0.name, limit: 24) }
        let column = max(10, names.map(TerminalText.width).max() ?? 0)
        return [""]
            + zip(attempt.facts, names).map { fact, name in
                "  " + ink(TerminalText.left(name, column), .dim) + " "
                    + TerminalText.safe(Waterfall.text(fact.value), limit: width - column - 3)
            }
    }

    private static func text(_ value: Setting) -> String {
        switch value {
        case .string(let text): return text
        case .list(let elements) where elements.allSatisfy { if case .string = $0 { true } else { false } }:
            return elements.map(text).joined(separator: ", ")
        default:
            var bytes: [UInt8] = []
            var json = JSONWriter(taking: &bytes)
            json.setting(value)
            json.give(to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
