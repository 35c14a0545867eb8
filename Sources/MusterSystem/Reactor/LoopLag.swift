/// How late a loop was: the time an event may have waited for us, kept so that a host is never charged for it.
package struct LoopLag: Sendable {
    /// A time during which the loop could not look at events. One that was spent asleep has no extent on the clock.
    struct Stall {
        var start: Int64
        var end: Int64
        var length: Int64
    }

    /// Shorter ones are part of working and not remembered one by one.
    static let notable: Int64 = 20_000_000

    /// The longest stall, in nanoseconds.
    package private(set) var worst: Int64 = 0
    /// Stalls of at least 20 ms.
    package private(set) var notableCount = 0
    private var recent: [Stall] = []
    private var nextRecent = 0

    mutating func note(from start: Int64, to end: Int64) {
        if end - start > worst { worst = end - start }
        guard end - start >= Self.notable else { return }
        remember(Stall(start: start, end: end, length: end - start))
    }

    /// The machine slept, so the clock stood still, but the rest of the world did not.
    mutating func noteSleep(at now: Int64, length: Int64) {
        worst = max(worst, length)
        remember(Stall(start: now, end: now, length: length))
    }

    private mutating func remember(_ stall: Stall) {
        notableCount += 1
        if recent.count < 32 {
            recent.append(stall)
        } else {
            recent[nextRecent] = stall
            nextRecent = (nextRecent + 1) % 32
        }
    }

    /// The longest notable stall that overlaps the time from `start` on, in nanoseconds.
    func longest(since start: Int64) -> Int64 { overlaps(start).max() ?? 0 }

    /// All notable stalls since `start` together, in nanoseconds.
    func total(since start: Int64) -> Int64 { overlaps(start).reduce(0, +) }

    private func overlaps(_ start: Int64) -> [Int64] {
        recent.compactMap { stall in
            guard stall.end >= start, stall.end > start || stall.start == stall.end else { return nil }
            return stall.start == stall.end ? stall.length : stall.end - max(stall.start, start)
        }
    }
}
