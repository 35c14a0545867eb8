import MusterCore
import MusterLogs
import MusterTesting

/// Log reports made up for tests, the same in every run.
enum SyntheticLogReport {
    static let version = "0.2.0"
    /// 2026-11-24 00:00:00 UTC.
    static let midnight: Int64 = 1_795_478_400_000_000

    /// Everything that can be in a key: escapes, controls, markup, quotes, pipes, backticks, formulas, bidirectional
    /// formatting, line ends.
    static let hostileKeys = [
        "<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "\u{1b}[31mred\u{1b}]0;title\u{7}",
        "\u{9b}2J", "a\nb\r\nc\td\u{0}", "\u{202e}gpj.exe\u{2066}", "\"quoted\", 'single'", "a|b\\|c`d``e", "`", "\\",
        "=cmd|' /C calc'!A0", "+1", "-1", "-", "@SUM(A1)", "\t=1", "\r=1", "", " ", "x\" y=\"1\\",
        "&lt;&amp;", "\u{fffd}\u{fffd}", "\u{200b}\u{feff}hidden", "中文😀e\u{301}", "[link](javascript:alert(1))",
        "https://evil.test @someone #1", "\\x1b", "\u{1b}", String(repeating: "long/", count: 2000), "--> <!-- ]]>",
        "{\"json\":1}", "%0d%0a", "＝1", "\u{2028}line\u{85}",
    ]

    /// A day of a web server: everything a report can hold.
    static func day(points: Int = 288) -> LogReport {
        var report = LogReport(version: version)
        report.sources = [
            .init(
                name: "/var/log/nginx/access.log", format: "combined", bytes: 1_482_119_680, lines: 7_911_224, bad: 731),
            .init(
                name: "/var/log/nginx/access.log.1", format: "combined", bytes: 889_192_448, lines: 4_729_113, bad: 7),
            .init(
                name: "/var/log/nginx/access.log.1.gz", format: "", bytes: 0, lines: 0, bad: 0,
                note: "a copy of /var/log/nginx/access.log.1, counted once"),
        ]
        report.lines = 12_640_337
        report.bad = 738
        report.matched = 12_639_599
        report.bytesRead = 2_371_312_128
        report.first = midnight + 187_000
        report.last = midnight + 86_399_000_000
        report.elapsed = .milliseconds(1930)
        report.workers = 2
        report.statuses = [
            .init(name: "2xx", count: 11_210_733), .init(name: "3xx", count: 803_117),
            .init(name: "4xx", count: 581_902), .init(name: "5xx", count: 43_847),
        ]
        report.figures = [
            .init(name: "bytes_sum", title: "bytes, sum", value: .bytes(412_316_860_416)),
            .init(name: "request_time_p50", title: "request_time p50", value: .seconds(0.0123), precision: "± 0.8 %"),
            .init(name: "request_time_p90", title: "request_time p90", value: .seconds(0.187), precision: "± 0.8 %"),
            .init(name: "request_time_p99", title: "request_time p99", value: .seconds(1.94), precision: "± 0.8 %"),
            .init(name: "request_time_p99_9", title: "request_time p99.9", value: .seconds(7.1), precision: "± 0.8 %"),
            .init(name: "ip_distinct", title: "distinct ip", value: .count(182_113), precision: "± 0.8 %"),
        ]
        report.timeline = timeline(points, length: 86_400_000_000)
        report.tables = [paths(), addresses()]
        report.distributions = [distribution()]
        report.badLines = [
            .init(
                source: "/var/log/nginx/access.log", offset: 1_234, column: 76, expected: "status, three digits",
                text: "203.0.113.9 - - [24/Nov/2026:00:00:01 +0000] \"GET /favicon.ico HTTP/1.1\" 20x 318 \"-\" \"-\""),
            .init(
                source: "/var/log/nginx/access.log", offset: 88_120_233, column: 13, expected: "a space",
                text: "198.51.100.7\u{16}\u{3}\u{1}\u{2}\u{0}\u{1b}[2J<script>alert(1)</script>"),
        ]
        report.notes = ["2 lines were longer than 64 KB; of these only the beginning was looked at."]
        return report
    }

    /// The report of no lines at all.
    static func empty() -> LogReport { LogReport(version: version) }

    /// No time, no status, one table of one row.
    static func small() -> LogReport {
        var report = LogReport(version: version)
        report.sources = [.init(name: "-", format: "logfmt", bytes: 64, lines: 3, bad: 0)]
        report.lines = 3
        report.matched = 1
        report.filter = "level=error and message~'<b>'"
        report.bytesRead = 64
        report.elapsed = .microseconds(420)
        report.tables = [
            .init(
                name: "level", title: "level", keys: ["level"],
                columns: [.init(name: "count", title: "lines"), .init(name: "share", title: "share")],
                rows: [.init(keys: ["error"], values: [.count(1), .share(1)])], distinct: 1, total: 1)
        ]
        return report
    }

