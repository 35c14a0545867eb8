internal import MusterCore
internal import MusterSystem
internal import MusterWire

/// How far a lookup has come: what is asked next and how, and what became of what was asked last.
struct DNSAsk {
    /// What became of a query.
    enum Outcome {
        case answer(DNSApproach.Sign)
        case truncated
        /// The server does not know EDNS.
        case refusesOptions
        case malformed(DNSFault)
        /// What came may be forged: by the case of its question, or since too much came that was no answer.
        case doubtful(byCase: Bool)
    }

    /// For an ask that is to find out more, where there is an answer already.
    private static let extraTime = Duration.milliseconds(500)

    private let known: KnownServers
    private(set) var query: DNSQuery
    private(set) var approach: DNSApproach
    private(set) var isOverStream: Bool
    private(set) var deadline: Instant
    private var wasRefused = false
    var outcome = Outcome.truncated

    init(_ query: DNSQuery, _ server: Endpoint, overStream: Bool, confirmsAbsence: Bool, until deadline: Instant) {
        known = Reactor.local { KnownServers() }
        let traits = known[server]
        self.query = traits.contains(.isPlain) ? query.withoutOptions : query
        approach = DNSApproach(
            server, traits, random: DatagramExchanges.randomBits(), confirmsAbsence: confirmsAbsence)
        isOverStream = overStream
        self.deadline = deadline
    }

    /// Learns from silence; true where an answer that came before stands.
    @inline(never)
    func standsUnanswered() -> Bool {
        approach.failed(known)
        return approach.isExtra
    }

    /// Learns from the outcome; true where something is to be asked once more.
    @inline(__always)
    mutating func goesOn(_ ignore: (DNSStray) -> Void) throws(DNSLookup.Failure) -> Bool {
        // Nearly always: a good answer of a server that is known.
        if case .answer(let sign) = outcome, !wasRefused, approach.isSettled(by: sign) { return false }
        return try learns(ignore)
    }

    @inline(never)
    private mutating func learns(_ ignore: (DNSStray) -> Void) throws(DNSLookup.Failure) -> Bool {
        switch outcome {
        case .answer(let sign):
            // Who refuses this query too does not mind EDNS, but the question.
            if wasRefused, !sign.code.mayRefuseOptions { known.insert(.isPlain, approach.server) }
            guard !isOverStream, approach.answered(sign, query, known) else { return false }
            deadline = min(deadline, SystemClock.now.advanced(by: Self.extraTime))
        case _ where approach.isExtra:
            approach.failed(known)
            return false
        case .malformed(let fault): throw .malformed(fault)
        case .truncated: isOverStream = true
        case .doubtful(let byCase):
            approach.doubt(byCase: byCase, random: DatagramExchanges.randomBits(), known)
        case .refusesOptions:
            ignore(.refusedOptions)
            query = query.withoutOptions
            wasRefused = true
        }
        return true
    }
}
