internal import MusterCore

/// When somebody answered: the last time, and the longer silences before it.
struct AnswerTimeline: Sendable {
    private struct Gap {
        var from: Instant
        var to: Instant
    }

    private static let capacity = 16

    private let leastGap: Duration
    private(set) var last: Instant
    private var gaps: [Gap] = []

    /// Nobody has answered yet.
    init(start: Instant, leastGap: Duration) {
        last = start
        self.leastGap = leastGap
    }

    mutating func note(_ now: Instant) {
        guard now > last else { return }
        if last.duration(to: now) >= leastGap {
            if gaps.count == Self.capacity { gaps.removeFirst() }
            gaps.append(Gap(from: last, to: now))
        }
        last = now
    }

    /// For how long nobody has answered.
    func silence(at now: Instant) -> Duration { max(.zero, last.duration(to: now)) }

    /// Whether nobody answered for a third of the time: as long as it takes to lose the first packet and those that repeat
    /// it, which are sent after 1, 3 and 7 seconds where the timeout allows.
    func isDoubtful(from began: Instant, to ended: Instant) -> Bool {
        var longest = max(last, began).duration(to: ended)
        for gap in gaps { longest = max(longest, max(gap.from, began).duration(to: min(gap.to, ended))) }
        return longest >= max(began.duration(to: ended) / 3, leastGap)
    }
}
