/// How late a loop was: the time an event may have waited for us, kept so that a host is never charged for it.
package struct LoopLag: Sendable {
    /// A time during which the loop could not look at events.
    struct Stall {
        var start: Int64
        var end: Int64
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
        let length = end - start
        if length > worst { worst = length }
        guard length >= Self.notable else { return }
        notableCount += 1
        let stall = Stall(start: start, end: end)
        if recent.count < 32 {
            recent.append(stall)
        } else {
            recent[nextRecent] = stall
            nextRecent = (nextRecent + 1) % 32
        }
    }

    /// The longest notable stall that overlaps the time from `start` on, in nanoseconds.
    func longest(since start: Int64) -> Int64 {
        var longest: Int64 = 0
        for stall in recent where stall.end > start { longest = max(longest, stall.end - max(stall.start, start)) }
        return longest
    }
}
