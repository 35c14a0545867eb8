import MusterWire
import Testing

@Suite struct DNSQueryTests {
    static let query = DNSQuery(name: DNSFixtures.owner, type: .a)

    @Test("A query is written byte for byte as RFC 1035 and RFC 6891 have it")
    func bytes() {
        var expected: [UInt8] = [0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 1]
        for label in ["\u{3}www", "\u{7}example", "\u{3}com\u{0}"] { expected += [UInt8](text: label) }
        expected += [0, 1, 0, 1]
        expected += [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0]
        #expect(Self.query.encoded(id: 0x1234) == expected)
        #expect(Self.query.byteCount == expected.count)
        let plain = DNSQuery(name: DNSFixtures.owner, type: .a, recursionDesired: false, ednsPayloadSize: nil)
        #expect(plain.encoded(id: 0x1234)[2] == 0)
        #expect(plain.byteCount == expected.count - 11)
    }

    @Test("A query is written into a buffer of its caller and leaves the rest of it alone")
    func intoBuffer() {
        var buffer = [UInt8](repeating: 0xEE, count: Self.query.byteCount + 2)
        var span = buffer.mutableSpan
        let count = Self.query.encode(id: 0xABCD, into: &span)
        #expect(count == Self.query.byteCount)
        #expect(buffer == Self.query.encoded(id: 0xABCD) + [0xEE, 0xEE])
    }

    @Test(
        "A query written from a text is the query for the name of that text, or fails as the name does",
        arguments: [
            "www.example.com", "www.example.com.", "a", "a.", ".", "", "..", "a..b", ".a", "a.b..", "WWW.Example.COM",
            "_sip._tcp.example.com", "a\\.b.example", "a\\.", "a\\046b", "a b", "a\u{7F}", "ä.example", "\\", "a\\",
            String(repeating: "x", count: 63) + ".y", String(repeating: "x", count: 64) + ".y",
            "y." + String(repeating: "x", count: 64), "y." + String(repeating: "x", count: 64) + ".",
            String(repeating: "ab.", count: 84) + "c", String(repeating: "ab.", count: 84) + "c.",
            String(repeating: "ab.", count: 84) + "cd", String(repeating: "ab.", count: 84) + "cde",
        ])
    func fromText(text: String) {
        let named = Result { () throws(DNSFault) in DNSQuery(name: try DNSName(text), type: .mx).encoded(id: 7) }
        let written = Result { () throws(DNSFault) in
            try DNSQuery(type: .mx) { $0.append(contentsOf: text.utf8) }.encoded(id: 7)
        }
        #expect(named == written)
    }

    @Test("Its answer is accepted, the case of letters set aside")
    func accepted() {
        let answer = DNSFixtures.answer(to: Self.query, id: 5, address: 1)
        let shouting = DNSQuery(name: DNSFixtures.name("WWW.EXAMPLE.com"), type: .a)
        #expect(Self.query.check(answer, id: 5) == .answer(.noError))
        #expect(shouting.check(answer, id: 5) == .answer(.noError))
        #expect(shouting.name == Self.query.name)
    }

