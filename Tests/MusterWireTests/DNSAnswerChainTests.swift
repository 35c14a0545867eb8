import MusterWire
import Testing

@Suite struct DNSAnswerChainTests {
    private static let question = DNSQuestion(name: DNSFixtures.owner, type: .a)

    private static func record(_ owner: String, _ data: DNSRecordData, recordClass: UInt16 = 1) -> DNSRecord {
        DNSRecord(name: DNSFixtures.name(owner), ttl: 1, data: data, recordClass: recordClass)
    }

    /// The chain of an answer that was on the wire.
    private static func chain(_ records: [DNSRecord], _ question: DNSQuestion = question) throws -> DNSAnswerChain {
        var message = DNSMessage()
        message.question = question
        message.answers = records
        return try DNSMessage(parsing: message.encoded()).chain(from: question)
    }

    private static func aliases(_ count: Int) -> [DNSRecord] {
        (0..<count).map { index in
            record(
                index == 0 ? "www.example.com" : "hop\(index - 1).example.net",
                .cname(DNSFixtures.name("hop\(index).example.net")))
        } + [record(count == 0 ? "www.example.com" : "hop\(count - 1).example.net", .a(7))]
    }

    @Test("Records count at the end of the aliases, in whatever order", arguments: [0, 1, 2, 16], [false, true])
    func aliases(count: Int, isReversed: Bool) throws {
        let records = Self.aliases(count) + [Self.record("other.example.com", .a(8))]
        let chain = try Self.chain(isReversed ? records.reversed() : records)
        #expect(chain.records.map(\.data) == [.a(7)])
        #expect(chain.aliases == count && !chain.isEndless)
    }

    @Test("Aliases that are too many or go in a circle are endless")
    func endless() throws {
        let circle = [
            Self.record("www.example.com", .cname(DNSFixtures.name("a.test"))),
            Self.record("a.test", .cname(DNSFixtures.owner)), Self.record("b.test", .a(1)),
        ]
        for records in [Self.aliases(17), circle, [Self.record("www.example.com", .cname(DNSFixtures.owner))]] {
            let chain = try Self.chain(records)
            #expect(chain.records.isEmpty && chain.isEndless && chain.aliases == 16)
        }
    }

    @Test("Records of another name, type or class do not count")
    func others() throws {
        let chain = try Self.chain([
            Self.record("www.example.org", .a(1)), Self.record("www.example.com", .aaaa(high: 0, low: 1)),
            Self.record("www.example.com", .other(type: 1, [0, 0, 0, 1]), recordClass: 3),
            Self.record("www.example.com", .other(type: 5, [0]), recordClass: 3),
        ])
        #expect(chain.records.isEmpty && chain.aliases == 0 && !chain.isEndless)
        #expect(try Self.chain([Self.record("WWW.example.COM", .a(1))]).records.count == 1)
    }

    @Test("An answer holds as long as the records and aliases that it consists of, whatever else comes with them")
    func timeToLive() throws {
        func record(_ owner: String, _ ttl: UInt32, _ data: DNSRecordData) -> DNSRecord {
            DNSRecord(name: DNSFixtures.name(owner), ttl: ttl, data: data)
        }
        let alias = record("www.example.com", 50, .cname(DNSFixtures.name("a.test")))
        let stranger = record("b.test", 1, .a(1))
        #expect(try Self.chain([alias, record("a.test", 70, .a(7)), stranger]).timeToLive == 50)
        #expect(try Self.chain([stranger, record("a.test", 40, .a(7)), alias]).timeToLive == 40)
        let moved = record("example.com", 30, .dname(DNSFixtures.name("test")))
        #expect(try Self.chain([moved, record("www.test", 90, .a(7)), stranger]).timeToLive == 30)
    }

