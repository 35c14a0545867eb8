import Foundation
import MusterCore
import MusterTesting
import MusterText
import Testing

@testable import MusterLogs

@Suite("Log reports")
struct LogReportTests {
    static let names = LogReportCatalog.formats.map(\.name)

    static func write(
        _ name: String, _ report: LogReport, _ options: LogReportLook = LogReportLook()
    ) throws -> [UInt8] {
        try #require(LogReportCatalog.format(named: name)).write(report, options)
    }

    static func text(_ name: String, _ report: LogReport, _ options: LogReportLook = LogReportLook()) throws -> String {
        String(decoding: try write(name, report, options), as: UTF8.self)
    }

    @Test("look as their golden files", arguments: names.dropFirst())
    func golden(_ name: String) throws {
        let options = LogReportLook(allTables: true)
        try Golden.expect(LogReportTests.write(name, SyntheticLogReport.day(points: 24), options), "day.\(name)")
        try Golden.expect(LogReportTests.write(name, SyntheticLogReport.hostile(), options), "hostile.\(name)")
        try Golden.expect(LogReportTests.write(name, SyntheticLogReport.small(), options), "small.\(name)")
        try Golden.expect(LogReportTests.write(name, SyntheticLogReport.empty(), options), "empty.\(name)")
    }

    @Test("as a table look as their golden files", arguments: [(60, false), (80, false), (140, false), (100, true)])
    func goldenTable(_ width: Int, _ color: Bool) throws {
        let options = LogReportLook(color: color, width: width)
        let ending = "\(width)\(color ? "-color" : "").txt"
        for (name, report) in [
            ("day", SyntheticLogReport.day()), ("small", SyntheticLogReport.small()),
            ("empty", SyntheticLogReport.empty()), ("hostile", SyntheticLogReport.hostile()),
        ] {
            try Golden.expect(LogReportTests.write("table", report, options), "table-\(name)-\(ending)")
        }
    }

    @Test("let nothing through that a terminal would obey or hide", arguments: names)
    func hostile(_ name: String) throws {
        let text = try LogReportTests.text(name, SyntheticLogReport.hostile(), LogReportLook(allTables: true))
        let allowed: Set<Unicode.Scalar> = name == "csv" ? ["\n", "\r"] : ["\n"]
        let bad = text.unicodeScalars.filter { !allowed.contains($0) && !TerminalText.isPrintable($0) }
        #expect(bad.isEmpty)
        #expect(text.contains(name.hasSuffix("json") ? "\\u001b[31m" : "\\x1b[31m"))
    }

    @Test("end with a line end, and say nothing only as CSV of nothing", arguments: names)
    func ends(_ name: String) throws {
        for report in [SyntheticLogReport.day(), SyntheticLogReport.small(), SyntheticLogReport.hostile()] {
            #expect(try LogReportTests.write(name, report).last == UInt8(ascii: "\n"))
        }
        #expect(try LogReportTests.write(name, SyntheticLogReport.empty()).isEmpty == (name == "csv"))
    }

