import MusterTesting

/// Random patterns and texts over few characters, so that they match often.
struct RandomPattern {
    var dice: Dice
    /// Whether it keeps to what Python's `re` reads of bytes in the same way: ASCII, and no repetition of what may be empty.
    var isCommon = false

    private static let atoms = [
        "a", "b", "c", ".", "[ab]", "[^a]", "-", #"\w"#, #"\W"#, #"\d"#, #"\s"#, "[a-c]", "[^-b]", "ab", #"\."#, "1",
    ]
    private static let wideAtoms = [
        "ö", "[ä-ü]", "[^ö]", #"\x{20ac}"#, #"\pL"#, #"\PL"#, #"\p{Lu}"#, "[^a-z]", "€", "A", #"[[:alpha:]]"#,
        #"\Qa.\E"#,
        "(?i:k)", "(?i:Ö)", "(?i:[a-b])", "(?s:.)", #"[\x{80}-\x{10ffff}]"#, #"\x{fffd}"#,
    ]
    private static let edges = ["^", "$", #"\b"#, #"\B"#, #"\A"#]
    private static let wideEdges = ["(?m:^)", "(?m:$)", #"\z"#]

    init(_ seed: Int, isCommon: Bool = false) {
        dice = Dice(seed)
        self.isCommon = isCommon
    }

    private mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &dice) }

    private mutating func pick(_ words: [String]) -> String { words[roll(words.count)] }

    /// A pattern, and whether it may match nothing.
    mutating func pattern(depth: Int) -> (text: String, isNullable: Bool) {
        if depth == 0 || roll(5) == 0 {
            if roll(10) == 0 { return (pick(isCommon ? Self.edges : Self.edges + Self.wideEdges), true) }
            return (pick(!isCommon && roll(3) == 0 ? Self.wideAtoms : Self.atoms), false)
        }
        switch roll(7) {
        case 0, 1, 2:
            let parts = (0..<2 + roll(2)).map { _ in pattern(depth: depth - 1) }
            // An edge stays alone, so that nothing repeats it.
            return ("(?:" + parts.map(\.text).joined() + ")", parts.allSatisfy(\.isNullable))
        case 3:
            var parts = (0..<2 + roll(2)).map { _ in pattern(depth: depth - 1) }
            if roll(6) == 0 { parts[1] = ("", true) }
            return ("(?:" + parts.map(\.text).joined(separator: "|") + ")", parts.contains(where: \.isNullable))
        case 4:
            let inner = pattern(depth: depth - 1)
            return ("(" + inner.text + ")", inner.isNullable)
        default:
            let inner = pattern(depth: depth - 1)
            if isCommon, inner.isNullable { return inner }
            let (quantifier, least) = [
                ("*", 0), ("+", 1), ("?", 0), ("{2}", 2), ("{0,2}", 0), ("{1,}", 1), ("{2,3}", 2), ("{0}", 0),
            ][roll(8)]
            return (
                "(?:\(inner.text))\(quantifier)" + (roll(3) == 0 ? "?" : ""), least == 0 || inner.isNullable
            )
        }
    }

    mutating func text() -> String {
        let alphabet = Array(isCommon ? "aabbc-_ 1.\n" : "aabbc-_ 1.\nAköÖ€ÄK")
        return String((0..<roll(10)).map { _ in alphabet[roll(alphabet.count)] })
    }

    /// Few characters in long runs, as what looks at many bytes at a time needs them.
    mutating func runs() -> String {
        let alphabet = Array(isCommon ? "ab-_ 1\n" : "ab-_ 1\nAkö€")
        return (0..<roll(6)).map { _ in String(repeating: alphabet[roll(alphabet.count)], count: 1 + roll(40)) }
            .joined()
    }

    /// Bytes, some of which are no UTF-8.
    mutating func bytes() -> [UInt8] {
        let parts: [[UInt8]] = [
            [97], [98], [45], [32], [10], [0xc3, 0xb6], [0xe2, 0x82, 0xac], [0xe2, 0x82], [0xe2], [0xb6], [0xc3],
            [0xff],
            [0xf0, 0x9f, 0x98, 0x80], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xef, 0xbf, 0xbd], [0], [0xc0, 0x80],
        ]
        return (0..<roll(7)).flatMap { _ in parts[roll(parts.count)] }
    }
}
