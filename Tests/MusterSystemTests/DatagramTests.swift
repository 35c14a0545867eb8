import Glibc
import MusterCore
import MusterTesting
import Testing

@testable import MusterSystem

@Suite(.timeLimit(.minutes(40))) struct DatagramTests {
    @Test("Thousands of exchanges over one server each get their own answer")
    func thousands() async throws {
        try await onLoops(2) { loops in
            try await withDatagramServer(on: loops[1]) {
                echo($0, $1, $2, &$3)
            } _: { server in
                let good = try await withThrowingTaskGroup(of: Int.self) { group in
                    for worker in 0..<100 {
                        group.addTask {
                            var good = 0
                            for round in 0..<60 {
                                let number = UInt32(worker * 60 + round)
                                if payload(try await ask(server, number)) == number { good += 1 }
                            }
                            return good
                        }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(good == 6000)
            }
        }
    }

    @Test("Answers with a wrong id, from a wrong port, from a wrong address or too short to have an id are ignored")
    func forged() async throws {
        try await onLoop { loop in
            let (server, stranger, neighbour) = (
                RawDatagramSocket(), RawDatagramSocket(), RawDatagramSocket(0x7f00_0002)
            )
            async let answer = ask(server.endpoint, 77)
            var query = server.receive()
            while query == nil {
                await turns(1)
                query = server.receive()
            }
            let (bytes, client) = try #require(query)
            server.send([bytes[0] ^ 1] + bytes.dropFirst(), to: client)
            server.send([], to: client)
            server.send([bytes[0]], to: client)
            stranger.send(bytes.prefix(2) + [1, 1, 1, 1], to: client)
            neighbour.send(bytes.prefix(2) + [2, 2, 2, 2], to: client)
            await turns(5)
            server.send(bytes, to: client)
            #expect(try await payload(answer) == 77)
        }
    }

    @Test("A refusing accept keeps waiting, through several datagrams that lie ready at once")
    func acceptRefuses() async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let refused = Shared<[UInt8]>([])
            async let answer: UInt8 = DatagramExchanges.exchange(
                with: server.endpoint, byteCount: 2, until: patient,
                encode: { id, span in
                    span[0] = UInt8(id >> 8)
                    span[1] = UInt8(id & 0xff)
                },
                accept: { _, span in
                    if span[2] == 10 { return span[2] }
                    refused.change { $0.append(span[2]) }
                    return nil
                })
            var query = server.receive()
            while query == nil {
                await turns(1)
                query = server.receive()
            }
            let (bytes, client) = try #require(query)
            for number in UInt8(1)...5 { server.send(bytes + [number], to: client) }
            await turns(5)
            for number in UInt8(6)...12 { server.send(bytes + [number], to: client) }
            #expect(try await answer == 10)
            #expect(refused.value == [1, 2, 3, 4, 5, 6, 7, 8, 9])
        }
    }

    @Test("A server that forges without end cannot outlive the deadline")
    func endlessForger() async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let client = Shared<Endpoint?>(nil)
            let count = Shared(0)
            let end = await fault { () throws(SocketFault) in
                // Each wrong answer is followed by the next before the loop looks again.
                let _: Int = try await DatagramExchanges.exchange(
                    with: server.endpoint, byteCount: 2, until: brief,
                    encode: { id, span in
                        span[0] = UInt8(id >> 8)
                        span[1] = UInt8(id & 0xff)
                        let probe = FlushProbe { probe in
                            if let query = server.receive() {
                                client.change { $0 = query.source }
                                server.send(query.bytes, to: query.source)
                            } else {
                                loop.flushLater(probe)
                            }
                        }
                        loop.flushLater(probe)
                    },
                    accept: { id, span in
                        let sofar = count.change {
                            $0 += 1
                            return $0
                        }
                        guard sofar < 300_000, let client = client.value else { return sofar }
                        server.send(bytes(span), to: client)
                        return nil
                    })
            }
            #expect(end == .timedOut || end == .late)
        }
    }

    @Test("A closed port refuses, every query that was on its way")
    func refused() async throws {
        try await onLoop { loop in
            // A port that no test takes meanwhile.
            let gone = Endpoint(loopback4, port: 1)
            let ends = await withTaskGroup(of: SocketFault?.self) { group in
                for _ in 0..<10 { group.addTask { await fault { () throws(SocketFault) in _ = try await ask(gone) } } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let said = ICMPNotice(meaning: .portUnreachable, sender: loopback4, isOwn: false)
            #expect(ends == Array(repeating: .reported(said), count: 10))
        }
    }

    @Test("Silence is a timeout, also where the deadline has passed, and leaves no slot or buffer behind")
    func timeouts() async throws {
        try await onLoop { loop in
            let silent = RawDatagramSocket()
            let before = loop.lentSlotCount
            _ = await fault { () throws(SocketFault) in _ = try await ask(silent.endpoint, until: brief) }
            let oneSocket = loop.lentSlotCount
            #expect(oneSocket == before + 1)
            for _ in 0..<5 {
                let end = await fault { () throws(SocketFault) in _ = try await ask(silent.endpoint, until: brief) }
                #expect(end == .timedOut || end == .late)
                let soon = await fault { () throws(SocketFault) in _ = try await ask(silent.endpoint, until: past) }
                #expect(soon == .timedOut || soon == .late)
            }
            #expect(loop.lentSlotCount == oneSocket)
        }
    }

    @Test("Cancelling ends an exchange, before and during it, with answers unread, and leaves nothing behind")
    func cancelled() async throws {
        try await onLoop { loop in
            let silent = RawDatagramSocket()
            let server = silent.endpoint
            let body = { @Sendable () async throws(SocketFault) -> Void in
                _ = try await ask(server, until: .distantFuture)
            }
            #expect(await faultWhenCancelled(loop, body) == .cancelled)
            let before = loop.lentSlotCount
            for _ in 0..<200 {
                #expect(await faultWhenCancelledFirst(loop, body) == .cancelled)
                #expect(await faultWhenCancelled(loop, body) == .cancelled)
                while let query = silent.receive() { silent.send(query.bytes, to: query.source) }
            }
            await turns(5)
            #expect(loop.lentSlotCount == before)
        }
    }

    @Test("Source ports rotate: no port asks more than its share")
    func rotation() async throws {
        try await onLoops(2) { loops in
            let perPort = Shared<[UInt16: Int]>([:])
            try await withDatagramServer(on: loops[1]) { request, source, to, answer in
                perPort.change { $0[source.port, default: 0] += 1 }
                return echo(request, source, to, &answer)
            } _: { server in
                let total = 3 * DatagramSocket.mostQueries
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<32 {
                        group.addTask { for _ in 0..<total / 32 { _ = try await ask(server) } }
                    }
                    try await group.waitForAll()
                }
                let counts = perPort.value
                #expect(counts.values.reduce(0, +) == total)
                #expect(counts.count >= 3)
                #expect(counts.values.max()! <= DatagramSocket.mostQueries)
            }
        }
    }

    @Test("Two servers asked at the same time answer for themselves only")
    func twoServers() async throws {
        try await onLoop { loop in
            try await withDatagramServer(on: loop) { request, _, _, answer in
                answer[0] = request[0]
                answer[1] = request[1]
                answer[2] = 1
                return 3
            } _: { first in
                try await withDatagramServer(on: loop) { request, _, _, answer in
                    answer[0] = request[0]
                    answer[1] = request[1]
                    answer[2] = 2
                    return 3
                } _: { second in
                    for _ in 0..<100 {
                        async let one = ask(first)
                        async let two = ask(second)
                        let names = try await (one[2], two[2])
                        #expect(names == (1, 2))
                    }
                }
            }
        }
    }

    @Test("Of 200 servers asked once only some keep a socket, and each address answers as itself")
    func manyServers() async throws {
        try await onLoop { loop in
            // The server writes the asked address into its answer; the kernel drops an answer that comes from another.
            try await withDatagramServer(on: loop, at: Endpoint(.v4(0), port: 0)) { request, from, to, answer in
                let count = echo(request, from, to, &answer)
                if case .v4(let number) = to { answer[5] = UInt8(number & 0xff) }
                return count
            } _: { server in
                for number in UInt32(1)...200 {
                    let answer = try await ask(Endpoint(.v4(0x7f00_0000 + number), port: server.port))
                    #expect(answer[5] == UInt8(number))
                }
                #expect(loop.lentDatagramSockets.count == 64)
                #expect(loop.idleSocketCount <= 1)
                loop.relieveDescriptors()
                #expect(loop.lentDatagramSockets.isEmpty)
                #expect(loop.idleSocketCount == 0)
                _ = try await ask(Endpoint(loopback4, port: server.port))
            }
        }
    }

    // MARK: Sockets that pass from one server to another

    /// Makes the loop keep so many sockets of idle servers that the next one's is recycled at once.
    private static func fillIdle(_ loop: Reactor) async throws {
        try await withDatagramServer(on: loop, at: Endpoint(.v4(0), port: 0)) {
            echo($0, $1, $2, &$3)
        } _: { server in
            for number in UInt32(1)...64 { _ = try await ask(Endpoint(.v4(0x7f00_0000 + number), port: server.port)) }
        }
        #expect(loop.lentDatagramSockets.count == 64)
    }

    /// One exchange with `server`, during whose acceptance `body` runs.
    private static func exchange(
        _ server: RawDatagramSocket, _ loop: Reactor, begun: () -> Void = {}, accepted body: (Endpoint) -> Void
    ) async throws(SocketFault) {
        let client = Shared<Endpoint?>(nil)
        try await DatagramExchanges.exchange(
            with: server.endpoint, byteCount: 2, until: patient,
            encode: { id, span in
                span[0] = UInt8(id >> 8)
                span[1] = UInt8(id & 0xff)
                begun()
                let probe = FlushProbe { probe in
                    guard let query = server.receive() else { return loop.flushLater(probe) }
                    client.change { $0 = query.source }
                    server.send(query.bytes, to: query.source)
                }
                loop.flushLater(probe)
            },
            accept: { _, _ in client.value.map { body($0) } })
    }

    @Test("What an earlier server sent too late is not there for the next one's socket to read")
    func staleAnswers() async throws {
        try await onLoop { loop in
            try await Self.fillIdle(loop)
            let (early, later) = (RawDatagramSocket(), RawDatagramSocket())
            for _ in 0..<20 {
                try await Self.exchange(early, loop) { client in
                    for guess in UInt8(0)..<50 { early.send([guess, guess, 0xee], to: client) }
                }
                var stale = 0
                try await Self.exchange(later, loop) {
                    for socket in loop.lentDatagramSockets { stale += loop.pendingBytes(socket.slot) }
                } accepted: { _ in
                }
                #expect(stale == 0)
            }
        }
    }

    @Test("An earlier server's refusal that came too late is not charged to the next one")
    func staleRefusal() async throws {
        try await onLoop { loop in
            try await Self.fillIdle(loop)
            let later = RawDatagramSocket()
            for _ in 0..<20 {
                let early = RawDatagramSocket()
                try await Self.exchange(early, loop) { _ in
                    early.end()
                    for socket in loop.lentDatagramSockets where socket.inFlight > 0 {
                        unsafe send(loop.slots[Int(socket.slot)].descriptor, "x", 1, 0)
                    }
                }
                let end = await fault { () throws(SocketFault) in try await Self.exchange(later, loop) { _ in } }
                #expect(end == nil)
            }
        }
    }

    @Test("A query cancelled before it left is not sent to the server that gets its socket next")
    func misdirected() async throws {
        try await onLoop { loop in
            try await Self.fillIdle(loop)
            let (first, second) = (RawDatagramSocket(), RawDatagramSocket())
            let (one, two) = (first.endpoint, second.endpoint)
            for round in UInt32(0)..<20 {
                let end = await faultWhenCancelledFirst(loop) { () throws(SocketFault) in
                    _ = try await ask(one, 0xaaaa_0000 | round)
                }
                #expect(end == .cancelled)
                async let answer = ask(two, round)
                var query = second.receive()
                while query == nil {
                    await turns(1)
                    query = second.receive()
                }
                while let found = query {
                    #expect(payload(found.bytes) == round, "a query for another server")
                    second.send(found.bytes, to: found.source)
                    query = second.receive()
                }
                _ = try await answer
            }
        }
    }

    // MARK: Servers

    @Test("One request that cannot be answered does not cost others their answer")
    func unanswerable() async throws {
        try await onLoop { loop in
            let client = RawDatagramSocket()
            let answered = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask(executorPreference: loop) {
                    let end = await fault { () throws(SocketFault) in
                        try await DatagramServer.serve(
                            on: Endpoint(.v4(0), port: 0),
                            ready: { bound in
                                // Both lie ready before the server's first look; nothing leaves from a broadcast address.
                                client.send([1], to: Endpoint(.v4(0x7fff_ffff), port: bound.port))
                                client.send([2], to: Endpoint(loopback4, port: bound.port))
                            }, { echo($0, $1, $2, &$3) })
                    }
                    return end == .cancelled
                }
                var found: [UInt8] = []
                for _ in 0..<200 where !found.contains(2) {
                    await turns(1)
                    while let datagram = client.receive() { found += datagram.bytes }
                }
                group.cancelAll()
                let ended = try await group.next()
                return found.contains(2) && ended == true
            }
            #expect(answered)
        }
    }

    @Test("Cancelling a datagram server works before and during its wait")
    func serverCancelled() async throws {
        try await onLoop { loop in
            let body = { @Sendable () async throws(SocketFault) -> Void in
                try await DatagramServer.serve(on: Endpoint(loopback4, port: 0)) { echo($0, $1, $2, &$3) }
            }
            #expect(await faultWhenCancelledFirst(loop, body) == .cancelled)
            #expect(await faultWhenCancelled(loop, body) == .cancelled)
            #expect(loop.lentSlotCount == 0)
        }
    }

    @Test("A loop that has asked servers goes away with all its memory")
    func exchangesAreFreed() async throws {
        weak var exchanges: DatagramExchanges?
        weak var reactor: Reactor?
        try await Reactor.withLoops(1) { loops in
            let found = try await withThrowingTaskGroup(of: DatagramExchanges.self) { group in
                group.addTask(executorPreference: loops[0]) {
                    try await withDatagramServer(on: loops[0]) {
                        echo($0, $1, $2, &$3)
                    } _: { server in
                        _ = try await ask(server)
                    }
                    return loops[0].datagrams
                }
                return try #require(try await group.next())
            }
            exchanges = found
            reactor = loops[0]
        }
        // Not inside the macro, which would look into what ought to be gone.
        let (areGone, isGone) = (exchanges == nil, reactor == nil)
        #expect(areGone)
        #expect(isGone)
    }
}

extension DatagramExchanges: @unchecked Sendable {}
