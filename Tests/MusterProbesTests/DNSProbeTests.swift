import MusterCore
import MusterSystem
import MusterTesting
import MusterWire
import Testing

@testable import MusterProbes

@Suite("The DNS probe")
struct DNSProbeTests {
    private static func subject(
        _ server: NameScript.Server, _ settings: String = "", in environment: ProbeEnvironment = .local()
    ) throws -> Subject {
        try Subject("dns", "{\"server\": \"\(server.endpoint.text)\"\(settings)}", in: environment)
    }

    @Test("compares the records of all nine types", arguments: DNSCase.types)
    func types(_ example: DNSCase) async throws {
        try await NameScript { asked in
            asked.answer(.noError, example.records.map { DNSRecord(name: named("web1.test"), ttl: 60, data: $0) })
        }.serve { server in
            let settings = ", \"type\": \"\(example.type)\", \"expect\": \(example.expect)"
            let attempt = try await Self.subject(server, settings).attempt()
            #expect(attempt.verdict == example.verdict)
            #expect(attempt.detail == example.detail)
            #expect(attempt.happened == [.wait])
            #expect(server.questions == ["web1.test \(example.type)"])
        }
    }

    @Test(
        "counts the records of the asked type, and shows the difference",
        arguments: DNSCase.counts + DNSCase.differences)
    func counts(_ example: DNSCase) async throws {
        try await NameScript { asked in
            asked.answer(.noError, example.records.map { DNSRecord(name: named("web1.test"), ttl: 60, data: $0) })
        }.serve { server in
            let settings = ", \"type\": \"\(example.type)\", \"expect\": \(example.expect)"
            let attempt = try await Self.subject(server, settings).attempt()
            #expect(attempt.verdict == example.verdict)
            #expect(attempt.detail == example.detail)
        }
    }

    @Test("follows an alias to the records, wherever they stand in the answer", arguments: [false, true])
    func alias(isReversed: Bool) async throws {
        try await NameScript { asked in
            let records = [
                DNSRecord(name: named("web1.test"), ttl: 60, data: .cname(named("a.test"))),
                DNSRecord(name: named("A.test"), ttl: 60, data: .cname(named("b.test"))),
                DNSRecord(name: named("b.test"), ttl: 60, data: .a(0x7F00_0001)),
            ]
            return asked.answer(.noError, isReversed ? records.reversed() : records)
        }.serve { server in
            let attempt = try await Self.subject(server, ", \"expect\": {\"answers\": [\"{address}\"]}").attempt()
            #expect(attempt.verdict == .up)
        }
    }

    private static let codes: [(DNSResponseCode, expected: String, Verdict, detail: String)] = [
        (.nxDomain, "NOERROR", .down(.dnsNXDomain), "got NXDOMAIN"),
        (.servFail, "NOERROR", .down(.dnsServFail), "got SERVFAIL"),
        (.refused, "NOERROR", .down(.dnsRefused), "got REFUSED"),
        (.formErr, "NOERROR", .down(.dnsRcode), "got FORMERR"),
        (.notImp, "NOERROR", .down(.dnsRcode), "got NOTIMP"),
        (DNSResponseCode(rawValue: 3000), "NOERROR", .down(.dnsRcode), "got RCODE3000"),
        (.noError, "NXDOMAIN", .down(.dnsRcode), "got NOERROR"),
        (.nxDomain, "nxdomain", .up, ""), (.refused, "REFUSED", .up, ""),
        (.formErr, "FORMERR", .up, ""), (.notImp, "NOTIMP", .up, ""), (.badVers, "BADVERS", .up, ""),
        (DNSResponseCode(rawValue: 99), "rcode99", .up, ""),
        (.servFail, "NXDOMAIN", .down(.dnsServFail), "got SERVFAIL"),
    ]

    @Test("tells response codes apart", arguments: codes.indices)
    func responseCodes(_ index: Int) async throws {
        let (code, expected, verdict, detail) = Self.codes[index]
        try await NameScript { $0.answer(code) }.serve { server in
            let attempt = try await Self.subject(server, ", \"expect\": {\"rcode\": \"\(expected)\"}").attempt()
            #expect(attempt.verdict == verdict)
            #expect(attempt.detail == detail)
        }
    }

    @Test("asks with recursion unless told not to", arguments: [true, false])
    func recursion(_ flag: Bool) async throws {
        try await NameScript { $0.answer(.a(1)) }.serve { server in
            let settings = flag ? "" : ", \"recursion\": false"
            let attempt = try await Self.subject(server, settings + ", \"name\": \"x.{name}\"").attempt()
            #expect(attempt.verdict == .up)
            #expect(server.asked.map(\.message.recursionDesired) == [flag])
            #expect(server.asked.map(\.message.ednsPayloadSize) == [1232])
            #expect(server.questions == ["x.web1.test A"])
        }
    }

