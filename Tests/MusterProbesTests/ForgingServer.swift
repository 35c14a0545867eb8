import MusterCore
import MusterSystem
import MusterTesting
import MusterWire

/// A name server on loopback that sends several datagrams for a query: what an attacker sends who can write its address, and
/// its own answer.
struct ForgingServer: Sendable {
    /// What is sent back, one after the other.
    var replies: @Sendable (NameScript.Asked) -> [[UInt8]]

    /// Serves on a loop of its own while `body` runs on another.
    func serve<R: Sendable>(_ body: @escaping @Sendable (Endpoint) async throws -> R) async throws -> R {
        try await Duet.play(body) { ready in
            let socket = RawDatagramSocket()
            ready(socket.endpoint)
            var number = 0
            while !Task.isCancelled {
                while let (bytes, source) = socket.receive() {
                    guard let message = try? DNSMessage(parsing: bytes.span) else { continue }
                    let asked = NameScript.Asked(message: message, source: source, number: number)
                    number += 1
                    for reply in replies(asked) { socket.send(reply, to: source) }
                }
                await Reactor.sleep(until: SystemClock.now)
            }
        }
    }
}

/// A message that is not the answer to a query, or the answer with more in it than belongs there.
struct Lie {
    private var dice: Dice
    static let forged = UInt32(0x0A42_0001)
    static let truth = UInt32(0x7F00_0001)

    init(_ seed: Int) { dice = Dice(seed) }

    mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &dice) }

    /// The name with the case of some letters turned, of one at least.
    private mutating func turned(_ name: DNSName) -> DNSName {
        var characters = Array(name.description)
        let letters = characters.indices.filter { characters[$0].isLetter }
        // The root has none to turn.
        if letters.isEmpty { return named("other.test") }
        for index in Set((0...roll(6)).map { _ in letters[roll(letters.count)] }) {
            let isLower = characters[index].isLowercase
            characters[index] = Character(isLower ? characters[index].uppercased() : characters[index].lowercased())
        }
        return named(String(characters))
    }

    /// What has nothing of the query but its port, or all but one thing.
    mutating func stranger(to asked: NameScript.Asked) -> [UInt8] {
        var answer = asked.answer(.a(Self.forged))
        switch roll(7) {
        case 0:
            answer.id ^= UInt16(1 + roll(65_535))
            return answer.encoded()
        case 1: answer.question = DNSQuestion(name: named("other.test"), type: .a)
        case 2: answer.question?.rawType = 16
        case 3: answer.isResponse = false
        case 4: answer.opcode = 5
        case 5: answer.question = nil
        default: return Array(answer.encoded().prefix(roll(12)))
        }
        return answer.encoded()
    }

    /// What has all of the query but the case of its question, which whoever sends it cannot know.
    mutating func guess(at asked: NameScript.Asked) -> [UInt8] {
        var answer = asked.answer(.a(Self.forged))
        let errors: [DNSResponseCode] = [.servFail, .refused, .notImp, .nxDomain]
        answer.question = answer.question.map { DNSQuestion(name: turned($0.name), rawType: $0.rawType) }
        switch roll(6) {
        case 0: answer.isTruncated = true
        case 1: answer.responseCode = errors[roll(4)]
        case 2: return answer.encoded().dropLast(2)
        case 3:
            answer = asked.answer(errors[roll(2)])
            answer.question = nil
        default: break
        }
        return answer.encoded()
    }

    /// The true answer, with records in it that nobody asked for.
    mutating func truth(for asked: NameScript.Asked) -> [UInt8] {
        let owner = asked.message.question?.name ?? .root
        func record(_ name: DNSName, _ data: DNSRecordData, recordClass: UInt16 = 1) -> DNSRecord {
            DNSRecord(name: name, ttl: 60, data: data, recordClass: recordClass)
        }
        let forged = DNSRecordData.a(Self.forged)
        var records: [DNSRecord] = []
        if asked.type == .a {
            let alias = named("alias.test")
            records =
                roll(2) == 0
                ? [record(owner, .a(Self.truth))] : [record(owner, .cname(alias)), record(alias, .a(Self.truth))]
        }
        for _ in 0..<roll(4) {
            let other: [DNSRecord] =
                switch roll(5) {
                case 0: [record(named("bank.test"), forged)]
                case 1: [record(owner, .other(type: 1, [10, 66, 0, 1]), recordClass: 3)]
                case 2:
                    [
                        record(named("a.test"), .cname(named("b.test"))),
                        record(named("b.test"), .cname(named("a.test"))),
                    ]
                case 3: [record(named("test"), .txt([[1]])), record(named(below: "\(owner)"), forged)]
                default: [record(named("b.test"), .cname(owner)), record(named("b.test"), forged)]
                }
            records.insert(contentsOf: other, at: roll(records.count + 1))
        }
        var answer = asked.answer(.noError, records)
        if roll(2) == 0 { answer.authority = [record(owner, forged)] }
        if roll(2) == 0 { answer.additional = [record(owner, forged), record(named("alias.test"), forged)] }
        return answer.encoded()
    }
}
