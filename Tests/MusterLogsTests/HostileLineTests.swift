import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Hostile lines")
struct HostileLineTests {
    static let wanted = ["message", "status", "a.b", "a.0", "sd.a.b", "url", "request"]
    static let seeds = [
        #"{"ts":"2024-02-29T12:00:00Z","status":200,"a":{"b":"x\u0041\ud83d\ude00"},"message":"é"}"#,
        #"{"a":["x",[1,2,{"b":null}]],"ts":1.5e9}"#,
        #"{"request":{"uri":"/\n","remote_ip":"1.1.1.1","headers":{"User-Agent":["x"]}},"status":200,"ts":1646861401.52}"#,
        #"time=2024-02-29T12:00:00Z level=info msg="a \"b\" \u0041\x41" flag url=/x"#,
        #"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 p 8710 - [a b="\"\\\]"][c] é"#,
        "<34>Oct 11 22:14:15 host su[12]: failed",
        "2024-02-29T12:00:00.123456789Z stdout F {\"status\":\"4\\u00300\"}", "2024-02-29T12:00:00Z stderr P part",
        #"1.1.1.1 - - [29/Feb/2024:12:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "x""#, "<4>1 - - - - - -", "", " \t\r",
        "\u{0}\u{0}",
    ].map { Array($0.utf8) }

    static func readings() throws -> [LineReading] {
        try LogFormatCatalog.formats.map { try $0.reading(wanted) }
            + [RegexLine.notation.read(#"^(?<ip>\S+) .*(?<rest>[^"]+)(?<time>\d+)?"#, [])]
    }

    static func mutated(_ dice: inout Dice) -> [UInt8] {
        var line = seeds.randomElement(using: &dice) ?? []
        for _ in 0..<Int.random(in: 0...4, using: &dice) {
            let index = Int.random(in: 0...line.count, using: &dice)
            let byte =
                Bool.random(using: &dice)
                ? UInt8.random(in: 0...255, using: &dice)
                : Array(#"{}[]",:\ =<>-u0"#.utf8).randomElement(using: &dice) ?? 0
            switch Int.random(in: 0..<4, using: &dice) {
            case 0: line.insert(byte, at: index)
            case 1 where index < line.count: line[index] = byte
            case 2 where index < line.count: line.remove(at: index)
            default: line.removeSubrange(index..<min(line.count, index + Int.random(in: 0...9, using: &dice)))
            }
        }
        return line
    }

    /// Zeros before a line are none of it.
    static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
        line.drop { $0 == 0 }.allSatisfy { [0x20, 0x09, 0x0d].contains($0) }
    }

    @Test("Every line is a row, bad or blank, alone as among others, and none traps")
    func mutations() throws {
        for (number, reading) in try Self.readings().enumerated() {
            var dice = Dice(100 + number)
            var alone = ReadLines()
            var bytes: [UInt8] = []
            var count = 0
            for _ in 0..<2500 {
                let line = Self.mutated(&dice)
                let found = reading.read(line)
                count += line.split(separator: 10, omittingEmptySubsequences: false).count { !Self.isBlank($0) }
                alone.rows += found.rows
                alone.badTexts += found.badTexts
                #expect(found.bad.allSatisfy { $0.line.lowerBound <= $0.fault && $0.fault <= $0.line.upperBound })
                bytes += line + [10]
            }
            let together = reading.read(bytes)
            #expect(alone.rows.count + alone.badTexts.count == count, "\(reading.title)")
            #expect(alone.rows == together.rows, "\(reading.title)")
            #expect(alone.badTexts == together.badTexts, "\(reading.title)")
            #expect(!alone.badTexts.isEmpty)
        }
    }

    @Test("A joiner takes any bytes")
    func joiner() {
        var dice = Dice(7)
        for _ in 0..<500 {
            var joiner = CRIJoiner()
            var output: [UInt8] = []
            for _ in 0..<5 { joiner.push((Self.mutated(&dice) + [10]).span, into: &output) }
            joiner.finish(into: &output)
            #expect(output.last == 10)
        }
    }
}
