import MusterWire
import Testing

@Suite struct DNSMessageTests {
    @Test("A record of every kind survives writing and reading", arguments: DNSFixtures.everyKind)
    func everyKind(data: DNSRecordData) throws {
        var message = DNSMessage()
        message.id = 7
        message.isResponse = true
        message.question = DNSQuestion(name: DNSFixtures.owner, rawType: data.type)
        message.answers = [DNSRecord(name: DNSFixtures.owner, ttl: 77, data: data)]
        let parsed = try DNSMessage(parsing: message.encoded())
        #expect(parsed == message)
        #expect(parsed.answers.first?.data == data)
    }

    @Test("Flags, codes, sections and EDNS survive writing and reading")
    func whole() throws {
        var message = DNSFixtures.richAnswer
        message.isAuthoritative = true
        message.opcode = 5
        message.responseCode = DNSResponseCode(rawValue: 0xABC)
        #expect(try DNSMessage(parsing: message.encoded()) == message)
        #expect(message.authority.count == DNSFixtures.everyKind.count)
    }

    @Test("Every proper beginning of a message is refused, none of them read")
    func everyCut() throws {
        let bytes = DNSFixtures.richAnswer.encoded()
        for end in 0..<bytes.count {
            let cut = Array(bytes[..<end])
            #expect(throws: DNSFault.self, "cut at \(end)") { try DNSMessage(parsing: cut) }
        }
        #expect(try DNSMessage(parsing: (bytes + [1, 2, 3])) == DNSFixtures.richAnswer)
    }

    @Test("Names are written once and pointed to afterwards")
    func compression() throws {
        let query = DNSQuery(name: DNSFixtures.owner, type: .a, ednsPayloadSize: nil)
        var message = try DNSMessage(parsing: query.encoded(id: 1))
        message.answers = [
            DNSRecord(name: DNSFixtures.owner, ttl: 1, data: .cname(DNSFixtures.name("cdn.example.com"))),
            DNSRecord(name: DNSFixtures.name("CDN.example.com"), ttl: 1, data: .a(1)),
        ]
        let bytes = message.encoded()
        // Pointer and fixed fields, "cdn" with a pointer to example.com; a pointer to that, fixed fields, an address.
        #expect(bytes.count == query.byteCount + (12 + 6) + (12 + 4))
        #expect(Array(bytes[query.byteCount..<(query.byteCount + 2)]) == [0xC0, 12])
        #expect(try DNSMessage(parsing: bytes) == message)
    }

    @Test("The target of an SRV record is not compressed")
    func serviceTarget() {
        var message = DNSMessage()
        message.question = DNSQuestion(name: DNSFixtures.owner, type: .srv)
        message.answers = [
            DNSRecord(
                name: DNSFixtures.owner, ttl: 1, data: .srv(priority: 1, weight: 1, port: 1, target: DNSFixtures.owner))
        ]
        #expect(message.encoded().suffix(17) == DNSFixtures.owner.wire[...])
    }

    @Test(
        "What does not fit is left out, and TC tells it for the sections that matter",
        arguments: [12, 40, 60, 100, 512])
    func limited(limit: Int) throws {
        var message = DNSFixtures.richAnswer
        message.authority = []
        message.additional = []
        message.answers = (0..<100).map { DNSRecord(name: DNSFixtures.owner, ttl: 1, data: .a($0)) }
        let bytes = message.encoded(limit: limit)
        let parsed = try DNSMessage(parsing: bytes)
        let smallest = 12 + 17 + 4 + 11
        #expect(bytes.count <= max(limit, smallest))
        #expect(parsed.isTruncated)
        #expect(parsed.ednsPayloadSize == 4096)
        #expect(parsed.answers.count == max(0, limit - smallest) / 16)
        message.additional = message.answers
        message.answers = []
        #expect(try DNSMessage(parsing: message.encoded(limit: limit)).isTruncated == false)
    }

    @Test(
        "Data has its presentation form",
        arguments: zip(
            DNSFixtures.everyKind,
            [
                "127.0.0.1", "2001:db8::1", "alias.example.com", "ns1.example.net", "host.example.org",
                "10 mail.example.com",
                "\"v=spf1 -all\" \"\" \"\(String(repeating: "A", count: 255))\"",
                "ns1.example.com admin.example.com 2026112301 7200 3600 1209600 300", "1 2 5060 sip.example.com",
                "\\# 5 0005010203", "\\# 0",
            ]))
    func text(data: DNSRecordData, text: String) {
        #expect(data.text == text)
    }

    @Test("Quotes, backslashes and bytes that do not print are escaped in texts")
    func quoted() {
        #expect(DNSRecordData.txt([[0x22, 0x5C, 0x07, 0xFF, 0x20]]).text == #""\"\\\007\255 ""#)
    }

    @Test("A text of more than 255 bytes is written in pieces, and no text as an empty one")
    func longText() throws {
        var message = DNSMessage()
        message.answers = [
            DNSRecord(name: .root, ttl: 0, data: .txt([[UInt8](repeating: 1, count: 300)])),
            DNSRecord(name: .root, ttl: 0, data: .txt([])),
        ]
        let parsed = try DNSMessage(parsing: message.encoded())
        #expect(
            parsed.answers.map(\.data) == [
                .txt([[UInt8](repeating: 1, count: 255), [UInt8](repeating: 1, count: 45)]), .txt([[]]),
            ])
    }

    @Test("Data of another class is kept as it is")
    func otherClass() throws {
        var message = DNSMessage()
        message.answers = [DNSRecord(name: .root, ttl: 0, data: .other(type: 1, [1, 2]), recordClass: 3)]
        let parsed = try DNSMessage(parsing: message.encoded())
        #expect(parsed == message)
        #expect(parsed.answers.first?.recordClass == 3)
    }

    @Test("A time to live with its top bit set reads as 0")
    func timeToLive() throws {
        var message = DNSMessage()
        message.answers = [DNSRecord(name: .root, ttl: 0x8000_0000, data: .a(1))]
        #expect(try DNSMessage(parsing: message.encoded()).answers.first?.ttl == 0)
    }

    @Test("A server begins its answer with what the query says")
    func answering() throws {
        let bytes = DNSQuery(name: DNSFixtures.owner, type: .aaaa).encoded(id: 99)
        let query = try DNSMessage(parsing: bytes)
        let answer = DNSMessage(answering: query, responseCode: .nxDomain)
        #expect(query.question?.type == .aaaa)
        #expect(answer.id == 99 && answer.isResponse && answer.recursionDesired)
        #expect(answer.question == query.question)
        #expect(answer.ednsPayloadSize == 1232)
    }
}
