internal import MusterText

/// The line that shows how far a rotation is; the caller draws it as a ``LiveLine``.
package struct RotationProgressLine: Sendable {
    /// Logs that are done with, whatever came of them.
    package var done: Int
    /// Logs there are; 0 as long as that is not known.
    package var total: Int
    /// Bytes of logs that were compressed so far.
    package var bytesCompressed: Int
    package var elapsed: Duration

    package init(done: Int, total: Int, bytesCompressed: Int, elapsed: Duration) {
        self.done = done
        self.total = total
        self.bytesCompressed = bytesCompressed
        self.elapsed = elapsed
    }

    /// At most `width` columns: what matters most is kept longest, the bar takes what is left and at most 30.
    package func text(width: Int, color: Bool = false) -> String {
        var line = ProgressParts()
        if total > 0 {
            line.add(ProgressParts.percent(share), place: 0, rank: 0, .bold)
            line.add(min(done, total).grouped + "/" + total.counted("log"), place: 1, rank: 2)
        } else {
            line.add(done.counted("log"), place: 1, rank: 0, .bold)
        }
        if bytesCompressed > 0 {
            line.add(ValueText.bytes(Double(bytesCompressed)) + " compressed", place: 2, rank: 3)
        }
        let pace = Pace(done: done, total: total, elapsed: elapsed)
        if let rate = pace.rate { line.add(rate.grouped + "/s", place: 3, rank: 4, .dim) }
        if let remaining = pace.remaining { line.add(remaining + " left", place: 4, rank: 1, .dim) }
        return line.text(width: width, Ink(enabled: color), lesser: 4, bar: total > 0 ? (share, .green) : nil)
    }

    private var share: Double { total > 0 ? Double(done) / Double(total) : 0 }
}