    @Test("draws another id and takes another source port now and then", .timeLimit(.minutes(40)))
    func randomness() async throws {
        try await NameScript { $0.answer(.a(1)) }.serve { server in
            let subject = try Self.subject(server)
            for _ in 0..<50 { #expect(await subject.attempt().verdict == .up) }
            #expect(Set(server.asked.map(\.message.id)).count > 40)
            let ids = server.asked.map { Int($0.message.id) }
            #expect(zip(ids, ids.dropFirst()).count { $1 == $0 + 1 } < 10)
        }
    }

    /// Changes to a good answer, after each of which it is one no longer.
    private static let forgeries: [(name: String, change: @Sendable (inout [UInt8]) -> Void)] = [
        ("another id", { $0[0] ^= 0xFF }), ("another name", { $0[13] = UInt8(ascii: "x") }),
        ("another type", { $0[12 + 11 + 1] = 28 }), ("another class", { $0[12 + 11 + 3] = 3 }),
        ("a query instead of an answer", { $0[2] &= 0x7F }), ("another opcode", { $0[2] |= 0x28 }),
        ("no question", { $0[5] = 0 }), ("a header alone", { $0 = Array($0.prefix(12)) }),
        ("half a header", { $0 = Array($0.prefix(7)) }),
    ]

    @Test("ignores an answer that is none of its own", arguments: forgeries.indices)
    func forged(_ index: Int) async throws {
        let change = Self.forgeries[index].change
        let script = NameScript(datagram: { asked in
            var bytes = asked.answer(.a(0x7F00_0001)).encoded()
            if asked.number == 0 { change(&bytes) }
            return bytes
        })
        try await script.serve { server in
            let subject = try Self.subject(server, ", \"expect\": {\"answers\": [\"127.0.0.1\"]}")
            let attempt = await subject.attempt(within: .short)
            // A second question means that our own loop was too late to judge the first.
            #expect(attempt.verdict == .down(.dnsTimeout) || server.datagramCount > 1, "\(Self.forgeries[index].name)")
            let next = await subject.attempt()
            #expect(next.verdict == .up)
        }
    }

    @Test("takes nothing from another address")
    func forgedSource() async throws {
        try await NameScript.silent.serve { server in
            let subject = try Self.subject(server)
            let attempt = await withTaskGroup(of: Attempt?.self) { group in
                group.addTask { await subject.attempt(within: .short) }
                group.addTask {
                    await server.log.nextSignal()
                    guard let asked = server.asked.first else { return nil }
                    let bytes = asked.answer(.a(0x7F00_0001)).encoded()
                    // The perfect answer, but from a port of ours: the kernel has nobody to give it to and says so.
                    _ = try? await DatagramExchanges.exchange(
                        with: asked.source, byteCount: bytes.count,
                        until: SystemClock.now.advanced(by: .seconds(10)),
                        encode: { _, room in for index in bytes.indices { room[index] = bytes[index] } },
                        accept: { _, _ -> Bool? in nil })
                    return nil
                }
                var result: Attempt?
                while let next = await group.next() { result = next ?? result }
                return result
            }
            #expect(attempt?.verdict == .down(.dnsTimeout))
        }
    }

    @Test("times out on silence, also when the deadline has passed already")
    func silence() async throws {
        try await NameScript.silent.serve { server in
            for limit in [Duration.short, .seconds(-1)] {
                let attempt = try await Self.subject(server).attempt(within: limit)
                #expect(attempt.verdict == .down(.dnsTimeout))
                #expect(attempt.happened == [.wait])
            }
        }
    }

    @Test("says that a server is unreachable whose port is closed, over both transports", arguments: ["udp", "tcp"])
    func closedPort(_ transport: String) async throws {
        let script = NameScript(datagram: { _ in [] }, stream: { _ in [.hold] })
        try await script.serve { server in
            // Nothing else can have the port of this number meanwhile.
            let other = Endpoint(.v4(0x7F53_0001), port: server.endpoint.port)
            let attempt = try await Subject(
                "dns", "{\"server\": \"\(other.text)\", \"transport\": \"\(transport)\"}"
            ).attempt()
            #expect(attempt.verdict == .down(.dnsUnreachable))
        }
    }

    private static let malformed: [(name: String, change: @Sendable (inout [UInt8]) -> Void, detail: String)] = [
        ("cut off", { $0.removeLast(3) }, "bad_record_length"),
        ("a record too many", { $0[7] += 1 }, "too_many_records"),
        ("a pointer to itself", { $0[$0.count - 11 - 16 + 1] = UInt8($0.count - 11 - 16) }, "pointer_loop"),
        ("an address of three bytes", { $0[$0.count - 11 - 5] = 3 }, "bad_record_length"),
    ]

    @Test("says that an answer is malformed", arguments: malformed.indices)
    func malformedAnswers(_ index: Int) async throws {
        let change = Self.malformed[index].change
        let script = NameScript(datagram: { asked in
            var bytes = asked.answer(.a(0x7F00_0001)).encoded()
            change(&bytes)
            return bytes
        })
        try await script.serve { server in
            let attempt = try await Self.subject(server).attempt()
            #expect(attempt.verdict == .down(.dnsMalformed))
            #expect(
                DNSFault(rawValue: attempt.detail) != nil, "\(Self.malformed[index].name): \(attempt.detail)")
        }
    }

