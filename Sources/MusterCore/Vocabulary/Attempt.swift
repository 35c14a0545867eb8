/// The parts of an attempt that are timed apart, in the order in which they happen.
package enum Phase: Int, CaseIterable, Sendable {
    case resolve, connect, tls, send, wait, transfer

    /// The name used in every report.
    package var name: String {
        switch self {
        case .resolve: "resolve"
        case .connect: "connect"
        case .tls: "tls"
        case .send: "send"
        case .wait: "wait"
        case .transfer: "transfer"
        }
    }
}

/// How long each phase took as we saw it, in microseconds; a phase that did not happen has no time.
package struct PhaseTimes: Sendable, Hashable {
    private var resolve: UInt32 = 0
    private var connect: UInt32 = 0
    private var tls: UInt32 = 0
    private var send: UInt32 = 0
    private var wait: UInt32 = 0
    private var transfer: UInt32 = 0
    private var happened: UInt8 = 0

    package init() {}

    /// Adds what passed between two instants to a phase (a second round of a phase counts to the first).
    package mutating func add(_ phase: Phase, from start: Instant, to end: Instant) {
        let microseconds = UInt32(clamping: (end.nanoseconds - start.nanoseconds) / 1000)
        happened |= 1 << UInt8(phase.rawValue)
        switch phase {
        case .resolve: resolve = resolve.addingClamped(microseconds)
        case .connect: connect = connect.addingClamped(microseconds)
        case .tls: tls = tls.addingClamped(microseconds)
        case .send: send = send.addingClamped(microseconds)
        case .wait: wait = wait.addingClamped(microseconds)
        case .transfer: transfer = transfer.addingClamped(microseconds)
        }
    }

    /// Microseconds of a phase, nil where it did not happen.
    package subscript(phase: Phase) -> UInt32? {
        guard happened & (1 << UInt8(phase.rawValue)) != 0 else { return nil }
        return switch phase {
        case .resolve: resolve
        case .connect: connect
        case .tls: tls
        case .send: send
        case .wait: wait
        case .transfer: transfer
        }
    }

    /// All phases together, in microseconds.
    package var total: UInt64 {
        UInt64(resolve) + UInt64(connect) + UInt64(tls) + UInt64(send) + UInt64(wait) + UInt64(transfer)
    }
}

extension UInt32 {
    fileprivate func addingClamped(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

/// Something a probe found out that a report may show: the HTTP status, the days left on a certificate.
package struct Fact: Sendable, Hashable {
    /// Snake case, as it stands in the JSON report.
    package var name: String
    package var value: Setting

    package init(_ name: String, _ value: Setting) {
        self.name = name
        self.value = value
    }
}

/// One try at a target.
package struct Attempt: Sendable, Hashable {
    /// What this try alone says.
    package var verdict: Verdict
    /// What we waited, our own queue included.
    package var phases: PhaseTimes
    /// What the kernel measured on the connection (`TCP_INFO`, smoothed round trip) in microseconds; 0 where unknown.
    package var roundTrip: UInt32
    /// What was seen, in a few words, for a person; empty where the reason says it all. It may hold bytes from the network:
    /// every writer makes it safe for its own output.
    package var detail: String
    package var facts: [Fact]

    package init(
        _ verdict: Verdict, phases: PhaseTimes = PhaseTimes(), roundTrip: UInt32 = 0, detail: String = "",
        facts: [Fact] = []
    ) {
        self.verdict = verdict
        self.phases = phases
        self.roundTrip = roundTrip
        self.detail = detail
        self.facts = facts
    }
}
