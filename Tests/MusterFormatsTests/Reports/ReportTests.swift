import Foundation
import MusterCore
import MusterFormats
import MusterTesting
import MusterText
import Testing

@Suite("Reports")
struct ReportTests {
    @Test("look as their golden files", arguments: [(100, false), (80, false), (100, true)])
    func goldenTable(_ width: Int, _ color: Bool) throws {
        let options = ReportOptions(color: color, width: width)
        let name = "\(width)\(color ? "-color" : "").txt"
        try Golden.expect(SyntheticRun.mixed().report("table", options), "table-mixed-\(name)")
        try Golden.expect(SyntheticRun.fleetWithEveryReason().report("table", options), "table-fleet-\(name)")
        let interrupted = try SyntheticRun.mixed(notStarted: 1020 / 51, ending: .interrupted)
        try Golden.expect(interrupted.report("table", options), "table-interrupted-\(name)")
        let up = try SyntheticRun.planted(web: 1, api: 1, db: 1, [:])
        try Golden.expect(up.report("table", options), "table-up-\(name)")
    }

    @Test("of single targets look as their golden files", arguments: ["json", "ndjson"])
    func goldenJSON(_ format: String) throws {
        try Golden.expect(SyntheticRun.tiny().report(format), "tiny.\(format)")
    }

    @Test("as a table stay within one screen and its width, whatever happened", arguments: [60, 80, 100, 120, 200])
    func screen(_ width: Int) throws {
        var run = try SyntheticRun.fleetWithEveryReason()
        #expect(run.summary.down + run.summary.degraded == 900)
        run.observations.removeLast(1000)
        run.footer = RunFooter(
            ending: .deadline, elapsed: .seconds(100), notStarted: 1000, worstLag: .seconds(1), reducedConcurrency: 64)
        for run in [run, run.withHostileDetails()] {
            let text = String(decoding: run.report("table", ReportOptions(width: width)), as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            #expect(lines.count <= 45)
            for line in lines {
                #expect(TerminalText.width(String(line)) <= width, "\(line)")
                #expect(line.last != " ", "\(line)")
            }
        }
    }

    @Test("let nothing through that a terminal would obey", arguments: ReportCatalog.formats.map(\.name))
    func hostile(_ format: String) throws {
        let bytes = try SyntheticRun.mixed().withHostileDetails().report(format)
        let text = String(decoding: bytes, as: UTF8.self)
        let bad = text.unicodeScalars.filter { $0 != "\n" && !TerminalText.isPrintable($0) }
        #expect(bad.isEmpty)
        #expect(text.contains(format == "table" ? "\\x1b" : "\\u001b"))
    }

    @Test("in JSON give back every detail as it was", arguments: ["", "a", SyntheticRun.hostile])
    func roundTrip(_ seed: String) throws {
        var run = try SyntheticRun.tiny()
        let details = [seed, String(repeating: seed + "\u{1b}\"😀", count: 100_000 / (seed.utf8.count + 6))]
        for (index, detail) in details.enumerated() {
            run.observations[index].last.detail = detail
            run.observations[index].last.facts = [
                Fact(detail, .list([.string(detail), .number(.nan), .null, .bool(true)]))
            ]
        }
        let lines = try ParsedJSON.objects(lines: run.report("ndjson"))
        let whole = try ParsedJSON.object(run.report("json"))
        let targets = try #require(whole["targets"] as? [[String: Any]])
        #expect(lines.count == targets.count + 2)
        for (index, detail) in details.enumerated() {
            for target in [lines[index + 1], targets[index]] {
                #expect(target["detail"] as? String ?? "" == detail)
                let fact = try #require((target["facts"] as? [String: Any])?[detail] as? [Any])
                #expect(fact.first as? String == detail)
                #expect(fact.count == 4)
            }
        }
    }

    @Test("in JSON tell when a target was begun, on any day")
    func time() throws {
        var run = try SyntheticRun.tiny()
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        var generator = SeededGenerator(state: 11)
        let days =
            [0, 58, 59, 60, 365, 11016, 11017, 19782, 20512, 47540]
            + (0..<200).map { _ in Int.random(in: 0..<80_000, using: &generator) }
        for day in days {
            run.header.startedAt = Double(day * 86_400 + 86_399)
            run.observations[0].started = run.header.started.advanced(by: .milliseconds(1500))
            let target = try ParsedJSON.objects(lines: run.report("ndjson"))[1]
            let text = try #require(target["started"] as? String)
            let date = Date(timeIntervalSince1970: run.header.startedAt + 1.5)
            #expect(text == formatter.string(from: date).replacing("Z", with: "000Z"))
        }
    }

    @Test("in JSON have no member that docs/reports.md does not tell of")
    func documented() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let text = try String(contentsOf: root.appending(path: "docs/reports.md"), encoding: .utf8)
        let words = Set(text.split { !($0.isLetter || $0 == "_") }.map(String.init))
        func check(_ value: Any) {
            for element in value as? [Any] ?? [] { check(element) }
            for (name, member) in value as? [String: Any] ?? [:] {
                #expect(words.contains(name), "\(name)")
                if name != "labels", name != "facts" { check(member) }
            }
        }
        var run = try SyntheticRun.mixed(notStarted: 20, ending: .interrupted)
        run.footer.reducedConcurrency = 64
        let objects = try ParsedJSON.objects(lines: run.report("ndjson")) + [ParsedJSON.object(run.report("json"))]
        #expect(objects.count > 290)
        check(objects)
    }

    @Test("are whole even where nothing was observed", arguments: ReportCatalog.formats.map(\.name))
    func empty(_ format: String) throws {
        var run = try SyntheticRun.tiny()
        run.observations = []
        run.footer.notStarted = 18
        let bytes = run.report(format)
        #expect(bytes.last == UInt8(ascii: "\n"))
        if format == "json" { #expect(try ParsedJSON.object(bytes)["summary"] != nil) }
        if format == "ndjson" {
            #expect(try ParsedJSON.objects(lines: bytes).map { $0["type"] as? String } == ["run", "summary"])
        }
    }

    @Test("have one name each, and one line of help")
    func catalog() {
        #expect(Set(ReportCatalog.formats.map(\.name)).count == ReportCatalog.formats.count)
        for format in ReportCatalog.formats {
            #expect(ReportCatalog.format(named: format.name)?.summary == format.summary)
            #expect(!format.summary.contains("\n"))
        }
        #expect(ReportCatalog.format(named: "tables") == nil)
    }
}
