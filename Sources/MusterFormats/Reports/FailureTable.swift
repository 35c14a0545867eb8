import MusterCore
import MusterText

/// Lines of failures: a reason with its count and what it means, under it the places it was seen in, with examples.
struct FailureTable {
    private let failures: [Summary.Failure]
    private let inventory: Inventory?
    private let ink: Ink
    private let width: Int
    /// Columns of the names, of reasons and places alike.
    private let nameColumn: Int
    private let countColumn: Int

    /// At most so many lines a reason shows its places in.
    private static let placeLimit = 5

    /// Columns are as wide as all of these failures need, so that tables of some of them stand in line.
    init(_ failures: [Summary.Failure], of all: [Summary.Failure], inventory: Inventory?, ink: Ink, width: Int) {
        self.failures = failures
        self.inventory = inventory
        self.ink = ink
        self.width = width
        let codes = all.map { ($0.verdict.code ?? "").utf8.count }
        let places = all.flatMap { $0.places.prefix(FailureTable.placeLimit) }
        let names = places.map { TerminalText.width(FailureTable.name(of: $0, inventory)) + 2 }
        nameColumn = min((codes + names).max() ?? 0, max(18, width * 3 / 10))
        countColumn = max(5, all.map { $0.count.grouped.utf8.count }.max() ?? 0)
    }

    /// At most so many reasons, in at most so many lines; where these are few, places are left out.
    func lines(rowLimit: Int, lineLimit: Int) -> [String] {
        let limit = min(rowLimit, lineLimit)
        let shown = failures.count <= limit ? failures.count : limit - 1
        let folded = failures.dropFirst(shown)
        let places = placeLines(shown, lineLimit - shown - (folded.isEmpty ? 0 : 1))
        var lines: [String] = []
        for (failure, count) in zip(failures, places) {
            lines.append(line(of: failure))
            lines += placeLines(of: failure, count)
        }
        if !folded.isEmpty {
            let targets = folded.reduce(0) { $0 + $1.count }
            let text = "and " + folded.count.counted("more reason") + ", " + targets.counted("target")
            lines.append("  " + ink(text + " (see --output json)", .dim))
        }
        return lines
    }

    /// How many lines each reason's places get: one in turn while there are lines and places.
    private func placeLines(_ shown: Int, _ lineLimit: Int) -> [Int] {
        var lines = Array(repeating: 0, count: shown)
        var left = lineLimit
        for round in 1...FailureTable.placeLimit {
            for index in 0..<shown where left > 0 && failures[index].places.count >= round {
                lines[index] += 1
                left -= 1
            }
        }
        return lines
    }

    private func line(of failure: Summary.Failure) -> String {
        let (code, summary, tone): (String, String, Ink.Tone) =
            switch failure.verdict {
            case .up: ("", "", .boldGreen)
            case .degraded(let reason): (reason.rawValue, "degraded: " + reason.summary, .boldYellow)
            case .down(let reason): (reason.rawValue, reason.summary, .boldRed)
            case .unknown(let reason): (reason.rawValue, reason.summary, .boldYellow)
            }
        return "  " + ink(TerminalText.left(code, nameColumn), tone) + "  "
            + ink(TerminalText.right(failure.count.grouped, countColumn), .bold) + "  "
            + TerminalText.safe(summary, limit: textColumns)
    }

    private func placeLines(of failure: Summary.Failure, _ count: Int) -> [String] {
        guard count > 0 else { return [] }
        let fits = failure.places.count <= count
        // With one line only, the rest is told at its end; with more, the last line tells it.
        let shown = fits ? failure.places.count : max(1, count - 1)
        let rest = failure.places.dropFirst(shown)
        var lines = failure.places.prefix(shown).map { place in
            let more = count == 1 && !fits ? " +" + rest.count.counted("more place") : ""
            let all = place.isAll ? "all: " : ""
            let columns = textColumns - TerminalText.width(all) - TerminalText.width(more)
            let share = failure.places.count > 1 ? place.count.grouped : ""
            return prefix(FailureTable.name(of: place, inventory), share)
                + ink(all, .bold) + examples(of: place, columns) + ink(more, .dim)
        }
        if count > 1, !fits {
            let targets = rest.reduce(0) { $0 + $1.count }
            let name = rest.count.counted("more place")
            lines.append(
                "    " + TerminalText.left(name, nameColumn - 2) + "  "
                    + TerminalText.right(targets.grouped, countColumn))
        }
        return lines
    }

    private func prefix(_ name: String, _ count: String) -> String {
        "    " + ink(TerminalText.left(name, nameColumn - 2), .cyan) + "  " + TerminalText.right(count, countColumn)
            + "  "
    }

    private var textColumns: Int { width - nameColumn - countColumn - 6 }

    /// The names of as many examples as fit, the first with its detail where there is room to read it.
    private func examples(of place: Summary.Place, _ columns: Int) -> String {
        let names = place.examples.map { TerminalText.safe($0.target.host.name, limit: columns) }
        let detail = TerminalText.safe(place.examples.first?.detail ?? "", limit: columns)
        let wanted = detail.isEmpty ? 0 : min(TerminalText.width(detail), 28) + 3
        for count in stride(from: names.count, through: 1, by: -1) {
            let names = names.prefix(count)
            let room = columns - TerminalText.width(names.joined(separator: ", "))
            guard room >= wanted || count == 1 && room >= 0 else { continue }
            let others = names.dropFirst().map { ", " + $0 }.joined()
            guard room >= 11, !detail.isEmpty else { return (names.first ?? "") + others }
            return (names.first ?? "") + ink(" (" + TerminalText.safe(detail, limit: room - 3) + ")", .dim) + others
        }
        return ""
    }

    private static func name(of place: Summary.Place, _ inventory: Inventory?) -> String {
        guard let inventory else { return "" }
        let group = inventory.groups[place.group].path
        let check = inventory.checks[place.check].name
        return TerminalText.safe(group.isEmpty ? check : group + " " + check, limit: 80)
    }
}
