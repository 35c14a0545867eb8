import MusterCore
import MusterSystem
import MusterTesting
import MusterWire
import Synchronization
import Testing

@testable import MusterProbes

@Suite("The resolver")
struct ResolverTests {
    /// What a look-up gave.
    enum Found: Equatable, Sendable {
        case address(String)
        case refused(Verdict, String)
    }

    static func look(
        _ resolver: Resolver, _ name: String, _ family: AddressChoice.Family = .any,
        within time: Duration = .seconds(60)
    ) async -> Found {
        var clock = PhaseClock()
        do throws(Refusal) {
            let addresses = try await resolver.addresses(of: name, family, &clock, within: time)
            return .address(addresses.map(\.text).joined(separator: " "))
        } catch {
            return .refused(error.verdict, error.detail)
        }
    }

    /// A resolver of a machine that reaches every address from one of its kind.
    static func resolver(
        _ servers: [Endpoint], search: [String] = [], timeout: Duration = .seconds(60), attempts: Int? = nil,
        rotates: Bool = false, usesStreams: Bool = false, usesEDNS: Bool = false, asksInTurn: Bool = false,
        omitsIPv6: Bool = false
    ) -> Resolver {
        Resolver(
            ResolverConfiguration(
                servers: servers, search: search, timeout: timeout, attempts: attempts, rotates: rotates,
                usesStreams: usesStreams, usesEDNS: usesEDNS, asksInTurn: asksInTurn, omitsIPv6: omitsIPv6),
            source: { $0 })
    }

    /// A server with names; others do not exist.
    static func server(_ names: [String: [DNSRecordData]], ttl: UInt32 = 60) -> NameScript {
        NameScript { asked in
            guard let records = names[asked.name.lowercased()] else { return asked.answer(.nxDomain) }
            let wanted = records.filter { $0.type == asked.message.question?.rawType }
            return asked.answer(.noError, wanted.map { DNSRecord(name: named(asked.name), ttl: ttl, data: $0) })
        }
    }

    // MARK: Answers

