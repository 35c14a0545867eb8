import MusterCore
import MusterTesting
import MusterText
import Testing

@testable import MusterFleet

@Suite("Reports of a run")
struct RunReportTests {
    private static let hostile = "\u{1b}]0;x\u{7}\u{202e}red"

    private let head = RunHead(
        command: ["echo", hostile], inventory: "-", limit: "web*", hosts: 5, wallSeconds: 1_795_000_000, seed: 1)

    private func ending(_ name: String, _ outcome: HostOutcome, error: String = "", detail: String = "") -> HostEnding {
        var kept = KeptOutput(limit: 1_000)
        kept.append(Array(error.utf8).span)
        return HostEnding(
            host: FleetHost(name: name, address: name), outcome: outcome, detail: detail, elapsed: .milliseconds(1500),
            error: kept)
    }

    private var endings: [HostEnding] {
        [
            ending("web1", .done), ending("web2", .failed(status: 3), error: "first\n\(Self.hostile)\n"),
            ending("web3", .unreachable(.network(.tcpRefused)), detail: Self.hostile),
            ending("web4", .unknown(.fault), detail: "ssh cannot be started"),
        ]
    }

    private func text(
        _ format: RunReportFormat, _ endings: [HostEnding], lines: Bool = false, ending: FleetRun.Ending = .complete,
        notBegun: [String] = []
    ) -> (text: String, status: Int32) {
        var writer = format.make(ReportOptions(width: 80), lines: lines)
        var bytes: [UInt8] = []
        var tally = RunTally()
        writer.begin(head, into: &bytes)
        for ending in endings {
            tally.add(ending)
            writer.add(ending, into: &bytes)
        }
        let foot = RunFoot(
            ending: ending, elapsed: .seconds(2), doneBefore: 0, notBegun: notBegun, record: "/r.ndjson")
        writer.end(foot, tally, into: &bytes)
        return (String(decoding: bytes, as: UTF8.self), tally.exitStatus(foot))
    }

    @Test("A table counts by outcome and tells each failure with its reason and last words")
    func table() {
        let text = text(.table, endings, notBegun: ["web5"]).text
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.contains("1 done · 1 failed · 1 unreachable · 1 not judged · 1 not begun  in 2.00s"))
        #expect(lines.contains("Failures  command.failed 1, local.fault 1, tcp.refused 1"))
        #expect(lines.contains("  web2  command.failed (status 3)") && lines.contains("    first"))
        #expect(lines.contains("  web4  local.fault") && lines.contains("    ssh cannot be started"))
        #expect(lines.contains("record: /r.ndjson"))
        #expect(!text.contains("done        web1"))
        #expect(self.text(.table, endings, lines: true).text.contains("\ndone        web1"))
    }

    @Test(
        "Who knows the command's output says what is told of those that are done, and of them alone",
        arguments: [("a\n7\n", "b: 7"), ("a\n", "a")])
    func telling(_ output: String, _ words: String) {
        var kept = KeptOutput(limit: 1_000)
        kept.append(Array(output.utf8).span)
        let host = FleetHost(name: "web1", address: "web1")
        var writer = RunReportFormat.table.make(
            ReportOptions(width: 80), lines: true, telling: { $0.text.hasSuffix("7\n") ? "b: 7" : nil })
        var bytes: [UInt8] = []
        writer.add(HostEnding(host: host, outcome: .done, output: kept), into: &bytes)
        writer.add(HostEnding(host: host, outcome: .failed(status: 3), output: kept), into: &bytes)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasSuffix("  " + words))
        #expect(lines[1].hasSuffix("  status 3: " + output.dropLast().suffix(1)))
    }

    @Test("No control character of a host passes", arguments: RunReportFormat.allCases, [false, true])
    func safety(_ format: RunReportFormat, _ lines: Bool) {
        let text = text(format, endings, lines: lines).text
        #expect(!text.unicodeScalars.contains { $0 != "\n" && !TerminalText.isPrintable($0) })
        #expect(text.contains("x1b]0;x") || text.contains("u001b]0;x"))
    }

    @Test("JSON is one value, NDJSON one a line, with every host", arguments: [0, 1, 4])
    func json(_ count: Int) throws {
        let some = Array(endings.prefix(count))
        let log = FaultLog()
        let whole = JSONReader.read(Array(text(.json, some).text.utf8), source: "json", log: log)
        guard case .object(let members)? = whole,
            case .list(let results)? = members.first(where: { $0.name == "results" })?.value
        else {
            Issue.record("\(log.lines)")
            return
        }
        #expect(results.compactMap { RecordFields($0).text("host") } == some.map(\.host.name))
        let lines = text(.ndjson, some).text.split(separator: "\n").map {
            JSONReader.read(Array($0.utf8), source: "ndjson", log: log).map { RecordFields($0).text("type") ?? "" }
        }
        #expect(lines == ["run"] + some.map { _ in "host" } + ["summary"])
        #expect(log.isEmpty)
    }

    @Test("A table lists so many failures and counts the others")
    func many() {
        let text = text(.table, (0..<120).map { ending("web\($0)", .timedOut) }).text
        #expect(text.contains("  web49  command.timeout") && !text.contains("  web50  "))
        #expect(text.contains("  and 70 more; the record has all\n"))
    }

    @Test("0 where all went well, 1 where a host failed or was not begun, 2 where the record failed")
    func status() {
        let done = [ending("a", .done)]
        #expect(text(.table, done).status == 0 && text(.table, []).status == 0)
        #expect(text(.table, endings).status == 1)
        #expect(text(.table, done, ending: .interrupted, notBegun: ["b"]).status == 1)
        #expect(text(.table, done, ending: .fault, notBegun: ["b"]).status == 2)
    }
}