    /// The names that a question's name is an alias of, by whatever way: all of them, unlike the chain, which is one way.
    private static func reachable(from name: DNSName, _ records: [DNSRecord]) -> Set<DNSName> {
        var found: Set = [name]
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for record in records where record.recordClass == 1 {
                guard case .cname(let target) = record.data, found.contains(record.name) else { continue }
                if found.insert(target).inserted { isGrowing = true }
            }
        }
        return found
    }

    @Test(
        "Out of records at random only those that aliases lead to are taken, and every chain ends", arguments: 0..<500)
    func random(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let names = ["www.example.com", "WWW.example.com", "a.test", "A.test", "b.test", "c.test", "d.test"]
        func name() -> DNSName { DNSFixtures.name(names.randomElement(using: &random) ?? "") }
        func records() -> [DNSRecord] {
            (0..<Int.random(in: 0...8, using: &random)).map { number in
                let data: DNSRecordData =
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: .aaaa(high: 0, low: UInt64(number))
                    case 1: .cname(name())
                    default: .a(UInt32(number))
                    }
                let isOther = Int.random(in: 0..<6, using: &random) == 0
                return isOther
                    ? DNSRecord(name: name(), ttl: 1, data: .other(type: 1, [9, 9, 9, 9]), recordClass: 3)
                    : DNSRecord(name: name(), ttl: 1, data: data)
            }
        }
        var message = DNSMessage()
        message.question = Self.question
        message.answers = records()
        message.authority = records()
        message.additional = records()
        let parsed = try DNSMessage(parsing: message.encoded())
        let chain = parsed.chain(from: Self.question)
        let reachable = Self.reachable(from: DNSFixtures.owner, parsed.answers)
        #expect(reachable.contains(chain.name) && chain.aliases <= 16)
        #expect(chain.records.allSatisfy { $0.name == chain.name && $0.type == 1 && $0.recordClass == 1 })
        #expect(chain.records.allSatisfy { parsed.answers.contains($0) })
        #expect(!chain.isEndless || chain.records.isEmpty)
    }

    @Test("Who asks for an alias gets it and not what it leads to")
    func askedForAlias() throws {
        let chain = try Self.chain(Self.aliases(2), DNSQuestion(name: DNSFixtures.owner, type: .cname))
        #expect(chain.records.map(\.data) == [.cname(DNSFixtures.name("hop0.example.net"))])
        #expect(chain.aliases == 0)
    }

    @Test("A DNAME record moves the names below it, with its CNAME record and without", arguments: [false, true])
    func moved(hasAlias: Bool) throws {
        var records = [
            Self.record("EXAMPLE.com", .dname(DNSFixtures.name("example.net"))),
            Self.record("www.example.net", .a(7)),
        ]
        if hasAlias { records.append(Self.record("www.example.com", .cname(DNSFixtures.name("www.example.net")))) }
        let chain = try Self.chain(records)
        #expect(chain.records.map(\.data) == [.a(7)] && chain.aliases == 1)
        #expect(chain.name == DNSFixtures.name("www.example.net"))
    }

    @Test(
        "A DNAME record moves nothing else",
        arguments: [
            ("www.example.com", "a.test"), ("xample.com", "a.test"), ("w.example.com", "a.test"),
            ("example.com", String(repeating: "a.", count: 126)),
        ])
    func notMoved(owner: String, target: String) throws {
        let chain = try Self.chain([Self.record(owner, .dname(DNSFixtures.name(target)))])
        #expect(chain.aliases == 0 && chain.name == DNSFixtures.owner)
    }

    @Test("A name moved in circles ends, as do names that grow")
    func movedInCircles() throws {
        let chain = try Self.chain([Self.record("com", .dname(DNSFixtures.name("x.com")))])
        #expect(chain.records.isEmpty && chain.isEndless)
        let long = String(repeating: "abcdefg.", count: 15) + "com"
        #expect(try !Self.chain([Self.record("com", .dname(DNSFixtures.name(long)))]).isEndless)
    }

    // MARK: Referrals

    private static func message(
        _ authority: [DNSRecord], answers: [DNSRecord] = [], isAuthoritative: Bool = false
    ) -> DNSMessage {
        var message = DNSMessage()
        message.question = question
        message.answers = answers
        message.authority = authority
        message.isAuthoritative = isAuthoritative
        return message
    }

    private static func referral(_ message: DNSMessage) throws -> DNSReferral? {
        let read = try DNSMessage(parsing: message.encoded())
        return read.referral(after: read.chain(from: question))
    }

    private static let servers = ["ns1", "ns2"].map {
        record("example.com", .ns(DNSFixtures.name("\($0).example.net")))
    }
    private static let authority = record("example.com", DNSFixtures.everyKind[7])

    @Test("A referral names the zone and its servers")
    func referral() throws {
        let found = try #require(try Self.referral(Self.message(Self.servers)))
        #expect(found.zone == DNSFixtures.name("example.com"))
        #expect(found.servers.map(\.description) == ["ns1.example.net", "ns2.example.net"])
        // An alias of the server's own that leads to a zone that others serve.
        let alias = Self.record("www.example.com", .cname(DNSFixtures.name("www.example.net")))
        #expect(try Self.referral(Self.message(Self.servers, answers: [alias], isAuthoritative: true)) != nil)
    }

    @Test("What only looks like a referral is none")
    func noReferral() throws {
        var failed = Self.message(Self.servers)
        failed.responseCode = .nxDomain
        let chaos = Self.record("example.com", .other(type: 2, [0]), recordClass: 3)
        for message in [
            Self.message([]), Self.message(Self.servers + [Self.authority]), Self.message([Self.authority]), failed,
            Self.message(Self.servers, isAuthoritative: true), Self.message([chaos]),
            Self.message(Self.servers, answers: [Self.record("www.example.com", .a(1))]),
            Self.message(Self.servers, answers: [Self.record("else.example.com", .a(1))]),
            Self.message(Self.servers, answers: [Self.record("www.example.com", .cname(DNSFixtures.owner))]),
        ] { #expect(try Self.referral(message) == nil) }
    }
}
