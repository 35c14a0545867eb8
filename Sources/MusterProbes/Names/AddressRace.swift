internal import MusterCore
internal import MusterSystem

/// Ways of making a check on several addresses.
enum AddressRace {
    /// How long the latest address has for itself before the next is tried (RFC 8305 §5).
    private static let pause = Duration.milliseconds(250)
    /// So many addresses are checked at a time where each has to be.
    private static let mostAtOnce = 16

    private enum Event<Value: Sendable>: Sendable {
        case ended(Int, Result<Value, Refusal>)
        case due(Int)
    }

    /// Starts with one address after the other until one succeeds, which goes to `winner`; false where none did, and the
    /// ledger says why. Others that succeed too late go to `discard`.
    static func first<Value: Sendable>(
        _ ledger: inout AddressLedger, until deadline: Instant,
        start: @escaping @Sendable (IPAddress) async -> Result<Value, Refusal>,
        discard: (Value) -> Void, winner: (Value) async -> Void
    ) async -> Bool {
        let addresses = ledger.addresses
        // Short of time, all still get their turn.
        let pause = min(Self.pause, SystemClock.now.duration(to: deadline) / (2 * addresses.count))
        return await withTaskGroup(of: Event<Value>.self) { group in
            var started = 0
            var ended = 0
            func startNext() {
                let index = started
                guard index < addresses.count else { return }
                started += 1
                group.addTask { .ended(index, await start(addresses[index])) }
                guard started < addresses.count else { return }
                group.addTask {
                    await Reactor.sleep(until: SystemClock.now.advanced(by: pause))
                    return .due(index)
                }
            }
            startNext()
            while ended < addresses.count, let event = await group.next() {
                switch event {
                case .due(let index): if index == started - 1, !Task.isCancelled { startNext() }
                case .ended(let index, .failure(let refusal)):
                    ledger.note(index, refusal)
                    ended += 1
                    startNext()
                case .ended(let index, .success(let value)):
                    ledger.use(index)
                    group.cancelAll()
                    await winner(value)
                    for await case .ended(_, .success(let late)) in group { discard(late) }
                    return true
                }
            }
            group.cancelAll()
            return false
        }
    }

    /// Makes a check on every address, each with the whole time, and returns the worst course, the first of the worst.
    static func each(
        _ ledger: inout AddressLedger, _ course: Course, until deadline: Instant,
        perform: @escaping @Sendable (IPAddress, inout Course, Instant) async -> Void
    ) async -> Course {
        let addresses = ledger.addresses
        let time = SystemClock.now.duration(to: deadline)
        return await withTaskGroup(of: (Int, Course).self) { group in
            var started = 0
            var worst: (index: Int, course: Course)?
            func startNext() {
                let index = started
                guard index < addresses.count else { return }
                started += 1
                group.addTask {
                    var own = course
                    await perform(addresses[index], &own, SystemClock.now.advanced(by: time))
                    return (index, own)
                }
            }
            for _ in 0..<min(mostAtOnce, addresses.count) { startNext() }
            while let (index, ended) = await group.next() {
                ledger.note(index, ended.outcome)
                let weight = badness(ended.outcome.verdict)
                if let known = worst {
                    let least = badness(known.course.outcome.verdict)
                    if weight > least || weight == least && index < known.index { worst = (index, ended) }
                } else {
                    worst = (index, ended)
                }
                startNext()
            }
            guard let worst else { return course }
            ledger.use(worst.index)
            var result = worst.course
            result.end(by: ledger.told(worst.index, result.outcome))
            return result
        }
    }

    /// A run that has ended says nothing of any address.
    private static func badness(_ verdict: Verdict) -> Int {
        switch verdict {
        case .up: 0
        case .degraded: 1
        case .unknown(.cancelled): 4
        case .unknown: 2
        case .down: 3
        }
    }
}

/// A dialogue over TCP with the addresses of a name.
struct NamedDialogue: Sendable {
    var port: UInt16
    /// Whether the dialogue ends with the connection.
    var connectOnly = false
    /// What a fault in a phase says of the target.
    var refusal: @Sendable (SocketFault, Phase?) -> Refusal
    /// Talks over a connection, gives its socket back and says in the course what it came to.
    var converse: @Sendable (TCPSocket, inout Course, Instant) async throws(SocketFault) -> Void

    /// Has the dialogue with those addresses that are to be used; the course says which, and what became of the others.
    func run(_ found: FoundAddresses, _ use: AddressChoice.Use, _ course: inout Course) async {
        var ledger = AddressLedger(use == .first ? [found.addresses[0]] : found.addresses)
        if ledger.count == 1 {
            ledger.use(0)
            await talk(to: found.addresses[0], &course, until: found.deadline)
        } else if use == .each {
            course = await AddressRace.each(&ledger, course, until: found.deadline) { [self] address, own, deadline in
                await talk(to: address, &own, until: deadline)
            }
        } else {
            await race(&ledger, &course, until: found.deadline)
        }
        if use != .each { ledger.close(course.outcome) }
        if found.isName { course.facts = ledger.facts + course.facts }
    }

    private func race(_ ledger: inout AddressLedger, _ course: inout Course, until deadline: Instant) async {
        course.clock.enter(.connect)
        let isWon = await AddressRace.first(&ledger, until: deadline) { [self] address in
            await connection(to: address, until: deadline)
        } discard: { socket in
            socket.giveBack()
        } winner: { socket in
            await converse(over: socket, &course, until: deadline)
        }
        if !isWon { course.end(by: ledger.failure) }
    }

    private func talk(to address: IPAddress, _ course: inout Course, until deadline: Instant) async {
        course.clock.enter(.connect)
        switch await connection(to: address, until: deadline) {
        case .failure(let refusal): course.end(by: refusal)
        case .success(let socket): await converse(over: socket, &course, until: deadline)
        }
    }

    private func converse(over socket: TCPSocket, _ course: inout Course, until deadline: Instant) async {
        course.roundTrip = socket.roundTrip
        do throws(SocketFault) {
            try await converse(socket, &course, deadline)
        } catch {
            course.end(by: refusal(error, course.clock.phase))
        }
    }

    private func connection(to address: IPAddress, until deadline: Instant) async -> Result<TCPSocket, Refusal> {
        do throws(SocketFault) {
            let socket = try Reactor.lendSocket(toward: address, connectOnly: connectOnly)
            do throws(SocketFault) {
                try await socket.connect(to: Endpoint(address, port: port), until: deadline)
                return .success(socket)
            } catch {
                socket.giveBack()
                throw error
            }
        } catch {
            return .failure(refusal(error, .connect))
        }
    }
}