    @Test("gives all addresses of a name, and remembers them")
    func families() async throws {
        let script = Self.server([
            "both.test": [.a(0x0A00_0001), .a(0x0A00_0002), .aaaa(high: 0x2001_0db8 << 32, low: 1)],
            "six.test": [.aaaa(high: 0, low: 6)], "none.test": [.txt([[1]])],
        ])
        try await script.serve { server in
            let resolver = Self.resolver([server.endpoint])
            for _ in 0..<3 {
                #expect(await Self.look(resolver, "both.test") == .address("2001:db8::1 10.0.0.1 10.0.0.2"))
                #expect(await Self.look(resolver, "BOTH.test") == .address("2001:db8::1 10.0.0.1 10.0.0.2"))
                #expect(await Self.look(resolver, "six.test") == .address("::6"))
                #expect(await Self.look(resolver, "none.test") == .refused(.down(.resolveNoAddress), "none.test"))
                #expect(await Self.look(resolver, "no.test") == .refused(.down(.resolveNXDomain), "no.test"))
            }
            #expect(
                Set(server.questions)
                    == Set(["both", "six", "none", "no"].flatMap { ["\($0).test A", "\($0).test AAAA"] }))
            #expect(server.asked.count == 8)
        }
    }

    @Test("asks for one family where a check is of one")
    func oneFamily() async throws {
        try await Self.server(["both.test": [.a(1), .aaaa(high: 0, low: 1)], "four.test": [.a(1)]]).serve { server in
            let resolver = Self.resolver([server.endpoint])
            #expect(await Self.look(resolver, "both.test", .ipv4) == .address("0.0.0.1"))
            #expect(await Self.look(resolver, "both.test", .ipv6) == .address("::1"))
            #expect(await Self.look(resolver, "four.test", .ipv6) == .refused(.down(.resolveNoAddress), "four.test"))
            #expect(server.questions == ["both.test A", "both.test AAAA", "four.test AAAA"])
        }
    }

    @Test("asks as the options of resolv.conf say")
    func options() async throws {
        let script = NameScript(
            datagram: { $0.answer(.a(1)).encoded() }, stream: { NameScript.framed($0.answer(.a(2))) })
        try await script.serve { server in
            #expect(await Self.look(Self.resolver([server.endpoint]), "a.test") == .address("0.0.0.1"))
            #expect(server.asked.allSatisfy { $0.message.ednsPayloadSize == nil })
            let edns = Self.resolver([server.endpoint], usesEDNS: true, omitsIPv6: true)
            #expect(await Self.look(edns, "b.test") == .address("0.0.0.1"))
            #expect(server.asked.count == 3)
            #expect(server.asked.last?.message.ednsPayloadSize == 1232)
            let inTurn = Self.resolver([server.endpoint], asksInTurn: true)
            #expect(await Self.look(inTurn, "c.test") == .address("0.0.0.1"))
            #expect(server.questions.suffix(2) == ["c.test A", "c.test AAAA"])
            let streams = Self.resolver([server.endpoint], usesStreams: true)
            #expect(await Self.look(streams, "d.test") == .address("0.0.0.2"))
            #expect(server.asked.count == 5)
        }
    }

    @Test("begins with another server each time where it is told to")
    func rotation() async throws {
        let script = Self.server(["web.test": [.a(1)]], ttl: 0)
        try await script.serve { first in
            try await script.serve { second in
                let resolver = Self.resolver([first.endpoint, second.endpoint], rotates: true, omitsIPv6: true)
                for number in 0..<6 { #expect(await Self.look(resolver, "web\(number).test") != .address("")) }
                #expect(first.asked.count == 3)
                #expect(second.asked.count == 3)
            }
        }
    }

    @Test("asks nobody for an address or a name of the hosts file")
    func hostsFile() async throws {
        try await NameScript.silent.serve { server in
            let configuration = ResolverConfiguration(
                servers: [server.endpoint],
                hosts: ["web": [.v6(high: 0, low: 2), .v4(1)], "localhost": [.v4(0x7F00_0001)]])
            let resolver = Resolver(configuration, source: { _ in nil })
            for (name, text) in [
                ("10.1.2.3", "10.1.2.3"), ("::1", "::1"), ("WEB", "::2 0.0.0.1"), ("web.", "::2 0.0.0.1"),
                ("localhost", "127.0.0.1"),
            ] {
                #expect(await Self.look(resolver, name) == .address(text))
            }
            #expect(server.asked.isEmpty)
        }
    }

    @Test("follows aliases in the answer")
    func aliases() async throws {
        try await NameScript { asked in
            asked.answer(
                .noError,
                [
                    DNSRecord(name: named("www.test"), ttl: 60, data: .cname(named("a.test"))),
                    DNSRecord(name: named("a.test"), ttl: 60, data: .cname(named("b.test"))),
                    DNSRecord(name: named("b.test"), ttl: 60, data: .a(0x0A00_0002)),
                ])
        }.serve { server in
            #expect(await Self.look(Self.resolver([server.endpoint]), "www.test") == .address("10.0.0.2"))
        }
    }

    @Test("takes a long answer over TCP")
    func truncated() async throws {
        let script = NameScript(
            datagram: { asked in
                var answer = asked.answer()
                answer.isTruncated = true
                return answer.encoded()
            }, stream: { NameScript.framed($0.answer(.a(0x0A00_0003))) })
        try await script.serve { server in
            #expect(await Self.look(Self.resolver([server.endpoint]), "long.test") == .address("10.0.0.3"))
        }
    }

    @Test("tries search domains in order, and goes on where a name has no address")
    func search() async throws {
        let script = Self.server([
            "web.b.test": [.a(0x0A00_0001)], "deep.x": [.a(0x0A00_0002)], "mail.a.test": [.txt([[1]])],
            "mail.b.test": [.a(0x0A00_0003)], "note.a.test": [.txt([[1]])],
        ])
        try await script.serve { server in
            let resolver = Self.resolver([server.endpoint], search: ["a.test", "b.test"])
            #expect(await Self.look(resolver, "web") == .address("10.0.0.1"))
            #expect(
                server.questions.filter { $0.hasSuffix(" A") } == ["web.a.test A", "web.b.test A"])
            #expect(await Self.look(resolver, "deep.x") == .address("10.0.0.2"))
            #expect(server.questions.filter { $0.hasSuffix(" A") }.dropFirst(2) == ["deep.x A"])
            #expect(await Self.look(resolver, "mail") == .address("10.0.0.3"))
            // That a name is there says more than that others are not.
            #expect(await Self.look(resolver, "note") == .refused(.down(.resolveNoAddress), "note.a.test"))
            #expect(await Self.look(resolver, "gone") == .refused(.down(.resolveNXDomain), "gone.a.test"))
        }
    }

    @Test("leaves out a search domain that makes the name too long")
    func longName() async throws {
        let name = Array(repeating: String(repeating: "a", count: 60), count: 4).joined(separator: ".")
        try await Self.server([name: [.a(0x0A00_0001)]]).serve { server in
            let resolver = Self.resolver([server.endpoint], search: ["a.very.long.search.domain.test"])
            #expect(await Self.look(resolver, name) == .address("10.0.0.1"))
            let gone = "b" + name.dropFirst()
            #expect(await Self.look(resolver, gone) == .refused(.down(.resolveNXDomain), gone))
        }
    }

    @Test("does not ask for what is no host name", arguments: ["", "a..b", "a b", String(repeating: "a", count: 64)])
    func badName(_ name: String) async throws {
        try await NameScript.silent.serve { server in
            #expect(
                await Self.look(Self.resolver([server.endpoint]), name)
                    == .refused(.unknown(.fault), "\"\(name)\" is no host name"))
            #expect(server.asked.isEmpty)
        }
    }

    // MARK: Failing servers

    @Test("goes on to the next server where one is down, unwilling or talks nonsense")
    func nextServer() async throws {
        let bad: [(String, NameScript)] = [
            ("silent", .silent), ("failing", NameScript { $0.answer(.servFail) }),
            ("unwilling", NameScript { $0.answer(.refused) }), ("ignorant", NameScript { $0.answer(.notImp) }),
            ("nonsense", NameScript(datagram: { Array($0.answer(.a(1)).encoded().dropLast(5)) })),
        ]
        for (name, script) in bad {
            try await script.serve { first in
                try await Self.server(["web.test": [.a(0x0A00_0001)]]).serve { second in
                    let closed = Endpoint(.v4(0x7F53_0001), port: first.endpoint.port)
                    let resolver = Self.resolver([closed, first.endpoint, second.endpoint], timeout: .milliseconds(50))
                    #expect(await Self.look(resolver, "web.test", .ipv4) == .address("10.0.0.1"), "\(name)")
                    #expect(first.asked.count >= 1, "\(name)")
                }
            }
        }
    }

    @Test("never blames the host for a resolver that cannot tell")
    func noServer() async throws {
        try await NameScript.silent.serve { server in
            let closed = Endpoint(.v4(0x7F53_0001), port: server.endpoint.port)
            let none = await Self.look(Self.resolver([]), "web.test")
            #expect(none == .refused(.unknown(.resolver), "no name server is configured"))
            let refused = await Self.look(Self.resolver([closed], attempts: 2), "web.test")
            let said = "127.83.0.1 says: port unreachable"
            #expect(refused == .refused(.unknown(.resolver), "\(closed.text) is not reachable (\(said))"))
            let silent = await Self.retried {
                await Self.look(Self.resolver([server.endpoint]), "web.test", within: .short)
            }
            #expect(silent == .refused(.unknown(.resolver), "\(server.endpoint.text) did not answer"))
        }
    }

    /// Again while our own loop was too late to tell.
    private static func retried(_ look: () async -> Found) async -> Found {
        for _ in 0..<50 {
            let found = await look()
            if case .refused(.unknown(.late), _) = found { continue }
            return found
        }
        return .refused(.unknown(.late), "always")
    }

    private static let codes: [(DNSResponseCode, Verdict, String)] = [
        (.servFail, .down(.resolveServFail), "web.test"),
        (.refused, .unknown(.resolver), "REFUSED for web.test"),
        (.notImp, .unknown(.resolver), "NOTIMP for web.test"),
        (.formErr, .unknown(.resolver), "FORMERR for web.test"),
    ]

    @Test("tells what the resolver could not look up from what it would not", arguments: codes.indices)
    func responseCodes(_ index: Int) async throws {
        let (code, verdict, detail) = Self.codes[index]
        let script = NameScript { $0.name == "web.test" ? $0.answer(code) : $0.answer(.a(1)) }
        try await script.serve { server in
            let resolver = Self.resolver([server.endpoint])
            #expect(await Self.look(resolver, "other.test") == .address("0.0.0.1"))
            #expect(await Self.look(resolver, "web.test", .ipv4) == .refused(verdict, detail))
            // One that would not tell may know better when it is asked again.
            #expect((server.questions.count { $0 == "web.test A" } == 1) == (code == .formErr))
        }
    }

    @Test("asks silent servers in as many rounds as it is told to")
    func rounds() async throws {
        try await NameScript.silent.serve { server in
            let resolver = Self.resolver([server.endpoint], timeout: .milliseconds(50), attempts: 3)
            let found = await Self.look(resolver, "web.test", .ipv4)
            guard case .refused(.unknown(let reason), _) = found else {
                Issue.record("\(found)")
                return
            }
            #expect(reason == .resolver || reason == .late)
            // A round that a stalled loop never got to send is no further round.
            #expect((1...3).contains(Set(server.asked.map(\.message.id)).count))
        }
    }

    // MARK: Waiting together

    @Test("asks once for a name, however many wait for it, on however many loops")
    func oneQuery() async throws {
        // The answer comes when the test lets it: with the second question, which is for another name.
        let held = Mutex<NameScript.Asked?>(nil)
        let script = NameScript(datagram: { asked in
            if asked.name == "shared.test" {
                held.withLock { $0 = asked }
                return []
            }
            guard let first = held.withLock({ $0 }) else { return [] }
            return first.answer(.a(0x0A00_0009)).encoded()
        })
        try await script.serve { server in
            let resolver = Self.resolver([server.endpoint])
            try await Reactor.withLoops(2, name: "extra") { loops in
                await withTaskGroup(of: Found.self) { group in
                    group.addTask { await Self.look(resolver, "shared.test", .ipv4) }
                    await server.log.nextSignal()
                    for number in 0..<500 {
                        group.addTask(executorPreference: loops[number % 2]) {
                            await Self.look(resolver, number % 3 == 0 ? "SHARED.test" : "shared.test", .ipv4)
                        }
                    }
                    await fewTurns()
                    // Over the same socket as the first, so that the answer finds its way.
                    group.addTask {
                        _ = await Self.retried { await Self.look(resolver, "reminder.test", .ipv4, within: .short) }
                        return .address("10.0.0.9")
                    }
                    for await found in group { #expect(found == .address("10.0.0.9")) }
                }
            }
            #expect(server.questions.count { $0 == "shared.test A" } == 1)
        }
    }

    @Test("lets another ask where the one who asked was cancelled")
    func leaderCancelled() async throws {
        // The first question stays unanswered.
        let script = NameScript(datagram: { $0.number == 0 ? [] : $0.answer(.a(0x0A00_0001)).encoded() })
        try await script.serve { server in
            let resolver = Self.resolver([server.endpoint])
            await withTaskGroup(of: Found.self) { waiters in
                let leader = await withTaskGroup(of: Found.self) { group in
                    group.addTask { await Self.look(resolver, "web.test", .ipv4, within: .seconds(300)) }
                    await server.log.nextSignal()
                    for _ in 0..<20 { waiters.addTask { await Self.look(resolver, "web.test", .ipv4) } }
                    await fewTurns()
                    group.cancelAll()
                    return await group.next()
                }
                #expect(leader == .refused(.unknown(.cancelled), ""))
                for await found in waiters { #expect(found == .address("10.0.0.1")) }
            }
            #expect(server.questions == ["web.test A", "web.test A"])
        }
    }

    @Test("lets another ask where the one who asked had less time")
    func leaderOutOfTime() async throws {
        let isWell = Mutex(false)
        let script = NameScript(datagram: { asked in
            isWell.withLock { $0 } ? asked.answer(.a(0x0A00_0001)).encoded() : []
        })
        try await script.serve { server in
            let resolver = Self.resolver([server.endpoint])
            await withTaskGroup(of: (Bool, Found).self) { group in
                group.addTask { (true, await Self.look(resolver, "web.test", .ipv4, within: .short)) }
                await server.log.nextSignal()
                for _ in 0..<20 { group.addTask { (false, await Self.look(resolver, "web.test", .ipv4)) } }
                for await (isLeader, found) in group {
                    if isLeader {
                        isWell.withLock { $0 = true }
                        // Our own loop may have been too late to say who was.
                        guard case .refused(.unknown(let reason), _) = found else {
                            Issue.record("\(found)")
                            continue
                        }
                        #expect(reason == .resolver || reason == .late)
                    } else {
                        #expect(found == .address("10.0.0.1"))
                    }
                }
            }
        }
    }

    @Test("keeps a waiter no longer than its own deadline or its cancellation")
    func waiters() async throws {
        try await NameScript.silent.serve { server in
            let resolver = Self.resolver([server.endpoint], timeout: .seconds(300))
            await withTaskGroup(of: Found.self) { leader in
                leader.addTask { await Self.look(resolver, "web.test", .ipv4, within: .seconds(300)) }
                await server.log.nextSignal()
                let start = SystemClock.now
                let short = await Self.look(resolver, "web.test", .ipv4, within: .milliseconds(50))
                #expect(short == .refused(.unknown(.resolver), "no answer for web.test in time"))
                let cancelled = await withTaskGroup(of: Found.self) { group in
                    group.addTask { await Self.look(resolver, "web.test", .ipv4, within: .seconds(300)) }
                    await fewTurns()
                    group.cancelAll()
                    return await group.next()
                }
                #expect(cancelled == .refused(.unknown(.cancelled), ""))
                #expect(start.duration(to: SystemClock.now) < .prompt)
                leader.cancelAll()
                #expect(await leader.next() == .refused(.unknown(.cancelled), ""))
            }
            #expect(server.asked.count == 1)
        }
    }

    // MARK: Forgetting

    @Test("asks again when an address has lived as long as its shortest record says", .timeLimit(.minutes(40)))
    func expiry() async throws {
        try await NameScript { asked in
            asked.answer(
                .noError,
                [
                    DNSRecord(name: named("www.test"), ttl: 1, data: .cname(named("a.test"))),
                    DNSRecord(name: named("a.test"), ttl: 3600, data: .a(UInt32(asked.number))),
                ])
        }.serve { server in
            let resolver = Self.resolver([server.endpoint])
            #expect(await Self.look(resolver, "www.test", .ipv4) == .address("0.0.0.0"))
            // Until the second question; a cache that forgets nothing runs into the time limit.
            while await Self.look(resolver, "www.test", .ipv4) == .address("0.0.0.0") {
                await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(20)))
            }
            #expect(server.asked.count == 2)
        }
    }

    @Test("does not remember what only our side could not tell")
    func notRemembered() async throws {
        let isWell = Mutex(false)
        let script = NameScript { asked in
            isWell.withLock { $0 } ? asked.answer(.a(0x0A00_0001)) : asked.answer(.servFail)
        }
        try await script.serve { server in
            let resolver = Self.resolver([server.endpoint])
            let text = "\(server.endpoint.text) answered SERVFAIL"
            #expect(
                await Self.look(resolver, "web.test", .ipv4, within: .short) == .refused(.unknown(.resolver), text))
            isWell.withLock { $0 = true }
            #expect(await Self.look(resolver, "web.test", .ipv4) == .address("10.0.0.1"))
        }
    }

    // MARK: In a check

    @Test("a check of a name tells the time of its look-up, and what the resolver says")
    func inCheck() async throws {
        let names = Self.server(["web1.test": [.a(0x7F00_0001)]])
        try await names.serve { server in
            try await ScriptedServer.run([[.hold]]) { target in
                let environment = ProbeEnvironment.local(servers: [server.endpoint])
                let settings = "{\"port\": \(target.port)}"
                let up = try await Subject("tcp", settings, address: nil, in: environment).attempt()
                #expect(up.verdict == .up)
                #expect(up.happened == [.resolve, .connect])
                let gone = try await Subject("tcp", settings, name: "web2.test", address: nil, in: environment)
                    .attempt()
                #expect(gone.verdict == .down(.resolveNXDomain))
                #expect(gone.detail == "web2.test")
                #expect(gone.happened == [.resolve])
            }
        }
    }

    @Test("a check that is cancelled while its name is looked up gives up at once")
    func cancelledCheck() async throws {
        try await NameScript.silent.serve { server in
            let environment = ProbeEnvironment.local(servers: [server.endpoint])
            let subject = try Subject("tcp", "{\"port\": 1}", address: nil, in: environment)
            let (attempt, delay) = await subject.attempt { await server.log.nextSignal() }
            #expect(attempt.verdict == .unknown(.cancelled))
            #expect(attempt.happened == [.resolve])
            #expect(delay < .prompt)
        }
    }
}
