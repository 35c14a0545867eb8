internal import MusterCore
internal import MusterSystem
internal import MusterWire

/// One question on its way to an answer of this machine's name servers: whom to ask, when to ask the next one, and when
/// to give up.
///
/// A question is put to the next server while the one before may still answer, so that a dead server takes a small part
/// of the time and a slow one still counts. It owns no socket and no clock: events and the time enter, steps leave.
struct Inquiry: Sendable {
    /// What a server said.
    struct Answer: Sendable {
        var code: DNSResponseCode
        var bytes: [UInt8]
    }

    enum Event: Sendable {
        /// The number is that of the ``Step/ask(server:number:until:)`` it belongs to.
        case answered(number: Int, Answer)
        /// With what came and was no answer.
        case failed(number: Int, DNSLookup.Failure, DNSStray? = nil)
        case due(Int)
        /// Whether a name that every resolver knows was looked up.
        case control(Bool)
    }

    enum Step: Sendable {
        case ask(server: Int, number: Int, until: Instant)
        /// Wait, then say ``Event/due(_:)`` with this number.
        case wait(Int, until: Instant)
        case control(server: Int, until: Instant)
        case finish(Result<Answer, Refusal>)
    }

    /// What does not change while it goes on.
    struct Rules: Sendable {
        /// Of the name that is asked for.
        var name: Int
        var servers: [Endpoint]
        var start: Instant
        var end: Instant
        /// For one query at most, before the next one is sent.
        var timeout: Duration
        /// Rounds over servers that do not answer; nil for as many as there is time for.
        var rounds: Int?

        var time: Duration { start.duration(to: end) }
    }

    private struct Query {
        var server: Int
        var since: Instant
        var isMissed = false
    }

    private let rules: Rules
    private let order: [Int]
    private var sent = 0
    private(set) var timer = 0
    private var open: [Int: Query] = [:]
    private var failedInRound = 0
    /// Rounds in which no server would tell, since the first answer of this kind.
    private var unwillingRounds = 0
    private var unwillingSince: Instant?
    private var unwilling: Answer?
    /// What kept a query from its answer, where many messages did.
    private var flood: DNSStray?
    private var last = Refusal(.unknown(.resolver), "no name server answered")

    init(_ rules: Rules, order: [Int]) {
        precondition(!order.isEmpty, "an inquiry needs a server")
        self.rules = rules
        self.order = order
    }

    /// The first question: as most are answered soon, it is asked alone, and ends when the next would be sent.
    mutating func begin(_ health: ResolverHealth) -> (server: Int, number: Int, until: Instant) {
        timer += 1
        let query = put(at: rules.start)
        return (query.server, query.number, min(rules.end, rules.start.advanced(by: interval(health, rules.start))))
    }

    mutating func take(_ event: Event, _ health: inout ResolverHealth, at now: Instant) -> [Step] {
        switch event {
        case .answered(let number, let answer): return take(answer, number, &health, now)
        case .failed(let number, let failure, let stray): return take(failure, stray, number, &health, now)
        case .due(let number): return number == timer ? goOn(&health, now) : []
        case .control(let isGood):
            health.controlled(isGood: isGood, at: now)
            guard let unwilling, isBlamed(health, now) else { return [] }
            return [.finish(.success(unwilling))]
        }
    }

    private mutating func take(
        _ answer: Answer, _ number: Int, _ health: inout ResolverHealth, _ now: Instant
    ) -> [Step] {
        guard let query = open.removeValue(forKey: number) else { return [] }
        health.answered(query.server, answer.code, wasMissed: query.isMissed, at: now)
        if answer.isWilling {
            health.lookedUp(rules.name, after: unwillingRounds, at: now)
            // The others have not answered for as long.
            for other in open.values where !other.isMissed && other.since.duration(to: now) > base {
                health.missed(other.server, since: other.since, at: now)
            }
            return [.finish(.success(answer))]
        }
        if unwilling == nil {
            health.failed(rules.name, at: now)
            unwillingSince = now
        }
        unwilling = answer
        last = Refusal(.unknown(.resolver), "\(text(query.server)) answered \(answer.code.text)")
        return nextServer(&health, now)
    }

    private mutating func take(
        _ failure: DNSLookup.Failure, _ stray: DNSStray?, _ number: Int, _ health: inout ResolverHealth, _ now: Instant
    ) -> [Step] {
        guard let query = open.removeValue(forKey: number) else { return [] }
        guard let fault = failure.fault else {
            last = Refusal(.unknown(.resolver), "\(text(query.server)) answered with a malformed message")
            health.answered(query.server, .noError, wasMissed: query.isMissed, at: now)
            return nextServer(&health, now)
        }
        switch fault {
        case .cancelled: return [.finish(.failure(Refusal(.unknown(.cancelled))))]
        case .noDescriptor, .noMemory:
            return [.finish(.failure(Refusal(fault.verdict(timeout: .dnsTimeout), fault.detail)))]
        case .late:
            last = Refusal(.unknown(.late))
            return []
        case .timedOut:
            if !query.isMissed { health.missed(query.server, since: query.since, at: now) }
            if case .many? = stray { flood = stray }
            if unwilling == nil { last = silence(query.server, stray) }
            return []
        default:
            if !query.isMissed { health.missed(query.server, since: query.since, at: now) }
            let detail = fault.detail.isEmpty ? "" : " (\(fault.detail))"
            last = Refusal(.unknown(.resolver), "\(text(query.server)) is not reachable\(detail)")
            return nextServer(&health, now)
        }
    }

