internal import MusterCore
internal import MusterWire

/// What is known of this machine's name servers: which of them answer, how many names fail, and since when.
///
/// It says whose failure a failure is: a name is blamed only where others resolve. It has no clock and no lock; whoever
/// owns it hands the time in.
struct ResolverHealth: Sendable {
    /// Whose failure it is that a name could not be looked up.
    enum Blame { case name, everyone, undecided }

    private struct Server {
        var queries = 0
        var unanswered = 0
        var servFail = 0
        var refused = 0
        /// How often in a row it stayed silent through its trial.
        var penalty = 0
        /// Until then it is asked last.
        var shunnedUntil: Instant?
        var lastAnswer: Instant?
    }

    /// A name that was looked up, or that failed for the first time.
    private struct Outcome {
        var name: Int
        var isGood: Bool
        /// Of a name that was looked up: how often it had failed before.
        var failures = 0
        var at: Instant
    }

    /// What came of the questions for a name that every resolver knows.
    private struct Control {
        var good = 0
        var failures = 0
        var lastGood: Instant?
        var next = Instant(nanoseconds: .min)
    }

    private var servers: [Server]
    private var recent: [Outcome] = []
    private var nextRecent = 0
    private var rotation = 0
    private var hasAnswered = false
    /// Since when nothing has been looked up, nil while names resolve.
    private var outage: Instant?
    private var nextCanary = Instant(nanoseconds: .min)
    private var control = Control()

    /// So many outcomes are remembered, and so long.
    private static let memory = 128
    private static let memoryTime = Duration.seconds(30)
    /// How long an outage may last before lookups fail at once, where names had resolved before.
    private static let patience = Duration.seconds(60)

    init(serverCount: Int) { servers = Array(repeating: Server(), count: serverCount) }

    // MARK: Servers

    /// The servers in the order in which to ask them: those that are silent last.
    mutating func order(rotating: Bool, at now: Instant) -> [Int] {
        guard !servers.isEmpty else { return [] }
        let first = rotating ? rotation % servers.count : 0
        if rotating { rotation &+= 1 }
        var good: [Int] = []
        var shunned: [Int] = []
        for step in servers.indices {
            let index = (first + step) % servers.count
            guard let until = servers[index].shunnedUntil else {
                good.append(index)
                continue
            }
            if until > now {
                shunned.append(index)
            } else {
                // One question finds out whether it is back; the others do not wait for that.
                servers[index].shunnedUntil = now.advanced(by: Self.pause(servers[index].penalty))
                good.append(index)
            }
        }
        return good + shunned
    }

    private static func pause(_ penalty: Int) -> Duration { .seconds(1 << min(penalty, 5)) }

    mutating func sent(to server: Int) { servers[server].queries += 1 }

    /// A query that was sent at `start` has no answer yet. Only a server that has answered nothing at all since then is
    /// taken for dead: a datagram may be lost.
    mutating func missed(_ server: Int, since start: Instant, at now: Instant) {
        servers[server].unanswered += 1
        outage = outage ?? now
        if let last = servers[server].lastAnswer, last >= start { return }
        if let until = servers[server].shunnedUntil, until > now { return }
        servers[server].penalty = min(servers[server].penalty + 1, 5)
        servers[server].shunnedUntil = now.advanced(by: Self.pause(servers[server].penalty))
    }

    /// A server has answered, perhaps a query that counts as missed.
    mutating func answered(_ server: Int, _ code: DNSResponseCode, wasMissed: Bool, at now: Instant) {
        if wasMissed { servers[server].unanswered -= 1 }
        servers[server].lastAnswer = now
        servers[server].penalty = 0
        servers[server].shunnedUntil = nil
        switch code {
        case .servFail: servers[server].servFail += 1
        case .refused, .notImp: servers[server].refused += 1
        default: break
        }
    }

    /// What the servers did, nil where none was asked.
    func account(_ endpoints: [Endpoint]) -> ResolverAccount? {
        let asked = zip(endpoints, servers).filter { $1.queries > 0 }
        guard !asked.isEmpty else { return nil }
        return ResolverAccount(
            servers: asked.map { endpoint, server in
                .init(
                    address: endpoint.port == 53 ? endpoint.address.text : endpoint.text, queries: server.queries,
                    unanswered: server.unanswered, servFail: server.servFail, refused: server.refused)
            })
    }

    // MARK: Names

    /// Remembers a name that was looked up, perhaps after failures.
    mutating func lookedUp(_ name: Int, after failures: Int, at now: Instant) {
        remember(Outcome(name: name, isGood: true, failures: failures, at: now))
        hasAnswered = true
        outage = nil
    }

    /// Remembers that a name has failed for the first time.
    mutating func failed(_ name: Int, at now: Instant) {
        remember(Outcome(name: name, isGood: false, at: now))
        outage = outage ?? now
    }

    private mutating func remember(_ outcome: Outcome) {
        if recent.count < Self.memory {
            recent.append(outcome)
        } else {
            recent[nextRecent] = outcome
            nextRecent = (nextRecent + 1) % Self.memory
        }
    }

    /// Whose failure it is that a name failed so many times in a row from `start` on.
    ///
    /// That of all where most other names fail as well. Else the name's, as soon as chance explains it no more: names that
    /// were looked up tell how often one fails for nothing, and a name is blamed where so many failures in a row would come
    /// to less than one in 100,000 names. Until another name was looked up since `start` nothing is said.
    func blame(_ name: Int, failures: Int, since start: Instant, at now: Instant) -> Blame {
        var good = 0
        var bad = 0
        var idle = 0
        var isTold = false
        for other in recent where other.name != name && other.at.advanced(by: Self.memoryTime) > now {
            if other.isGood {
                good += 1
                idle += other.failures
                isTold = isTold || other.at >= start
            } else {
                bad += 1
            }
        }
        var known = good
        if let last = control.lastGood, last.advanced(by: Self.memoryTime) > now {
            isTold = isTold || last >= start
            good += 1
            known += min(control.good, 8)
            idle += min(control.failures, 8)
        }
        guard isTold else { return .undecided }
        guard bad <= good else { return .everyone }
        let share = (Double(idle) + 0.5) / Double(idle + known + 1)
        var chance = 1.0
        for _ in 0..<failures { chance *= share }
        return failures > 1 && chance <= 1e-5 ? .name : .undecided
    }

    /// Whether names do not resolve at the moment.
    var isOut: Bool { outage != nil }

    /// Whether a lookup may wait for an answer. In an outage that has lasted too long only one now and then may: twice its
    /// time where nothing has ever been looked up, a minute where it has.
    mutating func admits(_ time: Duration, at now: Instant) -> Bool {
        if hasPatience(time, at: now) { return true }
        guard now >= nextCanary else { return false }
        nextCanary = now.advanced(by: .milliseconds(250))
        return true
    }

    /// Whether names resolve, or have not failed for so long yet that waiting makes no sense any more.
    func hasPatience(_ time: Duration, at now: Instant) -> Bool {
        guard let outage else { return true }
        return now < outage.advanced(by: hasAnswered ? max(time * 2, Self.patience) : time * 2)
    }

    /// Whether to ask now for a name that every resolver knows, to tell a name's failure from that of all.
    mutating func takesControl(at now: Instant) -> Bool {
        guard now >= control.next else { return false }
        control.next = now.advanced(by: .milliseconds(100))
        return true
    }

    mutating func controlled(isGood: Bool, at now: Instant) {
        if isGood {
            control.good += 1
            control.lastGood = now
        } else {
            control.failures += 1
        }
    }
}
