import Foundation
import MusterCore
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Log reports for programs")
struct LogDataTests {
    @Test("in JSON give back every key and number")
    func json() throws {
        let report = SyntheticLogReport.hostile()
        let object = try ParsedJSON.object(LogReportTests.write("json", report))
        let tables = try #require(object["tables"] as? [[String: Any]])
        let rows = try #require(tables[1]["rows"] as? [[String: Any]])
        let keys = rows.compactMap { ($0["keys"] as? [String: String])?["path"] }
        #expect(keys.map { Array($0.utf8) } == SyntheticLogReport.hostileKeys.map { Array($0.utf8) })
        #expect(rows.allSatisfy { $0["count"] as? Int == 1 && $0["error"] == nil })
        #expect(tables[0]["exact"] as? Bool == false)
        #expect(tables[0]["error_bound"] as? Int == 2)
        #expect(tables[0]["distinct"] == nil)
        #expect((tables[0]["rows"] as? [[String: Any]])?.allSatisfy { $0["error"] as? Int == 2 } == true)
        #expect((object["run"] as? [String: Any])?["notes"] as? [String] == report.notes)
        #expect((object["bad_lines"] as? [[String: Any]])?.last?["offset"] as? Int == .max)
        let figures = try #require(object["figures"] as? [[String: Any]])
        #expect(figures.last?["value"] == nil)
    }

