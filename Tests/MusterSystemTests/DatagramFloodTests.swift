import MusterCore
import MusterTesting
import Testing

@testable import MusterSystem

/// Messages without end that are nobody's answer, from the server's address to a port that an attacker has found.
@Suite(.timeLimit(.minutes(10))) struct DatagramFloodTests {
    /// The next query that a server has, once it is there.
    private static func query(of server: RawDatagramSocket) async -> (bytes: [UInt8], source: Endpoint) {
        while true {
            if let query = server.receive() { return query }
            await turns(1)
        }
    }

    /// Sends so many messages whose ids are none of these.
    private static func flood(
        _ client: Endpoint, from server: RawDatagramSocket, _ count: Int, sparing ids: Set<UInt16>
    ) async {
        var id: UInt16 = 0
        for number in 0..<count {
            repeat { id &+= 1 } while ids.contains(id)
            server.send([UInt8(id >> 8), UInt8(id & 0xff), 9, 9, 9, 9], to: client)
            // As many as the buffer holds in any case.
            if number % 100 == 99 { await turns(1) }
        }
        await turns(3)
    }

    private static func id(_ bytes: [UInt8]) -> UInt16 { UInt16(bytes[0]) << 8 | UInt16(bytes[1]) }

    @Test("costs nobody else on its port an answer; what is asked again or anew leaves by another port")
    func others() async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let endpoint = server.endpoint
            async let one = ask(endpoint, 1)
            async let two = ask(endpoint, 2)
            let first = await Self.query(of: server)
            let second = await Self.query(of: server)
            let client = first.source
            #expect(second.source == client)
            await Self.flood(client, from: server, 3000, sparing: [Self.id(first.bytes), Self.id(second.bytes)])
            let isFirst = payload(first.bytes) == 1
            server.send(second.bytes, to: client)
            let answered = isFirst ? try await two : try await one
            #expect(payload(answered) == (isFirst ? 2 : 1))
            async let three = ask(endpoint, 3)
            var fresh = await Self.query(of: server)
            while payload(fresh.bytes) != 3 { fresh = await Self.query(of: server) }
            #expect(fresh.source.port != client.port)
            server.send(fresh.bytes, to: fresh.source)
            let anew = try await three
            #expect(payload(anew) == 3)
            // The other one is asked again when its time has come, and not where it would be flooded.
            let again = await Self.query(of: server)
            #expect(payload(again.bytes) == payload(first.bytes))
            #expect(again.source.port != client.port)
            server.send(again.bytes, to: again.source)
            let late = isFirst ? try await one : try await two
            #expect(payload(late) == payload(first.bytes))
            while server.receive() != nil {}
            await turns(2)
            #expect(loop.lentDatagramSockets.count == 1)
        }
    }

    @Test("is told with the silence that it leads to, whatever ids it has", arguments: [true, false])
    func told(hasID: Bool) async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let endpoint = server.endpoint
            let count = Shared(0)
            async let end = fault { () throws(SocketFault) in
                let _: Bool = try await DatagramExchanges.exchange(
                    with: endpoint, byteCount: 2, until: SystemClock.now.advanced(by: .milliseconds(900)),
                    encode: { id, span in
                        span[0] = UInt8(id >> 8)
                        span[1] = UInt8(id & 0xff)
                    }, accept: { _, _ in nil }, strangers: { strangers in count.change { $0 = strangers } })
            }
            let (bytes, client) = await Self.query(of: server)
            if hasID {
                for _ in 0..<40 {
                    for _ in 0..<10 { server.send(bytes, to: client) }
                    await turns(1)
                }
            } else {
                await Self.flood(client, from: server, 400, sparing: [Self.id(bytes)])
            }
            #expect(await end == .timedOut)
            #expect(count.value >= DatagramQuery.mostStrangers)
        }
    }

    private typealias Windows = (least: Int, before: Int)

    /// The narrowest window of questions that a server has while it answers none of so many of them, and each is followed by
    /// so many strangers; it has answered others before.
    private static func narrowestWindow(questions: Int, strangers: Int) async throws -> Windows {
        let network = ModelNetwork(seed: 1)
        let isSilent = Shared(false)
        network.service = { _ in
            .datagrams { query in
                guard isSilent.value else { return [query] }
                return Array(repeating: [~query[0], ~query[1], 9, 9], count: strangers)
            }
        }
        return try await Reactor.withLoop(on: network) { loop in
            try await withThrowingTaskGroup(of: Windows.self) { group in
                group.addTask(executorPreference: loop) {
                    try await watch(loop, questions) { isSilent.change { $0 = true } }
                }
                return try #require(try await group.next())
            }
        }
    }

    /// Asks a server of the model until its round trip is known, falls silent and asks on; returns the narrowest window from
    /// then on and the one before.
    private static func watch(
        _ loop: Reactor, _ questions: Int, fallSilent: @escaping @Sendable () -> Void
    ) async throws -> Windows {
        let server = Endpoint(.v4(0x0a00_0063), port: 53)
        // All at once, so that the window grows; they end here, and run on the loop that this one runs on.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<64 { group.addTask { _ = try await ask(server, UInt32(number)) } }
            try await group.waitForAll()
        }
        fallSilent()
        return await withTaskGroup(of: Void.self) { group in
            let end = SystemClock.now.advanced(by: .seconds(2))
            for number in 0..<questions {
                // Beside the looks at the window below, and over with the deadline.
                group.addTask {
                    _ = await fault { () throws(SocketFault) in _ = try await ask(server, UInt32(number), until: end) }
                }
            }
            var windows: [Int] = []
            while SystemClock.now < end {
                await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(1)))
                windows += loop.lentDatagramSockets.map { unsafe $0.channel.pace.window }
            }
            return (windows.min() ?? 0, windows.first ?? 0)
        }
    }

    @Test("narrows no window, not even one of a single message; silence alone does", arguments: [1, 40, 300])
    func window(strangers: Int) async throws {
        let quiet = try await Self.narrowestWindow(questions: 300, strangers: 0)
        let flooded = try await Self.narrowestWindow(questions: 300, strangers: strangers)
        #expect(quiet.least < quiet.before)
        #expect(flooded.least >= flooded.before)
    }

    @Test("is not what answers are that come too late")
    func lateAnswers() async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let endpoint = server.endpoint
            var queries: [(bytes: [UInt8], source: Endpoint)] = []
            for number in UInt32(0)..<20 {
                async let end = fault { () throws(SocketFault) in _ = try await ask(endpoint, number, until: brief) }
                queries.append(await Self.query(of: server))
                _ = await end
            }
            for _ in 0..<20 {
                for query in queries { server.send(query.bytes, to: query.source) }
                await turns(1)
            }
            await turns(3)
            #expect(loop.lentDatagramSockets.map(\.strangerCount) == [0])
            server.send([1], to: queries[0].source)
            await turns(3)
            #expect(loop.lentDatagramSockets.map(\.strangerCount) == [1])
        }
    }
}
