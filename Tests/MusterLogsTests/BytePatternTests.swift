import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Regular expressions over bytes")
struct BytePatternTests {
    static func matches(_ pattern: String, _ text: [UInt8]) throws -> Bool {
        let pattern = try BytePattern(pattern)
        // The chunk's end is no part of the text.
        return Chunk.with(text + [10]) { chunk in
            pattern.matches(unsafe Text(start: UnsafePointer(chunk.base), count: text.count))
        }
    }

    @Test(
        "An expression matches what it says",
        arguments: [
            (#"^\d+$"#, "123", true), (#"^\d+$"#, "12a", false), (#"\D"#, "123", false), (#"\D"#, "1-3", true),
            (#"^[\d.]+$"#, "1.2.3", true), (#"^[\D]+$"#, "abc", true), (#"^[\D]+$"#, "ab1", false),
            (#"^[^\]]+\]$"#, "abc]", true), (#"[]]"#, "]", true), (#"[^]]"#, "]", false), (#"^[\\]$"#, #"\"#, true),
            (#"^[a\-z]+$"#, "a-z", true), (#"^[a\-z]+$"#, "b", false), (#"^[\^]$"#, "^", true),
            (#"^[\^-]+$"#, "-^", true),
            (#"^[[.]+$"#, "[.", true), (#"^[:[]+$"#, "[:", true), (#"^[[=a]+$"#, "=[a", true),
            (#"^[[:digit:]x]+$"#, "1x2", true), (#"^[[:digit:]x]+$"#, "1y2", false),
            (#"^(?:ab)+$"#, "abab", true), (#"^(?:ab)+$"#, "aba", false), (#"^a{2,3}$"#, "aaa", true),
            (#"^a{2,3}$"#, "aaaa", false), (#"\.php$"#, "/a.php", true), (#"\.php$"#, "/aphp", false),
            (#"^/api/(users|orders)/\d+"#, "/api/orders/7", true), (#"\w+@\w+"#, "a_1@b", true),
            (#"^\S+$"#, "a b", false),
            (#"^\s+$"#, " \t\r", true), (#"\bcat\b"#, "a cat", true), (#"\bcat\b"#, "concat", false),
            (#"^ö+$"#, "ööö", true), (#"^ö+$"#, "öä", false), (#"(?i)^get$"#, "GeT", true), (#"^get$"#, "GET", false),
            (#"\x41\x2e"#, "A.", true), (#"\x41\x2e"#, "AB", false), (#"a\{b\}"#, "a{b}", true),
            (#"^\A-\z"#, "-", true),
            (#"^a.c$"#, "a\nc", false), (#"^$"#, "", true), (#"a|^b"#, "cb", false), (#"\/x\-y"#, "/x-y", true),
        ])
    func table(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try Self.matches(pattern, Array(text.utf8)) == isMatch)
    }

    @Test("NUL and bytes beyond ASCII are bytes like others")
    func bytes() throws {
        #expect(try Self.matches("^a.b$", [97, 0, 98]))
        #expect(try Self.matches("^a[^x]b$", [97, 0, 98]))
        #expect(try Self.matches("^a.b$", [97, 0xff, 98]))
        #expect(try Self.matches("^[^0-9]{2}$", [0xc3, 0xb6]))
        #expect(try !Self.matches("^ab$", [97, 98, 0]))
        #expect(try Self.matches("b$", [97, 0, 98]))
        #expect(try Self.matches(#"^\x80$"#, [0x80]))
    }

    @Test(
        "What POSIX cannot do is refused with its place",
        arguments: [
            ("ab(?=c)", 2), ("ab(?!c)", 2), ("(?<=c)", 0), ("(?<!c)", 0), (#"(a)\1"#, 3), ("a.*?b", 2), ("a++", 1),
            ("a{2}?", 1), ("(a", 2), ("a)", 1), ("[a", 0), ("*a", 0), ("a|*", 2), ("a{2", 1), ("a{3,2}", 1),
            ("a{x}", 1),
            ("a{5000}", 2), (#"a\"#, 1), (#"a\q"#, 1), ("[z-a]", 3), ("[ä]", 1), ("[[:foo:]]", 1),
            ("(?<a>x)(?<a>y)", 10),
            ("(?<>x)", 3), ("(?i:x)", 0), ("a\u{0}", 1), (#"\x00"#, 0), (#"\x4"#, 0), ("^*", 1), (#"[\S"#, 0),
        ])
    func refused(pattern: String, offset: Int) {
        let fault = #expect(throws: LogFormatFault.self) { _ = try BytePattern(pattern) }
        #expect(fault?.offset == offset)
        #expect(fault?.hint.isEmpty == false)
    }

    @Test(
        "An expression that would be huge when compiled is refused",
        arguments: ["((a{100}){100}){100}", "(((((a{9}){9}){9}){9}){9}){9}"])
    func huge(pattern: String) {
        #expect(throws: LogFormatFault.self) { _ = try BytePattern(pattern) }
        #expect(throws: LogFormatFault.self) { _ = try BytePattern(String(repeating: "(", count: 100)) }
        #expect(throws: LogFormatFault.self) { _ = try BytePattern(String(repeating: "a", count: 5000)) }
    }

    @Test("Named groups are told where they lay, those that took no part as absent")
    func captures() throws {
        let pattern = try BytePattern(#"^(?:(ö)+)(?P<first>\d+)-(?<second>[a-z]+)(?<third>!)?"#)
        #expect(pattern.names == ["first", "second", "third"])
        Chunk.with(Array("öö12-ab".utf8)) { chunk in
            #expect(pattern.matches(unsafe Text(start: UnsafePointer(chunk.base), count: 9)))
            #expect(pattern.capture(0) == 4..<6)
            #expect(pattern.capture(1) == 7..<9)
            #expect(pattern.capture(2) == nil)
        }
    }

    @Test("Every set of bytes comes out of its bracket as it went in")
    func brackets() throws {
        var dice = Dice(3)
        for _ in 0..<200 {
            let count = Int.random(in: 1...12, using: &dice)
            let common = Array(#"[]^-\.:=ab09"#.utf8)
            let members = (0..<count).map { _ in
                Bool.random(using: &dice)
                    ? common.randomElement(using: &dice) ?? 97 : UInt8.random(in: 1...127, using: &dice)
            }
            let hex = members.map { byte in
                let text = String(byte, radix: 16)
                return #"\x"# + (text.count < 2 ? "0" : "") + text
            }.joined()
            let isNegated = Bool.random(using: &dice)
            let pattern = try BytePattern("^[" + (isNegated ? "^" : "") + hex + "]$")
            for byte in UInt8.min...UInt8.max {
                let isMatch = Chunk.with([byte, 10]) { chunk in
                    pattern.matches(unsafe Text(start: UnsafePointer(chunk.base), count: 1))
                }
                #expect(isMatch == (members.contains(byte) != isNegated), "\(byte) in \(hex)")
            }
        }
    }
}