    @Test("cancelled while it waits, gives up at once")
    func cancelled() async throws {
        try await NameScript.silent.serve { server in
            let (attempt, delay) = try await Self.subject(server).attempt { await server.log.nextSignal() }
            #expect(attempt.verdict == .unknown(.cancelled))
            #expect(attempt.happened == [.wait])
            #expect(delay < .prompt)
            let (before, _) = try await Self.subject(server).attempt {}
            #expect(before.verdict == .unknown(.cancelled))
        }
    }

    // MARK: Over TCP

    /// A truncated answer over UDP, and then this over TCP.
    private static func truncating(_ stream: (@Sendable (NameScript.Asked) -> [ScriptStep])?) -> NameScript {
        NameScript(
            datagram: { asked in
                var answer = asked.answer()
                answer.isTruncated = true
                return answer.encoded()
            }, stream: stream)
    }

    @Test(
        "asks again over TCP where the answer is truncated, in however many pieces it comes", arguments: [false, true])
    func truncated(inPieces: Bool) async throws {
        let script = Self.truncating { asked in
            let texts = (0..<40).map { DNSRecordData.txt([Array(repeating: UInt8(65 + $0 % 26), count: 100)]) }
            let answer = asked.answer(.noError, texts.map { DNSRecord(name: named("web1.test"), ttl: 1, data: $0) })
            let bytes = DNSStreamDecoder.framed(answer.encoded())
            guard inPieces else { return [.send(bytes), .hold] }
            return [.trickle(Array(bytes.prefix(40))), .send(Array(bytes.dropFirst(40))), .hold]
        }
        try await script.serve { server in
            let attempt = try await Self.subject(server, ", \"type\": \"TXT\", \"expect\": {\"minimum\": 40}").attempt()
            #expect(attempt.verdict == .up)
            #expect(attempt.happened == [.connect, .send, .wait])
        }
    }

    private static let failures: [(name: String, (@Sendable (NameScript.Asked) -> [ScriptStep])?, Verdict)] = [
        ("nothing listens", nil, .down(.dnsTruncated)), ("a reset", { _ in [.reset] }, .down(.dnsTruncated)),
        ("a close", { _ in [] }, .down(.dnsTruncated)),
        (
            "a close amid the answer",
            { asked in
                [.send(Array(DNSStreamDecoder.framed(asked.answer(.a(1)).encoded()).prefix(20)))]
            }, .down(.dnsTruncated)
        ),
        ("silence", { _ in [.hold] }, .down(.dnsTruncated)),
        (
            "a malformed answer",
            { asked in
                [.send(DNSStreamDecoder.framed(asked.answer(.a(1)).encoded().dropLast(12))), .hold]
            }, .down(.dnsMalformed)
        ),
        ("an error", { NameScript.framed($0.answer(.servFail)) }, .down(.dnsServFail)),
        (
            "another answer first",
            { asked in
                var other = asked.answer(.a(1))
                other.id ^= 1
                return [.send(DNSStreamDecoder.framed(other.encoded()))] + NameScript.framed(asked.answer(.a(1)))
            }, .up
        ),
        (
            "a truncated answer with records",
            { asked in
                var answer = asked.answer(.a(1))
                answer.isTruncated = true
                return NameScript.framed(answer)
            }, .up
        ),
    ]

    @Test("says what went wrong over TCP after a truncated answer", arguments: failures.indices)
    func truncatedAndFailing(_ index: Int) async throws {
        let (name, stream, verdict) = Self.failures[index]
        try await Self.truncating(stream).serve { server in
            let limit = name == "silence" ? Duration.seconds(1) : .seconds(60)
            let attempt = try await Self.subject(server).attempt(within: limit)
            #expect(attempt.verdict == verdict, "\(name)")
        }
    }

