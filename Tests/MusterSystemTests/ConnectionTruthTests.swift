import Glibc
import MusterCore
import MusterTesting
import Testing

@testable import MusterSystem

/// What a socket says of a connection, on a model network: no answer is taken for one, and every wait ends.
@Suite(.timeLimit(.minutes(40))) struct ConnectionTruthTests {
    private static let host = Endpoint(.v4(0x0a00_0002), port: 80)
    private static let other = Endpoint(.v4(0x0a00_0003), port: 80)
    private static let router = IPAddress.v4(0x0a00_0009)

    /// Runs a body on a loop over the network.
    private func on<R: Sendable>(
        _ network: ModelNetwork, _ body: @escaping @Sendable (Reactor) async throws -> R
    ) async throws -> R {
        try await Reactor.withLoop(on: network) { loop in
            try await withThrowingTaskGroup(of: R.self) { group in
                group.addTask(executorPreference: loop) { try await body(loop) }
                return try #require(try await group.next())
            }
        }
    }

    /// Connects once, within two seconds of the model's time.
    private static func connect(_ endpoint: Endpoint, within time: Duration = .seconds(2)) async -> SocketFault? {
        await fault { () throws(SocketFault) in
            try await Reactor.withSocket(toward: endpoint.address) { (socket) throws(SocketFault) in
                try await socket.connect(to: endpoint, until: SystemClock.now.advanced(by: time))
            }
        }
    }

    private static func notice(_ meaning: ICMPNotice.Meaning) -> ICMPNotice {
        ICMPNotice(meaning: meaning, sender: router, isOwn: false)
    }

    @Test(
        "An ICMP message ends one connection and says nothing about the next on the same loop",
        arguments: [
            ICMPNotice.Meaning.hostUnreachable, .networkUnreachable, .portUnreachable, .prohibited, .ttlExceeded,
        ])
    func poison(meaning: ICMPNotice.Meaning) async throws {
        let network = ModelNetwork(seed: 1)
        let notice = Self.notice(meaning)
        network.path = { address in
            var path = ModelPath(delay: 1_000_000)
            if address == Self.host.address { path.notice = notice }
            return path
        }
        network.service = { _ in .silent }
        let faults = try await on(network) { _ in
            var faults: [SocketFault?] = []
            for endpoint in [Self.host, Self.other, Self.host, Self.other, Self.other] {
                faults.append(await Self.connect(endpoint))
            }
            return faults
        }
        #expect(faults == [.reported(notice), .timedOut, .reported(notice), .timedOut, .timedOut])
    }

    @Test("A message in the error queue of a connection that is still being tried is no connection")
    func stillTrying() async throws {
        let network = ModelNetwork(seed: 1)
        network.service = { _ in .silent }
        let (fault, took) = try await on(network) { _ in
            for delay in [1, 100, 1500] {
                network.schedule(at: network.now + Int64(delay) * 1_000_000) {
                    network.poison(Self.host, Self.notice(.hostUnreachable))
                }
            }
            let start = SystemClock.now
            let fault = await Self.connect(Self.host)
            return (fault, start.duration(to: SystemClock.now))
        }
        #expect(fault == .reported(Self.notice(.hostUnreachable)))
        #expect(took >= .seconds(2))
    }

    @Test("A connection that a message ended between a look at it and the taking of the message never stood")
    func endedBetweenLooks() async throws {
        let network = ModelNetwork(seed: 1)
        network.service = { _ in .silent }
        let notice = Self.notice(.hostUnreachable)
        let fault = try await on(network) { _ in
            network.schedule(at: network.now + 1_000_000) { network.poison(Self.host, notice, closesWhenTaken: true) }
            return await Self.connect(Self.host)
        }
        #expect(fault == .reported(notice))
    }

    @Test("A message that comes while a connection is made changes nothing, and its socket is not lent again")
    func noiseBeforeEstablished() async throws {
        let network = ModelNetwork(seed: 1)
        network.path = { _ in ModelPath(delay: 50_000_000) }
        network.service = { _ in .stream { SilentPeer() } }
        let faults = try await on(network) { _ in
            network.schedule(at: network.now + 10_000_000) { network.poison(Self.host, Self.notice(.prohibited)) }
            return [await Self.connect(Self.host), await Self.connect(Self.other)]
        }
        #expect(faults == [nil, nil])
    }

    @Test(
        "What connecting returns at once is our own side's, whatever its number",
        arguments: [
            (ENETUNREACH, SocketFault.noRoute), (EHOSTUNREACH, .noRoute), (EINVAL, .noRoute), (ENETDOWN, .noRoute),
            (EACCES, .forbidden), (EPERM, .forbidden), (EMFILE, .noDescriptor), (EADDRNOTAVAIL, .noPort),
            (ENOBUFS, .noMemory), (EIO, .other(EIO)),
        ])
    func refusedHere(number: Int32, expected: SocketFault) async throws {
        let network = ModelNetwork(seed: 1)
        network.path = { _ in
            var path = ModelPath(delay: 1)
            path.refusal = number
            return path
        }
        #expect(try await on(network) { _ in await Self.connect(Self.host) } == expected)
    }

    @Test(
        "What comes back over the network is the other side's, whatever its number",
        arguments: [
            (ENETUNREACH, SocketFault.unreachable), (EHOSTUNREACH, .unreachable), (EACCES, .unreachable),
            (EPERM, .unreachable), (ENOPROTOOPT, .unreachable), (ECONNREFUSED, .refused), (ETIMEDOUT, .timedOut),
        ])
    func answeredThere(number: Int32, expected: SocketFault) {
        #expect(SocketFault(errno: number, local: false) == expected)
    }

    @Test("Packets that our own firewall drops are our own side's fault")
    func heldBack() async throws {
        let network = ModelNetwork(seed: 1)
        network.path = { _ in
            var path = ModelPath(delay: 1)
            path.isHeldBack = true
            return path
        }
        for time in [Duration.milliseconds(100), .seconds(2)] {
            #expect(try await on(network) { _ in await Self.connect(Self.host, within: time) } == .heldBack)
        }
    }

    @Test("A firewall of our own that drops for one host is seen, also where others answer and the deadline is short")
    func heldBackInPart() async throws {
        let network = ModelNetwork(seed: 1)
        network.service = { _ in .stream { SilentPeer() } }
        network.path = { address in
            var path = ModelPath(delay: 1_000_000)
            path.isHeldBack = address == Self.host.address
            return path
        }
        let faults = try await on(network) { _ in
            var faults: [SocketFault?] = []
            for endpoint in [Self.other, Self.host, Self.other, Self.host] {
                for time in [Duration.milliseconds(100), .seconds(1)] {
                    faults.append(await Self.connect(endpoint, within: time))
                }
            }
            return faults
        }
        #expect(faults == [nil, nil, .heldBack, .heldBack, nil, nil, .heldBack, .heldBack])
    }

    @Test("A host that is silent is told so within a second of a short deadline")
    func shortDeadline() async throws {
        let network = ModelNetwork(seed: 1)
        network.service = { _ in .silent }
        let (fault, took) = try await on(network) { _ in
            let start = SystemClock.now
            let fault = await Self.connect(Self.host, within: .milliseconds(300))
            return (fault, start.duration(to: SystemClock.now))
        }
        #expect(fault == .timedOut)
        #expect(took < .milliseconds(1200))
    }

    @Test("A connection that was made and reset before we looked was made; whoever uses it hears of the reset")
    func resetAtOnce() async throws {
        let network = ModelNetwork(seed: 1)
        network.service = { _ in .stream { ResettingPeer() } }
        network.path = { _ in ModelPath(delay: 0) }
        let (made, used) = try await on(network) { loop in
            var made = false
            let used = await fault { () throws(SocketFault) in
                try await Reactor.withSocket(toward: Self.host.address) { (socket) throws(SocketFault) in
                    try await socket.connect(to: Self.host, until: .distantFuture)
                    made = true
                    _ = try await socket.receive(until: .distantFuture) { _ in 0 }
                }
            }
            return (made, used)
        }
        #expect(made)
        #expect(used == .reset)
    }

    /// Every combination of epoll's bits.
    private static let combinations = (0..<32).map { number -> UInt32 in
        let bits: [UInt32] = [Bits.readable, Bits.writable, Bits.failed, Bits.hungUp, Bits.peerClosed]
        return bits.enumerated().reduce(0) { $0 | (number >> $1.offset & 1 == 1 ? $1.element : 0) }
    }

    @Test(
        "Whatever readiness is latched, a wait without progress suspends and ends at its deadline",
        arguments: combinations)
    func latched(bits: UInt32) async throws {
        let network = ModelNetwork(seed: 1)
        network.service = { _ in .stream { SilentPeer() } }
        // The peer never takes anything: what is sent stays outstanding for ever.
        network.path = { _ in ModelPath(delay: 1_000_000) }
        let faults = try await on(network) { loop in
            var faults: [SocketFault?] = []
            for sends in [false, true] {
                let end = await fault { () throws(SocketFault) in
                    try await Reactor.withSocket(toward: Self.host.address) { (socket) throws(SocketFault) in
                        try await socket.connect(to: Self.host, until: .distantFuture)
                        network.path = { _ in ModelPath(delay: 1 << 50) }
                        let deadline = SystemClock.now.advanced(by: .seconds(1))
                        unsafe loop.slots[Int(socket.slot)].ready = Readiness(rawValue: bits)
                        if sends {
                            try await socket.send([UInt8](repeating: 0, count: 100_000), until: deadline)
                        } else {
                            _ = try await socket.receive(until: deadline) { _ in 0 }
                        }
                    }
                }
                network.path = { _ in ModelPath(delay: 1_000_000) }
                faults.append(end)
            }
            return faults
        }
        #expect(faults == [.timedOut, .timedOut])
    }
}

private final class SilentPeer: ModelPeer {}

private final class ResettingPeer: ModelPeer {
    func opened(_ connection: ModelConnection) { connection.reset() }
}
