import Foundation
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("JSON lines, against another reader")
struct JSONMutationTests {
    /// A random value as text.
    static func value(_ dice: inout Dice, _ depth: Int) -> String {
        let space = Int.random(in: 0..<8, using: &dice) == 0 ? " " : ""
        switch Int.random(in: 0..<(depth > 3 ? 5 : 8), using: &dice) {
        case 0: return ["true", "false", "null"].randomElement(using: &dice) ?? ""
        case 1: return "\(Int.random(in: -1000...1000, using: &dice))"
        case 2: return ["0.5", "1e3", "-2.25E-1", "12345678901234567890"].randomElement(using: &dice) ?? ""
        case 3, 4: return string(&dice)
        case 5, 6: return object(&dice, depth + 1)
        default:
            let count = Int.random(in: 0...4, using: &dice)
            return "[\(space)" + (0..<count).map { _ in value(&dice, depth + 1) }.joined(separator: "\(space),")
                + "\(space)]"
        }
    }

    static func string(_ dice: inout Dice) -> String {
        let parts = [
            "a", "bc", "some more text", " ", "é", "€", "😀", #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\u0041"#, #"\u00e9"#,
            #"\ud83d\ude00"#, #"\t"#, "{", "]",
            ",", ":",
        ]
        let count = Int.random(in: 0...12, using: &dice)
        return "\"" + (0..<count).compactMap { _ in parts.randomElement(using: &dice) }.joined() + "\""
    }

    static func object(_ dice: inout Dice, _ depth: Int) -> String {
        // Each key once: readers differ in which of two they take.
        let keys = ["a", "b", "status", "user_agent", "é", "longer than sixteen bytes", #"\u0063"#].shuffled(
            using: &dice)
        let count = Int.random(in: 0...keys.count, using: &dice)
        return "{" + keys.prefix(count).map { #""\#($0)": \#(value(&dice, depth))"# }.joined(separator: ", ") + "}"
    }

    /// What Foundation finds; strings only, for numbers lose their look.
    static func expected(_ text: [UInt8], _ path: [String]) throws -> String? {
        var found: Any? = try JSONSerialization.jsonObject(with: Data(text))
        for part in path {
            if let object = found as? [String: Any] {
                found = object[part]
            } else if let array = found as? [Any], let index = Int(part), array.indices.contains(index) {
                found = array[index]
            } else {
                found = nil
            }
        }
        return found as? String
    }

    @Test("Random objects are read as Foundation reads them")
    func random() throws {
        var dice = Dice(11)
        let names = ["a", "b", "c", "é", "a.b", "b.a.a", "a.1", "a.0.b", "longer than sixteen bytes"]
        let lines = (0..<3000).map { _ in Self.object(&dice, 0) }
        var strings = 0
        // One name at a time: escapes inside of a wanted object stay.
        for name in names {
            let found = try JSONLine.format.reading([name]).read(lines.joined(separator: "\n"))
            #expect(found.bad.isEmpty)
            #expect(found.rows.count == lines.count)
            for (line, row) in zip(lines, found.rows) {
                if let text = try Self.expected(Array(line.utf8), name.split(separator: ".").map(String.init)) {
                    #expect(row[name] == text, "\(name) in \(line)")
                    strings += 1
                }
            }
        }
        #expect(strings > 1000)
    }

    @Test("Mutated objects are taken or refused as Foundation does")
    func mutated() throws {
        var dice = Dice(12)
        let reading = try JSONLine.format.reading(["a", "b.a"])
        var good = 0
        var wrong = 0
        for _ in 0..<8000 {
            var line = Array(Self.object(&dice, 0).utf8)
            for _ in 0..<Int.random(in: 1...2, using: &dice) where !line.isEmpty {
                let index = line.indices.randomElement(using: &dice) ?? 0
                let bytes = Array(#"{}[]",:\0123456789.-+eEtfnu "#.utf8) + [0x80, 0xc3, 0xff, 0x01]
                switch Int.random(in: 0..<3, using: &dice) {
                case 0: line.remove(at: index)
                case 1: line.insert(bytes.randomElement(using: &dice) ?? 0, at: index)
                default: line[index] = bytes.randomElement(using: &dice) ?? 0
                }
            }
            let object = try? JSONSerialization.jsonObject(with: Data(line))
            // Foundation refuses numbers and half pairs that the grammar allows, and takes other values and encodings.
            let found = reading.read(line)
            if line.isEmpty || line.allSatisfy({ $0 == 0x20 }) { continue }
            #expect(found.rows.count + found.bad.count == 1)
            let text = String(decoding: line, as: UTF8.self)
            // Foundation takes a comma before the end of an object or an array.
            let isLax = found.bad.first.map { [0x5d, 0x7d].contains(line[$0.fault...].first) } ?? false
            if object is [String: Any], !isLax {
                #expect(found.rows.count == 1, "\(text) \(found.bad)")
                good += 1
            } else if object == nil, String(validating: line, as: UTF8.self) != nil, !text.contains("\\u"),
                !text.contains("e"),
                !text.contains("E")
            {
                #expect(found.bad.count == 1, "\(text)")
                wrong += 1
            }
        }
        #expect(good > 500 && wrong > 500)
    }
}
