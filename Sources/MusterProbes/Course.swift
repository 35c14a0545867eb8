internal import MusterCore
internal import MusterSystem

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
        if case .down(let reason) = verdict, reason.mayFollowFromSilence, wasStalled {
            verdict = .unknown(.late)
        }
        return Attempt(verdict, phases: clock.times, roundTrip: roundTrip, detail: detail, facts: facts)
    }

    /// Whether we were silent for so long that a peer may have given us up.
    private var wasStalled: Bool {
        guard let began = clock.began, let loop = Reactor.current else { return false }
        return loop.stalledTime(since: began) >= Self.patience
    }

    /// What peers have at least, in our experience of handshake and header timeouts.
    private static let patience = Duration.milliseconds(500)
}

extension Reason {
    /// Whether a healthy peer ends so when it hears nothing from us for a while.
    fileprivate var mayFollowFromSilence: Bool {
        switch self {
        case .tcpReset, .tcpClosed, .tlsClosed, .httpClosed, .httpStatus: true
        default: false
        }
    }
}