    @Test("as a table keep to their width", arguments: [60, 80, 100, 140, 200])
    func width(_ width: Int) throws {
        var long = SyntheticLogReport.day(points: 1000)
        long.timeline = SyntheticLogReport.timeline(1000, length: 40 * 86_400_000_000, hasStatus: false)
        for report in [SyntheticLogReport.day(), long, SyntheticLogReport.small(), SyntheticLogReport.hostile()] {
            let text = try LogReportTests.text("table", report, LogReportLook(width: width))
            for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
                #expect(TerminalText.width(String(line)) <= width, "\(line)")
                #expect(line.last != " ", "\(line)")
            }
        }
    }

    @Test("as a table say how exact the counts are and how many keys there are")
    func precision() throws {
        let text = try LogReportTests.text("table", SyntheticLogReport.day(), LogReportLook(width: 140))
        #expect(text.contains("Paths  10 of 48,211 keys, exact\n"))
        #expect(
            text.contains("8 of more than 100,000 keys, at most 126 too high (Space-Saving, 100,000 counters)\n"))
        let narrow = try LogReportTests.text("table", SyntheticLogReport.day(), LogReportLook(width: 60))
        #expect(
            narrow.split(separator: /\s+/).joined(separator: " ").contains("exact, 1 column more where there is room"))
    }

    @Test(
        "put the caret under the place that did not fit",
        arguments: [
            ("abcdef", 1, 40, "abcdef", 0), ("abcdef", 4, 40, "abcdef", 3), ("abcdef", 7, 40, "abcdef", 6),
            ("abc", 99, 40, "abc", 3), ("\u{1b}[x", 3, 40, "\\x1b[x", 5), ("é=x", 4, 40, "é=x", 2),
            ("\u{fffd}\u{fffd}x", 3, 40, "\u{fffd}\u{fffd}x", 2), ("中x", 4, 40, "中x", 2), ("", 1, 40, "", 0),
            ("0123456789012345678901234567890123456789X12345", 41, 20, "…0123456789X12345", 11),
            ("abc", -5, 40, "abc", 0),
        ])
    func caret(_ text: String, _ column: Int, _ columns: Int, _ line: String, _ caret: Int) {
        let excerpt = BadLineText.excerpt(text, column: column, columns: columns)
        #expect(excerpt.line == line)
        #expect(excerpt.caret == caret)
    }

    @Test("fold any number of points into any number of columns and lose no line", arguments: [1, 2, 59, 240, 1000])
    func fold(_ points: Int) throws {
        let timeline = SyntheticLogReport.timeline(points, length: 86_400_000_000)
        let total = timeline.points.reduce(0) { $0 + $1.count }
        for limit in [1, 2, 7, 48, 240, 2000] {
            let folded = try #require(FoldedTimeline(timeline, limit: limit))
            #expect(folded.columns.count <= limit)
            #expect(folded.columns.reduce(0) { $0 + $1.count } == total)
            #expect(folded.columns.reduce(0) { $0 + $1.classes.reduce(0, +) } == total)
            #expect(folded.step % timeline.step == 0)
        }
        #expect(FoldedTimeline(nil, limit: 10) == nil)
        #expect(FoldedTimeline(.init(step: 1, columns: [], points: []), limit: 10) == nil)
    }

    @Test("fold points by their times, into columns that begin at round ones and have no gaps")
    func foldByTime() throws {
        let hour: Int64 = 3_600_000_000
        let start = SyntheticLogReport.midnight + 19 * hour + 300_000_000
        let points = [0, 1, 40, 71].map { LogReport.Timeline.Point(time: start + $0 * hour / 12, count: 1) }
        let timeline = LogReport.Timeline(step: hour / 12, columns: [], points: points)
        let folded = try #require(FoldedTimeline(timeline, limit: 10))
        #expect(folded.step == hour)
        #expect(folded.columns.map(\.count) == [2, 0, 0, 1, 0, 0, 1])
        for (index, column) in folded.columns.enumerated() {
            #expect(column.time == SyntheticLogReport.midnight + (19 + Int64(index)) * hour)
        }
        #expect(!folded.hasYears && !folded.tellsErrors)
    }

    @Test("tell the year where there are several")
    func years() throws {
        let day = UTCMoment.dayLength
        // 2025-12-20.
        let start: Int64 = 1_766_188_800_000_000
        let points = (0..<30).map { LogReport.Timeline.Point(time: start + Int64($0) * day, count: $0 == 20 ? 2 : 1) }
        var report = LogReport(version: "1")
        report.timeline = .init(step: day, columns: [], points: points)
        #expect(
            TimeAxis(from: start, to: start + 30 * day, count: 4).ticks.map(\.label) == [
                "22 Dec 2025", "5 Jan 2026", "19 Jan",
            ])
        report.timeline?.step = day / 2
        let text = try LogReportTests.text("table", report, LogReportLook(width: 100))
        #expect(text.contains("at 2026-01-09 00:00"), "\(text)")
        #expect(text.contains("Dec 2025") && text.contains("Jan 2026"))
        #expect(TimeAxis(from: start, to: start + 5 * day, count: 9).ticks.map(\.label).first == "20 Dec")
    }

    @Test("keep to a narrow terminal", arguments: [1, 7, 19, 20, 24, 33, 40, 59])
    func narrow(_ width: Int) throws {
        for report in [SyntheticLogReport.day(), SyntheticLogReport.small(), SyntheticLogReport.hostile()] {
            let text = try LogReportTests.text("table", report, LogReportLook(width: width))
            for line in text.split(separator: "\n") { #expect(TerminalText.width(String(line)) <= width, "\(line)") }
        }
    }

    @Test("show the first column of counts however narrow the terminal is", arguments: [20, 24, 30, 33, 60])
    func narrowCounts(_ width: Int) throws {
        let table = SyntheticLogReport.day().tables[0]
        let lines = LogTopText(table, ink: Ink(enabled: false), width: width).lines
        let counts = table.rows.map { "  " + $0.value(0).text + "  " }
        for (line, count) in zip(lines.suffix(table.rows.count), counts) { #expect(line.contains(count), "\(line)") }
        #expect(lines.allSatisfy { TerminalText.width($0) <= width })
    }

    @Test("in pages keep their head and lose no line", arguments: 2...60)
    func pages(_ height: Int) throws {
        let text = try LogReportTests.text("table", SyntheticLogReport.day(), LogReportLook(width: 80))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        let pages = ReportPages(lines, height: height)
        let shown = (0..<pages.count).map { pages.lines($0, keys: "keys") }
        #expect(shown.allSatisfy { $0.count <= height })
        #expect(shown.joined().filter { lines.contains($0) && !$0.isEmpty }.count >= lines.filter { !$0.isEmpty }.count)
        for line in lines { #expect(shown.joined().contains(line), "\(line)") }
        if height >= 24 { #expect(shown.allSatisfy { Array($0.prefix(2)) == Array(lines.prefix(2)) }) }
        if pages.count > 1 { #expect(shown[1].last == "page 2 of \(pages.count) · keys") }
        #expect(pages.lines(99, keys: "") == pages.lines(pages.count - 1, keys: ""))
    }

    @Test("say how many notes they leave out")
    func manyNotes() throws {
        var report = SyntheticLogReport.small()
        report.notes = (1...23).map { "Note \($0)." }
        let text = try LogReportTests.text("table", report)
        #expect(text.contains("Note 20.") && !text.contains("Note 21.") && text.contains("And 3 more"))
    }

    @Test("draw hostile times and numbers without a trap", arguments: names)
    func extremes(_ name: String) throws {
        for (step, times) in [
            (Int64(1), [Int64.min, 0, .max]), (.max, [.min, .max]), (0, [0, 0]), (-1, [5, 4]),
            (86_400_000_000, [.max, .min]),
        ] {
            var report = SyntheticLogReport.day(points: 3)
            report.first = times.first
            report.last = times.last
            report.elapsed = .seconds(1_000_000_000)
            report.bytesRead = .max
            report.lines = .max
            report.bad = .max
            report.matched = .max
            report.statuses = [
                .init(name: "2xx", count: .max), .init(name: "5xx", count: 1), .init(name: "x", count: -1),
            ]
            report.figures = [Double.nan, .infinity, -.infinity, 1e300, -1e300, 1e-300, -0.0].flatMap { value in
                [LogReport.Value.bytes(value), .seconds(value), .number(value), .share(value)].map {
                    .init(name: "f", title: "f", value: $0)
                }
            }
            report.timeline = .init(
                step: step, columns: [],
                points: times.map { .init(time: $0, count: .max, classes: [.max, .max, 0, 0, .max, 0]) })
            report.distributions = [
                .init(field: "t", count: .max, buckets: [0, 1e-300, 1, 1e300].map { .init(upTo: $0, count: .max) })
            ]
            #expect(try !LogReportTests.write(name, report, LogReportLook(width: .max, allTables: true)).isEmpty)
        }
    }
}
