import MusterCore

/// Parts of a line that shows progress: which of them a width has room for, and a bar before them.
package struct ProgressParts {
    private struct Part {
        var text: String
        /// From left to right.
        var place: Int
        /// The lower, the longer it is kept.
        var rank: Int
        var tone: Ink.Tone?
    }

    private var parts: [Part] = []

    package init() {}

    package mutating func add(_ text: String, place: Int, rank: Int, _ tone: Ink.Tone? = nil) {
        parts.append(Part(text: text, place: place, rank: rank, tone: tone))
    }

    /// At most `width` columns; parts of rank `lesser` and over leave room for the bar in a line of some length.
    package func text(width: Int, _ ink: Ink, lesser: Int, bar: (share: Double, tone: Ink.Tone)?) -> String {
        var shown: [Part] = []
        var columns = 0
        for part in parts.sorted(by: { $0.rank < $1.rank }) {
            let step = TerminalText.width(part.text) + (shown.isEmpty ? 0 : 2)
            guard columns + step <= (part.rank >= lesser && width >= 60 ? width - 14 : width) else { continue }
            columns += step
            shown.append(part)
        }
        shown.sort { $0.place < $1.place }
        let text = shown.map { ink($0.text, $0.tone) }.joined(separator: "  ")
        let room = min(width - columns - 2, 30)
        guard let bar, room >= 6 else { return text }
        return ProgressParts.bar(room, bar.share, bar.tone, ink) + "  " + text
    }

    /// Rounded down, so that 100% means all.
    package static func percent(_ share: Double) -> String {
        let text = String(Int(max(0, min(1, share)) * 100)) + "%"
        return TerminalText.spaces(4 - text.utf8.count) + text
    }

    /// `41s`, `3m05s`: rounded up, at most 30 years.
    package static func remaining(_ seconds: Double) -> String {
        let left = min(seconds, 1e9).rounded(.up)
        return left < 60 ? String(Int(left)) + "s" : Duration.seconds(Int(left)).text
    }

    private static func bar(_ columns: Int, _ share: Double, _ tone: Ink.Tone, _ ink: Ink) -> String {
        let full = Int(max(0, min(1, share)) * Double(columns))
        return ink(String(repeating: "━", count: full), tone)
            + ink(String(repeating: "─", count: columns - full), .dim)
    }
}
