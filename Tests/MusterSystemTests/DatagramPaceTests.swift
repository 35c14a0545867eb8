import Glibc
import MusterCore
import MusterTesting
import Testing

@testable import MusterSystem

/// Whether a datagram of an exchange (id and payload) has this payload.
private func number(_ request: Span<UInt8>) -> UInt32 { payload(bytes(request)) }

@Suite(.timeLimit(.minutes(40))) struct DatagramPaceTests {
    @Test("A question whose first datagram is lost is asked again, by the same id and port")
    func again() async throws {
        try await onLoops(2) { loops in
            let asked = Shared<[UInt32: [(id: UInt16, port: UInt16)]]>([:])
            try await withDatagramServer(on: loops[1]) { request, from, to, answer in
                let id = UInt16(request[0]) << 8 | UInt16(request[1])
                let count = asked.change { asked in
                    asked[number(request), default: []].append((id, from.port))
                    return asked[number(request)]!.count
                }
                return count == 1 ? 0 : echo(request, from, to, &answer)
            } _: { server in
                try await withThrowingTaskGroup(of: UInt32.self) { group in
                    for number in UInt32(0)..<100 { group.addTask { payload(try await ask(server, number)) } }
                    let answers = try await group.reduce(into: Set<UInt32>()) { $0.insert($1) }
                    #expect(answers == Set(0..<100))
                }
                for tries in asked.value.values {
                    #expect(tries.count >= 2)
                    #expect(Set(tries.map(\.id)).count == 1)
                    #expect(Set(tries.map(\.port)).count == 1)
                }
            }
        }
    }

    @Test("A line that loses a tenth loses no answer", arguments: 0..<3)
    func lossy(seed: UInt32) async throws {
        try await onLoops(2) { loops in
            let count = Shared<UInt32>(seed &* 0x9e37_79b9)
            try await withDatagramServer(on: loops[1]) { request, from, to, answer in
                let dice = count.change {
                    $0 = $0 &* 1_664_525 &+ 1_013_904_223
                    return $0 >> 16
                }
                return dice % 10 == 0 ? 0 : echo(request, from, to, &answer)
            } _: { server in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in UInt32(0)..<200 {
                        group.addTask {
                            for round in UInt32(0)..<5 {
                                let number = worker << 16 | round
                                let answer = try await ask(server, number)
                                #expect(payload(answer) == number)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("After a stall of ours a question is asked again all the same")
    func stalled() async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let endpoint = server.endpoint
            async let answer = ask(endpoint, 7)
            var tries = 0
            while true {
                guard let (bytes, client) = server.receive() else {
                    await turns(1)
                    continue
                }
                tries += 1
                // This is the loop's own thread: to hold it is the stall.
                if tries == 1 { usleep(300_000) }
                guard tries == 3 else { continue }
                server.send(bytes, to: client)
                break
            }
            let bytes = try await answer
            #expect(payload(bytes) == 7)
        }
    }

    @Test("However many ask, no more than the window leaves; who waits gives up its place when it is cancelled")
    func burst() async throws {
        try await onLoop { loop in
            let silent = RawDatagramSocket()
            let server = silent.endpoint
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3000 { group.addTask { _ = try? await ask(server, until: .distantFuture) } }
                await turns(3)
                let sockets = loop.lentDatagramSockets
                #expect(sockets.map(\.inFlight).reduce(0, +) == ServerPace.firstWindow)
                #expect(sockets.map(\.inFlight).max()! <= DatagramSocket.mostInFlight)
                group.cancelAll()
            }
            #expect(loop.lentDatagramSockets.map(\.inFlight).reduce(0, +) == 0)
            // Nobody is left to wait: the next one leaves at once.
            async let answer = ask(server, 5)
            var query = silent.receive()
            while query.map({ payload($0.bytes) }) != 5 {
                await turns(1)
                query = silent.receive() ?? query
            }
            let (bytes, client) = try #require(query)
            silent.send(bytes, to: client)
            #expect(try await payload(answer) == 5)
        }
    }

    /// Fills the window of a silent server; `body` runs then.
    private static func whileFull(
        _ server: RawDatagramSocket, extra: Int, _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let endpoint = server.endpoint
            for _ in 0..<ServerPace.firstWindow + extra {
                group.addTask { _ = try? await ask(endpoint, 1, until: .distantFuture) }
            }
            await turns(3)
            try await body()
            group.cancelAll()
        }
    }

    @Test("A query that never left, because others were answered before it, is late: the time was ours")
    func late() async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let endpoint = server.endpoint
            try await Self.whileFull(server, extra: 200) {
                let soon = SystemClock.now.advanced(by: .milliseconds(300))
                async let end = fault { () throws(SocketFault) in _ = try await ask(endpoint, 2, until: soon) }
                await turns(2)
                // One answer makes room for a few of those that wait, but not for the last one.
                let (bytes, client) = try #require(server.receive())
                server.send(bytes, to: client)
                #expect(await end == .late)
            }
            while let (bytes, _) = server.receive() { #expect(payload(bytes) != 2) }
        }
    }

    @Test("Where the server answers nobody, who waits leaves in time all the same, and silence is silence")
    func lastChance() async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let endpoint = server.endpoint
            try await Self.whileFull(server, extra: 8) {
                let soon = SystemClock.now.advanced(by: .milliseconds(400))
                let end = await fault { () throws(SocketFault) in _ = try await ask(endpoint, 2, until: soon) }
                var hasLeft = false
                while let (bytes, _) = server.receive() { if payload(bytes) == 2 { hasLeft = true } }
                // A machine that stood still all the while is the other way this may end.
                #expect(hasLeft ? end == .timedOut || end == .late : end == .late)
            }
        }
    }

    @Test("What our kernel refuses to send fails alone; the rest of its batch goes out")
    func refusedLocally() async throws {
        try await onLoops(2) { loops in
            try await withDatagramServer(on: loops[1]) {
                echo($0, $1, $2, &$3)
            } _: { server in
                await withTaskGroup(of: (Int, SocketFault?).self) { group in
                    for index in 0..<20 {
                        group.addTask {
                            let end = await fault { () throws(SocketFault) in
                                let size = index % 5 == 3 ? 70_000 : 6
                                _ = try await DatagramExchanges.exchange(
                                    with: server, byteCount: size, until: patient,
                                    encode: { id, span in
                                        span[0] = UInt8(id >> 8)
                                        span[1] = UInt8(id & 0xff)
                                        for index in 2..<size { span[index] = 0 }
                                    }, accept: { _, _ in true })
                            }
                            return (index, end)
                        }
                    }
                    for await (index, end) in group {
                        #expect(end == (index % 5 == 3 ? .other(EMSGSIZE) : nil))
                    }
                }
                _ = try await ask(server)
            }
        }
    }

    @Test("What ICMP says ends the query it is about, not another one on the same socket")
    func notice() async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let endpoint = server.endpoint
            let ends = Shared<[UInt32: SocketFault]>([:])
            await withTaskGroup(of: Void.self) { group in
                let query = { @Sendable (number: UInt32) async -> Void in
                    let end = await fault { () throws(SocketFault) in
                        _ = try await ask(endpoint, number, until: .distantFuture)
                    }
                    ends.change { $0[number] = end }
                }
                group.addTask { await query(1) }
                while server.receive() == nil { await turns(1) }
                server.end()
                group.addTask { await query(2) }
                while ends.value.isEmpty { await turns(1) }
                #expect(ends.value.keys.contains(2))
                group.cancelAll()
            }
            let said = ICMPNotice(meaning: .portUnreachable, sender: loopback4, isOwn: false)
            #expect(ends.value[2] == .reported(said))
            #expect(ends.value[1] == .cancelled || ends.value[1] == .reported(said))
        }
    }

    @Test("A closed port is told by its sender over IPv6 as well")
    func refused6() async throws {
        try await onLoop { loop in
            // A port that no test takes meanwhile.
            let gone = Endpoint(loopback6, port: 1)
            let end = await fault { () throws(SocketFault) in _ = try await ask(gone) }
            #expect(end == .reported(ICMPNotice(meaning: .portUnreachable, sender: loopback6, isOwn: false)))
        }
    }

    @Test("A socket that an error came back to is closed, not lent to the next server")
    func erredSockets() async throws {
        try await onLoop { loop in
            // An address and ports that nothing else takes meanwhile.
            let address = IPAddress.v4(0x7fe7_0507)
            for port in 1...100 as ClosedRange<UInt16> {
                let end = await fault { () throws(SocketFault) in _ = try await ask(Endpoint(address, port: port)) }
                #expect(end == .reported(ICMPNotice(meaning: .portUnreachable, sender: address, isOwn: false)))
            }
            #expect(loop.lentDatagramSockets.isEmpty)
            #expect(loop.idleSocketCount == 0)
        }
    }

    @Test("A flood of unrelated datagrams is looked at so far and no further, and the host is to blame for it")
    func flood() async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let endpoint = server.endpoint
            let looked = Shared(0)
            async let end = fault { () throws(SocketFault) in
                let _: Int = try await DatagramExchanges.exchange(
                    with: endpoint, byteCount: 2, until: SystemClock.now.advanced(by: .seconds(1)),
                    encode: { id, span in
                        span[0] = UInt8(id >> 8)
                        span[1] = UInt8(id & 0xff)
                    },
                    accept: { _, _ in
                        looked.change { $0 += 1 }
                        return nil
                    })
            }
            var query = server.receive()
            while query == nil {
                await turns(1)
                query = server.receive()
            }
            let (bytes, client) = try #require(query)
            for _ in 0..<100 {
                for _ in 0..<16 { server.send(bytes + [1], to: client) }
                await turns(1)
            }
            #expect(await end == .timedOut)
            #expect(looked.value == 256)
        }
    }
}
