import MusterCore
import MusterTesting
import MusterText
import Testing

/// What reading gives: a value, or the faults' lines.
private func read(_ bytes: [UInt8]) -> (value: Setting?, faults: [String]) {
    let log = FaultLog()
    let value = JSONReader.read(bytes, source: "a.json", log: log)
    return (value, log.lines)
}

private func read(_ text: String) -> (value: Setting?, faults: [String]) { read(Array(text.utf8)) }

/// A writer as plain as can be, to read back what it wrote.
private func written(_ value: Setting) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .string(let text): writtenText(text)
    case .list(let elements): "[" + elements.map(written).joined(separator: " ,\n\t") + "]"
    case .object(let members):
        "{ " + members.map { "\(writtenText($0.name)) : \(written($0.value))" }.joined(separator: ", ") + "\r\n}"
    }
}

private func writtenText(_ text: String) -> String {
    var result = "\""
    for (index, unit) in text.utf16.enumerated() {
        let isPlain = unit >= 0x20 && unit < 0x7F && unit != 0x22 && unit != 0x5C
        if isPlain && index % 3 != 0 {
            result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
        } else {
            let digits = String(unit, radix: 16, uppercase: index.isMultiple(of: 2))
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
    return result + "\""
}

private func randomValue(depth: Int, _ random: inout Dice) -> Setting {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
    case 0: .null
    case 1: .bool(.random(using: &random))
    case 2: .integer(.random(in: .min ... .max, using: &random))
    case 3: .integer(.random(in: -100...100, using: &random))
    case 4: .number(.random(in: -1e9...1e9, using: &random))
    case 5: .string(randomText(&random))
    case 6: .list((0..<Int.random(in: 0...5, using: &random)).map { _ in randomValue(depth: depth - 1, &random) })
    default:
        .object(
            (0..<Int.random(in: 0...12, using: &random)).map {
                Setting.Member("\($0)" + randomText(&random), randomValue(depth: depth - 1, &random))
            })
    }
}

private func randomText(_ random: inout Dice) -> String {
    let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\0", "é", "€", "😀", "\u{10FFFF}", "/", "\u{7F}"]
    var text = ""
    for _ in 0..<Int.random(in: 0...20, using: &random) {
        text.unicodeScalars.append(scalars.randomElement(using: &random) ?? "x")
    }
    return text
}

@Suite("The JSON reader")
struct JSONReaderTests {
    @Test(
        "reads what RFC 8259 allows",
        arguments: [
            ("null", .null), ("true", .bool(true)), (" false ", .bool(false)), ("0", .integer(0)), ("-0", .integer(0)),
            ("-1", .integer(-1)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(0x1p63)),
            ("-9223372036854775809", .number(-0x1p63)),
            ("123456789012345678901234567890", .number(1.2345678901234568e29)), ("1.5", .number(1.5)),
            ("-0.0", .number(0)), ("1e2", .number(100)), ("1E+2", .number(100)), ("12e-1", .number(1.2)),
            ("0e1", .number(0)), ("1e-999", .number(0)), ("\"\"", .string("")), ("\"a\"", .string("a")),
            ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", .string("\"\\/\u{8}\u{c}\n\r\t")), ("\"\\u00e9\"", .string("é")),
            ("\"\\u0000\"", .string("\0")), ("\"a\\ud83d\\uDE00b\"", .string("a😀b")), ("\"é€😀\"", .string("é€😀")),
            ("\"\u{7F}\"", .string("\u{7F}")), ("\"\u{2028}\"", .string("\u{2028}")), ("\"//#\"", .string("//#")),
            ("[]", .list([])), ("[ ]", .list([])), ("[[] ,{}]", .list([.list([]), .object([])])), ("{}", .object([])),
            ("\t\r\n{ \"a\" : [ 1 , 2 ] }\n", .object([.init("a", .list([.integer(1), .integer(2)]))])),
            (
                "{\"b\":1,\"a\":2,\"\":3}",
                .object([.init("b", .integer(1)), .init("a", .integer(2)), .init("", .integer(3))])
            ), ("\u{FEFF}[1]", .list([.integer(1)])),
        ] as [(String, Setting)])
    func accepts(text: String, expected: Setting) {
        let (value, faults) = read(text)
        #expect(value == expected)
        #expect(faults.isEmpty)
    }

    @Test(
        "refuses what RFC 8259 does not allow, with line, column and what to write",
        arguments: [
            ("", "1:1: the file is empty; write an object { … }"),
            (" \n ", "2:2: the file is empty; write an object { … }"),
            ("\u{FEFF}", "1:1: the file is empty; write an object { … }"),
            ("{", "1:2: the file ends inside an object; write \"}\""),
            ("[", "1:2: the file ends where a value is expected; write the rest of it"),
            ("[1", "1:3: the file ends inside a list; write \"]\""),
            ("[1,", "1:4: the file ends where a value is expected; write the rest of it"),
            ("{\"a\":1", "1:7: the file ends inside an object; write \"}\""),
            ("{\"a\":1,", "1:8: the file ends inside an object; write \"}\""),
            ("{\"a\"", "1:5: the file ends after a key; write \":\" and the value"),
            ("{\"a\" 1}", "1:6: \"1\" after a key; write \":\" and the value"),
            ("{a:1}", "1:2: \"a\" where a key is expected; write the key as \"text\""),
            ("{'a':1}", "1:2: JSON has no single quotes; write \"…\""),
            ("['a']", "1:2: JSON has no single quotes; write \"…\""),
            ("{1:1}", "1:2: \"1\" where a key is expected; write the key as \"text\""),
            ("{\"a\":1 \"b\":2}", "1:8: a text inside an object; write \",\" or \"}\""),
            ("[1 2]", "1:4: \"2\" inside a list; write \",\" or \"]\""),
            ("[1}", "1:3: \"}\" inside a list; write \",\" or \"]\""),
            ("[1,]", "1:3: JSON has no comma after the last element; write \"]\" without the comma"),
            (
                "{\"a\":1,\n \"b\":2 ,\n}",
                "2:8: JSON has no comma after the last element; write \"}\" without the comma"
            ),
            (
                "[,1]",
                "1:2: \",\" where a value is expected; write \"text\", a number, true, false, null, [ … ] or { … }"
            ),
            (
                "[1,,2]",
                "1:4: \",\" where a value is expected; write \"text\", a number, true, false, null, [ … ] or { … }"
            ),
            ("{,}", "1:2: \",\" where a key is expected; write the key as \"text\""),
            ("// x\n1", "1:1: JSON has no comments; write the file without them"),
            ("[1, /* x */ 2]", "1:5: JSON has no comments; write the file without them"),
            ("{} # x", "1:4: JSON has no comments; write the file without them"),
            ("1 2", "1:3: \"2\" after the end of the value; write one value only"),
            ("{}}", "1:3: \"}\" after the end of the value; write one value only"),
            ("nul", "1:1: \"n\" where a value is expected"), ("True", "1:1: \"T\" where a value is expected"),
            ("NaN", "1:1: \"N\" where a value is expected"), ("Infinity", "1:1: \"I\" where a value is expected"),
            ("truefalse", "1:5: \"f\" after the end of the value; write one value only"),
            ("+1", "1:1: \"+\" where a value is expected"), (".5", "1:1: \".\" where a value is expected"),
            ("-", "1:2: the file ends inside a number; write a digit"),
            ("-a", "1:2: \"a\" inside a number; write a digit"),
            ("1.", "1:3: the file ends inside a number; write a digit after \".\""),
            ("1.e1", "1:3: \"e\" inside a number; write a digit after \".\""),
            ("1e", "1:3: the file ends inside a number; write a digit after \"e\""),
            ("[1e+]", "1:5: \"]\" inside a number; write a digit after \"e\""),
            ("01", "1:1: a number with a leading zero; write it without, or as \"text\""),
            ("[-012]", "1:2: a number with a leading zero; write it without, or as \"text\""),
            ("0x10", "1:2: \"x\" after the end of the value; write one value only"),
            ("1_000", "1:2: \"_\" after the end of the value; write one value only"),
            ("[1e999]", "1:2: a number that is too large to hold; write it as \"text\""),
            ("\"a", "1:1: this text is never closed; write \"\\\"\" at its end"),
            ("\"\\n", "1:1: this text is never closed; write \"\\\"\" at its end"),
            ("\"\\", "1:2: the file ends inside an escape; write \"\\\\\" for a backslash"),
            ("[\"a\nb\"]", "1:4: a line break inside a text; write it as \\n, or close the text before it"),
            ("\"\t\"", "1:2: a control character inside a text; write it as \\u0009, or close the text before it"),
            (
                "\"\\n\u{1}\"",
                "1:4: a control character inside a text; write it as \\u0001, or close the text before it"
            ),
            ("\"\\x41\"", "1:2: JSON has no such escape; write \"\\\\\" for a backslash"),
            ("\"C:\\Users\"", "1:4: JSON has no such escape; write \"\\\\\" for a backslash"),
            ("\"\\u12G4\"", "1:2: \\u needs four hexadecimal digits; write for example \\u00e9"),
            ("\"\\u12", "1:2: \\u needs four hexadecimal digits; write for example \\u00e9"),
            ("\"\\ud83d\"", "1:2: half of a surrogate pair; write both halves, such as \\ud83d\\ude00"),
            ("\"\\ud83dx\"", "1:2: half of a surrogate pair; write both halves, such as \\ud83d\\ude00"),
            ("\"\\ud83d\\n\"", "1:2: half of a surrogate pair; write both halves, such as \\ud83d\\ude00"),
            ("\"\\ud83d\\u0041\"", "1:2: half of a surrogate pair; write both halves, such as \\ud83d\\ude00"),
            ("\"é\\ude00\"", "1:3: half of a surrogate pair; write both halves, such as \\ud83d\\ude00"),
            ("[\u{A0}1]", "1:2: a character that JSON does not know where a value is expected"),
            ("\u{c}1", "1:1: a character that JSON does not know where a value is expected"),
        ])
    func refuses(text: String, fault: String) {
        let (value, faults) = read(text)
        #expect(value == nil)
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("a.json:" + fault) == true, "\(faults)")
    }

    @Test(
        "refuses bytes that are no UTF-8 and names the first of them",
        arguments: [
            ([0xFF], 3), ([0x61, 0x80], 4), ([0xC3], 3), ([0xC0, 0x80], 3), ([0xED, 0xA0, 0x80], 3),
            ([0xF4, 0x90, 0x80, 0x80], 3), ([0xC3, 0xA9, 0xE2, 0x82], 4),
        ] as [([UInt8], Int)])
    func invalidUTF8(bytes: [UInt8], column: Int) {
        for escape in ["", "\\n"] {
            let (value, faults) = read(Array("[\"\(escape)".utf8) + bytes + Array("\"]".utf8))
            #expect(value == nil)
            #expect(faults == ["a.json:1:\(column + escape.count): these bytes are no UTF-8; write the file in UTF-8"])
        }
    }

    @Test("reads 64 lists inside each other and refuses 65")
    func depth() {
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(read(deepest).faults.isEmpty)
        let hint = "a.json:1:65: more than 64 lists and objects inside each other; write it flatter"
        #expect(read("[" + deepest + "]").faults == [hint])
        #expect(read(String(repeating: "[", count: 1_000_000)).faults == [hint])
        #expect(read(String(repeating: "{\"\":", count: 1_000_000)).faults.count == 1)
    }

    @Test("notes every key that stands twice, keeps its first value and reads on")
    func duplicateKeys() {
        let text = "{\"a\": 1,\n \"a\": 2, \"b\": {\"c\": 1, \"\\u0063\": 3}}"
        let (value, faults) = read(text)
        #expect(value == .object([.init("a", .integer(1)), .init("b", .object([.init("c", .integer(1))]))]))
        #expect(
            faults == [
                "a.json:2:2: the key \"a\" stands twice in this object; write it once",
                "a.json:2:24: the key \"c\" stands twice in this object; write it once",
            ])
        let many = "{" + (0..<40).map { "\"k\($0 % 30)\": \($0)" }.joined(separator: ",") + "}"
        #expect(read(many).faults.count == 10)
    }

    @Test("reads back what was written, for random values", arguments: 0..<300)
    func readsBack(seed: Int) {
        var random = Dice(seed)
        let value = randomValue(depth: 5, &random)
        let (back, faults) = read(written(value))
        #expect(back == value)
        #expect(faults.isEmpty)
    }

    @Test("survives 10,000 random mutations, and either reads a value or names one place")
    func mutations() {
        var random = Dice(7)
        let seed =
            Array(written(randomValue(depth: 5, &random)).utf8)
            + Array("{\"a\": [1, -2.5e3, \"x\\u00e9😀\", null]}".utf8)
        let odd = Array("{}[]\",:\\0e-.u/#\u{FF}".utf8) + [0xFF, 0xC3, 0xED, 0x00]
        for _ in 0..<10_000 {
            var bytes = Array(seed.shuffledSlice(&random))
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[position] = odd.randomElement(using: &random) ?? 0
                case 1: bytes.remove(at: position)
                default: bytes.insert(odd.randomElement(using: &random) ?? 0, at: position)
                }
            }
            let (value, faults) = read(bytes)
            if value == nil { #expect(!faults.isEmpty && faults.last?.hasPrefix("a.json:") == true) }
        }
    }

    @Test("refuses every beginning of an object")
    func beginnings() {
        let whole = Array("{\"aé\": [1, -2.5e3, \"x\\ud83d\\ude00\", null, true], \"b\": {}}".utf8)
        #expect(read(whole).faults.isEmpty)
        for end in 0..<whole.count {
            let (value, faults) = read(Array(whole[..<end]))
            #expect(value == nil && faults.count == 1, "\(end)")
        }
    }
}

extension Array<UInt8> {
    fileprivate func shuffledSlice(_ random: inout Dice) -> ArraySlice<UInt8> {
        let first = Int.random(in: 0..<count, using: &random)
        return Bool.random(using: &random) ? self[...] : self[first...].prefix(200)
    }
}
