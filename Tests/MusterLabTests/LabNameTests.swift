import MusterCore
import MusterSystem
import MusterWire
import Testing

@testable import MusterLab

@Suite("The lab over DNS")
struct LabNameTests {
    private static func fleet(_ port: UInt16) throws -> Fleet {
        var fleet = Fleet()
        fleet.check(
            "name", "dns",
            ["server": .string("127.5.0.1:\(port)"), "expect": ["rcode": "NOERROR", "answers": ["{address}"]]])
        fleet.check(
            "mail", "dns",
            [
                "server": .string("127.5.0.1:\(port)"), "type": "MX",
                "expect": ["answers": ["10 mail.{name}", "20 backup.test"]],
            ])
        fleet.check("none", "dns", ["server": .string("127.5.0.2:\(port)"), "expect": ["rcode": "NXDOMAIN"]])
        try fleet.hosts("web[1:9].test", at: "127.6.0.[1:9]")
        return fleet
    }

    @Test("Names have the answers that the checks expect, whatever their case, and no others")
    func healthy() async throws {
        let port = try await freePort()
        try await withLab(try Self.fleet(port).inventory) { ready in
            #expect(ready.datagramPorts == [port] && ready.streamPorts == [])
            let server = Endpoint("127.5.0.1", port: port)
            let answer = try await ask(server, "wEb3.TEST")
            #expect(answer.answers.map(\.data) == [.a(0x7F06_0003)])
            #expect(answer.responseCode == .noError && answer.isAuthoritative && answer.ednsPayloadSize == nil)
            #expect(answer.question?.name.description == "wEb3.TEST")
            let mail = try await ask(server, "web3.test", .mx, payloadSize: 1232)
            #expect(mail.answers.map(\.data.text) == ["10 mail.web3.test", "20 backup.test"])
            #expect(mail.ednsPayloadSize == 1232)
            #expect(try await ask(Endpoint("127.5.0.2", port: port), "web3.test").responseCode == .nxDomain)
            #expect(try await ask(server, "web3.test", .aaaa).responseCode == .refused)
            #expect(try await ask(server, "web10.test").responseCode == .refused)
            #expect(try await ask(Endpoint("127.5.0.3", port: port), "web3.test").responseCode == .refused)
        }
    }

    @Test("Every planted fault is what a client sees")
    func faults() async throws {
        let port = try await freePort()
        var fleet = try Self.fleet(port)
        for (fault, number) in [
            ("black-hole", 2), ("nxdomain", 3), ("servfail", 4), ("wrong-answer", 5), ("truncated-dns", 6),
        ] { try fleet.plant(fault, on: "name", at: "web\(number).test") }
        try await withLab(fleet.inventory) { ready in
            #expect(ready.streamPorts == [port])
            let server = Endpoint("127.5.0.1", port: port)
            await #expect(throws: SocketFault.timedOut) { try await ask(server, "web2.test", for: .milliseconds(150)) }
            #expect(try await ask(server, "web3.test").responseCode == .nxDomain)
            #expect(try await ask(server, "web4.test").responseCode == .servFail)
            let wrong = try await ask(server, "web5.test")
            #expect(wrong.answers.count == 1 && wrong.answers[0].data != .a(0x7F06_0005))
            let short = try await ask(server, "web6.test")
            #expect(short.isTruncated && short.answers.isEmpty)
            #expect(try await ask(server, "web7.test").answers.map(\.data) == [.a(0x7F06_0007)])
            let whole = try await Self.askByStream(server, "web6.test")
            #expect(!whole.isTruncated && whole.answers.map(\.data) == [.a(0x7F06_0006)])
        }
    }

    @Test("Many records do not fit into a datagram, and come over TCP")
    func large() async throws {
        let port = try await freePort()
        var fleet = Fleet()
        fleet.check("many", "dns", ["server": .string("127.5.0.4:\(port)"), "expect": ["minimum": 40]])
        try fleet.hosts("web.test", at: "127.6.1.1")
        try await withLab(fleet.inventory) { ready in
            let server = Endpoint("127.5.0.4", port: port)
            let short = try await ask(server, "web.test")
            #expect(short.isTruncated)
            #expect(try await ask(server, "web.test", payloadSize: 1232).answers.count == 40)
            #expect(try await Self.askByStream(server, "web.test", count: 40).answers.count == 40)
        }
    }

    private static func askByStream(_ server: Endpoint, _ name: String, count: Int = 1) async throws -> DNSMessage {
        var query = DNSMessage()
        query.question = DNSQuestion(name: try DNSName(name), type: .a)
        let bytes = query.encoded()
        let seen = await dial(
            server, send: String(decoding: [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes, as: UTF8.self),
            upTo: 2 + bytes.count + 16 * count)
        return try DNSMessage(parsing: Array(seen.bytes.dropFirst(2)).span)
    }

    @Test("A query that is cut or changed anywhere is answered within bounds or not at all", arguments: [false, true])
    func hostile(_ overTCP: Bool) throws {
        let plan = try LabPlan(try Self.fleet(10053).inventory)
        let server = NameServer(table: plan.names)
        var query = DNSMessage()
        query.question = DNSQuestion(name: try DNSName("web3.test"), type: .mx)
        query.ednsPayloadSize = 600
        let bytes = query.encoded()
        var room = [UInt8](repeating: 0, count: 4096)
        let answer = { (query: [UInt8]) in
            var span = room.mutableSpan
            return server.answer(query.span, at: Endpoint("127.5.0.1", port: 10053), overTCP: overTCP, into: &span)
        }
        #expect(answer(bytes) > bytes.count)
        for count in 0..<bytes.count { #expect(answer(Array(bytes[..<count])) <= 600) }
        var generator = SplitMix(state: 1)
        for _ in 0..<10_000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                changed[Int.random(in: 0..<changed.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            #expect(answer(changed) <= 600)
        }
    }

    @Test("The table tells 20,000 names apart, by type and server too")
    func table() throws {
        var table = NameTable()
        let server = Endpoint("127.0.0.1", port: 53)
        for number in 0..<20_000 {
            let question = DNSQuestion(name: try DNSName("h\(number).test"), type: number % 2 == 0 ? .a : .txt)
            let reply = NameReply(code: DNSResponseCode(rawValue: UInt16(number % 16)))
            let isNew = table.add(question, at: server, reply)
            let isSame = table.add(question, at: server, reply)
            let isOther = table.add(question, at: server, NameReply(code: reply.code, isDropped: true))
            #expect(isNew && isSame && !isOther)
        }
        #expect(table.count == 20_000)
        for number in 0..<20_001 {
            let name = try DNSName("H\(number).Test").wire
            let own: UInt16 = number % 2 == 0 ? 1 : 16
            let key = NameTable.key(server)
            let known = number < 20_000 ? UInt8(number % 16) : nil
            #expect(table.reply(name.span, 0..<name.count, type: own, server: key)?.code == known)
            #expect(table.reply(name.span, 0..<name.count, type: 17 - own, server: key) == nil)
            #expect(table.reply(name.span, 0..<name.count, type: own, server: key + 1) == nil)
        }
    }
}
