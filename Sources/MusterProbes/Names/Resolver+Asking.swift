internal import MusterCore
internal import MusterSystem
internal import MusterWire
internal import Synchronization

/// Carries out the steps of an ``Inquiry``.
extension Resolver {
    /// Puts a question to this machine's name servers, one after the other, until one answers or the time is over.
    ///
    /// A server that cannot or will not answer does so for the name only where others resolve; what all names fail at is
    /// our own side's failure, `local.resolver`.
    func ask(
        _ query: DNSQuery, overStream: Bool = false, until deadline: Instant
    ) async -> Result<Inquiry.Answer, Refusal> {
        let question = Question(query: query, overStream: overStream || configuration.usesStreams)
        var inquiry: Inquiry
        switch open(query, until: deadline) {
        case .success(let opened): inquiry = opened
        case .failure(let refusal): return .failure(refusal)
        }
        // Nearly all questions are answered at once, and need no group.
        let first = health.withLock { inquiry.begin($0) }
        let event = await perform(question, at: first.server, first.number, until: first.until)
        let steps = take(event, &inquiry)
        if case .finish(let result)? = steps.last { return result }
        return await persist(question, &inquiry, steps)
    }

    private struct Question: Sendable {
        var query: DNSQuery
        var overStream: Bool
    }

    private func open(_ query: DNSQuery, until deadline: Instant) -> Result<Inquiry, Refusal> {
        let now = SystemClock.now
        let rules = Inquiry.Rules(
            name: query.name.hashValue, servers: configuration.servers, start: now, end: deadline,
            timeout: configuration.timeout, rounds: configuration.attempts)
        return health.withLock { health in
            guard !configuration.servers.isEmpty else {
                return .failure(Refusal(.unknown(.resolver), "no name server is configured"))
            }
            guard health.admits(rules.time, at: now) else {
                return .failure(Refusal(.unknown(.resolver), "no name could be looked up for a long time"))
            }
            return .success(Inquiry(rules, order: health.order(rotating: configuration.rotates, at: now)))
        }
    }

    /// What the first query's end leads to: its silence means that the next one is due.
    private func take(_ event: Inquiry.Event, _ inquiry: inout Inquiry) -> [Inquiry.Step] {
        health.withLock { health in
            let steps = inquiry.take(event, &health, at: SystemClock.now)
            return steps.isEmpty ? inquiry.take(.due(inquiry.timer), &health, at: SystemClock.now) : steps
        }
    }

    private func persist(
        _ question: Question, _ inquiry: inout Inquiry, _ steps: [Inquiry.Step]
    ) async -> Result<Inquiry.Answer, Refusal> {
        await withTaskGroup(of: Inquiry.Event.self) { group in
            var steps = steps
            while true {
                for step in steps {
                    switch step {
                    case .finish(let result):
                        group.cancelAll()
                        return result
                    case .ask(let server, let number, let until):
                        group.addTask { [self] in await perform(question, at: server, number, until: until) }
                    case .wait(let number, let until):
                        group.addTask {
                            await Reactor.sleep(until: until)
                            return .due(number)
                        }
                    case .control(let server, let until):
                        group.addTask { [self] in .control(await answersControl(server, until: until)) }
                    }
                }
                guard let event = await group.next(), !Task.isCancelled else {
                    group.cancelAll()
                    return .failure(Refusal(.unknown(.cancelled)))
                }
                steps = health.withLock { inquiry.take(event, &$0, at: SystemClock.now) }
            }
        }
    }

    private func perform(
        _ question: Question, at server: Int, _ number: Int, until deadline: Instant
    ) async -> Inquiry.Event {
        health.withLock { $0.sent(to: server) }
        var stray: DNSStray?
        do throws(DNSLookup.Failure) {
            return .answered(number: number, try await send(question, to: server, until: deadline) { stray = $0 })
        } catch {
            return .failed(number: number, error, stray)
        }
    }

    /// Whether a server knows where names begin, as every resolver does.
    private func answersControl(_ server: Int, until deadline: Instant) async -> Bool {
        health.withLock { $0.sent(to: server) }
        do throws(DNSLookup.Failure) {
            let root = DNSQuery(name: .root, type: .ns, ednsPayloadSize: nil)
            let question = Question(query: root, overStream: configuration.usesStreams)
            let answer = try await send(question, to: server, until: deadline)
            health.withLock { $0.answered(server, answer.code, wasMissed: false, at: SystemClock.now) }
            return answer.isWilling
        } catch {
            return false
        }
    }

    private func send(
        _ question: Question, to server: Int, until deadline: Instant, ignoring ignore: (DNSStray) -> Void = { _ in }
    ) async throws(DNSLookup.Failure) -> Inquiry.Answer {
        var clock = PhaseClock()
        var answer = Inquiry.Answer(code: .servFail, bytes: [])
        try await DNSLookup.run(
            question.query, at: configuration.servers[server], overStream: question.overStream, &clock, until: deadline,
            ignoring: ignore
        ) { code, bytes in
            answer.code = code
            answer.bytes.reserveCapacity(bytes.count)
            for index in 0..<bytes.count { answer.bytes.append(bytes[index]) }
        }
        return answer
    }
}