    @Test("in NDJSON have an object for each of their parts")
    func ndjson() throws {
        let report = SyntheticLogReport.day()
        let objects = try ParsedJSON.objects(lines: LogReportTests.write("ndjson", report))
        let counts = Dictionary(grouping: objects) { $0["type"] as? String ?? "" }.mapValues(\.count)
        #expect(
            counts == [
                "run": 1, "source": 3, "figure": 6, "status": 4, "point": 288, "table": 2, "row": 18, "distribution": 1,
                "bucket": report.distributions[0].buckets.count, "bad_line": 2,
            ])
        #expect(objects.first?["type"] as? String == "run")
        let row = try #require(
            objects.first { $0["type"] as? String == "row" && $0["table"] as? String == "ip,status" })
        #expect(row["keys"] as? [String: String] == ["ip": "2001:db8:40:0::17", "status": "200"])
        #expect(row["error"] as? Int == 12)
    }

    @Test("name every key field once, also where a question names it twice")
    func names() {
        #expect(distinctNames(["a", "a", "b", "a"]) == ["a", "a_2", "b", "a_3"])
        #expect(distinctNames(["count", "a_2", "a", "a"], reserved: ["count"]) == ["count_2", "a_2", "a", "a_3"])
    }

    @Test("in CSV are read back as tables, with no cell that is a formula")
    func csv() throws {
        let report = SyntheticLogReport.hostile()
        let blocks = try CSVText.blocks(LogReportTests.text("csv", report, LogReportLook(allTables: true)))
        #expect(blocks.count == 4)
        for block in blocks { #expect(Set(block.map(\.count)).count == 1) }
        #expect(blocks[1].map { $0[0] }.dropFirst().count == SyntheticLogReport.hostileKeys.count)
        #expect(blocks[1].first == ["path", "count"])
        let cells = blocks.flatMap { $0 }.flatMap { $0 }
        #expect(cells.allSatisfy { $0 == "-" || !["=", "+", "-", "@", "\t", "\r"].contains($0.first ?? "x") })
        for expected in [
            "'=cmd|' /C calc'!A0", "'+1", "'-1", "-", "'@SUM(A1)", "'\\t=1", "'\\r=1", "", "a\\nb\\r\\nc\\td\\x00",
        ] {
            #expect(cells.contains(expected), "\(expected)")
        }
        #expect(cells.contains("\"quoted\", 'single'"))
    }

    @Test("in CSV hold the first table, else the timeline, else the figures")
    func csvBlocks() throws {
        var report = SyntheticLogReport.day(points: 24)
        let all = LogReportLook(allTables: true)
        #expect(try CSVText.blocks(LogReportTests.text("csv", report, all)).map(\.count) == [11, 9, 25])
        let first = try CSVText.blocks(LogReportTests.text("csv", report))
        #expect(first.map(\.count) == [11])
        #expect(first[0][0] == ["path", "count", "share", "bytes_sum", "request_time_p99"])
        #expect(first[0][10][4].isEmpty)
        report.tables = []
        let timeline = try CSVText.blocks(LogReportTests.text("csv", report))
        #expect(timeline.map(\.count) == [25])
        #expect(
            timeline[0][0] == ["time", "count", "1xx", "2xx", "3xx", "4xx", "5xx", "other", "error_rate", "bytes_sum"])
        #expect(timeline[0][1][0] == "2026-11-24T00:00:00.000000Z")
        report.timeline = nil
        #expect(try CSVText.blocks(LogReportTests.text("csv", report)).map(\.count) == [7])
    }

    @Test("in Markdown keep what comes from logs in its cell and its code span")
    func markdown() throws {
        let text = try LogReportTests.text("markdown", SyntheticLogReport.hostile())
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: "| path | lines |"))
        let rows = lines[(start + 2)...].prefix { $0.hasPrefix("|") }
        #expect(rows.count == SyntheticLogReport.hostileKeys.count)
        for row in rows {
            // A pipe that is not escaped is the border of a cell.
            let borders = zip(" " + row, row).filter { $1 == "|" && $0 != "\\" }.count
            #expect(borders == 3, "\(row)")
        }
        #expect(!MarkdownText.withoutCode(text).contains("<"))
    }

    @Test(
        "put any text into a code span",
        arguments: [
            ("a", "`a`"), ("", "(empty)"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a|b", "`a\\|b`"), ("a\\", "`a\\`"),
            ("a\\|", "`a\\x5c\\|`"), ("a``b`c", "```a``b`c```"), (" ", "`  ` `"), ("\u{1b}", "`\\x1b`"),
            ("a\\b", "`a\\b`"),
        ].map { $0.0 == " " ? ($0.0, "`   `") : $0 })
    func code(_ text: String, _ code: String) {
        #expect(LogMarkdownReport.code(text) == code)
    }

    @Test("for Prometheus follow the text format, each series once", arguments: ["day", "hostile", "small", "empty"])
    func prometheus(_ name: String) throws {
        let report =
            switch name {
            case "day": SyntheticLogReport.day()
            case "hostile": SyntheticLogReport.hostile()
            case "small": SyntheticLogReport.small()
            default: SyntheticLogReport.empty()
            }
        let series = try ExpositionText.series(LogReportTests.text("prometheus", report))
        #expect(Set(series).count == series.count)
        #expect(series.contains("muster_logs_lines_total"))
        if name == "day" {
            for expected in [
                "muster_logs_status_total{class=\"5xx\"}", "muster_logs_request_time_seconds{quantile=\"0.999\"}",
                "muster_logs_top{table=\"path\",path=\"/login\"}",
                "muster_logs_top_request_time_p99{table=\"path\",path=\"/\"}", "muster_logs_ip_distinct",
                "muster_logs_top_error_bound{table=\"ip,status\"}",
            ] {
                #expect(series.contains(expected), "\(expected)")
            }
        }
    }

    @Test("for Prometheus hold a sum with its quantiles, and no name twice")
    func summary() throws {
        var report = SyntheticLogReport.empty()
        report.figures = [
            .init(name: "bytes_sum", title: "bytes, sum", value: .bytes(10)),
            .init(name: "bytes_p50", title: "bytes p50", value: .bytes(3)),
            .init(name: "lines_total", title: "field of that name", value: .number(1)),
        ]
        report.distributions = [.init(field: "bytes", count: 4, buckets: [])]
        let text = try LogReportTests.text("prometheus", report)
        #expect(
            text.contains(
                "muster_logs_bytes{quantile=\"0.5\"} 3\nmuster_logs_bytes_sum 10\nmuster_logs_bytes_count 4\n"))
        #expect(text.contains("\nmuster_logs_lines_total_2 1\n"))
        let series = try ExpositionText.series(text)
        #expect(Set(series).count == series.count)
    }

    @Test(
        "know a quantile by its name",
        arguments: [
            ("request_time_p50", "0.5"), ("t_p99", "0.99"), ("t_p99_9", "0.999"), ("t_p999", "0.999"), ("t_p5", "0.05"),
            ("t_p100", "1"), ("t_p0", "0"), ("t_p90", "0.9"), ("t_p99.99", "0.9999"), ("bytes_sum", nil), ("p50", nil),
            ("_p50", nil), ("t_p", nil), ("t_px", nil), ("t_p9x", nil), ("top", nil), ("", nil),
        ] as [(String, String?)])
    func quantile(_ name: String, _ share: String?) {
        #expect(LogPrometheusReport.quantile(name)?.quantile == share)
    }

    @Test(
        "have valid names for Prometheus",
        arguments: [
            ("ip", "ip"), ("request.headers.X-Id", "request_headers_X_Id"), ("9a", "_9a"), ("__x", "_x"), ("", "_"),
            ("é", "_"), ("a:b", "a_b"),
        ])
    func validName(_ name: String, _ expected: String) {
        #expect(LogPrometheusReport.name(name) == expected)
    }
}
