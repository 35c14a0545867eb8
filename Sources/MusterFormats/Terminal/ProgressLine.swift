import MusterCore
import MusterText

/// The line that shows how far a run is; the caller draws it as a ``LiveLine``.
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
        var line = ProgressParts()
        line.add(ProgressParts.percent(share), place: 0, rank: 0, .bold)
        line.add(done.grouped + "/" + total.grouped, place: 1, rank: 2)
        line.add(up.grouped + " up", place: 2, rank: 6, .green)
        if degraded > 0 { line.add(degraded.grouped + " degraded", place: 3, rank: 5, .yellow) }
        if down > 0 { line.add(down.grouped + " down", place: 4, rank: 1, .red) }
        if unknown > 0 { line.add(unknown.grouped + " unknown", place: 5, rank: 4, .yellow) }
        if inFlight > 0 { line.add(inFlight.grouped + " in flight", place: 6, rank: 8, .dim) }
        let pace = Pace(done: done, total: total, elapsed: elapsed)
        if let rate = pace.rate { line.add(rate.grouped + "/s", place: 7, rank: 7, .dim) }
        if let remaining = pace.remaining { line.add(remaining + " left", place: 8, rank: 3, .dim) }
        return line.text(width: width, Ink(enabled: color), lesser: 6, bar: (share, down > 0 ? .red : .green))
    }

    private var share: Double { total > 0 ? Double(done) / Double(total) : 1 }
}
