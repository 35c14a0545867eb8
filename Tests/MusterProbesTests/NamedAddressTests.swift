import MusterCore
import MusterSystem
import MusterTesting
import MusterWire
import Testing

@testable import MusterProbes

@Suite("A name with several addresses")
struct NamedAddressTests {
    private static func member(_ address: String, _ verdict: String?, _ reason: String? = nil) -> Setting {
        .object(
            [.init("address", .string(address))] + (verdict.map { [.init("verdict", .string($0))] } ?? [])
                + (reason.map { [.init("reason", .string($0))] } ?? []))
    }

    private static func environment(_ addresses: String...) -> ProbeEnvironment {
        .local(hosts: ["web1.test": addresses.compactMap { IPAddress(text: $0) }])
    }

    private static let ok = [[ScriptStep.receiveHead, .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]]

    @Test("is up where one address refuses and the next connects", arguments: ["tcp", "http"])
    func refusedFirst(_ kind: String) async throws {
        try await ScriptedServer.run(Self.ok) { server in
            let settings = kind == "tcp" ? "{\"port\": \(server.port)}" : "{\"url\": \"http://{name}:\(server.port)/\"}"
            let subject = try Subject(
                kind, settings, address: nil, in: Self.environment("127.0.0.9", "127.0.0.1", "127.0.0.8"))
            let attempt = await subject.attempt()
            #expect(attempt.verdict == .up)
            #expect(attempt["address"] == .string("127.0.0.1"))
            #expect(
                attempt["addresses"]
                    == .list([
                        Self.member("127.0.0.9", "down", "tcp.refused"), Self.member("127.0.0.1", "up"),
                        Self.member("127.0.0.8", nil),
                    ]))
            if kind == "http" { #expect(attempt["status"] == .integer(200)) }
        }
    }

