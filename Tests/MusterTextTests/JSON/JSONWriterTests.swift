import Foundation
import MusterCore
import MusterText
import Testing

@Suite("The JSON writer")
struct JSONWriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var bytes = Array("before ".utf8)
        var json = JSONWriter(taking: &bytes)
        write(&json)
        json.give(to: &bytes)
        return String(String(decoding: bytes, as: UTF8.self).dropFirst("before ".count))
    }

    @Test(
        "escapes what JSON or a terminal would not take as text",
        arguments: [
            ("", ""), ("plain", "plain"), ("say \"hi\"", #"say \"hi\""#), (#"c:\dir"#, #"c:\\dir"#), ("a/b", "a/b"),
            ("\u{0}\u{1}\u{8}\u{b}\u{c}\u{1f}", #"\u0000\u0001\u0008\u000b\u000c\u001f"#), ("\n\r\t", #"\n\r\t"#),
            ("\u{1b}[0m", #"\u001b[0m"#), ("\u{7f}\u{80}\u{9f}", #"\u007f\u0080\u009f"#),
            ("\u{2028}\u{2029}", #"\u2028\u2029"#), ("\u{202e}x\u{200b}", #"\u202ex\u200b"#),
            ("é中😀", "é中😀"), ("\u{e0041}", #"\udb40\udc41"#), ("ab\u{ffff}", #"ab\uffff"#),
        ])
    func escapes(_ text: String, _ expected: String) throws {
        let json = written { $0.string(text) }
        #expect(json == "\"\(expected)\"")
        #expect(try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed) as? String == text)
    }

    @Test(
        "writes every setting",
        arguments: [
            (.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.integer(0), "0"), (.integer(-7), "-7"),
            (.integer(.min), "-9223372036854775808"), (.integer(.max), "9223372036854775807"), (.number(1.5), "1.5"),
            (.number(-0.25), "-0.25"), (.number(1e300), "1e+300"), (.number(.infinity), "null"),
            (.number(.nan), "null"),
            (.list([]), "[]"), (.object([]), "{}"),
            (.list([.integer(1), .list([.null, .string("x")]), .object([])]), #"[1,[null,"x"],{}]"#),
            (
                .object([.init("b", .list([])), .init("a\"", .object([.init("", .null)]))]),
                #"{"b":[],"a\"":{"":null}}"#
            ),
        ] as [(Setting, String)])
    func settings(_ setting: Setting, _ expected: String) {
        #expect(written { $0.setting(setting) } == expected)
    }

    @Test("puts commas between values and members only")
    func commas() {
        let json = written { json in
            json.beginObject()
            json.key("a")
            json.beginArray()
            json.integer(1)
            json.raw(Array("2,3".utf8))
            json.bool(false)
            json.endArray()
            json.raw(Array(#""b":4"#.utf8))
            json.key("c")
            json.string { $0 += Array("x\"".utf8) }
            json.key("d")
            json.null()
            json.endObject()
        }
        #expect(json == #"{"a":[1,2,3,false],"b":4,"c":"x\"","d":null}"#)
    }

    @Test("writes lists of objects, in one line or a line each")
    func lists() {
        let json = written { json in
            json.object { json in
                json.list("a", [1, 2]) { $1.member("n", $0) }
                json.list("b", ["x", "y"], isLined: true) { $1.member("t", $0) }
                json.list("c", [Int](), isLined: true) { _, _ in }
                json.member("d", ["p", "q"])
                json.member("e", 0.5)
                json.member("f", true)
            }
        }
        #expect(
            json == """
                {"a":[{"n":1},{"n":2}],"b":[
                {"t":"x"},
                {"t":"y"}],"c":[],"d":["p","q"],"e":0.5,"f":true}
                """)
    }

    @Test("appends lines of NDJSON")
    func lines() {
        var bytes = Array("before\n".utf8)
        JSONWriter.line("row", into: &bytes) { $0.member("n", 1) }
        JSONWriter.line("end", into: &bytes) { _ in }
        JSONWriter.line(into: &bytes) { $0.integer(7) }
        #expect(String(decoding: bytes, as: UTF8.self) == "before\n{\"type\":\"row\",\"n\":1}\n{\"type\":\"end\"}\n7\n")
    }
}
