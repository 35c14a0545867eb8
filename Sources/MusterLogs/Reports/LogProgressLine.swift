internal import MusterCore
internal import MusterText

/// The line that shows how far the reading of logs is; the caller draws it as a ``LiveLine``.
package struct LogProgressLine: Sendable {
    /// Bytes read so far, of files as they lie on the disk.
    package var bytes: Int
    /// Bytes there are; nil where that is not known, as of standard input.
    package var total: Int?
    package var lines: Int
    package var bad: Int
    package var elapsed: Duration

    package init(bytes: Int, total: Int?, lines: Int, bad: Int, elapsed: Duration) {
        self.bytes = bytes
        self.total = total
        self.lines = lines
        self.bad = bad
        self.elapsed = elapsed
    }

    /// At most `width` columns: what matters most is kept longest, the bar takes what is left and at most 30.
    package func text(width: Int, color: Bool = false) -> String {
        let ink = Ink(enabled: color)
        var line = ProgressParts()
        if let total, total > 0 {
            line.add(ProgressParts.percent(share), place: 0, rank: 0, .bold)
            let done = ValueText.bytes(Double(min(bytes, total))) + "/" + ValueText.bytes(Double(total))
            line.add(done, place: 1, rank: 3)
        } else {
            line.add(ValueText.bytes(Double(bytes)), place: 1, rank: 0, .bold)
        }
        line.add(lines.counted("line"), place: 2, rank: 4)
        if bad > 0 { line.add(bad.grouped + " bad", place: 3, rank: 5, .yellow) }
        if let rate { line.add(ValueText.bytes(rate) + "/s", place: 4, rank: 1, .dim) }
        if let remaining { line.add(remaining + " left", place: 5, rank: 2, .dim) }
        let hasTotal = total ?? 0 > 0
        return line.text(width: width, ink, lesser: 4, bar: hasTotal ? (share: share, tone: .green) : nil)
    }

    private var share: Double {
        guard let total, total > 0 else { return 0 }
        return Double(bytes) / Double(total)
    }

    private var seconds: Double { Double(elapsed.nanoseconds) / 1e9 }

    private var rate: Double? { bytes > 0 && seconds > 0.01 ? Double(bytes) / seconds : nil }

    private var remaining: String? {
        guard let total, bytes < total, let rate, seconds > 0.1 else { return nil }
        return ProgressParts.remaining(Double(total - bytes) / rate)
    }
}
