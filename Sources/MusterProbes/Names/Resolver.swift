package import MusterCore
internal import MusterSystem
internal import MusterWire
internal import Synchronization

/// Resolves host names with our own DNS codec: a cache for the run, and one query in flight a name, however many targets
/// wait for it.
///
/// What the resolver of this machine cannot tell (no answer, unreachable) is our side's failure, never the host's.
package final class Resolver: Sendable {
    /// What is known of a name.
    private enum Outcome: Sendable {
        case address(IPAddress)
        case failed(Verdict, String)
    }

    private enum Entry {
        case pending([(id: Int, waiter: CheckedContinuation<Outcome?, Never>)])
        case known(Outcome, until: Instant)
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var nextID = 0
    }

    private let configuration: ResolverConfiguration
    private let state = Mutex(State())

    /// More names than this are not remembered.
    private static let capacity = 200_000

    package init(_ configuration: ResolverConfiguration) { self.configuration = configuration }

    /// With what this machine's files say.
    package static func system() -> Resolver {
        // A missing file means its defaults, as for the C library.
        let resolvConf = (try? FileReading.text("/etc/resolv.conf")) ?? ""
        let hosts = (try? FileReading.text("/etc/hosts")) ?? ""
        return Resolver(ResolverConfiguration(resolvConf: resolvConf, hosts: hosts))
    }

    package var servers: [Endpoint] { configuration.servers }

    /// The address of a host: itself where it is one, else from the hosts file, the cache or DNS (IPv4 first).
    func address(of host: String, _ clock: inout PhaseClock, until deadline: Instant) async throws(Refusal) -> IPAddress
    {
        if let address = IPAddress(text: host) { return address }
        let name = host.lowercased()
        if let address = configuration.hosts[name.hasSuffix(".") ? String(name.dropLast()) : name]?.first {
            return address
        }
        clock.enter(.resolve)
        defer { clock.stop() }
        while true {
            switch await lookUp(name, until: deadline) {
            case .address(let address)?: return address
            case .failed(let verdict, let detail)?: throw Refusal(verdict, detail)
            case nil:
                if Task.isCancelled { throw Refusal(.unknown(.cancelled)) }
                if SystemClock.now >= deadline { throw Refusal(.unknown(.resolver), "no answer for \(name) in time") }
            }
        }
    }

    /// What is known, or what the query in flight brings; whoever comes first asks. Nil: ask once more, whoever asked gave
    /// up.
    private func lookUp(_ name: String, until deadline: Instant) async -> Outcome? {
        switch claim(name) {
        case .known(let outcome): return outcome
        case .wait: return await wait(for: name, until: deadline)
        case .ask:
            let (outcome, life) = await query(name, until: deadline)
            settle(name, outcome, life, isOutOfTime: SystemClock.now >= deadline)
            return outcome
        }
    }

    private enum Claim { case known(Outcome), wait, ask }

    private func claim(_ name: String) -> Claim {
        state.withLock { state in
            switch state.entries[name] {
            case .known(let outcome, let until) where until > SystemClock.now: return .known(outcome)
            case .pending: return .wait
            default:
                if state.entries.count >= Self.capacity {
                    state.entries = state.entries.filter { if case .pending = $0.value { true } else { false } }
                }
                state.entries[name] = .pending([])
                return .ask
            }
        }
    }

    private func wait(for name: String, until deadline: Instant) async -> Outcome? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskGroup(of: Void.self) { group in
            // Whoever asks may have more time than we have.
            group.addTask { if await Reactor.sleep(until: deadline) { self.dismiss(name, id) } }
            let outcome = await withTaskCancellationHandler {
                await withCheckedContinuation { enlist(name, id, until: deadline, $0) }
            } onCancel: {
                dismiss(name, id)
            }
            group.cancelAll()
            return outcome
        }
    }

    private func enlist(
        _ name: String, _ id: Int, until deadline: Instant, _ waiter: CheckedContinuation<Outcome?, Never>
    ) {
        let outcome: Outcome?? = state.withLock { state in
            // Looked at under the lock: whoever comes to dismiss us later finds us.
            if Task.isCancelled || SystemClock.now >= deadline { return .some(nil) }
            switch state.entries[name] {
            case .pending(var waiters):
                waiters.append((id, waiter))
                state.entries[name] = .pending(waiters)
                return nil
            case .known(let outcome, _): return .some(outcome)
            case nil: return .some(nil)
            }
        }
        if let outcome { waiter.resume(returning: outcome) }
    }

    private func dismiss(_ name: String, _ id: Int) {
        let waiter: CheckedContinuation<Outcome?, Never>? = state.withLock { state in
            guard case .pending(var waiters) = state.entries[name],
                let index = waiters.firstIndex(where: { $0.id == id })
            else {
                return nil
            }
            let waiter = waiters.remove(at: index).waiter
            state.entries[name] = .pending(waiters)
            return waiter
        }
        waiter?.resume(returning: nil)
    }

    private func settle(_ name: String, _ outcome: Outcome, _ life: Duration, isOutOfTime: Bool) {
        // Who asked may have been cancelled or short of time; that says nothing to those who wait.
        let isPrivate = if case .failed(.unknown, _) = outcome { true } else { false }
        let waiters: [(id: Int, waiter: CheckedContinuation<Outcome?, Never>)] = state.withLock { state in
            defer {
                state.entries[name] = isPrivate ? nil : .known(outcome, until: SystemClock.now.advanced(by: life))
            }
            if case .pending(let waiters) = state.entries[name] { return waiters }
            return []
        }
        let isCancelled = if case .failed(.unknown(.cancelled), _) = outcome { true } else { false }
        let saysNothing = isCancelled || isPrivate && isOutOfTime
        for waiter in waiters { waiter.waiter.resume(returning: saysNothing ? nil : outcome) }
    }

    // MARK: Asking

    private func query(_ name: String, until deadline: Instant) async -> (Outcome, Duration) {
        var best: (outcome: Outcome, life: Duration)?
        for candidate in configuration.candidates(for: name) {
            // A search domain may make a good name too long.
            guard let dnsName = try? DNSName(candidate) else { continue }
            let found = await query(dnsName, until: deadline)
            switch found.0 {
            case .failed(.down(.resolveNXDomain), _): if best == nil { best = found }
            case .failed(.down(.resolveNoAddress), _): best = found
            default: return found
            }
        }
        return best ?? (.failed(.unknown(.fault), "\"\(name)\" is no host name"), .seconds(60))
    }

    private func query(_ name: DNSName, until deadline: Instant) async -> (Outcome, Duration) {
        for type in [DNSRecordType.a, .aaaa] {
            let answer: DNSMessage
            switch await ask(DNSQuery(name: name, type: type), until: deadline) {
            case .success(let message): answer = message
            case .failure(let refusal): return (.failed(refusal.verdict, refusal.detail), .seconds(5))
            }
            switch answer.responseCode {
            case .noError: break
            case .nxDomain: return (.failed(.down(.resolveNXDomain), "\(name)"), .seconds(30))
            case .servFail: return (.failed(.down(.resolveServFail), "\(name)"), .seconds(5))
            default: return (.failed(.unknown(.resolver), "\(answer.responseCode.text) for \(name)"), .seconds(5))
            }
            // An alias may live shorter than the address it leads to.
            let shortest = answer.answers.map(\.ttl).min() ?? 0
            let life = Duration.seconds(min(max(Int(shortest), 1), 3600))
            for record in answer.answers {
                switch record.data {
                case .a(let value): return (.address(.v4(value)), life)
                case .aaaa(let high, let low): return (.address(.v6(high: high, low: low)), life)
                default: continue
                }
            }
        }
        return (.failed(.down(.resolveNoAddress), "\(name)"), .seconds(30))
    }

    private func ask(_ query: DNSQuery, until deadline: Instant) async -> Result<DNSMessage, Refusal> {
        var last = Refusal(.unknown(.resolver), "no name server is configured")
        for _ in 0..<configuration.attempts {
            var unwilling: DNSMessage?
            for server in configuration.servers {
                let until = min(deadline, SystemClock.now.advanced(by: configuration.timeout))
                var clock = PhaseClock()
                do throws(DNSLookup.Failure) {
                    var message: DNSMessage?
                    try await DNSLookup.run(query, at: server, &clock, until: until) { _, bytes in
                        message = try? DNSMessage(parsing: bytes)
                    }
                    if let message, message.isWilling { return .success(message) }
                    unwilling = message ?? unwilling
                    last = Refusal(.unknown(.resolver), "\(server.text) answered with a malformed message")
                } catch {
                    last = refusal(error, server)
                    if last.verdict == .unknown(.cancelled) { return .failure(last) }
                }
                if SystemClock.now >= deadline { break }
            }
            // What no server could or would tell is an answer too, where one has said so.
            if let unwilling { return .success(unwilling) }
            if SystemClock.now >= deadline { break }
        }
        return .failure(last)
    }

    /// Whatever goes wrong on the way to our own resolver is our side's.
    private func refusal(_ failure: DNSLookup.Failure, _ server: Endpoint) -> Refusal {
        switch failure {
        case .malformed: return Refusal(.unknown(.resolver), "\(server.text) answered with a malformed message")
        case .datagram(let fault), .stream(let fault):
            switch fault {
            case .timedOut: return Refusal(.unknown(.resolver), "\(server.text) did not answer")
            case .refused, .unreachable, .reset, .reported:
                return Refusal(.unknown(.resolver), "\(server.text) is not reachable")
            default: return Refusal(fault.verdict(timeout: .dnsTimeout), fault.detail)
            }
        }
    }
}

extension DNSMessage {
    /// Whether another server is unlikely to know better.
    fileprivate var isWilling: Bool { ![.servFail, .notImp, .refused].contains(responseCode) }
}