    // MARK: Going on

    /// The time for the latest query is over.
    private mutating func goOn(_ health: inout ResolverHealth, _ now: Instant) -> [Step] {
        for (number, query) in open where !query.isMissed {
            health.missed(query.server, since: query.since, at: now)
            open[number]?.isMissed = true
            if unwilling == nil { last = silence(query.server) }
        }
        if now >= rules.end || isExhausted || !health.hasPatience(rules.time, at: now) { return [giveUp(health, now)] }
        return ask(health, now)
    }

    private mutating func ask(_ health: ResolverHealth, _ now: Instant) -> [Step] {
        let query = put(at: now)
        let pause = interval(health, now)
        timer += 1
        // A slow server's answer to the first question counts to the end; later ones only follow losses.
        let until = query.number <= order.count ? rules.end : min(rules.end, now.advanced(by: pause * 4))
        let due = isExhausted ? now.advanced(by: rules.timeout) : now.advanced(by: pause)
        return [
            .ask(server: query.server, number: query.number, until: until), .wait(timer, until: min(due, rules.end)),
        ]
    }

    private mutating func put(at now: Instant) -> (server: Int, number: Int) {
        let server = order[sent % order.count]
        open[sent] = Query(server: server, since: now)
        sent += 1
        return (server, sent - 1)
    }

    /// A server has failed at once: the next one, and after a round of all a pause.
    private mutating func nextServer(_ health: inout ResolverHealth, _ now: Instant) -> [Step] {
        failedInRound += 1
        if failedInRound < order.count, !isExhausted { return ask(health, now) }
        failedInRound = 0
        var steps: [Step] = []
        if let unwilling {
            unwillingRounds += 1
            switch blame(health, now) {
            case .name: return [.finish(.success(unwilling))]
            case .undecided where health.takesControl(at: now):
                steps.append(.control(server: order[0], until: rules.end))
            case .undecided, .everyone: break
            }
        }
        if isExhausted || now >= rules.end { return [giveUp(health, now)] }
        timer += 1
        let delay = Backoff(base: .milliseconds(50), cap: .seconds(1))
            .delay(after: (sent + order.count - 1) / order.count, random: .random(in: 0..<1))
        return steps + [.wait(timer, until: min(now.advanced(by: delay), rules.end))]
    }

    private func giveUp(_ health: ResolverHealth, _ now: Instant) -> Step {
        if let unwilling, isBlamed(health, now) { return .finish(.success(unwilling)) }
        return .finish(.failure(last))
    }

    private func isBlamed(_ health: ResolverHealth, _ now: Instant) -> Bool { blame(health, now) == .name }

    private func blame(_ health: ResolverHealth, _ now: Instant) -> ResolverHealth.Blame {
        health.blame(rules.name, failures: unwillingRounds, since: unwillingSince ?? now, at: now)
    }

    /// Who answers something is not silent.
    private var isExhausted: Bool { unwilling == nil && isSpent }
    private var isSpent: Bool { rules.rounds.map { sent >= $0 * order.count } ?? false }

    /// An eighth of the time; less for a short timeout.
    private var base: Duration { min(rules.time / 8, rules.timeout) }

    /// How long to wait for the latest query before the next is sent: longer each round while nobody answers, and at most
    /// a third of what is left.
    private func interval(_ health: ResolverHealth, _ now: Instant) -> Duration {
        let round = health.isOut ? min(max(sent - 1, 0) / order.count, 5) : 0
        return max(min(base * (1 << round), rules.timeout, now.duration(to: rules.end) / 3), base / 2)
    }

    private func text(_ server: Int) -> String { rules.servers[server].text }

    private func silence(_ server: Int, _ stray: DNSStray? = nil) -> Refusal {
        let told = (flood ?? stray).map { "; " + $0.text } ?? ""
        return Refusal(.unknown(.resolver), "\(text(server)) did not answer\(told)")
    }
}

extension Inquiry.Answer {
    /// Whether another server is unlikely to know better.
    var isWilling: Bool { ![.servFail, .notImp, .refused].contains(code) }
}

extension DNSLookup.Failure {
    /// Nil for an answer that cannot be read.
    fileprivate var fault: SocketFault? {
        switch self {
        case .datagram(let fault), .stream(let fault): fault
        case .malformed: nil
        }
    }
}
