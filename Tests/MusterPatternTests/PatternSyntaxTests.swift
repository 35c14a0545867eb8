import MusterTesting
import Testing

@testable import MusterPattern

@Suite("The syntax of patterns")
struct PatternSyntaxTests {
    static func matches(_ pattern: String, _ text: [UInt8]) throws -> Bool {
        let matcher = PatternMatcher(try Pattern(pattern, groups: .none))
        let isMatch = matcher.matches(bytes: text)
        #expect((matcher.find(bytes: text) != nil) == isMatch, "\(pattern)")
        return isMatch
    }

    @Test(
        "A pattern matches what it says",
        arguments: [
            (#"^\d+$"#, "123", true), (#"^\d+$"#, "12a", false), (#"\D"#, "123", false), (#"\D"#, "1-3", true),
            (#"^[\d.]+$"#, "1.2.3", true), (#"^[\D]+$"#, "abc", true), (#"^[\D]+$"#, "ab1", false),
            (#"^[^\]]+\]$"#, "abc]", true), (#"[]]"#, "]", true), (#"[^]]"#, "]", false), (#"^[\\]$"#, #"\"#, true),
            (#"^[a\-z]+$"#, "a-z", true), (#"^[a\-z]+$"#, "b", false), (#"^[\^]$"#, "^", true),
            (#"^[\^-]+$"#, "-^", true), (#"^[a-]+$"#, "a-", true), (#"^[\d-z]+$"#, "1-z", true),
            (#"^[a-c-e]+$"#, "b-e", true),
            (#"^[[.]+$"#, "[.", true), (#"^[:[]+$"#, "[:", true), (#"^[[=a]+$"#, "=[a", true),
            (#"^[[:digit:]x]+$"#, "1x2", true), (#"^[[:digit:]x]+$"#, "1y2", false), (#"^[[:^digit:]]$"#, "x", true),
            (#"^[[:word:]]+$"#, "a_1", true), (#"^[[:^ascii:]]$"#, "ö", true), (#"^[^[:space:]]$"#, "\u{b}", false),
            (#"^(?:ab)+$"#, "abab", true), (#"^(?:ab)+$"#, "aba", false), (#"^a{2,3}$"#, "aaa", true),
            (#"^a{2,3}$"#, "aaaa", false), (#"^a{2,}$"#, "aaaaa", true), (#"^a{2}$"#, "aaa", false),
            (#"\.php$"#, "/a.php", true), (#"\.php$"#, "/aphp", false), (#"\.php$"#, ".ph", false),
            (#"^/api/(users|orders)/\d+"#, "/api/orders/7", true), (#"\w+@\w+"#, "a_1@b", true),
            (#"^\S+$"#, "a b", false), (#"^\s+$"#, " \t\r\n\u{c}", true), (#"\s"#, "\u{b}", false),
            (#"\bcat\b"#, "a cat", true), (#"\bcat\b"#, "concat", false), (#"\Bcat"#, "concat", true),
            (#"^ö+$"#, "ööö", true), (#"^ö+$"#, "öä", false), (#"(?i)^get$"#, "GeT", true), (#"^get$"#, "GET", false),
            (#"\x41\x2e"#, "A.", true), (#"\x41\x2e"#, "AB", false), (#"a\{b\}"#, "a{b}", true),
            (#"^\A-\z"#, "-", true), (#"^a.c$"#, "a\nc", false), (#"^$"#, "", true), (#"a|^b"#, "cb", false),
            (#"\/x\-y"#, "/x-y", true), (#"^*a"#, "a", true), (#""#, "", true), (#"()"#, "x", true),
            (#"a||b"#, "", true),
            // What is no interval is text.
            (#"^a{x}$"#, "a{x}", true), (#"^a{,2}$"#, "a{,2}", true), (#"^a{2$"#, "a{2", true), (#"^{$"#, "{", true),
            (#"^a}]$"#, "a}]", true),
        ])
    func table(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try Self.matches(pattern, Array(text.utf8)) == isMatch)
    }

    @Test(
        "Flags count to the end of their group, and can be taken back",
        arguments: [
            (#"a(?i)b"#, "aB", true), (#"a(?i)b"#, "AB", false), (#"^(?:a(?i)b)c$"#, "aBC", false),
            (#"(?i:a)b"#, "Ab", true), (#"(?i:a)b"#, "AB", false), (#"(?i)a(?-i)b"#, "AB", false),
            (#"(?i)a(?-i:b)c"#, "AbC", true), (#"(?i)a|b"#, "B", true), (#"(?s)a.b"#, "a\nb", true),
            (#"(?s-s)a.b"#, "a\nb", false), (#"(?m)^b$"#, "a\nb\nc", true), (#"(?m)^b$"#, "ab", false),
            (#"(?m)\Ab"#, "a\nb", false), (#"(?m)a$\n^b"#, "a\nb", true), (#"(?ims)^A.B$"#, "x\na\nb", true),
            (#"(?i)[a-c]+$"#, "ABC", true), (#"(?i)[^a]"#, "A", false), (#"(?i)\x41"#, "a", true),
            (#"(?i)ÖÄ"#, "öä", true), (#"(?i)[ä-ü]"#, "Ö", true), (#"(?i)σ"#, "ς", true), (#"(?i)k"#, "\u{212a}", true),
            (#"(?i)ſ"#, "S", true), (#"(?i)\W"#, "\u{212a}", false), (#"(?i)ß"#, "ẞ", true), (#"(?i)i"#, "ı", false),
            (#"(?i)\p{Lu}"#, "a", true), (#"(?i)\Qa.b\E"#, "A.B", true),
        ])
    func flags(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try Self.matches(pattern, Array(text.utf8)) == isMatch)
    }

    @Test(
        "Characters are those of Unicode, by themselves, their number or their class",
        arguments: [
            (#"^.$"#, "€", true), (#"^..$"#, "€", false), (#"^[^a]$"#, "€", true), (#"^\W$"#, "ö", true),
            (#"^\x{20AC}$"#, "€", true), (#"^\x{10FFFF}$"#, "\u{10ffff}", true), (#"^\xf6$"#, "ö", true),
            (#"^[\x{1F600}-\x{1F64F}]$"#, "😀", true), (#"^[ä-ü]+$"#, "öü", true), (#"^[^ä-ü]$"#, "ö", false),
            (#"^\141\060\0$"#, "a0\0", true), (#"^\a\f\t\n\r\v$"#, "\u{7}\u{c}\t\n\r\u{b}", true),
            (#"^\x00$"#, "\0", true),
            (#"^\pL+$"#, "aöλ漢", true), (#"^\pL$"#, "1", false), (#"^\PL$"#, "1", true),
            (#"^\p{Lu}\p{Ll}$"#, "Öö", true),
            (#"^\p{^Lu}$"#, "ö", true), (#"^\P{^Lu}$"#, "Ö", true), (#"^[\pN\p{Sc}]+$"#, "1½€", true),
            (#"^\p{Any}$"#, "😀", true), (#"^\p{Zs}$"#, "\u{a0}", true), (#"^\p{Nd}$"#, "٣", true),
            (#"^\p{Co}$"#, "\u{e000}", true), (#"^[^\x00-\x{10FFFF}]"#, "a", false),
            (#"^\Qa.b(\E+$"#, "a.b((", true), (#"\Q\E"#, "", true), (#"^\Qa\"#, #"a\"#, true),
        ])
    func characters(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try Self.matches(pattern, Array(text.utf8)) == isMatch)
    }

    @Test("Bytes that are no UTF-8 count as U+FFFD, the beginning of a character as one")
    func bytes() throws {
        #expect(try Self.matches("^a.b$", [97, 0, 98]))
        #expect(try Self.matches("^a[^x]b$", [97, 0, 98]))
        #expect(try Self.matches("^a.b$", [97, 0xff, 98]))
        #expect(try Self.matches("^J.rg$", [0x4a, 0xf6, 0x72, 0x67]))
        #expect(try Self.matches("^[^0-9]$", [0xc3]))
        #expect(try Self.matches("^.b$", [0xe2, 0x82, 98]))
        #expect(try Self.matches("^..b$", [0xe2, 0xe2, 98]))
        #expect(try Self.matches("^...$", [0xed, 0xa0, 0x80]))
        #expect(try !Self.matches("^..$", [0xe2, 0x82, 0xac]))
        #expect(try Self.matches(#"^\x{fffd}$"#, [0x80]))
        #expect(try Self.matches(#"^\x{fffd}$"#, [0xef, 0xbf, 0xbd]))
        #expect(try !Self.matches(#"\x{fffd}"#, [0xc3, 0xb6]))
        #expect(try !Self.matches("[^ö]b", [0xc3, 0xb6, 98]))
        #expect(try !Self.matches("^ab$", [97, 98, 0]))
        #expect(try Self.matches("b$", [97, 0, 98]))
    }

    @Test(
        "What cannot be had is refused with its place and what to write instead",
        arguments: [
            ("ab(?=c)", 2, "looking"), ("ab(?!c)", 2, "looking"), ("(?<=c)", 0, "looking"), ("(?<!c)", 0, "looking"),
            (#"(a)\1"#, 3, "linear time"), (#"(?P<n>a)(?P=n)"#, 8, "linear time"), (#"\k<n>"#, 0, "linear time"),
            ("(?>a)", 0, "atomic"), ("a++", 2, "possessive"), ("a*+", 2, "possessive"), ("a**", 2, "quantifier"),
            ("a{2}{3}", 4, "quantifier"), ("(?#x)", 0, "comments"), ("(?'n'a)", 0, "angle brackets"),
            ("(a", 2, "without its )"), ("a)", 1, "without its ("), ("[a", 0, "without its ]"),
            ("[", 0, "without its ]"),
            (#"[\"#, 0, "without its ]"), ("[]", 0, "without its ]"), ("*a", 0, "nothing to repeat"),
            ("a|*", 2, "nothing to repeat"), ("(?i)*", 4, "nothing to repeat"), ("a{3,2}", 1, "smaller number first"),
            ("a{5000}", 1, "at most 1000"), ("a{1,1001}", 1, "at most 1000"), (#"a\"#, 1, "at the end"),
            (#"a\q"#, 1, "not known"), (#"\C"#, 0, "not known"), (#"\E"#, 0, "not known"), (#"\ä"#, 0, "not known"),
            ("[z-a]", 3, "backwards"), (#"[a-\d]"#, 3, "character to character"), (#"[\b]"#, 1, "edges of words"),
            ("[[:foo:]]", 1, "[:alpha:]"), ("(?<a>x)(?<a>y)", 10, "two groups"), ("(?<>x)", 3, "name"),
            ("(?<ö>x)", 3, "name"), ("(?<a", 3, "name"), ("(?z)", 0, "flags"), ("(?i", 0, "flags"),
            ("(?-)", 0, "flags"),
            ("(?i-:a)", 0, "flags"), (#"\x4"#, 0, "hexadecimal"), (#"\x{110000}"#, 0, "hexadecimal"),
            (#"\x{}"#, 0, "hexadecimal"), (#"\x{41"#, 0, "hexadecimal"), (#"\p{Greek}"#, 0, "not scripts"),
            (#"ä\pX"#, 2, "categories"), (#"\p"#, 0, "categories"), (#"\p{L"#, 0, "categories"),
            (#"\8"#, 0, "linear time"),
        ])
    func refused(pattern: String, offset: Int, hint: String) {
        let fault = #expect(throws: PatternFault.self) { _ = try Pattern(pattern, groups: .all) }
        #expect(fault?.offset == offset)
        #expect(fault?.hint.contains(hint) == true, "\(fault?.hint ?? "")")
    }

    @Test(
        "A pattern that would be huge is refused at once, and told what is too large",
        arguments: [
            ("((a{100}){100}){100}", 15, "over 100000 steps"),
            ("b(((((a{9}){9}){9}){9}){9}){9}", 27, "over 100000 steps"),
            ("(((()*{1000}){1000}){1000}){1000}", 6, "quantifier"), ("((((){1000}){1000}){1000}){1000}", 26, "steps"),
            (#"(\pL{1000}){1000}"#, 11, "steps"), (String(repeating: "(", count: 100), 64, "64 deep"),
            (String(repeating: "a", count: 5000), 4096, "at most 4096 bytes"),
            (String(repeating: "()", count: 300), 500, "250 groups"),
        ])
    func huge(pattern: String, offset: Int, hint: String) {
        let fault = #expect(throws: PatternFault.self) { _ = try Pattern(pattern, groups: .all) }
        #expect(fault?.hint.contains(hint) == true, "\(fault?.hint ?? "")")
        #expect(fault?.offset == offset)
    }

    @Test("Every set of bytes comes out of its bracket as it went in")
    func brackets() throws {
        var dice = Dice(3)
        for _ in 0..<200 {
            let count = Int.random(in: 1...12, using: &dice)
            let common = Array(#"[]^-\.:=ab09"#.utf8)
            let members = (0..<count).map { _ in
                Bool.random(using: &dice)
                    ? common.randomElement(using: &dice) ?? 97 : UInt8.random(in: 0...127, using: &dice)
            }
            let hex = members.map { byte in
                let text = String(byte, radix: 16)
                return #"\x"# + (text.count < 2 ? "0" : "") + text
            }.joined()
            let isNegated = Bool.random(using: &dice)
            let matcher = PatternMatcher(try Pattern("^[" + (isNegated ? "^" : "") + hex + "]$", groups: .none))
            for byte in UInt8.min...UInt8.max {
                #expect(matcher.matches(bytes: [byte]) == (members.contains(byte) != isNegated), "\(byte) in \(hex)")
            }
        }
    }

    @Test("Every character is in its own range alone, at all edges of UTF-8")
    func ranges() throws {
        let edges: [UInt32] = [
            0, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xcfff, 0xd000, 0xd7ff, 0xe000, 0xffff, 0x1_0000, 0x3_ffff,
            0x4_0000,
            0xf_ffff, 0x10_0000, 0x10_ffff,
        ]
        for (index, low) in edges.enumerated() {
            for high in edges[index...] {
                let (first, last) = (String(low, radix: 16), String(high, radix: 16))
                let matcher = PatternMatcher(try Pattern(#"^[\x{\#(first)}-\x{\#(last)}]$"#, groups: .none))
                for edge in edges {
                    for value in [edge &- 1, edge, edge + 1] {
                        guard let scalar = Unicode.Scalar(value) else { continue }
                        let text = Array(String(Character(scalar)).utf8)
                        #expect(
                            matcher.matches(bytes: text) == (low...high).contains(value), "\(value) in \(low)-\(high)")
                    }
                }
            }
        }
    }
}
