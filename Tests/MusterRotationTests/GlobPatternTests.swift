import MusterRotation
import MusterTesting
import Testing

@Suite("Patterns")
struct GlobPatternTests {
    @Test(
        "A pattern of a name matches as glob(7) says",
        arguments: [
            ("a", "a", true), ("a", "b", false), ("a", "aa", false), ("", "", true), ("*", "", true),
            ("*", "abc", true),
            ("*.log", "a.log", true), ("*.log", "a.log.1", false), ("*.log", ".log", false), (".*", ".log", true),
            ("*", ".log", false), ("?log", ".log", false), ("[.]log", ".log", false), ("\\.log", ".log", true),
            ("a*b*c", "axxbyyc", true), ("a*b*c", "axxbyy", false), ("a**c", "ac", true), ("?", "ä", true),
            ("??", "ä", false), ("?", "", false), ("[abc]", "b", true), ("[abc]", "d", false), ("[a-c]", "b", true),
            ("[!a-c]", "b", false), ("[^a-c]", "d", true), ("[]a]", "]", true), ("[!]a]", "b", true),
            ("[a-]", "-", true),
            ("[ä-ü]", "ö", true), ("[[:digit:]]x", "7x", true), ("[[:digit:]]", "x", false),
            ("[[:alpha:]_]", "_", true),
            ("[abc", "[abc", true), ("[[:nope:]]", ":]", false), ("[[:nope:]a]", "a", true), ("[[:digit]", "d", true),
            ("[[:print:]]", " ", true), ("[[:graph:]]", " ", false), ("[[:cntrl:]]", "\u{7f}", true),
            ("[[.a.]b]", "a", true),
            ("[[=a=]]", "a", true), ("[[.ab.]]", "a", false), ("a\\*", "a*", true), ("a\\*", "ab", false),
            ("\\[a]", "[a]", true), ("[\\]]", "]", true), ("a\\", "a\\", true), ("[c-a]", "b", false),
            ("*a", "aaab", false),
            ("*ab", "aab", true), ("*?b*", "ab", true), ("*.[0-9]", "x.7", true),
        ])
    func matches(pattern: String, name: String, expected: Bool) {
        #expect(ComponentPattern(pattern).matches(name) == expected)
    }

    @Test("A name that is made to be slow is matched in no time")
    func slow() {
        let pattern = ComponentPattern(String(repeating: "*a", count: 120) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 255)))
    }

    @Test(
        "Braces stand for each of their alternatives",
        arguments: [
            ("/a", ["a"]), ("/{a,b}", ["a", "b"]), ("/x{a,b}y{c,d}", ["xayc", "xayd", "xbyc", "xbyd"]),
            ("/{a,{b,c}d}", ["a", "bd", "cd"]), ("/{,x}y", ["y", "xy"]), ("/{a}", ["{a}"]), ("/{}", ["{}"]),
            ("/{a,b", ["{a,b"]), ("/a,b}", ["a,b}"]), ("/\\{a,b}", ["{a,b}"]), ("/{a\\,b,c}", ["a,b", "c"]),
            ("/{a,{b}", ["{a,{b}"]), ("/{{a,b}}", ["{a}", "{b}"]),
        ])
    func braces(text: String, expected: [String]) throws {
        let pattern = try #require(GlobPattern(text))
        let texts = pattern.alternatives.map { $0.components.map { $0.literal ?? "*" }.joined(separator: "/") }
        #expect(texts == expected)
        #expect(GlobPattern.alternatives(of: text) == expected.count)
    }

    @Test("Paths are parted at slashes, also within braces")
    func components() throws {
        let pattern = try #require(GlobPattern("//srv/./{a/b,c}/[x/]*.log"))
        let names = pattern.alternatives.map { $0.components.map { $0.literal ?? "*" } }
        #expect(names == [["srv", "a", "b", "[x", "*"], ["srv", "c", "[x", "*"]])
        #expect(pattern.alternatives.map(\.isAbsolute) == [true, true])
        let relative = try #require(GlobPattern("a/b"))
        #expect(relative.alternatives.map(\.isAbsolute) == [false])
    }

    @Test(
        "Patterns with too many, too deep or too long alternatives are none",
        arguments: [
            "/" + String(repeating: "{a,b}", count: 11),
            "/{" + Array(repeating: "a", count: 1_025).joined(separator: ",") + "}",
            String(repeating: "{a,", count: 40) + String(repeating: "}", count: 40),
            "/" + String(repeating: "a", count: 4_096),
            String(repeating: "{,", count: 1_300) + String(repeating: "}", count: 1_300),
        ])
    func tooMany(text: String) {
        #expect(GlobPattern(text) == nil)
        #expect(GlobPattern.alternatives(of: text) == nil)
    }

    @Test("Just as many alternatives as are allowed are one pattern")
    func allowed() throws {
        let pattern = try #require(GlobPattern("/" + String(repeating: "{a,b}", count: 10)))
        #expect(Set(pattern.alternatives).count == 1_024)
    }

    @Test("An escaped text matches itself alone")
    func escaped() throws {
        let text = "/a*b?[c]{d,e}\\f"
        let pattern = try #require(GlobPattern(GlobPattern.escaped(text)))
        #expect(pattern.alternatives.map { $0.components.map(\.literal) } == [["a*b?[c]{d,e}\\f"]])
        #expect(pattern.isLiteral)
    }

    @Test(
        "Random patterns end, agree on the number of their alternatives, and match nothing that is longer than they can"
    )
    func random() {
        var dice = Dice(11)
        let scalars = Array("{},\\*?[]!-a/.:")
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...24, using: &dice)).map { _ in scalars.randomElement(using: &dice)! })
            let pattern = GlobPattern(text)
            #expect(pattern?.alternatives.count == GlobPattern.alternatives(of: text))
            for component in pattern?.alternatives.first?.components ?? [] {
                guard let literal = component.literal else { continue }
                #expect(component.matches(literal))
                #expect(!component.matches(literal + "x"))
            }
        }
    }
}
