import MusterCore

/// The line that shows how far a run is; the caller prints it after `\r` and before `\u{1b}[K`.
package struct ProgressLine: Sendable {
    package var done: Int
    package var total: Int
    package var up: Int
    package var degraded: Int
    package var down: Int
    package var unknown: Int
    package var inFlight: Int
    package var elapsed: Duration

    package init(
        done: Int, total: Int, up: Int, degraded: Int, down: Int, unknown: Int, inFlight: Int, elapsed: Duration
    ) {
        self.done = done
        self.total = total
        self.up = up
        self.degraded = degraded
        self.down = down
        self.unknown = unknown
        self.inFlight = inFlight
        self.elapsed = elapsed
    }

    /// At most `width` columns: what matters most is kept longest, the bar takes what is left and at most 30.
    package func text(width: Int, color: Bool = false) -> String {
        let ink = Ink(enabled: color)
        var shown: [Part] = []
        var columns = 0
        for part in parts.sorted(by: { $0.rank < $1.rank }) {
            let step = TerminalText.width(part.text) + (shown.isEmpty ? 0 : 2)
            // A line of some length keeps room for the bar before it tells the lesser things.
            guard columns + step <= (part.rank >= 6 && width >= 60 ? width - 14 : width) else { continue }
            columns += step
            shown.append(part)
        }
        shown.sort { $0.place < $1.place }
        let text = shown.map { ink($0.text, $0.tone) }.joined(separator: "  ")
        let room = min(width - columns - 2, 30)
        return room >= 6 ? bar(room, ink) + "  " + text : text
    }

    private struct Part {
        var text: String
        /// From left to right.
        var place: Int
        /// The lower, the longer it is kept.
        var rank: Int
        var tone: Ink.Tone?
    }

    private var parts: [Part] {
        var parts = [
            Part(text: percent, place: 0, rank: 0, tone: .bold),
            Part(text: done.grouped + "/" + total.grouped, place: 1, rank: 2),
            Part(text: up.grouped + " up", place: 2, rank: 6, tone: .green),
        ]
        if degraded > 0 { parts.append(Part(text: degraded.grouped + " degraded", place: 3, rank: 5, tone: .yellow)) }
        if down > 0 { parts.append(Part(text: down.grouped + " down", place: 4, rank: 1, tone: .red)) }
        if unknown > 0 { parts.append(Part(text: unknown.grouped + " unknown", place: 5, rank: 4, tone: .yellow)) }
        if inFlight > 0 { parts.append(Part(text: inFlight.grouped + " in flight", place: 6, rank: 8, tone: .dim)) }
        if let rate { parts.append(Part(text: rate.grouped + "/s", place: 7, rank: 7, tone: .dim)) }
        if let remaining { parts.append(Part(text: remaining + " left", place: 8, rank: 3, tone: .dim)) }
        return parts
    }

    /// Rounded down, so that 100% means all.
    private var percent: String {
        let share = total > 0 ? Double(done) / Double(total) : 1
        let text = String(Int(max(0, min(1, share)) * 100)) + "%"
        return TerminalText.spaces(4 - text.utf8.count) + text
    }

    private var seconds: Double { Double(elapsed.nanoseconds) / 1e9 }

    private var rate: Int? {
        guard done > 0, seconds > 0.01 else { return nil }
        return Int(min(Double(done) / seconds, 1e12).rounded())
    }

    private var remaining: String? {
        guard done > 0, done < total, seconds > 0.1 else { return nil }
        let left = min(seconds / Double(done) * Double(total - done), 1e9).rounded(.up)
        return left < 60 ? String(Int(left)) + "s" : Duration.seconds(Int(left)).text
    }

    private func bar(_ columns: Int, _ ink: Ink) -> String {
        let share = total > 0 ? max(0, min(1, Double(done) / Double(total))) : 1
        let full = Int(share * Double(columns))
        return ink(String(repeating: "━", count: full), down > 0 ? .red : .green)
            + ink(String(repeating: "─", count: columns - full), .dim)
    }
}
