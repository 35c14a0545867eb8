import MusterTesting
import Testing

@testable import MusterLogs

@Suite("JSON lines")
struct JSONLineTests {
    static func read(_ line: String, _ wanted: [String]) throws -> ReadLines {
        try JSONLine.format.reading(wanted).read(line)
    }

    @Test(
        "A wanted value is read",
        arguments: [
            (#"{"a":"x"}"#, "a", "x"), (#"{"b":1,"a":"x"}"#, "a", "x"), (#"{ "b" : 1 , "a" : "x" } "#, "a", "x"),
            (#"{"a":12.5e3}"#, "a", "12.5e3"), (#"{"a":true}"#, "a", "true"), (#"{"a":false,"b":2}"#, "a", "false"),
            (#"{"a":""}"#, "a", ""), (#"{"a":-0}"#, "a", "-0"),
            (#"{"a":{"b":{"c":"deep"}}}"#, "a.b.c", "deep"), (#"{"a.b.c":"flat"}"#, "a.b.c", "flat"),
            (#"{"a.b":{"c":"mixed"}}"#, "a.b.c", "mixed"), (#"{"a":{"b.c":"mixed"}}"#, "a.b.c", "mixed"),
            (#"{"a":["x","y",{"z":3}]}"#, "a.1", "y"), (#"{"a":["x","y",{"z":3}]}"#, "a.2.z", "3"),
            (#"{"a":[[1,2],[3,[4]]]}"#, "a.1.1.0", "4"),
            (#"{"a":{"b":[1, 2]}}"#, "a", #"{"b":[1, 2]}"#), (#"{"a":[1,{"b":"}"}],"c":1}"#, "a", #"[1,{"b":"}"}]"#),
            (#"{"a":"1","a":"2"}"#, "a", "2"), (#"{"a":"1","a":null}"#, "a", "1"),
            (#"{"a":"\"\\\/\b\f\n\r\t"}"#, "a", "\"\\/\u{8}\u{c}\n\r\t"),
            (#"{"a":"\u0041\u00e9\u20ac\uD83D\uDE00\u0000."}"#, "a", "Aé€😀\u{0}."),
            (#"{"a":"\ud83d"}"#, "a", "\u{fffd}"), (#"{"a":"\ud83dx\ude00"}"#, "a", "\u{fffd}x\u{fffd}"),
            (#"{"a":"\ud83d\ud83d\ude00"}"#, "a", "\u{fffd}😀"), (#"{"a":"\ud83d\u0041"}"#, "a", "\u{fffd}A"),
            (#"{"a":"\ude00\ud83d"}"#, "a", "\u{fffd}\u{fffd}"), (#"{"a":"\ud83d\n"}"#, "a", "\u{fffd}\n"),
            (#"{"a":"é€😀"}"#, "a", "é€😀"), (#"{"a":"a\u0301😀\n😀"}"#, "a", "a\u{301}😀\n😀"),
            (#"{"\u0061":"x"}"#, "a", "x"), (#"{"é":"x"}"#, "é", "x"), (#"{"":"x"}"#, "", "x"),
            (#"{"a_key_of_more_than_sixteen_bytes":1}"#, "a_key_of_more_than_sixteen_bytes", "1"),
            (#"{"a_key_of_thirty_one_bytes_yes_":1}"#, "a_key_of_thirty_one_bytes_yes_", "1"),
            (
                #"{"a_key_of_many_more_than_even_thirty_two_bytes":1}"#,
                "a_key_of_many_more_than_even_thirty_two_bytes", "1"
            ),
            (#"{"status_code":404}"#, "status", "404"), (#"{"remote_addr":"::1"}"#, "ip", "::1"),
            (#"{"request":{"headers":{"User-Agent":["curl"]}}}"#, "request.headers.User-Agent", #"["curl"]"#),
            (#"{"uri":"/wrong","url":"/right"}"#, "url", "/right"),
            (#"{"url":"/wrong","uri":"/right"}"#, "uri", "/right"),
        ])
    func wanted(line: String, name: String, value: String) throws {
        // The second line goes by what was remembered of the first.
        let found = try Self.read("\(line)\n\(line)\n", [name])
        #expect(found.rows.map { $0[name] } == [value, value])
        #expect(found.bad.isEmpty)
    }

    @Test("A path is followed up to 32 keys deep, a longer one is a key with dots", arguments: [6, 32, 33])
    func longPath(count: Int) throws {
        let parts = Array(repeating: "a", count: count)
        let name = parts.joined(separator: ".")
        let nested = parts.map { "{\"\($0)\":" }.joined() + "1" + String(repeating: "}", count: count)
        #expect(try Self.read(nested, [name]).rows == [count <= 32 ? [name: "1"] : [:]])
        #expect(try Self.read("{\"\(name)\":2}", [name]).rows == [[name: "2"]])
    }

    @Test(
        "What is null or missing is absent", arguments: [#"{"a":null}"#, "{}", " { } ", #"{"b":{"a":1}}"#, #"{"A":1}"#])
    func absent(line: String) throws {
        #expect(try Self.read(line, ["a"]).rows == [[:]])
    }

    @Test(
        "The time is found by name and read by its look",
        arguments: [
            (#"{"ts":"2024-02-29T12:00:00.123456Z"}"#, "1709208000123456"),
            (#"{"time":"2024-02-29T13:00:00+01:00"}"#, "1709208000000000"),
            (#"{"@timestamp":"2024-02-29 12:00:00"}"#, "1709208000000000"),
            (#"{"time_local":"29/Feb/2024:12:00:00 +0000"}"#, "1709208000000000"),
            (#"{"time_local":"29\/Feb\/2024:12:00:00 +0000"}"#, "1709208000000000"),
            (#"{"ts":1709208000}"#, "1709208000000000"), (#"{"ts":1709208000.25}"#, "1709208000250000"),
            (#"{"ts":1709208000123}"#, "1709208000123000"), (#"{"ts":1709208000123456}"#, "1709208000123456"),
            (#"{"ts":1709208000123456789}"#, "1709208000123456"), (#"{"msec":"1709208000.5"}"#, "1709208000500000"),
            (#"{"ts":1.709208e+09}"#, "1709208000000000"),
            (#"{"timestamp":1709208001,"ts":1709208000}"#, "1709208000000000"),
            (#"{"eventTime":"2024-02-29T12:00:00Z"}"#, "1709208000000000"),
        ])
    func time(line: String, micros: String) throws {
        #expect(try Self.read(line, []).rows == [["time": micros]])
    }

    @Test(
        "A time that cannot be read is none",
        arguments: [
            #"{"ts":"soon"}"#, #"{"ts":""}"#, #"{"ts":null}"#, #"{"ts":{}}"#, #"{"ts":true}"#,
            #"{"ts":"2024-02-30T00:00:00Z"}"#,
            #"{"ts":99999999999999999999999}"#, #"{"ts":1e300}"#, #"{"t":[]}"#,
        ])
    func noTime(line: String) throws {
        #expect(try Self.read(line, []).rows == [[:]])
    }

    @Test("Escaped values that two columns share, or that lie in a wanted object, are undone once or not at all")
    func shared() throws {
        let found = try Self.read(#"{"request":{"uri":"a\n\u0041","x":1}}"#, ["url", "uri", "request", "request.x"])
        let raw = #"a\n\u0041"#
        #expect(
            found.rows == [
                ["url": raw, "uri": raw, "request": #"{"uri":"a\n\u0041","x":1}"#, "request.x": "1"]
            ])
        #expect(try Self.read(#"{"uri":"a\n\\n"}"#, ["url", "uri"]).rows == [["url": "a\n\\n", "uri": "a\n\\n"]])
    }

    @Test("Keys that come and go, and change their order, are found all the same")
    func order() throws {
        let lines = [
            #"{"a":1,"b":2,"c":3}"#, #"{"b":2,"c":3,"a":1}"#, #"{"c":3}"#, #"{"ab":9,"a":1,"abc":9,"c":3}"#,
            #"{"a":1,"b":2,"c":3}"#,
            #"{"":0,"b":2}"#, #"{"a\u0062":9,"\u0062":2}"#,
        ]
        let rows = try Self.read(lines.joined(separator: "\n"), ["a", "b", "c"]).rows
        #expect(
            rows == [
                ["a": "1", "b": "2", "c": "3"], ["a": "1", "b": "2", "c": "3"], ["c": "3"], ["a": "1", "c": "3"],
                ["a": "1", "b": "2", "c": "3"], ["b": "2"], ["b": "2"],
            ])
        let many = (0..<100).map { #""key\#($0)":\#($0)"# }.joined(separator: ",")
        #expect(
            try Self.read("{\(many)}\n{\(many)}", ["key7", "key50", "key99"]).rows
                == Array(repeating: ["key7": "7", "key50": "50", "key99": "99"], count: 2))
    }

    @Test("Blank lines, line ends of Windows and the mark before UTF-8 are no fault")
    func blanks() throws {
        let found = try Self.read("\u{feff}{\"a\":1}\r\n\r\n  \t\n\n {\"a\":2}\t\r\n", ["a"])
        #expect(found.rows == [["a": "1"], ["a": "2"]])
        #expect(found.bad.isEmpty)
    }

    @Test(
        "A faulty line is told with its place",
        arguments: [
            (#"{"a":1"#, 6, ", or }"), (#"{"a":1,}"#, 7, "a key in quotes"), (#"{"a" 1}"#, 5, ":"),
            (#"{"a":}"#, 5, "a value"),
            (#"{"a":"x"#, 7, "a string's end"), (#"{"a":1} x"#, 8, "the end of the line"), ("x", 0, "an object, {"),
            (#"{"a":01}"#, 6, "no digit behind a leading 0"), (#"{"a":1.}"#, 7, "a digit"),
            ("{\"a\":\"\t\"}", 6, "no control character in a string"),
            (#"{"b":[1,2}"#, 9, ", or ]"),
            (#"{"a":"\x"}"#, 7, #"an escape: \" \\ \/ \b \f \n \r \t or \u and four digits"#),
            (#"{"a":"\u12g4"}"#, 10, "four hexadecimal digits"),
        ])
    func fault(line: String, place: Int, expected: String) throws {
        for wanted in [["a"], ["z"]] {
            let found = try Self.read("{}\n" + line + "\n{}", wanted)
            #expect(found.rows.count == 2)
            #expect(found.bad == [BadLine(line: 3..<3 + line.utf8.count, fault: 3 + place, expected: expected)])
        }
    }

    @Test("Nesting ends at 128 levels, wanted or not", arguments: [["z"], ["a"], ["a.a"], ["a.0.0.0"]])
    func depth(wanted: [String]) throws {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            func line(_ depth: Int) -> String {
                #"{"a":"# + String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth) + "}"
            }
            #expect(try Self.read(line(127), wanted).rows.count == 1)
            #expect(try Self.read(line(128), wanted).bad.map(\.expected) == ["at most 128 levels"])
            #expect(try Self.read(line(100_000), wanted).bad.count == 1)
        }
    }

    static let texts: [[UInt8]] = [
        [0x80], [0xc0, 0xaf], [0xc1, 0xbf], [0xc2], [0xc3, 0x28], [0xe0, 0x9f, 0xbf], [0xe0, 0x80, 0xaf], [0xe2, 0x82],
        [0xed, 0xa0, 0x80],
        [0xed, 0xbf, 0xbf], [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff],
        [0xfe],
        [0xf0, 0x9f, 0x98], [0xc3, 0xa9, 0x80],
    ]

    @Test("What is no UTF-8 is a fault, in values and in keys", arguments: texts)
    func encoding(text: [UInt8]) throws {
        for pad in 0..<20 {
            let filler = [UInt8](repeating: 97, count: pad)
            for (before, after) in [(#"{"a":""#, #""}"#), (#"{""#, #"":1}"#), (#"{"z":[""#, #""]}"#)] {
                let line = Array(before.utf8) + filler + text + Array(after.utf8)
                let found = try JSONLine.format.reading(["a"]).read(line)
                #expect(found.rows.isEmpty && found.bad.map(\.expected) == ["UTF-8"])
            }
        }
    }

    /// Values of which half are none, as in the collections that test readers of JSON.
    static let good = [
        "0", "-0", "-1", "123", "1.5", "1e5", "1E+5", "1e-5", "0e1", "0.0e-0", "123456789012345678901234567890",
        "1e99999", "true", "false",
        "null", "[]", "{}", "[ ]", "{ }", "[1 , 2]", #"{"a":{"b":[]}}"#, #""\u0000""#, #""\uFFFF""#, "\"\u{7f}\"",
        "\"\u{2028}\"", #""a/b""#,
        #"[[[[]]],{},"",null]"#, #"{"a":1,"a":2}"#, #""\\u0041""#, #""\"""#, "[\t1\r]", #"{"":{"":""}}"#,
    ]
    static let wrong = [
        "", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "-", "--1", "0x1", "1_000", "NaN", "Infinity", "-Infinity",
        "tru", "truee", "True", "nul",
        "[", "]", "[1,]", "[,1]", "[,]", "[1 2]", "[1,,2]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{,}", "{a:1}",
        "{1:1}", #"{'a':1}"#,
        #"{"a":1,,"b":1}"#, #"{"a":1 "b":1}"#, "[}", "{]", "[1}", #"{"a":1]"#, #"""#, #""\""#, #""\u""#, #""\u12""#,
        #""\u123g""#, #""\a""#,
        #""\U0041""#, #""\'""#, "'a'", "\"\u{0}\"", "\"\u{1f}\"", "1 1", "[] []", "1,", "/* */ 1", "1 // x", "\u{0}",
        "\u{c}1", "[\u{b}1]",
        "[\u{a0}1]", "\"a\"b", "nulltrue", "[1]]", "{}}", #"{"a":1}}"#, "1-", "1.2.3", "1e5.5", "[\"\u{feff}",
        "\u{feff}1",
    ]

    @Test("Values of RFC 8259 pass, others do not, wanted or not, at each depth", arguments: [true, false])
    func conformance(isGood: Bool) throws {
        for text in isGood ? Self.good : Self.wrong {
            for (before, after) in [("", ""), ("[", "]"), (#"{"b":"#, "}"), ("[1,{\"c\":[", "]}]")] {
                let line = #"{"a":\#(before)\#(text)\#(after)}"#
                // An array without anything in it is one.
                if text.isEmpty, before.hasSuffix("[") { continue }
                for wanted in [["a"], ["z"], ["a.0", "a.b"], ["a.1.c.0"]] {
                    let found = try Self.read(line, wanted)
                    #expect(found.rows.count == (isGood ? 1 : 0), "\(line)")
                    #expect(found.bad.count == (isGood ? 0 : 1), "\(line)")
                }
            }
        }
    }
}
