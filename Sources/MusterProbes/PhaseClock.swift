internal import MusterCore
internal import MusterSystem

/// Times the phases of an attempt one after the other, one look at the clock a change.
struct PhaseClock {
    private(set) var times = PhaseTimes()
    private var current: Phase?
    private var since = Instant(nanoseconds: 0)
    /// When the first phase began.
    private(set) var began: Instant?

    /// The phase that goes on now.
    var phase: Phase? { current }

    /// Ends the current phase and begins another.
    @inline(never)
    mutating func enter(_ phase: Phase) {
        let now = SystemClock.now
        if let current { times.add(current, from: since, to: now) }
        current = phase
        since = now
        if began == nil { began = now }
    }

    /// Ends the current phase.
    @inline(never)
    mutating func stop() {
        guard let current else { return }
        times.add(current, from: since, to: SystemClock.now)
        self.current = nil
    }
}
