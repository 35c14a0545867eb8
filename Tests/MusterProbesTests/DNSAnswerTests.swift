import MusterCore
import MusterSystem
import MusterTesting
import MusterWire
import Testing

@testable import MusterProbes

/// Old servers, referrals, records of other names, and answers that are none.
@Suite("The DNS probe and answers of many kinds")
struct DNSAnswerTests {
    private static func subject(
        _ server: NameScript.Server, _ settings: String = "", name: String = "web1.test"
    ) throws -> Subject {
        try Subject("dns", "{\"server\": \"\(server.endpoint.text)\"\(settings)}", name: name)
    }

    private static let wanted = ", \"expect\": {\"answers\": [\"{address}\"]}"

    // MARK: EDNS

    /// A server that answers `refusal` to queries with EDNS, and the host's address to others.
    private static func old(_ refusal: @escaping @Sendable (NameScript.Asked) -> [UInt8]) -> NameScript {
        NameScript(datagram: { asked in
            asked.message.ednsPayloadSize == nil ? asked.answer(.a(0x7F00_0001)).encoded() : refusal(asked)
        })
    }

    private static let refusals: [(name: String, bytes: @Sendable (NameScript.Asked) -> [UInt8])] = [
        ("FORMERR", { $0.answer(.formErr).encoded() }), ("NOTIMP", { $0.answer(.notImp).encoded() }),
        ("BADVERS", { $0.answer(.badVers).encoded() }),
        (
            "FORMERR without EDNS",
            { asked in
                var answer = asked.answer(.formErr)
                answer.ednsPayloadSize = nil
                return answer.encoded()
            }
        ),
        (
            "FORMERR without a question",
            { asked in
                let id = asked.message.id
                return [UInt8(id >> 8), UInt8(id & 255), 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0]
            }
        ),
        (
            "a header with the counts of the query",
            { asked in
                let id = asked.message.id
                return [UInt8(id >> 8), UInt8(id & 255), 0x80, 1, 0, 1, 0, 0, 0, 0, 0, 1]
            }
        ),
    ]

    @Test("asks a server that does not know EDNS again without, and from then on at once", arguments: refusals.indices)
    func oldServers(_ index: Int) async throws {
        let refusal = Self.refusals[index]
        try await Self.old(refusal.bytes).serve { server in
            let subject = try Self.subject(server, Self.wanted)
            for _ in 0..<3 {
                let attempt = await subject.attempt()
                #expect(attempt.verdict == .up, "\(refusal.name)")
                #expect(attempt.happened == [.wait])
            }
            // An attempt that our own stall spoilt is made again; the very first query alone has EDNS.
            let sizes = server.asked.map(\.message.ednsPayloadSize)
            #expect(sizes.count { $0 != nil } <= sizes.count - 3, "\(refusal.name)")
            #expect(sizes.suffix(2) == [nil, nil], "\(refusal.name)")
        }
    }

    @Test("says the code of a server that refuses the query without EDNS as well, and asks it with EDNS again")
    func refusesAll() async throws {
        try await NameScript { $0.answer(.formErr) }.serve { server in
            let subject = try Self.subject(server)
            for round in 1...2 {
                let attempt = await subject.attempt()
                #expect(attempt.verdict == .down(.dnsRcode))
                #expect(attempt.detail == "got FORMERR")
                #expect(server.asked.count { $0.message.ednsPayloadSize == nil } >= round)
                #expect(server.asked.count { $0.message.ednsPayloadSize != nil } >= round)
            }
        }
    }

    @Test("says that EDNS was refused where nothing comes without it")
    func silentWithout() async throws {
        let script = NameScript(datagram: { asked in
            asked.message.ednsPayloadSize == nil ? [] : asked.answer(.formErr).encoded()
        })
        try await script.serve { server in
            let attempt = try await Self.subject(server).attempt(within: .seconds(1))
            #expect(attempt.verdict == .down(.dnsTimeout))
            #expect(attempt.detail == "refuses EDNS, and was then asked without it")
        }
    }

    @Test(
        "asks without EDNS over TCP as well, where that is refused or the answer is truncated",
        arguments: [true, false])
    func oldOverStream(isSet: Bool) async throws {
        let script = NameScript(
            datagram: { asked in
                var answer = asked.answer()
                answer.isTruncated = true
                return asked.message.ednsPayloadSize == nil ? answer.encoded() : asked.answer(.formErr).encoded()
            },
            stream: { asked in
                NameScript.framed(
                    asked.message.ednsPayloadSize == nil ? asked.answer(.a(0x7F00_0001)) : asked.answer(.formErr))
            })
        try await script.serve { server in
            let settings = isSet ? ", \"transport\": \"tcp\"" : ""
            let attempt = try await Self.subject(server, Self.wanted + settings).attempt()
            #expect(attempt.verdict == .up)
        }
    }

    @Test("the resolver asks without EDNS where its server does not know it")
    func resolver() async throws {
        try await Self.old { $0.answer(.formErr).encoded() }.serve { server in
            let resolver = Resolver(ResolverConfiguration(servers: [server.endpoint], hosts: [:]))
            for name in ["a.test", "b.test"] {
                var clock = PhaseClock()
                let addresses = try await resolver.addresses(of: name, .ipv4, &clock, within: .seconds(60))
                #expect(addresses == [.v4(0x7F00_0001)])
            }
            #expect(server.asked.last?.message.ednsPayloadSize == nil)
        }
    }

    // MARK: Whose records

