internal import MusterText

/// Lines over time as a row of block characters, the share of 5xx as a second one, and times under them.
struct LogTimelineText {
    let ink: Ink
    let width: Int

    private static let blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    /// `lines` or `5xx` before the rows.
    private static let labelColumns = 7

    func lines(_ timeline: LogReport.Timeline?) -> [String] {
        let room = width - LogTimelineText.labelColumns - 2
        guard let folded = FoldedTimeline(timeline, limit: room), let peak = folded.peak, peak.count > 0 else {
            return []
        }
        // Few points are drawn wider, so that they can be seen.
        let repeats = max(1, min(8, room / folded.columns.count))
        let span = folded.columns.last.map { $0.time &- (folded.columns.first?.time ?? 0) } ?? 0
        let when = { (time: Int64) in LogTimelineText.moment(time, span: span, in: folded) }
        var remark = "a step is " + LogTimelineText.length(folded.step)
        remark += ", most lines " + peak.count.grouped + " at " + when(peak.time)
        var lines = LogTableReport.heading("Timeline", remark, ink, width)
        let counts = folded.columns.map { Double($0.count) }
        lines.append(row("lines", counts, greatest: Double(peak.count), repeats, .cyan))
        if folded.tellsErrors, let worst = folded.worst, let rate = worst.errorRate, rate > 0 {
            let rates = folded.columns.map { $0.errorRate ?? 0 }
            lines.append(row("5xx", rates, greatest: rate, repeats, .red))
        }
        lines.append(axis(folded, repeats, span))
        if folded.tellsErrors, let worst = folded.worst, let rate = worst.errorRate, rate > 0 {
            let text = "worst share of 5xx " + ValueText.smallShare(rate) + " at " + when(worst.time)
            lines += TerminalText.lines(text.split(separator: " ").map(String.init), room).map {
                TerminalText.spaces(LogTimelineText.labelColumns + 2) + ink($0, .dim)
            }
        }
        return lines
    }

    /// A value above zero is never drawn as none.
    private func row(
        _ label: String, _ values: [Double], greatest: Double, _ repeats: Int, _ tone: Ink.Tone
    ) -> String {
        var text = ""
        for value in values {
            let level = max(0, min(7, Int((value / greatest * 8).rounded(.up)) - 1))
            text += String(repeating: value > 0 ? LogTimelineText.blocks[level] : " ", count: repeats)
        }
        while text.last == " " { text.removeLast() }
        return "  " + TerminalText.left(label, LogTimelineText.labelColumns) + ink(text, tone)
    }

    /// Round times, each beginning under its column; one that would touch the one before is left out.
    private func axis(_ folded: FoldedTimeline, _ repeats: Int, _ span: Int64) -> String {
        let columns = folded.columns.count * repeats
        guard let first = folded.columns.first?.time, let last = folded.columns.last?.time, folded.step > 0 else {
            return ""
        }
        let ticks = TimeAxis(from: first, to: last, count: max(2, columns / 12)).ticks
        var text = ""
        for tick in ticks {
            let place = Int(Double(tick.time - first) / Double(folded.step) * Double(repeats))
            let columns = TerminalText.width(text)
            guard place >= columns + (text.isEmpty ? 0 : 2) else { continue }
            guard place + tick.label.utf8.count <= width - LogTimelineText.labelColumns - 2 else { continue }
            text += TerminalText.spaces(place - columns) + tick.label
        }
        if text.isEmpty { text = LogTimelineText.moment(first, span: span, in: folded) }
        return TerminalText.spaces(LogTimelineText.labelColumns + 2) + ink(text, .dim)
    }

    /// When a column begins, with as much as its neighbours differ in: `18:06`, `18:06:27`, `24 Nov 18:00`, `2026-11-24`;
    /// over years, `2026-11-24 18:00`. No part of it that is not zero is left out.
    static func moment(_ time: Int64, span: Int64, in folded: FoldedTimeline) -> String {
        let (local, offset) = folded.shown(time)
        let moment = UTCMoment(local)
        let hasDays = folded.step >= UTCMoment.dayLength
        if hasDays, local.isMultiple(of: UTCMoment.dayLength) { return moment.date + offset }
        let isWhole = folded.step >= 60_000_000 && local.isMultiple(of: 60_000_000)
        let clock = (isWhole ? moment.hourMinute : moment.fullClock) + offset
        if hasDays || folded.hasYears { return moment.date + " " + clock }
        return span >= UTCMoment.dayLength ? moment.shortDate + " " + clock : clock
    }

    /// `5m`, `1h`, `30s`, `2d`, `90s`, `500ms`.
    static func length(_ microseconds: Int64) -> String {
        let units: [(Int64, String)] = [
            (UTCMoment.dayLength, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1000, "ms"),
        ]
        for (unit, name) in units where microseconds >= unit && microseconds.isMultiple(of: unit) {
            return String(microseconds / unit) + name
        }
        return String(microseconds) + "µs"
    }
}
