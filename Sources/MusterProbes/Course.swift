internal import MusterCore

/// What an attempt gathers on its way. Its functions are not inlined: their values would take room in the frame of every
/// check in flight.
struct Course {
    var clock = PhaseClock()
    /// What the kernel measured, in microseconds; 0 where unknown.
    var roundTrip: UInt32 = 0
    var facts: [Fact] = []
    private var verdict = Verdict.up
    private var detail = ""

    /// What it has come to so far.
    var outcome: Refusal { Refusal(verdict, detail) }

    /// Says what the attempt came to; up where nobody does.
    @inline(never)
    mutating func end(by outcome: Refusal) {
        verdict = outcome.verdict
        detail = outcome.detail
    }

    @inline(never)
    mutating func attempt() -> Attempt {
        clock.stop()
        return Attempt(verdict, phases: clock.times, roundTrip: roundTrip, detail: detail, facts: facts)
    }
}
