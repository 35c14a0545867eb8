import MusterCore
import MusterTesting
import Testing

@testable import MusterSystem

/// What who forges answers has to guess of a query: its port and its id.
@Suite(.timeLimit(.minutes(40))) struct SourcePortTests {
    @Test(
        "Ports that are reserved on a machine are read as the kernel writes them",
        arguments: [
            ("", [], [1024, 5353, 65535]), ("\n", [], [1024]), ("5353\n", [5353], [5352, 5354]),
            ("1-2000,8000-8002,65535\n", [1024, 2000, 8000, 8001, 8002, 65535], [2001, 7999, 8003, 65534]),
            ("5000-4000,x,70000,9-,7000", [7000], [4000, 4500, 5000, 1024]), ("1-1023", [], [1024]),
        ] as [(String, [UInt16], [UInt16])])
    func reserved(text: String, taken: [UInt16], free: [UInt16]) {
        let ports = SourcePorts(reserved: text)
        for port in taken { #expect(ports.isReserved(port), "\(port)") }
        for port in free { #expect(!ports.isReserved(port), "\(port)") }
        #expect(ports.count <= 64_512 && ports.count >= 64_512 - 2000)
    }

    @Test("A port that is reserved or privileged is never drawn, and where none is left the kernel chooses")
    func drawn() {
        var dice = Dice(7)
        let ports = SourcePorts(reserved: "2000-60000")
        for _ in 0..<20_000 {
            let port = ports.draw { UInt16.random(in: 0 ... .max, using: &dice) }
            #expect((1024..<2000).contains(port) || port > 60_000 || port == 0)
        }
        #expect(SourcePorts(reserved: "1024-65535").draw { UInt16.random(in: 0 ... .max, using: &dice) } == 0)
    }

    /// Pearson's statistic of counts that ought to be equal.
    private static func chiSquare(_ counts: [Int]) -> Double {
        let expected = Double(counts.reduce(0, +)) / Double(counts.count)
        return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    }

    /// Ten deviations either way of what chance makes of so many bins: it takes 10^20 runs to see that once.
    private static func isEven(_ counts: [Int]) -> Bool {
        let freedom = Double(counts.count - 1)
        return abs(chiSquare(counts) - freedom) < 10 * (2 * freedom).squareRoot()
    }

    @Test("Ids are even in their upper bits and in their lower ones, and do not follow from each other")
    func ids() {
        var ids = RandomIDs()
        let none = [Int](repeating: 0, count: 1024)
        var (upper, lower, steps) = (none, none, none)
        var last = ids.next()
        for _ in 0..<500_000 {
            let id = ids.next()
            upper[Int(id >> 6)] += 1
            lower[Int(id & 1023)] += 1
            steps[Int((id &- last) & 1023)] += 1
            last = id
        }
        #expect(Self.isEven(upper) && Self.isEven(lower) && Self.isEven(steps))
    }

    @Test("Every port from 1024 on is as likely as any other")
    func ports() {
        var ids = RandomIDs()
        let ports = SourcePorts(reserved: "")
        // 1,008 bins of 64 ports.
        var counts = [Int](repeating: 0, count: 1008)
        for _ in 0..<500_000 {
            let port = ports.draw { ids.next() }
            counts[Int(port - 1024) / 64] += 1
        }
        #expect(Self.isEven(counts))
    }

    @Test("Queries go out from ports of the whole range, 128 from each at most, and from none again")
    func spread() async throws {
        try await onLoops(2) { loops in
            let perPort = Shared<[UInt16: Int]>([:])
            let order = Shared<[UInt16]>([])
            try await withDatagramServer(on: loops[1]) { request, source, to, answer in
                perPort.change { $0[source.port, default: 0] += 1 }
                order.change { if $0.last != source.port { $0.append(source.port) } }
                return echo(request, source, to, &answer)
            } _: { server in
                for number in 0..<UInt32(DatagramSocket.mostQueries * 80) { _ = try await ask(server, number) }
            }
            let counts = perPort.value
            // A datagram may be sent twice on a busy machine, but not another query. Of 80 ports two are one in each 20th run.
            #expect(counts.count >= 70 && counts.values.filter { $0 > 2 * DatagramSocket.mostQueries }.isEmpty)
            #expect(order.value.count <= max(counts.count, 80))
            // Half of the ports lie below 33,280: that all of 80 lie on one side comes once in 10^24 runs.
            #expect(counts.keys.contains { $0 < 32_768 } && counts.keys.contains { $0 >= 32_768 })
            #expect(counts.keys.allSatisfy { $0 >= 1024 && !SourcePorts.system.isReserved($0) })
        }
    }

    @Test("A server asked after another is asked from another port")
    func noSharing() async throws {
        try await onLoop { loop in
            let ports = Shared<[UInt16]>([])
            try await withDatagramServer(on: loop, at: Endpoint(.v4(0), port: 0)) { request, from, to, answer in
                ports.change { $0.append(from.port) }
                return echo(request, from, to, &answer)
            } _: { server in
                // The later ones come after sockets of earlier ones were given up.
                for number in UInt32(1)...150 {
                    _ = try await ask(Endpoint(.v4(0x7f00_0000 + number), port: server.port))
                }
            }
            // Two of 150 ports are the same by chance in a sixth of the runs, four pairs in none.
            #expect(Set(ports.value).count >= 145)
            #expect(loop.idleSocketCount == 0)
        }
    }

    @Test("A query that is to be apart leaves by a port that no other had")
    func apart() async throws {
        try await onLoop { loop in
            let server = RawDatagramSocket()
            let endpoint = server.endpoint
            var seen: Set<UInt16> = []
            for round in 0..<20 {
                let isApart = round % 2 == 1
                async let answer: Bool = DatagramExchanges.exchange(
                    with: endpoint, byteCount: 2, until: patient, apart: isApart,
                    encode: { id, span in
                        span[0] = UInt8(id >> 8)
                        span[1] = UInt8(id & 0xff)
                    }, accept: { _, _ in true })
                var query = server.receive()
                while query == nil {
                    await turns(1)
                    query = server.receive()
                }
                let (bytes, client) = try #require(query)
                server.send(bytes, to: client)
                #expect(try await answer)
                while server.receive() != nil {}
                #expect(seen.insert(client.port).inserted == (isApart || round == 0))
            }
            // What they left has nothing in flight and is closed.
            #expect(loop.lentDatagramSockets.count == 1)
        }
    }
}
