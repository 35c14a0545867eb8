import MusterTesting
import Testing

@testable import MusterPattern

@Suite("Matching without going back")
struct MatchingTests {
    @Test(
        "The leftmost match is found, and of those the first that trying would find",
        arguments: [
            ("a|ab", "ab", "0-1"), ("ab|a", "ab", "0-2"), ("(?:a|ab)(?:c|bcd)", "abcd", "0-4"), ("a*?", "aa", "0-0"),
            ("a+?", "aa", "0-1"), ("(?U)a+", "aa", "0-1"), ("(?U)a+?", "aa", "0-2"), ("a{1,3}?", "aaa", "0-1"),
            ("x*", "ax", "0-0"), ("b+", "abba", "1-3"), ("(a*)*", "b", "0-0 0-0"), ("(|a)*", "aa", "0-0 0-0"),
            ("(a|b*)*", "ab", "0-2 1-2"), ("(?:(a)|b)*", "ab", "0-2 0-1"), ("(a?){0}", "a", "0-0 -"),
            ("(a+)(b+)?", "caad", "1-3 1-3 -"), (#"\bfoo\b"#, "afoo foo", "5-8"), ("foo$", "foofoo", "3-6"),
            ("(?m)^b", "a\nb", "2-3"), (#"\B"#, "aö", "3-3"), ("(?P<x>a)(b)", "ab", "0-2 0-1 1-2"),
            ("(.*)(.*)", "ab", "0-2 0-2 2-2"), ("(.*?)(.*)", "ab", "0-2 0-0 0-2"), ("(a)|b", "b", "0-1 -"),
        ])
    func leftmostFirst(pattern: String, text: String, expected: String) throws {
        for limit in [StateCache.usualLimit, 40, 1] {
            let answer = Answer.of(try Pattern(pattern, groups: .all), Array(text.utf8), stateLimit: limit)
            #expect(answer?.description == expected)
        }
    }

    @Test("Groups that were asked for are told, by number and name, those that took no part as absent")
    func groups() throws {
        let text = Array("öö12-ab".utf8)
        let named = PatternMatcher(
            try Pattern(#"^(?:(ö)+)(?P<first>\d+)-(?<second>[a-z]+)(?<third>!)?"#, groups: .named))
        #expect(named.pattern.names == ["first", "second", "third"])
        #expect(named.find(bytes: text) == 0..<9)
        #expect(named.group(0) == 4..<6)
        #expect(named.group(1) == 7..<9)
        #expect(named.group(2) == nil)
        #expect(try Pattern("(a)(?<b.c-d>b)", groups: .all).names == ["", "b.c-d"])
        #expect(try Pattern("(a)(?<b>b)", groups: .none).names == [])
    }

    /// What the matcher says must not hang on how much it remembers, nor on what it matched before.
    static func expect(_ pattern: Pattern, _ texts: [[UInt8]], _ expected: [Answer?], _ comment: String) {
        let kept = PatternMatcher(pattern, stateLimit: 40)
        for (text, answer) in zip(texts, expected) {
            #expect(Answer.of(pattern, text) == answer, "\(comment) on \(text)")
            #expect(Answer.of(pattern, text, stateLimit: 1) == answer, "\(comment) on \(text), forgetting")
            #expect(Answer.of(kept, text) == answer, "\(comment) on \(text), again")
            #expect(PatternMatcher(pattern).matches(bytes: text) == (answer != nil), "\(comment) on \(text), any")
        }
    }

    @Test("Random patterns match what trying every way finds, in any bytes", arguments: 0..<6)
    func tryingEveryWay(seed: Int) throws {
        var random = RandomPattern(seed)
        var compared = 0
        for _ in 0..<150 {
            let (expression, _) = random.pattern(depth: 4)
            let parser = try PatternParser(expression, .all)
            if parser.root.repeatsNothing { continue }
            let texts = (0..<4).map { $0 < 2 ? random.bytes() : Array(random.text().utf8) }
            let answers = texts.map { TryingEveryWay.answer(parser, $0) }
            if !answers.allSatisfy(\.1) { continue }
            compared += 1
            Self.expect(try Pattern(expression, groups: .all), texts, answers.map(\.0), expression)
        }
        #expect(compared > 50)
    }

    @Test("Mutated patterns are refused or matched, and never more than that", arguments: 0..<6)
    func mutated(seed: Int) throws {
        var dice = Dice(seed)
        var random = RandomPattern(seed + 1000)
        let pieces = [
            "(", ")", "[", "]", "{2}", "{", "}", "*", "+", "?", "|", "\\", "^", "$", "-", "(?i)", "(?", "(?P<a>",
            #"\p{"#, #"\Q"#,
            #"\x{"#, "{1000}", "ö", "\0", "[:", ":]", #"\pL"#, "{0,900}",
        ]
        var read = 0
        for _ in 0..<400 {
            var characters = Array(random.pattern(depth: 4).text)
            for _ in 0..<Int.random(in: 0...4, using: &dice) {
                let place = Int.random(in: 0...characters.count, using: &dice)
                if Bool.random(using: &dice), place < characters.count {
                    characters.remove(at: place)
                } else {
                    characters.insert(contentsOf: pieces.randomElement(using: &dice) ?? "", at: place)
                }
            }
            do {
                let pattern = try Pattern(String(characters), groups: .all)
                read += 1
                for text in [random.bytes(), Array(random.runs().utf8)] {
                    let answer = Answer.of(pattern, text)
                    #expect(PatternMatcher(pattern).matches(bytes: text) == (answer != nil), "\(String(characters))")
                    #expect(Answer.of(pattern, text, stateLimit: 1) == answer, "\(String(characters))")
                }
            } catch {
                #expect(error.offset <= String(characters).utf8.count && !error.hint.isEmpty)
            }
        }
        #expect(read > 100)
    }

    @Test(
        "Runs of every length are gone through, by vectors and in portions",
        arguments: [0, 1, 14, 15, 16, 17, 18, 31, 32, 33, 34, 47, 48, 49, 64, 100, 16_383, 16_384, 16_385, 40_000])
    func runs(count: Int) throws {
        let run = [UInt8](repeating: 97, count: count)
        let quoted = Array("x\"".utf8) + run + Array("\" ö;".utf8)
        func expect(_ pattern: String, _ text: [UInt8], _ match: Range<Int>?, _ groups: [Range<Int>?] = []) throws {
            let pattern = try Pattern(pattern, groups: .named)
            // A second time what ends a run is known.
            let matcher = PatternMatcher(pattern)
            for _ in 0..<2 { #expect(Answer.of(matcher, text) == match.map { Answer($0, groups) }) }
            #expect(matcher.matches(bytes: text) == (match != nil))
            #expect(matcher.matches(bytes: text) == (match != nil))
        }
        try expect(#"^x"(?<q>[^"]*)" (?<r>\S+)$"#, quoted, 0..<quoted.count, [2..<2 + count, count + 4..<count + 7])
        try expect(#""(?<q>[^"]*)""#, quoted, 1..<count + 3, [2..<2 + count])
        try expect(#"(?<q>.*)" "#, quoted, 0..<count + 4, [0..<count + 2])
        try expect(#"(?<q>.*?)" "#, quoted, 0..<count + 4, [0..<count + 2])
        try expect("ö;", quoted, count + 4..<count + 7)
        try expect(#"\bö|ö\B"#, quoted, count + 4..<count + 6)
        try expect("[a]*b", quoted, nil)
        try expect("^(?<q>a*)", run, 0..<count, [0..<count])
        try expect("(?<q>a*)b?$", run + [98], 0..<count + 1, [0..<count])
        try expect("[^a]", run + [0xe2, 0x82] + run, count..<count + 2)
        try expect(#"(?<q>\W)"#, run + Array("€".utf8) + run, count..<count + 3, [count..<count + 3])
    }

    @Test("A literal is found at every place of texts of every length")
    func literals() throws {
        for size in [1, 2, 3, 7, 16, 17, 31, 32] {
            let needle = (0..<size).map { UInt8(98 + $0 % 7) }
            let expression = String(decoding: needle, as: UTF8.self)
            let (matcher, other) = (
                PatternMatcher(try Pattern(expression, groups: .none)),
                PatternMatcher(try Pattern(#"\b\B|"# + expression + "|[0-9]{3}z", groups: .none))
            )
            for count in [0, 1, 14, 15, 16, 17, 31, 32, 33, 47, 64] {
                for place in 0...count {
                    var text = [UInt8](repeating: 97, count: count + size)
                    text.replaceSubrange(place..<place + size, with: needle)
                    #expect(matcher.find(bytes: text) == place..<place + size)
                    #expect(matcher.matches(bytes: text) && !matcher.matches(bytes: Array(text.dropFirst(place + 1))))
                    if place % 9 == 0 { #expect(other.find(bytes: text) == place..<place + size) }
                }
            }
        }
    }

    /// Looks at the limit that matching a text takes, about.
    static func looks(_ expression: String, _ text: [UInt8], stateLimit: Int) throws -> Int {
        let matcher = PatternMatcher(try Pattern(expression, groups: .named), stateLimit: stateLimit)
        var looks = 0
        matcher.limit = ScanLimit {
            looks += 1
            return false
        }
        _ = matcher.find(bytes: text)
        _ = matcher.matches(bytes: text)
        return looks
    }

    @Test(
        "Twice the text takes twice the steps, whatever the pattern",
        arguments: [
            #"(((((((((\b(a*)*)*)*)*)*)*)*)*)*)*(?<z>.)"#, "(a*)*b", "(?<x>(a|aa)+)$", "(?<x>(a?){0}a*)*(?<y>a*)*b",
            "(a|b)*a(a|b){12}(?<z>c)?", "(?<x>.*.*.*.*=.*)", "(?<x>(x+x+)+)y", "[a-z]+[0-9]+z", "(?<x>a+)b$", "^(a+)+$",
            "(?<x>.*)(.*)(.*)(.*)x", "aaaaaaaaab|b.*aaaaaac",
        ])
    func linear(expression: String) throws {
        var dice = Dice(7)
        let texts = [
            [UInt8](repeating: 97, count: 1 << 13), (0..<1 << 13).map { _ in UInt8.random(in: 97...98, using: &dice) },
        ]
        for text in texts {
            let once = try Self.looks(expression, text, stateLimit: 2000)
            let twice = try Self.looks(expression, text + text, stateLimit: 2000)
            #expect(twice <= 2 * once + 8, "\(once) looks, then \(twice)")
        }
    }

    @Test("The longest text is matched by the case that once took minutes")
    func nestedStars() throws {
        let pattern = try Pattern(#"(((((((((\b(a*)*)*)*)*)*)*)*)*)*)*(?<z>.)"#, groups: .named)
        let text = [UInt8](repeating: 97, count: PatternMatcher.longestText)
        #expect(Answer.of(pattern, text + text) == Answer(0..<text.count, [text.count - 1..<text.count]))
    }

    @Test("Once its task is cancelled a match is given up after a few looks", arguments: [1 << 18, 1])
    func cancelled(stateLimit: Int) throws {
        let text = [UInt8](repeating: 97, count: 1 << 20)
        for expression in ["(?<x>(a|b|ab)*(x|y{20}){50})", "(a|b)*a(a|b){500}[cd]", "^(?<x>(a|b)*a(a|b){500})$"] {
            let matcher = PatternMatcher(try Pattern(expression, groups: .named), stateLimit: stateLimit)
            let limit = ScanLimit(patience: 3) { true }
            matcher.limit = limit
            for round in 0..<200 where !limit.isOver {
                if round % 2 == 0 { _ = matcher.matches(bytes: text) } else { _ = matcher.find(bytes: text) }
            }
            #expect(limit.isOver)
            #expect(!matcher.matches(bytes: text) && matcher.find(bytes: text) == nil)
        }
    }
}

extension PatternNode {
    /// Whether something that may be empty is repeated: there the order of ways is a matter of definition, which RE2 is asked
    /// about.
    fileprivate var repeatsNothing: Bool {
        switch self {
        case .set, .assertion: false
        case .sequence(let nodes), .either(let nodes): nodes.contains { $0.repeatsNothing }
        case .capture(_, let inner): inner.repeatsNothing
        case .repeated(let inner, _, _, _, _): inner.mayBeEmpty || inner.repeatsNothing
        }
    }

    private var mayBeEmpty: Bool {
        switch self {
        case .set: false
        case .assertion: true
        case .sequence(let nodes): nodes.allSatisfy { $0.mayBeEmpty }
        case .either(let nodes): nodes.contains { $0.mayBeEmpty }
        case .capture(_, let inner): inner.mayBeEmpty
        case .repeated(let inner, let least, _, _, _): least == 0 || inner.mayBeEmpty
        }
    }
}
