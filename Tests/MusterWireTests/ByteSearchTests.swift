import MusterWire
import Testing

@Suite struct ByteSearchTests {
    /// Whether bytes that come in these pieces contain the pattern.
    private static func finds(_ pattern: [UInt8], in pieces: [ArraySlice<UInt8>]) throws -> Bool {
        var search = ByteSearch(try #require(BytePatternTable(pattern)))
        for piece in pieces { search.take(Array(piece).span) }
        return search.isFound
    }

    @Test(
        "A text is found wherever the bytes are cut",
        arguments: [
            ("a", "xxa"), ("abab", "ababab"), ("aab", "aaaaab"), ("abcabd", "abcabcabd"), ("aaaa", "aaabaaaa"),
            ("abacabad", "abacabacabad"), ("ab", "ba"), ("aaab", "aaaaaaaaa"), ("abab", "abaabba"), ("ok", ""),
        ])
    func cut(pattern: String, text: String) throws {
        let bytes = [UInt8](text: text)
        let isThere = bytes.containsSequence([UInt8](text: pattern))
        for cut in 0...bytes.count {
            #expect(try Self.finds([UInt8](text: pattern), in: [bytes[..<cut], bytes[cut...]]) == isThere, "\(cut)")
        }
        #expect(try Self.finds([UInt8](text: pattern), in: bytes.indices.map { bytes[$0...$0] }) == isThere)
    }

    @Test("What was found stays found, and the empty text has no table")
    func found() throws {
        var search = ByteSearch(try #require(BytePatternTable([1, 2])))
        search.take([1, 2, 3].span)
        search.take([4].span)
        #expect(search.isFound)
        #expect(BytePatternTable([]) == nil)
    }

    @Test("It finds what the plain search finds, in random bytes of two kinds and random pieces")
    func random() throws {
        var random = SplitMix64(seed: 5)
        var seen = 0
        for _ in 0..<5000 {
            let pattern = (0..<Int.random(in: 1...6, using: &random)).map { _ in UInt8.random(in: 0...1, using: &random)
            }
            let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in UInt8.random(in: 0...1, using: &random)
            }
            let first = Int.random(in: 0...bytes.count, using: &random)
            let second = Int.random(in: first...bytes.count, using: &random)
            let isThere = bytes.containsSequence(pattern)
            #expect(
                try Self.finds(pattern, in: [bytes[..<first], bytes[first..<second], bytes[second...]]) == isThere)
            if isThere { seen += 1 }
        }
        #expect(seen > 500 && seen < 4500)
    }
}

extension [UInt8] {
    /// The plain search that the other is compared with.
    fileprivate func containsSequence(_ wanted: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: wanted) }
    }
}