    @Test("What does not answer it is ignored")
    func unrelated() {
        let answer = DNSFixtures.answer(to: Self.query, id: 5, address: 1)
        func changed(_ offset: Int, _ byte: UInt8) -> [UInt8] {
            var bytes = answer
            bytes[offset] = byte
            return bytes
        }
        #expect(Self.query.check(answer, id: 6) == .unrelated)
        #expect(Self.query.check(Self.query.encoded(id: 5), id: 5) == .unrelated)
        // Another opcode, no question, two questions; another letter, label length, type and class.
        for (offset, byte) in [(2, 0xA9), (5, 0), (5, 2), (14, 0x79), (16, 6), (30, 28), (32, 3)] as [(Int, UInt8)] {
            #expect(answer[offset] != byte)
            #expect(Self.query.check(changed(offset, byte), id: 5) == .unrelated, "byte \(offset)")
        }
        // Cut anywhere within header and question.
        for end in 0..<33 { #expect(Self.query.check(Array(answer[..<end]), id: 5) == .unrelated) }
        for end in 33..<answer.count {
            guard case .malformed = Self.query.check(Array(answer[..<end]), id: 5) else {
                Issue.record("cut at \(end)")
                continue
            }
        }
    }

    @Test("A server that could not read the question may leave it out", arguments: 0...15 as ClosedRange<UInt8>)
    func withoutQuestion(code: UInt8) {
        let bytes: [UInt8] = [0, 5, 0x80, code, 0, 0, 0, 0, 0, 0, 0, 0]
        let expected: DNSAnswerCheck =
            [1, 2, 4, 5].contains(code) ? .answer(DNSResponseCode(rawValue: UInt16(code))) : .unrelated
        #expect(Self.query.check(bytes, id: 5) == expected)
        #expect(Self.query.answersContain(ipv4: 0, in: bytes) == false)
    }

    @Test("Truncation and codes beyond four bits are seen")
    func flags() {
        var message = DNSMessage()
        message.id = 5
        message.isResponse = true
        message.question = DNSQuestion(name: DNSFixtures.owner, type: .a)
        message.ednsPayloadSize = 1232
        message.responseCode = DNSResponseCode(rawValue: 16)
        #expect(Self.query.check(message.encoded(), id: 5) == .answer(DNSResponseCode(rawValue: 16)))
        message.isTruncated = true
        #expect(Self.query.check(message.encoded(), id: 5) == .truncated)
    }

    /// Aliases from the question's name on, `hops` of them, and an address of the last.
    private static func chain(hops: Int, reversed: Bool) -> [UInt8] {
        var message = DNSMessage()
        message.question = DNSQuestion(name: DNSFixtures.owner, type: .a)
        var owner = DNSFixtures.owner
        for hop in 0..<hops {
            let next = DNSFixtures.name("hop\(hop).example.net")
            message.answers.append(DNSRecord(name: owner, ttl: 1, data: .cname(next)))
            owner = next
        }
        message.answers.append(DNSRecord(name: owner, ttl: 1, data: .a(0x0102_0304)))
        message.answers.append(DNSRecord(name: owner, ttl: 1, data: .aaaa(high: 3, low: 4)))
        if reversed { message.answers.reverse() }
        return message.encoded()
    }

    @Test(
        "An address is found through the aliases of the answer, in any order", arguments: [0, 1, 2, 16], [false, true])
    func aliases(hops: Int, reversed: Bool) {
        let bytes = Self.chain(hops: hops, reversed: reversed)
        #expect(Self.query.answersContain(ipv4: 0x0102_0304, in: bytes))
        #expect(!Self.query.answersContain(ipv4: 0x0102_0305, in: bytes))
        #expect(Self.query.answersContain(ipv6High: 3, low: 4, in: bytes))
        #expect(!Self.query.answersContain(ipv6High: 3, low: 5, in: bytes))
        #expect(!Self.query.answersContain(ipv6High: 4, low: 4, in: bytes))
    }

    @Test("Aliases are followed 16 times and not once more, in circles too")
    func tooManyAliases() {
        #expect(!Self.query.answersContain(ipv4: 0x0102_0304, in: Self.chain(hops: 17, reversed: false)))
        var message = DNSMessage()
        message.question = DNSQuestion(name: DNSFixtures.owner, type: .a)
        message.answers = [DNSRecord(name: DNSFixtures.owner, ttl: 1, data: .cname(DNSFixtures.owner))]
        #expect(!Self.query.answersContain(ipv4: 1, in: message.encoded()))
    }

    @Test("An address of another name or another class does not count")
    func otherOwner() {
        var message = DNSMessage()
        message.question = DNSQuestion(name: DNSFixtures.owner, type: .a)
        message.answers = [DNSRecord(name: DNSFixtures.name("ww.example.com"), ttl: 1, data: .a(1))]
        #expect(!Self.query.answersContain(ipv4: 1, in: message.encoded()))
        message.answers = [DNSRecord(name: DNSFixtures.owner, ttl: 1, data: .a(1), recordClass: 3)]
        #expect(!Self.query.answersContain(ipv4: 1, in: message.encoded()))
        message.answers = [DNSRecord(name: DNSFixtures.name("WWW.example.COM"), ttl: 1, data: .a(1))]
        #expect(Self.query.answersContain(ipv4: 1, in: message.encoded()))
    }
}