    @Test("does not take records of another name for the answer")
    func unrelated() async throws {
        try await NameScript { asked in
            asked.answer(.noError, [DNSRecord(name: named("unrelated.example"), ttl: 1, data: .a(0x7F00_0001))])
        }.serve { server in
            for settings in ["", Self.wanted, ", \"expect\": {\"minimum\": 1}"] {
                let attempt = try await Self.subject(server, settings).attempt()
                #expect(attempt.verdict == .down(.dnsNoData))
                #expect(attempt.detail == "ignored records of unrelated.example")
            }
            let none = try await Self.subject(server, ", \"expect\": {\"answers\": []}").attempt()
            #expect(none.verdict == .up)
            let resolver = Resolver(ResolverConfiguration(servers: [server.endpoint], hosts: [:]))
            var clock = PhaseClock()
            await #expect(throws: Refusal.self) {
                try await resolver.addresses(of: "a.test", .ipv4, &clock, within: .seconds(60))
            }
        }
    }

    @Test("does not take records of another class for the answer")
    func otherClass() async throws {
        try await NameScript { asked in
            let data = DNSRecordData.other(type: 1, [127, 0, 0, 1])
            return asked.answer(.noError, [DNSRecord(name: named("web1.test"), ttl: 1, data: data, recordClass: 3)])
        }.serve { server in
            let attempt = try await Self.subject(server, Self.wanted).attempt()
            #expect(attempt.verdict == .down(.dnsNoData))
            #expect(attempt.detail == "ignored records of class 3")
        }
    }

    private static func record(_ owner: String, _ data: DNSRecordData) -> DNSRecord {
        DNSRecord(name: named(owner), ttl: 1, data: data)
    }

    private static let ends: [(records: [DNSRecord], verdict: Verdict, detail: String)] = [
        ([record("web1.test", .cname(named("a.test")))], .down(.dnsNoData), "alias of a.test"),
        (
            [record("web1.test", .cname(named("a.test"))), record("a.test", .cname(named("web1.test")))],
            .down(.dnsNoData), "its aliases do not end"
        ),
        ([record("test", .dname(named("example"))), record("web1.example", .a(0x7F00_0001))], .up, ""),
    ]

    @Test("follows aliases to their end, and says where that is", arguments: ends.indices)
    func aliases(_ index: Int) async throws {
        let (records, verdict, detail) = Self.ends[index]
        try await NameScript { $0.answer(.noError, records) }.serve { server in
            let attempt = try await Self.subject(server, Self.wanted).attempt()
            #expect(attempt.verdict == verdict)
            #expect(attempt.detail == detail)
        }
    }

    // MARK: Referrals

    @Test("tells a referral from an answer without records")
    func referral() async throws {
        let cases: [(expect: String, Verdict)] = [
            ("{}", .down(.dnsReferral)), ("{\"answers\": [\"{address}\"]}", .down(.dnsReferral)),
            ("{\"answers\": []}", .down(.dnsReferral)), ("{\"minimum\": 0}", .up),
            ("{\"rcode\": \"NXDOMAIN\"}", .down(.dnsRcode)),
        ]
        try await NameScript { asked in
            var answer = asked.answer()
            answer.authority = (1...4).map {
                DNSRecord(name: named("test"), ttl: 1, data: .ns(named("ns\($0).example")))
            }
            return answer
        }.serve { server in
            for (expect, verdict) in cases {
                let attempt = try await Self.subject(server, ", \"expect\": \(expect)").attempt()
                #expect(attempt.verdict == verdict, "\(expect)")
                guard verdict == .down(.dnsReferral) else { continue }
                #expect(attempt.detail == "for test to ns1.example, ns2.example, ns3.example and 1 more")
            }
        }
    }

    // MARK: Answers that are none

    private static let strays: [(change: @Sendable (inout DNSMessage) -> Void, detail: String)] = [
        ({ $0.question = nil }, "ignored an answer NXDOMAIN that does not repeat the question"),
        ({ $0.question?.name = named("other.test") }, "ignored an answer to another question"),
        ({ $0.isResponse = false }, "ignored a message that is no answer"),
    ]

    @Test("says what it ignored where no answer comes", arguments: strays.indices)
    func ignored(_ index: Int) async throws {
        let (change, detail) = Self.strays[index]
        let script = NameScript { asked in
            var answer = asked.answer(.nxDomain)
            change(&answer)
            return answer
        }
        try await script.serve { server in
            let attempt = try await Self.subject(server).attempt(within: .seconds(1))
            #expect(attempt.verdict == .down(.dnsTimeout))
            #expect(attempt.detail == detail)
        }
    }

    private static func other(_ asked: NameScript.Asked) -> [UInt8] {
        var answer = asked.answer(.a(0x7F00_0001))
        answer.id ^= 1
        return DNSStreamDecoder.framed(answer.encoded())
    }

    @Test("says what it ignored over TCP")
    func ignoredOverStream() async throws {
        let script = NameScript(datagram: { _ in [] }, stream: { [.send(Self.other($0)), .hold] })
        try await script.serve { server in
            let attempt = try await Self.subject(server, ", \"transport\": \"tcp\"").attempt(within: .seconds(1))
            #expect(attempt.verdict == .down(.dnsTimeout))
            #expect(attempt.detail == "ignored an answer with another id")
        }
    }

    @Test("gives up over TCP on who sends other answers without end")
    func liar() async throws {
        let script = NameScript(datagram: { _ in [] }, stream: { [.sendForever(Self.other($0))] })
        try await script.serve { server in
            let attempt = try await Self.subject(server, ", \"transport\": \"tcp\"").attempt()
            #expect(attempt.verdict == .down(.dnsMalformed))
            #expect(attempt.detail == "unrelated_messages")
        }
    }
}
