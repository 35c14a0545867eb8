import MusterWire

/// A small seeded generator, so that every run sees the same cases.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension [UInt8] {
    /// The bytes of a text.
    init(text: String) { self.init(text.utf8) }

    /// One to eight changes: bytes replaced, bits flipped, parts cut out, doubled or cut off.
    func mutated(by random: inout SplitMix64) -> [UInt8] {
        var bytes = self
        for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &random)
            let end = Swift.min(bytes.count, index + Int.random(in: 1...6, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 5..<7: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 7: bytes.removeSubrange(index..<end)
            case 8: bytes.insert(contentsOf: bytes[index..<end], at: index)
            default: bytes.removeLast(bytes.count - index)
            }
        }
        return bytes
    }
}

/// Messages that the DNS tests share.
enum DNSFixtures {
    /// A name that is known to be one.
    static func name(_ text: String) -> DNSName {
        do {
            return try DNSName(text)
        } catch {
            preconditionFailure("\(text): \(error)")
        }
    }

    static let owner = name("www.example.com")

    /// One of every kind of data.
    static let everyKind: [DNSRecordData] = [
        .a(0x7F00_0001),
        .aaaa(high: 0x2001_0DB8_0000_0000, low: 1),
        .cname(name("alias.example.com")),
        .ns(name("ns1.example.net")),
        .ptr(name("host.example.org")),
        .mx(preference: 10, exchange: name("mail.example.com")),
        .txt([[UInt8](text: "v=spf1 -all"), [], [UInt8](repeating: 0x41, count: 255)]),
        .soa(
            DNSStartOfAuthority(
                primary: name("ns1.example.com"), mailbox: name("admin.example.com"), serial: 2_026_112_301,
                refresh: 7200, retry: 3600, expire: 1_209_600, minimum: 300)),
        .srv(priority: 1, weight: 2, port: 5060, target: name("sip.example.com")),
        .other(type: 257, [0, 5, 1, 2, 3]),
        .other(type: 65_280, []),
        .dname(name("example.org")),
    ]

    /// An answer with records of every kind in every section, and EDNS.
    static let richAnswer: DNSMessage = {
        var message = DNSMessage()
        message.id = 0xBEEF
        message.isResponse = true
        message.recursionDesired = true
        message.recursionAvailable = true
        message.question = DNSQuestion(name: owner, type: .a)
        message.ednsPayloadSize = 4096
        let alias = name("alias.example.com")
        message.answers = [
            DNSRecord(name: owner, ttl: 60, data: .cname(alias)),
            DNSRecord(name: alias, ttl: 61, data: .a(0x0A00_0001)),
            DNSRecord(name: alias, ttl: 61, data: .a(0x0A00_0002)),
        ]
        message.authority = everyKind.map { DNSRecord(name: name("example.com"), ttl: 3600, data: $0) }
        message.additional = [DNSRecord(name: name("ns1.example.com"), ttl: 5, data: .aaaa(high: 1, low: 2))]
        return message
    }()

    /// The answer of one A record that a check sees most often.
    static func answer(to query: DNSQuery, id: UInt16, address: UInt32) -> [UInt8] {
        var message = DNSMessage()
        message.id = id
        message.isResponse = true
        message.recursionDesired = true
        message.question = DNSQuestion(name: query.name, type: query.type)
        message.answers = [DNSRecord(name: query.name, ttl: 300, data: .a(address))]
        message.ednsPayloadSize = 1232
        return message.encoded()
    }
}
