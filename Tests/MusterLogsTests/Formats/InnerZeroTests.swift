import MusterCore
import Testing

@testable import MusterLogs

@Suite("Zeros inside of a line")
struct InnerZeroTests {
    private static func combined(_ path: String) -> String {
        "192.0.2.1 - - [29/Nov/2026:23:50:01 +0000] \"GET \(path) HTTP/1.1\" 200 5 \"-\" \"c\""
    }

    @Test(
        "are a part of texts, and make no two keys one",
        arguments: [
            ("combined", "path", [combined("/a\0b"), combined("/ab"), combined("/a"), combined("/a\0")], 4),
            ("combined", "path", [combined("/a\0b"), combined(#"/a\\x00b"#)], 2),
            ("common", "url", [combined("/a\0b"), combined("/a\0\0b")], 2),
            ("syslog-bsd", "message", ["x\0y", "xy", "xy\0\0", "x"].map { "Nov 29 23:49:58 h a: \($0)" }, 4),
            ("syslog", "message", ["x\0y", "xy"].map { "<1>1 2026-11-29T23:49:58Z h a - - - \($0)" }, 2),
            ("cri", "message", ["x\0y", "xy"].map { "2026-11-29T23:49:58.1Z stderr F \($0)" }, 2),
            ("compose", "message", ["x\0y", "xy"].map { "a-1  | \($0)" }, 2),
            ("nginx-error", "message", ["x\0y", "xy"].map { "2026/11/29 23:50:02 [warn] 3#1: \($0)" }, 2),
            (#"regex:^(?<k>.*)$"#, "k", ["x\0y", "xy", #"x\x00y"#], 3),
            (#"nginx:$status "$k""#, "k", ["200 \"x\0y\"", "200 \"xy\""], 2),
        ])
    func keys(_ format: String, _ field: String, _ lines: [String], _ count: Int) throws {
        for groups in [[[field]], [[field, "status"]]] {
            let questions = LogQuestions(groups: groups)
            let reading: LineReading
            switch try LogFormatCatalog.choice(format) {
            case .named(let format): reading = try format.reading(questions.wanted)
            case .notation(let notation, let text): reading = try notation.read(text, questions.wanted)
            case .automatic: return
            }
            let tally = LogTally(questions, seed: 1)
            let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
            try LineCounter([reading], questions).count(bytes, source: 0, position: 0, into: tally)
            #expect(tally.fitting == UInt64(lines.count) && tally.bad == 0)
            let rows = LogAnswers(limit: 99).report(tally, sources: [], kinds: [:]).tables[0].rows
            #expect(Set(rows.map { $0.keys[0] }).count == count && rows.count == count)
        }
    }

    @Test(
        "make a line bad where none can be: in an address, a number, a time, a name, in JSON",
        arguments: [
            ("combined", combined("/").replacing("192.0.2.1", with: "192.0\0.2.1")),
            ("combined", combined("/").replacing("200", with: "2\00")), ("combined", combined("/") + "\0\0"),
            ("combined", combined("/").replacing("23:50", with: "23\050")),
            // A torn write, and the line that came after it.
            ("combined", "192.0.2.1 - - [29/Nov" + String(repeating: "\0", count: 90) + combined("/")),
            ("syslog-bsd", "Nov 29 23:49:58 h\0h a: x"), ("json", "{\"a\":\"x\0y\"}"), ("json", "{\"a\":1\0}"),
            ("logfmt", "a=1\0 b=2"),
            ("docker", "{\"log\":\"x\0\",\"stream\":\"stdout\",\"time\":\"2026-11-29T23:49:58Z\"}"),
        ])
    func bad(_ format: String, _ line: String) throws {
        let reading = try #require(LogFormatCatalog.formats.first { $0.name == format }).reading(["a", "b"])
        let read = reading.read(line + "\n")
        #expect(read.rows.isEmpty && read.badTexts == [line])
    }
}