    @Test("is up where one address is silent, and gives the silent one's socket back")
    func silentFirst() async throws {
        try await ScriptedServer.run([[.send("hello"), .hold]]) { server in
            try await Self.withSilence(at: 0x7F00_0009, port: server.port) {
                let settings = "{\"port\": \(server.port), \"expect\": \"hello\"}"
                let subject = try Subject("tcp", settings, address: nil, in: Self.environment("127.0.0.9", "127.0.0.1"))
                for _ in 0..<3 {
                    let attempt = await subject.attempt()
                    #expect(attempt.verdict == .up)
                    #expect(attempt["address"] == .string("127.0.0.1"))
                    #expect(
                        attempt["addresses"]
                            == .list([Self.member("127.0.0.9", nil), Self.member("127.0.0.1", "up")]))
                }
            }
        }
    }

    /// A port at which SYNs vanish, on the current loop.
    private static func withSilence<R>(
        at address: UInt32, port: UInt16, _ body: () async throws -> R
    ) async throws -> R {
        var result: Result<R, any Error>?
        try await Listener.withListener(on: Endpoint(.v4(address), port: port), options: .blackHole) {
            _ throws(SocketFault) in
            do { result = .success(try await body()) } catch { result = .failure(error) }
        }
        guard let result else { throw SocketFault.cancelled }
        return try result.get()
    }

    @Test("is down where every address is, and says what each did")
    func allDown() async throws {
        try await ScriptedServer.run([[.hold]]) { server in
            let subject = try Subject(
                "tcp", "{\"port\": \(server.port)}", address: nil,
                in: Self.environment("127.0.0.7", "127.0.0.8", "127.0.0.9", "127.0.0.10"))
            let attempt = await subject.attempt()
            #expect(attempt.verdict == .down(.tcpRefused))
            #expect(
                attempt.detail
                    == "127.0.0.7 tcp.refused, 127.0.0.8 tcp.refused, 127.0.0.9 tcp.refused and 1 more")
            #expect(attempt["address"] == nil)
            #expect(attempt.happened == [.connect])
        }
    }

    @Test("is checked on each address where it is told to be; the worst counts")
    func each() async throws {
        try await ScriptedServer.run([[.send("hello"), .hold]]) { server in
            let settings = "{\"port\": \(server.port), \"expect\": \"hello\", \"addresses\": \"each\"}"
            let good = try await Subject(
                "tcp", settings, address: nil, in: Self.environment("127.0.0.1")
            ).attempt()
            #expect(good.verdict == .up)
            #expect(good["addresses"] == nil)
            let bad = try await Subject(
                "tcp", settings, address: nil, in: Self.environment("127.0.0.1", "127.0.0.9")
            ).attempt()
            #expect(bad.verdict == .down(.tcpRefused))
            #expect(bad.detail == "127.0.0.9")
            #expect(bad["address"] == .string("127.0.0.9"))
            #expect(
                bad["addresses"]
                    == .list([Self.member("127.0.0.1", "up"), Self.member("127.0.0.9", "down", "tcp.refused")]))
        }
    }

    @Test("is checked on every one of many addresses")
    func eachOfMany() async throws {
        try await ScriptedServer.run([[.hold]], on: .v4(0)) { server in
            let addresses = (1...40).map { IPAddress.v4(0x7F00_0100 + UInt32($0)) }
            let subject = try Subject(
                "tcp", "{\"port\": \(server.port), \"addresses\": \"each\"}", address: nil,
                in: .local(hosts: ["web1.test": addresses]))
            let attempt = await subject.attempt()
            #expect(attempt.verdict == .up)
            #expect(attempt["addresses"] == .list(addresses.map { Self.member($0.text, "up") }))
        }
    }

    @Test("is checked on the first address, or on those of one family, where it is told to be")
    func firstAndFamily() async throws {
        try await ScriptedServer.run([[.hold]]) { server in
            let environment = Self.environment("127.0.0.9", "::1", "127.0.0.1")
            for (settings, verdict, address) in [
                ("\"addresses\": \"first\", \"family\": \"ipv4\"", .down(.tcpRefused), "127.0.0.9"),
                ("\"family\": \"ipv6\"", .down(.tcpRefused), "::1"), ("\"family\": \"ipv4\"", .up, "127.0.0.1"),
            ] as [(String, Verdict, String)] {
                let attempt = try await Subject(
                    "tcp", "{\"port\": \(server.port), \(settings)}", address: nil, in: environment
                ).attempt()
                #expect(attempt.verdict == verdict, "\(settings)")
                #expect(attempt["address"] == .string(address), "\(settings)")
            }
        }
    }

    @Test("says nothing of addresses where the inventory gives one")
    func literal() async throws {
        try await ScriptedServer.run([[.hold]]) { server in
            for settings in ["{\"port\": \(server.port)}", "{\"port\": \(server.port), \"host\": \"127.0.0.1\"}"] {
                let attempt = try await Subject("tcp", settings).attempt()
                #expect(attempt.verdict == .up)
                #expect(attempt.facts.isEmpty)
            }
        }
    }

    @Test(
        "of a name server is asked at the next address where one does not answer", arguments: ["any", "each", "first"])
    func nameServer(_ use: String) async throws {
        try await NameScript { $0.answer(.a(0x7F00_0001)) }.serve { server in
            let settings = "{\"server\": \"ns1.test:\(server.endpoint.port)\", \"addresses\": \"\(use)\"}"
            let environment = ProbeEnvironment.local(hosts: ["ns1.test": [.v4(0x7F00_0009), .v4(0x7F00_0001)]])
            let attempt = try await Subject("dns", settings, in: environment).attempt()
            #expect(attempt.verdict == (use == "any" ? .up : .down(.dnsUnreachable)))
            #expect(attempt["address"] == .string(use == "any" ? "127.0.0.1" : "127.0.0.9"))
            #expect((attempt["addresses"] != nil) == (use != "first"))
        }
    }

    @Test("and a run that ends gives up at once", arguments: ["any", "each"])
    func cancelled(_ use: String) async throws {
        try await ScriptedServer.run([[.signal, .hold]]) { server in
            let settings = "{\"port\": \(server.port), \"expect\": \"x\", \"addresses\": \"\(use)\"}"
            let subject = try Subject("tcp", settings, address: nil, in: Self.environment("127.0.0.9", "127.0.0.1"))
            let (attempt, delay) = await subject.attempt { await server.log.nextSignal() }
            #expect(attempt.verdict == .unknown(.cancelled))
            #expect(delay < .prompt)
        }
    }

    @Test("that nobody may reach for reasons of our own is not down")
    func ownSide() {
        var ledger = AddressLedger([.v4(1), .v6(high: 0, low: 9)])
        ledger.note(0, Refusal(.down(.tcpRefused)))
        ledger.note(1, Refusal(.unknown(.route)))
        #expect(ledger.failure.verdict == .down(.tcpRefused))
        ledger.note(1, Refusal(.unknown(.descriptors)))
        #expect(ledger.failure.verdict == .unknown(.descriptors))
        ledger.note(0, Refusal(.unknown(.cancelled)))
        #expect(ledger.failure.verdict == .unknown(.cancelled))
    }
}
