import MusterWire
import Testing

/// Servers that do not know EDNS, and messages that answer something else.
@Suite struct DNSRefusalTests {
    private static let query = DNSQuery(name: DNSFixtures.owner, type: .a)

    private static func isRefused(
        _ bytes: [UInt8], by query: DNSQuery = query, expecting hoped: DNSResponseCode = .noError
    ) -> Bool { query.isRefused(by: query.check(bytes, id: 5), bytes.span, expecting: hoped) }

    private static func answer(_ code: DNSResponseCode, edns: UInt16? = nil) -> [UInt8] {
        var message = DNSMessage()
        message.id = 5
        message.isResponse = true
        message.question = DNSQuestion(name: DNSFixtures.owner, type: .a)
        message.responseCode = code
        message.ednsPayloadSize = edns
        return message.encoded()
    }

    @Test("A query without EDNS is that query, its OPT record taken out")
    func withoutOptions() {
        let plain = DNSQuery(name: DNSFixtures.owner, type: .a, ednsPayloadSize: nil)
        #expect(Self.query.hasOptions && !plain.hasOptions)
        #expect(Self.query.withoutOptions.encoded(id: 9) == plain.encoded(id: 9))
        #expect(plain.withoutOptions.encoded(id: 9) == plain.encoded(id: 9))
        #expect(Self.query.withoutOptions.name == Self.query.name)
    }

    @Test("FORMERR, NOTIMP and BADVERS refuse EDNS, other codes do not")
    func codes() {
        for code in [DNSResponseCode.formErr, .notImp] {
            for size in [nil, 512] as [UInt16?] { #expect(Self.isRefused(Self.answer(code, edns: size))) }
            #expect(!Self.isRefused(Self.answer(code), expecting: code))
        }
        #expect(Self.isRefused(Self.answer(.badVers, edns: 512)))
        for code in [DNSResponseCode.noError, .nxDomain, .servFail, .refused] {
            #expect(!Self.isRefused(Self.answer(code)))
        }
        let plain = Self.query.withoutOptions
        #expect(plain.check(Self.answer(.formErr), id: 5) == .answer(.formErr))
        #expect(!Self.isRefused(Self.answer(.formErr), by: plain))
    }

    @Test(
        "It is refused in whatever form old servers say so",
        arguments: [
            // A header alone, with its own counts and with those of the query.
            [0, 5, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 5, 0x80, 1, 0, 1, 0, 0, 0, 0, 0, 1],
            [0, 5, 0x81, 0x84, 0, 1, 0, 0, 0, 0, 0, 1],
        ] as [[UInt8]])
    func headerAlone(bytes: [UInt8]) {
        #expect(Self.isRefused(bytes))
        for end in 0..<12 { #expect(Self.query.check(Array(bytes[..<end]), id: 5) == .unrelated) }
    }

    @Test("It is refused by the query sent back as the answer, with its OPT record cut off anywhere")
    func echoed() {
        var bytes = Self.query.encoded(id: 5)
        bytes[2] |= 0x80
        bytes[3] = 1
        for end in (bytes.count - 11)...bytes.count { #expect(Self.isRefused(Array(bytes[..<end])), "\(end)") }
    }

    @Test("Says why a message is no answer")
    func strays() {
        let answer = Self.answer(.nxDomain)
        func stray(_ change: (inout [UInt8]) -> Void) -> DNSStray? {
            var bytes = answer
            change(&bytes)
            return Self.query.check(bytes, id: 5) == .unrelated ? Self.query.stray(bytes.span, id: 5) : nil
        }
        #expect(stray { _ in } == nil)
        #expect(stray { $0[1] = 6 } == .otherID)
        #expect(stray { $0 = Array($0.prefix(11)) } == .noResponse)
        #expect(stray { $0[2] = 0 } == .noResponse)
        #expect(stray { $0[2] |= 0x28 } == .noResponse)
        #expect(stray { $0[14] ^= 1 } == .otherQuestion)
        #expect(stray { $0[5] = 2 } == .otherQuestion)
        #expect(
            stray {
                $0 = Array($0.prefix(12)); $0[5] = 0
            } == .noQuestion(.nxDomain))
    }

    // MARK: Over TCP

    private static func framed(_ messages: [[UInt8]]) -> [UInt8] { messages.flatMap(DNSStreamDecoder.framed) }

    private static func stray(_ size: Int = 12) -> [UInt8] { [0, 6] + [UInt8](repeating: 0, count: size - 2) }

    @Test("The answer comes out of a stream that is cut anywhere, others before it passed over")
    func split() {
        let answer = Self.answer(.nxDomain)
        let cases: [([UInt8], DNSStreamExchange.Step)] = [
            (Self.framed([[], Self.stray(), answer]), .answer(.nxDomain, answer)),
            (Self.framed([Self.answer(.formErr)]), .refusesOptions),
            (Self.framed([Self.stray(), Array(answer.dropLast(2))]), .needMore),
            (Self.framed([Self.answer(.noError, edns: 512).dropLast(3)]), .malformed(.tooManyRecords)),
        ]
        for (bytes, expected) in cases {
            for cut in 1..<bytes.count {
                var exchange = DNSStreamExchange(Self.query, id: 5)
                #expect(exchange.receive(Array(bytes[..<cut]).span) == .needMore)
                #expect(exchange.receive(Array(bytes[cut...]).span) == expected, "cut at \(cut)")
            }
            var exchange = DNSStreamExchange(Self.query, id: 5)
            for byte in bytes.dropLast() { #expect(exchange.receive([byte].span) == .needMore) }
            #expect(exchange.receive([bytes[bytes.count - 1]].span) == expected)
        }
    }

    @Test("Truncation over TCP is an answer, and so is the code that is hoped for")
    func taken() {
        var message = Self.answer(.noError)
        message[2] |= 2
        var exchange = DNSStreamExchange(Self.query, id: 5)
        #expect(exchange.receive(Self.framed([message]).span) == .answer(.noError, message))
        let refusal = Self.answer(.formErr)
        var hoping = DNSStreamExchange(Self.query, id: 5, expecting: .formErr)
        #expect(hoping.receive(Self.framed([refusal]).span) == .answer(.formErr, refusal))
    }

    @Test("Sixteen messages that answer something else are passed over, and 64 KB of them")
    func bounds() {
        let answer = Self.answer(.nxDomain)
        for (strays, isFine) in [
            ([[UInt8]](repeating: Self.stray(), count: 16), true),
            ([[UInt8]](repeating: Self.stray(), count: 17), false),
            ([[UInt8]](repeating: [], count: 17), false), ([Self.stray(40_000), Self.stray(25_536)], true),
            ([Self.stray(40_000), Self.stray(25_537)], false),
        ] {
            var exchange = DNSStreamExchange(Self.query, id: 5)
            let step = exchange.receive(Self.framed(strays + [answer]).span)
            #expect(step == (isFine ? .answer(.nxDomain, answer) : .malformed(.unrelatedMessages)))
            #expect(exchange.lastStray == (strays[0].isEmpty ? .noResponse : .otherID))
        }
    }
}
