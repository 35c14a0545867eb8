import Foundation
import MusterCore
import MusterTesting
import MusterText
import Testing

@testable import MusterLogs

@Suite("Different keys")
struct DistinctKeyTests {
    @Test(
        "are spelled out without looking like each other",
        arguments: [
            ("a\u{202e}b", #"a\u{202e}b"#), (#"a\u{202e}b"#, #"a\x5cu{202e}b"#), ("\u{2066}", #"\u{2066}"#),
            ("\n", #"\n"#), (#"\n"#, #"\x5cn"#), (#"\t\r"#, #"\x5ct\x5cr"#), ("\0", #"\x00"#),
            // A byte that is no UTF-8 comes as this, and a written one with \x5c.
            (#"\x9b"#, #"\x9b"#), ("\u{9b}", #"\u{9b}"#), (#"\u{9b}"#, #"\x5cu{9b}"#),
            (#"\u{}\u{G}\u{9b\a\"#, #"\u{}\u{G}\u{9b\a\"#), ("ä中", "ä中"), ("", ""),
        ])
    func spelled(_ key: String, _ text: String) {
        #expect(ShownKey.text(key) == text)
    }

    /// Random keys of what escapes are made of.
    private static func keys(_ seed: Int) -> [String] {
        var dice = Dice(seed)
        let parts = [
            "\u{202e}", "\u{2066}", "\u{9b}", "\n", "\0", "\\", "u{202e}", "u{", "9b", "}", "n", "'", "=", "-", " ",
            "|", "`",
            "(empty)", "\u{301}", "a",
        ]
        let keys = (0..<600).map { _ in
            (0..<Int.random(in: 0...4, using: &dice)).map { _ in parts.randomElement(using: &dice) ?? "" }.joined()
        }
        // Swift takes canonically equal texts for equal; keys are bytes.
        var seen: Set<[UInt8]> = []
        return keys.filter { seen.insert(Array($0.utf8)).inserted }
    }

    @Test("print differently in every output", arguments: LogReportTests.names, 0..<3)
    func different(_ name: String, _ seed: Int) throws {
        let keys = Self.keys(seed)
        var report = LogReport(version: "1")
        report.tables = [
            .init(
                name: "k", title: "k", keys: ["k"], columns: [.init(name: "count", title: "lines")],
                rows: keys.map { .init(keys: [$0], values: [.count(1)]) }, distinct: keys.count, total: keys.count,
                isExact: true)
        ]
        let text = try LogReportTests.text(name, report, LogReportLook(width: 200))
        // A carriage return and a line feed are one character.
        var lines = text.utf8.split(separator: 10).map { String(decoding: $0, as: UTF8.self) }
        if name == "html" { lines = text.components(separatedBy: "<tr>") }
        let rows = lines.filter { Self.isRow($0, of: name) }
        try #require(rows.count == keys.count, "\(name): \(rows.count) of \(keys.count)")
        let different = Set(rows.map { Array(($0.hasSuffix(",") ? String($0.dropLast()) : $0).utf8) })
        #expect(different.count >= keys.count, "\(name)")
        let odd = rows.joined().unicodeScalars.filter { !TerminalText.isPrintable($0) && $0 != "\r" && $0 != "\n" }
        #expect(odd.isEmpty)
    }

    @Test("stay different where one has no text and another says so", arguments: ["table", "markdown", "html"])
    func empty(_ name: String) throws {
        var report = LogReport(version: "1")
        report.tables = [
            .init(
                name: "k", title: "k", keys: ["k"], columns: [.init(name: "count", title: "lines")],
                rows: ["", "(empty)"].map { .init(keys: [$0], values: [.count(1)]) }, distinct: 2, total: 2,
                isExact: true)
        ]
        let text = try LogReportTests.text(name, report, LogReportLook(width: 200))
        #expect(text.components(separatedBy: "(empty)").count == 2)
        #expect(text.components(separatedBy: #"\x28empty)"#).count == 2)
    }

    private static func isRow(_ line: String, of name: String) -> Bool {
        switch name {
        case "table": line.hasPrefix("      1  ") || line.hasPrefix("  ") && line.contains(" 1  ")
        case "csv": line.hasSuffix(",1\r") || line.hasSuffix(",1")
        case "markdown": line.hasSuffix("| 1 |")
        case "html": line.contains("class=\"key bar\"")
        case "prometheus": line.hasPrefix("muster_logs_top{")
        default: line.contains("\"keys\":{") || line.contains("\"k\":")
        }
    }
}
