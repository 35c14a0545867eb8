import MusterCore
import MusterSystem
import MusterTesting
import MusterWire
import Synchronization
import Testing

@testable import MusterProbes

/// Names that are all fine, and a resolver of ours that is not.
@Suite("A resolver at fault")
struct ResolverTroubleTests {
    private typealias Found = ResolverTests.Found

    /// Looks many names up at once.
    private static func look(
        _ resolver: Resolver, _ count: Int, within time: Duration = .seconds(60)
    ) async -> [Found] {
        await withTaskGroup(of: Found.self) { group in
            for number in 0..<count {
                group.addTask { await ResolverTests.look(resolver, "n\(number).test", within: time) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static let fine = Found.address("10.0.0.1")

    private static func answer(_ asked: NameScript.Asked) -> DNSMessage {
        asked.type == .a ? asked.answer(.a(0x0A00_0001)) : asked.answer()
    }

    @Test("that answers SERVFAIL to everything is one cause, and no host's")
    func alwaysFailing() async throws {
        try await NameScript { $0.answer(.servFail) }.serve { server in
            let resolver = ResolverTests.resolver([server.endpoint])
            let text = "\(server.endpoint.text) answered SERVFAIL"
            for found in await Self.look(resolver, 40, within: .short) {
                #expect(found == .refused(.unknown(.resolver), text))
            }
            let account = try #require(resolver.account?.servers.first)
            #expect(account.address == server.endpoint.text)
            #expect(account.servFail >= 80)
            #expect(account.servFail <= account.queries)
        }
    }

    @Test("that fails at first is asked until it is well")
    func failingAtFirst() async throws {
        let script = NameScript { $0.number < 100 ? $0.answer(.servFail) : Self.answer($0) }
        try await script.serve { server in
            let resolver = ResolverTests.resolver([server.endpoint])
            for found in await Self.look(resolver, 40) { #expect(found == Self.fine) }
            #expect(resolver.account?.servers.first?.servFail == 100)
        }
    }

    @Test("that answers SERVFAIL now and then fails no name", arguments: [4, 5])
    func failingNowAndThen(_ period: Int) async throws {
        let script = NameScript { $0.number % period == 0 ? $0.answer(.servFail) : Self.answer($0) }
        try await script.serve { server in
            let resolver = ResolverTests.resolver([server.endpoint])
            for found in await Self.look(resolver, 200) { #expect(found == Self.fine) }
        }
    }

    @Test("with a dead first server asks the next, and the dead one last from then on")
    func deadFirst() async throws {
        try await NameScript.silent.serve { dead in
            try await NameScript { Self.answer($0) }.serve { second in
                let closed = Endpoint(.v4(0x7F53_0001), port: dead.endpoint.port)
                let resolver = ResolverTests.resolver([dead.endpoint, second.endpoint, closed])
                for found in await Self.look(resolver, 50, within: .seconds(4)) { #expect(found == Self.fine) }
                let early = dead.asked.count
                for number in 0..<50 {
                    let found = await ResolverTests.look(resolver, "later\(number).test", within: .seconds(4))
                    #expect(found == Self.fine)
                }
                // The trial after its penalty may fall into this time.
                #expect(dead.asked.count - early <= 4)
                #expect(resolver.account?.servers.count == 2)
            }
        }
    }

    @Test("that loses the first datagram of every question fails no name")
    func lossy() async throws {
        let seen = Mutex<Set<String>>([])
        let script = NameScript(datagram: { asked in
            let isNew = seen.withLock { $0.insert("\(asked.name) \(asked.type?.text ?? "")").inserted }
            return isNew ? [] : Self.answer(asked).encoded()
        })
        try await script.serve { server in
            let resolver = ResolverTests.resolver([server.endpoint])
            for found in await Self.look(resolver, 40, within: .seconds(8)) { #expect(found == Self.fine) }
        }
    }

    @Test("that is slow takes no time from the host, and its late answers count")
    func slow() async throws {
        // Each question of a name is answered when it comes for the fifth time: always late.
        let waiting = Mutex<[String: [NameScript.Asked]]>([:])
        let script = NameScript(datagram: { asked in
            let key = "\(asked.name) \(asked.type?.text ?? "")"
            let earlier = waiting.withLock { waiting in
                waiting[key, default: []].append(asked)
                return waiting[key] ?? []
            }
            guard earlier.count >= 5 else { return [] }
            return (asked.type == .a ? asked.answer(.a(0x7F00_0001)) : asked.answer()).encoded()
        })
        try await script.serve { server in
            try await ScriptedServer.run([[.hold]]) { target in
                let environment = ProbeEnvironment.local(servers: [server.endpoint])
                let subject = try Subject("tcp", "{\"port\": \(target.port)}", address: nil, in: environment)
                // Far less than the lookup takes.
                let attempt = await subject.attempt(within: .short)
                #expect(attempt.verdict == .up)
                #expect((attempt.phases[.resolve] ?? 0) > 500_000)
                #expect(attempt["address"] == .string("127.0.0.1"))
            }
        }
    }

    @Test("that is dead is one cause for every kind of check", arguments: ["silent", "closed", "failing"])
    func oneCause(_ kind: String) async throws {
        let script = kind == "failing" ? NameScript { $0.answer(.servFail) } : .silent
        try await script.serve { server in
            let server =
                kind == "closed" ? Endpoint(.v4(0x7F53_0001), port: server.endpoint.port) : server.endpoint
            let environment = ProbeEnvironment.local(servers: [server])
            for (check, settings) in [
                ("tcp", "{\"port\": 1}"), ("http", "{\"url\": \"http://{name}/\"}"), ("dns", "{}"),
            ] {
                let subject = try Subject(
                    check, settings, address: nil, resolveTimeout: .short, in: environment)
                let attempt = await subject.attempt()
                #expect(attempt.verdict == .unknown(.resolver), "\(check)")
                #expect(attempt.detail.hasPrefix(server.text) || attempt.detail.hasPrefix("no name"), "\(check)")
            }
            #expect(environment.resolver.account?.servers.count == 1)
        }
    }

    @Test("is not at fault where one name fails and others resolve")
    func oneName() async throws {
        let script = NameScript { $0.name == "bad.test" ? $0.answer(.servFail) : Self.answer($0) }
        try await script.serve { server in
            let resolver = ResolverTests.resolver([server.endpoint])
            for found in await Self.look(resolver, 20) { #expect(found == Self.fine) }
            #expect(await ResolverTests.look(resolver, "bad.test") == .refused(.down(.resolveServFail), "bad.test"))
            let environment = ProbeEnvironment.local(servers: [server.endpoint])
            let dns = try Subject("dns", "{\"name\": \"bad.test\"}", in: environment)
            #expect(await dns.attempt().verdict == .down(.dnsServFail))
        }
    }

    @Test("is told from a bad name by a question that every resolver can answer")
    func control() async throws {
        let script = NameScript { $0.name == "bad.test" ? $0.answer(.servFail) : $0.answer() }
        try await script.serve { server in
            let resolver = ResolverTests.resolver([server.endpoint])
            for _ in 0..<2 {
                #expect(await ResolverTests.look(resolver, "bad.test") == .refused(.down(.resolveServFail), "bad.test"))
            }
            #expect(server.questions.contains(". NS"))
        }
    }

    @Test("gives no address from a SERVFAIL of the other family")
    func halfAnswer() async throws {
        let script = NameScript { $0.type == .a ? $0.answer(.a(0x0A00_0001)) : $0.answer(.servFail) }
        try await script.serve { server in
            #expect(
                await ResolverTests.look(ResolverTests.resolver([server.endpoint]), "half.test", within: .short)
                    == Self.fine)
        }
    }
}