    private static let streams: [(name: String, (@Sendable (NameScript.Asked) -> [ScriptStep]), Verdict)] = [
        ("an answer", { NameScript.framed($0.answer(.a(0x7F00_0001))) }, .up),
        ("another answer", { NameScript.framed($0.answer(.a(1))) }, .down(.dnsMismatch)),
        ("an error", { NameScript.framed($0.answer(.nxDomain)) }, .down(.dnsNXDomain)),
        ("a reset", { _ in [.reset] }, .down(.tcpReset)), ("a close", { _ in [] }, .down(.tcpReset)),
        ("silence", { _ in [.hold] }, .down(.dnsTimeout)),
        (
            "an empty message, then the answer",
            { asked in
                [.send([0, 0])] + NameScript.framed(asked.answer(.a(0x7F00_0001)))
            }, .up
        ),
    ]

    @Test("asks over TCP alone where that is set", arguments: streams.indices)
    func overStream(_ index: Int) async throws {
        let (name, stream, verdict) = Self.streams[index]
        try await NameScript(datagram: { _ in [] }, stream: stream).serve { server in
            let limit = name == "silence" ? Duration.seconds(1) : .seconds(60)
            let attempt = try await Self.subject(
                server, ", \"transport\": \"TCP\", \"expect\": {\"answers\": [\"{address}\"]}"
            ).attempt(within: limit)
            #expect(attempt.verdict == verdict, "\(name)")
            #expect(attempt.happened == [.connect, .send, .wait], "\(name)")
            #expect(server.questions.isEmpty)
        }
    }

    @Test("cancelled over TCP, gives up at once")
    func cancelledOverStream() async throws {
        try await NameScript(datagram: { _ in [] }, stream: { _ in [.signal, .hold] }).serve { server in
            let (attempt, delay) = try await Self.subject(server, ", \"transport\": \"tcp\"").attempt {
                await server.log.nextSignal()
            }
            #expect(attempt.verdict == .unknown(.cancelled))
            #expect(delay < .prompt)
        }
    }

    // MARK: Which server

    @Test("asks a server that has a name, a template or none")
    func servers() async throws {
        try await NameScript { $0.answer(.a(0x7F00_0001)) }.serve { server in
            let port = server.endpoint.port
            let byFile = ProbeEnvironment.local(hosts: ["ns1.test": [.v4(0x7F00_0001)]], servers: [server.endpoint])
            let cases: [(String, variables: String, [Phase])] = [
                ("{\"server\": \"ns1.test:\(port)\"}", "{}", [.wait]),
                ("{\"server\": \"{ns}:\(port)\"}", "{\"ns\": \"127.0.0.1\"}", [.wait]),
                ("{\"server\": \"{address}:\(port)\"}", "{}", [.wait]),
                // Asked of the very server, which has one answer for everything.
                ("{\"server\": \"ns2.test:\(port)\"}", "{}", [.resolve, .wait]),
                ("{}", "{}", [.wait]),
            ]
            for (settings, variables, phases) in cases {
                let attempt = try await Subject("dns", settings, variables: variables, in: byFile).attempt()
                #expect(attempt.verdict == .up, "\(settings)")
                #expect(attempt.happened == phases, "\(settings)")
            }
            // Two of them for the addresses of ns2.test.
            #expect(server.questions.count == cases.count + 2)
        }
    }

    @Test("does not blame a host for a server or name that is none")
    func badValues() async throws {
        try await Reactor.withLoops(1) { loops in
            try await withTaskExecutorPreference(loops[0]) {
                let cases: [(String, value: String, Verdict, String)] = [
                    ("{\"server\": \"{v}\"}", "a:b", .unknown(.fault), "\"a:b\" is no server"),
                    (
                        "{\"server\": \"127.0.0.1:1\", \"name\": \"{v}\"}", "a..b", .unknown(.fault),
                        "\"a..b\" is no DNS name (empty_label)"
                    ),
                    ("{}", "", .unknown(.resolver), "this machine has no resolver; name a server in the check"),
                ]
                for (settings, value, verdict, detail) in cases {
                    let attempt = try await Subject("dns", settings, variables: "{\"v\": \"\(value)\"}").attempt()
                    #expect(attempt.verdict == verdict)
                    #expect(attempt.detail == detail)
                    #expect(attempt.happened.isEmpty)
                }
            }
        }
    }

    @Test("gives a server over IPv6 its brackets")
    func overIPv6() async throws {
        try await Duet.play { (port: UInt16) in
            let attempt = try await Subject("dns", "{\"server\": \"{address}:\(port)\"}", address: "::1").attempt()
            #expect(attempt.verdict == .down(.dnsNXDomain))
        } server: { ready in
            try await DatagramServer.serve(
                on: Endpoint(.v6(high: 0, low: 1), port: 0), ready: { ready($0.port) }
            ) { query, _, _, room in
                guard let message = try? DNSMessage(parsing: query) else { return 0 }
                let bytes = DNSMessage(answering: message, responseCode: .nxDomain).encoded()
                for index in bytes.indices { room[index] = bytes[index] }
                return bytes.count
            }
        }
    }
}
