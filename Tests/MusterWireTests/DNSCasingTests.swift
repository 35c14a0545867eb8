import MusterWire
import Testing

/// The letter case of a question, which whoever cannot see it has to guess.
@Suite struct DNSCasingTests {
    private static func written(_ query: DNSQuery, _ casing: DNSCasing) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xEE, count: query.byteCount)
        var room = bytes.mutableSpan
        #expect(query.encode(id: 5, in: casing, into: &room) == query.byteCount)
        return bytes
    }

    /// The answer NOERROR without records that repeats a query.
    private static func answer(_ query: [UInt8]) -> [UInt8] {
        var bytes = query
        bytes[2] |= 0x80
        return bytes
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    @Test(
        "Letters of the name are turned by their bits, and nothing else of a query", arguments: 0..<50 as Range<UInt64>)
    func letters(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        // Labels of any bytes, so that none but a letter is taken for one.
        let text = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            (0..<Int.random(in: 1...40, using: &random)).map { _ in
                let digits = String(UInt8.random(in: 0...255, using: &random))
                return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            }.joined()
        }.joined(separator: ".")
        let query = DNSQuery(name: try DNSName(text), type: .txt)
        let plain = query.encoded(id: 5)
        #expect(Self.written(query, .asWritten) == plain)
        #expect(query.turnedLetters(.asWritten) == 0)
        let name = 12..<(12 + query.name.wire.count)
        let all = DNSCasing(bits: .max)
        #expect(query.turnedLetters(all) == plain[name].count { Self.isLetter($0) })
        for _ in 0..<20 {
            let casing = DNSCasing(bits: UInt32.random(in: 0 ... .max, using: &random))
            let bytes = Self.written(query, casing)
            var turned = 0
            for index in plain.indices where bytes[index] != plain[index] {
                turned += 1
                #expect(name.contains(index) && Self.isLetter(plain[index]) && bytes[index] == plain[index] ^ 0x20)
            }
            #expect(turned == query.turnedLetters(casing))
            let answer = Self.answer(bytes)
            #expect(query.check(answer, id: 5) == .answer(.noError))
            #expect(query.isEchoed(in: answer, casing))
            #expect(query.isEchoed(in: answer, .asWritten) == (turned == 0))
            #expect(query.isEchoed(in: Self.answer(plain), casing) == (turned == 0))
        }
    }

    @Test("One letter in another case is no echo, nor is a question that is cut off or left out")
    func almost() {
        let query = DNSQuery(name: DNSFixtures.owner, type: .a, ednsPayloadSize: nil)
        let casing = DNSCasing(bits: 0b1010_1100_0011_0101)
        let answer = Self.answer(Self.written(query, casing))
        for index in 12..<(12 + query.name.wire.count) where Self.isLetter(answer[index]) {
            var other = answer
            other[index] ^= 0x20
            #expect(!query.isEchoed(in: other, casing))
            #expect(query.check(other, id: 5) == .answer(.noError))
            #expect(query.stray(other, id: 5) == .otherCase)
        }
        for end in 0..<(12 + query.name.wire.count) { #expect(!query.isEchoed(in: Array(answer[..<end]), casing)) }
        var questionless = answer
        questionless[5] = 0
        #expect(!query.isEchoed(in: questionless, casing))
    }
}

extension DNSQuery {
    /// With an array, which a macro can take.
    fileprivate func isEchoed(in message: [UInt8], _ casing: DNSCasing) -> Bool { isEchoed(in: message.span, casing) }
    fileprivate func stray(_ message: [UInt8], id: UInt16) -> DNSStray { stray(message.span, id: id) }
}