    /// Hostile texts wherever a text can be.
    static func hostile() -> LogReport {
        var report = day(points: 12)
        let all = hostileKeys.joined()
        report.version = hostileKeys[2]
        report.filter = hostileKeys[0] + hostileKeys[2]
        report.isInterrupted = true
        report.sources += hostileKeys.map { .init(name: $0, format: $0, bytes: 1, lines: 1, bad: 0, note: $0) }
        report.notes = hostileKeys
        report.figures += hostileKeys.map { .init(name: $0, title: $0, value: .text($0), precision: $0) }
        report.figures.append(.init(name: all, title: all, value: .number(.nan)))
        report.figures.append(.init(name: "odd", title: "odd", value: .bytes(.infinity)))
        report.tables = [
            .init(
                name: hostileKeys[0], title: hostileKeys[1], keys: [hostileKeys[0], hostileKeys[2]],
                columns: [.init(name: "count", title: "lines")]
                    + hostileKeys.prefix(3).map { .init(name: $0, title: $0) },
                rows: hostileKeys.map { key in
                    .init(keys: [key, key], values: [.count(5), .text(key), .share(2), .none], error: 2)
                }, distinct: nil, total: 170, isExact: false, errorBound: 2, counters: 100_000),
            .init(
                name: "path", title: "path", keys: ["path"], columns: [.init(name: "count", title: "lines")],
                rows: hostileKeys.map { .init(keys: [$0], values: [.count(1)]) }, distinct: 40, total: 34),
            .init(
                name: "short", title: "short", keys: ["a", "b"], columns: [], rows: [.init(keys: [], values: [])],
                distinct: 1, total: 0),
        ]
        report.distributions.append(
            .init(field: all, count: 3, buckets: [.init(upTo: 0, count: 1), .init(upTo: .nan, count: 1)]))
        report.badLines = hostileKeys.enumerated().map { index, key in
            .init(source: key, offset: .max, column: index * 7, expected: key, text: key)
        }
        return report
    }

    static func timeline(_ points: Int, length: Int64, hasStatus: Bool = true) -> LogReport.Timeline {
        var dice = Dice(3)
        let step = length / Int64(points)
        return .init(
            step: step, columns: [.init(name: "bytes_sum", title: "bytes")],
            points: (0..<points).map { index in
                // Busier at noon, with an outage in the evening.
                let part = Double(index) / Double(points)
                let base =
                    9_000 + 34_000 * (1 - abs(part - 0.58) * 2) * (0.94 + Double.random(in: 0..<0.12, using: &dice))
                let count = Int(max(800, base))
                let errors = part > 0.77 && part < 0.8 ? count / 7 : count / 700
                let classes = [0, count * 88 / 100 - errors, count * 7 / 100, count * 4 / 100, errors, 0]
                let sum = classes.reduce(0, +)
                return .init(
                    time: midnight + Int64(index) * step, count: sum, classes: hasStatus ? classes : [],
                    values: [.bytes(Double(sum) * 31_000)])
            })
    }

    private static func paths() -> LogReport.Table {
        let columns: [LogReport.Column] = [
            .init(name: "count", title: "lines"), .init(name: "share", title: "share"),
            .init(name: "bytes_sum", title: "bytes"), .init(name: "request_time_p99", title: "p99 request_time"),
        ]
        let keys = [
            "/", "/api/v1/users/*/orders/*", "/static/app.4f2c91.js", "/login", "/search", "/favicon.ico",
            "/robots.txt",
            "/api/v1/sessions",
            "/images/catalogue/2026/winter/front-page/hero-background@2x.webp?variant=large&format=auto",
            "/wp-login.php",
        ]
        let rows = keys.enumerated().map { index, key in
            let count = 3_110_402 / (index * index + 1) + 811 * index
            return LogReport.Row(
                keys: [key],
                values: [
                    .count(count), .share(Double(count) / 12_639_599),
                    .bytes(Double(count) * 8_113 / Double(index + 1)),
                    index == 9 ? .none : .seconds(0.021 * Double(index * 7 + 1)),
                ])
        }
        return .init(
            name: "path", title: "Paths", keys: ["path"], columns: columns, rows: rows, distinct: 48_211,
            total: 12_639_599)
    }

    private static func addresses() -> LogReport.Table {
        let rows = (0..<8).map { index in
            let count = 90_411 - index * index * 1_403
            return LogReport.Row(
                keys: [
                    index.isMultiple(of: 3) ? "2001:db8:40:\(index)::17" : "203.0.113.\(index * 31)",
                    index > 5 ? "503" : "200",
                ],
                values: [.count(count), .share(Double(count) / 12_639_599)], error: 12)
        }
        return .init(
            name: "ip,status", title: "ip, status", keys: ["ip", "status"],
            columns: [.init(name: "count", title: "lines"), .init(name: "share", title: "share")], rows: rows,
            distinct: nil, total: 12_639_599, isExact: false, errorBound: 126, counters: 100_000)
    }

    private static func distribution() -> LogReport.Distribution {
        // Two humps: what comes from memory, and what asks a database.
        var buckets: [LogReport.Distribution.Bucket] = []
        var total = 0
        var end = 0.0004
        while end < 9 {
            let near = { (middle: Double, width: Double, weight: Double) in
                let distance = (end - middle) / (width * end)
                return weight / (1 + distance * distance * 9)
            }
            let count = Int(near(0.009, 0.9, 61_000) + near(0.16, 0.8, 22_000) * (end > 0.03 ? 1 : 0))
            let kept = end > 3 ? count / 40 : count
            if kept > 0 { buckets.append(.init(upTo: end, count: kept)) }
            total += max(0, kept)
            end *= 1.04
        }
        return .init(field: "request_time", count: total, buckets: buckets)
    }
}
