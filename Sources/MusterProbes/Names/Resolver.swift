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
        /// In the order in which to try them; never none.
        case addresses([IPAddress])
        case failed(Verdict, String)
    }

    /// Names in lower case; those asked for one family alone apart.
    private struct Key: Hashable {
        var name: String
        var family: AddressChoice.Family
    }

    private enum Entry {
        case pending([(id: Int, waiter: CheckedContinuation<Outcome?, Never>)])
        case known(Outcome, until: Instant)
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var nextID = 0
    }

    let configuration: ResolverConfiguration
    let health: Mutex<ResolverHealth>
    private let state = Mutex(State())
    private let source: @Sendable (IPAddress) -> IPAddress?

    /// More names than this are not remembered.
    private static let capacity = 200_000

    /// `source` tells the address from which this machine would send to another, nil where there is no route.
    package init(
        _ configuration: ResolverConfiguration,
        source: @escaping @Sendable (IPAddress) -> IPAddress? = { SourceAddress.toward($0) }
    ) {
        self.configuration = configuration
        self.source = source
        health = Mutex(ResolverHealth(serverCount: configuration.servers.count))
    }

    /// With what this machine's files say.
    package static func system() -> Resolver {
        // A missing file means its defaults, as for the C library.
        let resolvConf = (try? FileReading.text("/etc/resolv.conf")) ?? ""
        let hosts = (try? FileReading.text("/etc/hosts")) ?? ""
        return Resolver(ResolverConfiguration(resolvConf: resolvConf, hosts: hosts))
    }

    package var servers: [Endpoint] { configuration.servers }

    /// What the name servers did so far, nil where none was asked.
    package var account: ResolverAccount? { health.withLock { $0.account(configuration.servers) } }

    /// The addresses of a host in the order in which to try them, at least one: itself where it is one, else from the hosts
    /// file, the cache or DNS. `time` is for the lookup alone.
    func addresses(
        of host: String, _ family: AddressChoice.Family, _ clock: inout PhaseClock, within time: Duration
    ) async throws(Refusal) -> [IPAddress] {
        if let address = IPAddress(text: host) { return [address] }
        let name = host.lowercased()
        let listed =
            configuration.hosts[name.hasSuffix(".") ? String(name.dropLast()) : name]?
            .filter(family.takes) ?? []
        if !listed.isEmpty { return AddressOrder.sorted(listed, source: source) }
        clock.enter(.resolve)
        defer { clock.stop() }
        let deadline = SystemClock.now.advanced(by: time)
        while true {
            switch await lookUp(Key(name: name, family: family), until: deadline) {
            case .addresses(let addresses)?: return addresses
            case .failed(let verdict, let detail)?: throw Refusal(verdict, detail)
            case nil:
                if Task.isCancelled { throw Refusal(.unknown(.cancelled)) }
                if SystemClock.now >= deadline { throw Refusal(.unknown(.resolver), "no answer for \(name) in time") }
            }
        }
    }

    /// What is known, or what the query in flight brings; whoever comes first asks. Nil: ask once more, whoever asked gave
    /// up.
    private func lookUp(_ name: Key, until deadline: Instant) async -> Outcome? {
        switch claim(name) {
        case .known(let outcome): return outcome
        case .wait: return await wait(for: name, until: deadline)
        case .ask:
            let (outcome, life) = await look(for: name, until: deadline)
            settle(name, outcome, life, isOutOfTime: SystemClock.now >= deadline)
            return outcome
        }
    }

    private enum Claim { case known(Outcome), wait, ask }

    private func claim(_ name: Key) -> Claim {
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

    private func wait(for name: Key, until deadline: Instant) async -> Outcome? {
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
        _ name: Key, _ id: Int, until deadline: Instant, _ waiter: CheckedContinuation<Outcome?, Never>
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

    private func dismiss(_ name: Key, _ id: Int) {
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

    private func settle(_ name: Key, _ outcome: Outcome, _ life: Duration, isOutOfTime: Bool) {
        // Who asked may have been cancelled or short of time; that says nothing to those who wait. And who tries again
        // after a failure that may pass wants to know whether it has.
        let isPrivate = if case .failed(.unknown, _) = outcome { true } else { false }
        let isFleeting = if case .failed(let verdict, _) = outcome { verdict.isTransient } else { false }
        let waiters: [(id: Int, waiter: CheckedContinuation<Outcome?, Never>)] = state.withLock { state in
            defer {
                state.entries[name] =
                    isPrivate || isFleeting ? nil : .known(outcome, until: SystemClock.now.advanced(by: life))
            }
            if case .pending(let waiters) = state.entries[name] { return waiters }
            return []
        }
        let isCancelled = if case .failed(.unknown(.cancelled), _) = outcome { true } else { false }
        let saysNothing = isCancelled || isPrivate && isOutOfTime
        for waiter in waiters { waiter.waiter.resume(returning: saysNothing ? nil : outcome) }
    }

    // MARK: Looking up

    /// What a question for the addresses of one family came to.
    private enum Found: Sendable {
        case addresses([IPAddress], life: Duration)
        /// The name is there, but has none.
        case none
        case noName
        case failed(Verdict, String)
    }

    private func look(for key: Key, until deadline: Instant) async -> (Outcome, Duration) {
        var best: (outcome: Outcome, life: Duration)?
        for candidate in configuration.candidates(for: key.name) {
            // A search domain may make a good name too long.
            guard let name = try? DNSName(candidate) else { continue }
            let found = outcome(await find(name, key.family, until: deadline), name)
            switch found.outcome {
            case .failed(.down(.resolveNXDomain), _): if best == nil { best = found }
            case .failed(.down(.resolveNoAddress), _): best = found
            default: return found
            }
        }
        return best ?? (.failed(.unknown(.fault), "\"\(key.name)\" is no host name"), .seconds(60))
    }

    private func outcome(_ found: Found, _ name: DNSName) -> (outcome: Outcome, life: Duration) {
        switch found {
        case .addresses(let addresses, let life):
            (.addresses(AddressOrder.sorted(addresses, source: source)), life)
        case .none: (.failed(.down(.resolveNoAddress), "\(name)"), .seconds(30))
        case .noName: (.failed(.down(.resolveNXDomain), "\(name)"), .seconds(30))
        case .failed(let verdict, let detail): (.failed(verdict, detail), .zero)
        }
    }

    private func find(_ name: DNSName, _ family: AddressChoice.Family, until deadline: Instant) async -> Found {
        switch family {
        case .ipv4: return await question(name, .a, until: deadline)
        case .ipv6: return await question(name, .aaaa, until: deadline)
        case .any where configuration.omitsIPv6: return await question(name, .a, until: deadline)
        case .any where configuration.asksInTurn:
            let first = await question(name, .a, until: deadline)
            return merged(first, await question(name, .aaaa, until: deadline))
        case .any: return await findBoth(name, until: deadline)
        }
    }

    private func findBoth(_ name: DNSName, until deadline: Instant) async -> Found {
        await withTaskGroup(of: Found?.self) { group in
            group.addTask { [self] in await question(name, .aaaa, until: deadline) }
            let first = await question(name, .a, until: deadline)
            if case .addresses = first {
                // The other family is worth waiting for: it may be the only one that works. But not to the end.
                let patience = SystemClock.now.duration(to: deadline) / 4
                group.addTask {
                    await Reactor.sleep(until: SystemClock.now.advanced(by: patience))
                    return nil
                }
            }
            let second = await group.next() ?? nil
            group.cancelAll()
            return merged(first, second ?? .failed(.unknown(.resolver), ""))
        }
    }

    private func merged(_ first: Found, _ second: Found) -> Found {
        switch (first, second) {
        case (.addresses(let one, let life), .addresses(let other, let otherLife)):
            .addresses(one + other, life: min(life, otherLife))
        case (.addresses(let addresses, _), .failed), (.failed, .addresses(let addresses, _)):
            // Half an answer is not kept.
            .addresses(addresses, life: .milliseconds(1))
        case (.addresses, _), (.failed, _): first
        case (_, .addresses), (_, .failed): second
        case (.noName, _), (_, .noName): .noName
        case (.none, .none): .none
        }
    }

    private func question(_ name: DNSName, _ type: DNSRecordType, until deadline: Instant) async -> Found {
        let query = DNSQuery(name: name, type: type, ednsPayloadSize: configuration.usesEDNS ? 1232 : nil)
        let message: DNSMessage
        switch await ask(query, until: deadline) {
        case .failure(let refusal): return .failed(refusal.verdict, refusal.detail)
        case .success(let answer):
            guard let parsed = try? DNSMessage(parsing: answer.bytes.span) else {
                return .failed(.unknown(.resolver), "the answer for \(name) is malformed")
            }
            message = parsed
        }
        switch message.responseCode {
        case .noError: break
        case .nxDomain: return .noName
        case .servFail: return .failed(.down(.resolveServFail), "\(name)")
        default: return .failed(.unknown(.resolver), "\(message.responseCode.text) for \(name)")
        }
        let chain = message.chain(from: DNSQuestion(name: name, type: type))
        let addresses = chain.records.compactMap { record in
            switch (record.data, type) {
            case (.a(let value), .a): IPAddress.v4(value)
            case (.aaaa(let high, let low), .aaaa): IPAddress.v6(high: high, low: low)
            default: nil
            }
        }
        // An alias may live shorter than the address it leads to.
        return addresses.isEmpty
            ? .none : .addresses(addresses, life: .seconds(min(max(Int(chain.timeToLive), 1), 3600)))
    }
}
