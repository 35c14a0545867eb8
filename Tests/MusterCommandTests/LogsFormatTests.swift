import Foundation
import MusterTesting
import Testing

@Suite("Formats of logs")
struct LogsFormatTests {
    /// A line, the format it is recognised as, and a field with what it holds.
    struct Sample: Sendable, CustomTestStringConvertible {
        var format: String
        var field: String
        var value: String
        var line: String

        init(_ format: String, _ field: String, _ value: String, _ line: String) {
            (self.format, self.field, self.value, self.line) = (format, field, value, line)
        }

        var testDescription: String { format }
    }

    private static let samples = [
        Sample(
            "combined", "agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            #"192.0.2.7 - ann [25/Nov/2026:07:00:00 +0000] "GET /cart?id=7 HTTP/1.1" 200 512 "https://shop.test/" "#
                + #""Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0""#),
        Sample(
            "common", "path", "/cart",
            #"192.0.2.7 - ann [25/Nov/2026:07:00:00 +0000] "GET /cart?id=7 HTTP/1.1" 200 512"#),
        Sample(
            "json", "user.name", "Zoë",
            #"{"time":"2026-11-25T07:00:00Z","level":"info","msg":"signed in","user":{"name":"Zo\u00eb","id":7}}"#),
        Sample(
            "logfmt", "msg", "order \"7\" sent",
            #"time=2026-11-25T07:00:00Z level=info msg="order \"7\" sent" took=12ms"#),
        Sample(
            "syslog", "app", "backup",
            #"<165>1 2026-11-25T07:00:00.003Z web1.test backup 1370 ID47 [run@32473 size="9"] Volume is full"#),
        Sample(
            "syslog-bsd", "app", "sshd",
            "<38>Nov 25 07:00:00 web1 sshd[4123]: Accepted publickey for ann from 192.0.2.7"),
        Sample("syslog-bsd", "host", "web1", "Nov 25 07:00:00 web1 kernel: eth0: link up"),
        Sample("cri", "message", "listening on 8080", "2026-11-25T07:00:00.123456789Z stderr F listening on 8080"),
        Sample(
            "haproxy", "backend", "shop",
            "Nov 25 07:00:00 lb1 haproxy[811]: 192.0.2.7:33317 [25/Nov/2026:07:00:00.655] http-in shop/web1 "
                + #"10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "GET /cart HTTP/1.1""#),
        Sample(
            "caddy", "host", "shop.test",
            #"{"level":"info","ts":1795590000.5,"logger":"http.log.access","msg":"handled request","request":"#
                + #"{"remote_ip":"192.0.2.7","remote_port":"41342","client_ip":"192.0.2.7","proto":"HTTP/2.0","#
                + #""method":"GET","host":"shop.test","uri":"/cart?id=7","headers":{"User-Agent":["curl/8.5"]}},"#
                + #""bytes_read":0,"user_id":"","duration":0.0012,"size":512,"status":200,"resp_headers":{}}"#),
        Sample(
            "traefik", "ip", "192.0.2.7",
            #"192.0.2.7 - - [25/Nov/2026:07:00:00 +0000] "GET /cart HTTP/1.1" 200 512 "-" "curl/8.5" 12 "#
                + #""shop@docker" "http://10.0.0.3:80" 3ms"#),
        Sample(
            "traefik-json", "path", "/cart",
            #"{"ClientAddr":"192.0.2.7:4000","ClientHost":"192.0.2.7","DownstreamContentSize":512,"#
                + #""DownstreamStatus":200,"Duration":3000000,"OriginDuration":2000000,"RequestMethod":"GET","#
                + #""RequestPath":"/cart?id=7","RequestProtocol":"HTTP/1.1","RouterName":"shop@docker","#
                + #""StartUTC":"2026-11-25T07:00:00Z","level":"info","msg":"","time":"2026-11-25T07:00:00Z"}"#),
        Sample(
            "alb", "status", "200",
            "https 2026-11-25T07:00:00.186641Z app/shop/50dc6c495c0c9188 192.0.2.7:2817 10.0.0.1:80 0.086 0.048 0.037 "
                + #"200 200 0 57 "GET https://shop.test:443/cart HTTP/1.1" "curl/8.5" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 "#
                + "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 "
                + #""Root=1-58337281-1d84f3d73c47ec4e58577259" "shop.test" "arn:aws:acm:eu-west-1:1:certificate/1" 1 "#
                + #"2026-11-25T06:59:59.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-""#),
    ]

    @Test("A format is recognised by its lines, and told", arguments: samples)
    func recognised(_ sample: Sample) async throws {
        try await Folder.with { folder in
            let path = try folder.write(AccessLog.text([sample.line, sample.line]), to: "some.log")
            let answer = try await Program.ask(["top", path, "--by", sample.field])
            #expect(answer.sources.map(\.format) == [sample.format])
            #expect(answer.run.lines == 2 && answer.run.bad_lines == 0)
            #expect(answer.tables[0].counts == [sample.value: 2])
            let year = sample.format == "syslog-bsd" ? "" : "2026-"
            #expect(answer.run.first?.dropFirst(year.isEmpty ? 5 : 0).hasPrefix("\(year)11-25T07:00:00") == true)
            let text = try await Program.run(["logs", "top", path])
            #expect(text.text.contains("\n\(sample.format) · "))
            let named = try await Program.ask(["top", path, "--by", sample.field, "--format", sample.format])
            #expect(named.tables == answer.tables)
        }
    }

    @Test("A line is explained field by field in the format that fits", arguments: samples)
    func explained(_ sample: Sample) async throws {
        for options in [[], ["--format", sample.format]] {
            let ending = try await Program.run(["logs", "top", "--explain-format", sample.line] + options)
            #expect(ending.status == 0 && ending.complaints == "")
            #expect(ending.text.hasPrefix("\(sample.format): fits\n"))
        }
    }

    @Test("Where a line fits nothing, the place is shown and the exit status is 1")
    func unfit() async throws {
        let line = #"192.0.2.7 - - [25/Nov/2026:07:00:00 +0000] "GET /cart HTTP/1.1" abc 512 "-" "-""#
        let ending = try await Program.run(["logs", "top", "--format", "combined", "--explain-format", line])
        #expect(ending.status == 1 && ending.complaints == "")
        #expect(ending.text.hasPrefix("combined: does not fit\n"))
        let lines = ending.text.split(separator: "\n")
        let place = try #require(lines.firstIndex { $0.hasPrefix("column 64: expected status") })
        let mark = lines[place + 2].prefix { $0 != "^" }.count
        #expect(lines[place + 1].dropFirst(mark).hasPrefix(" abc 512"))
        #expect(lines.contains("  url       /cart"))
        let nothing = try await Program.run(["logs", "top", "--explain-format", "hello world"])
        #expect(nothing.status == 1 && nothing.complaints == "")
        #expect(nothing.text.contains(": does not fit\n"))
    }

    /// A `--format` with a text, a line of it, and a field with its value.
    struct Notation: Sendable, CustomTestStringConvertible {
        var format: String
        var line: String
        var field: String
        var value: String
        var testDescription: String { format }
    }

    @Test(
        "A format can be given as the server's own text",
        arguments: [
            Notation(
                format: #"nginx:$remote_addr [$time_local] "$request" $status $request_time "$http_x_forwarded_for""#,
                line: #"192.0.2.7 [25/Nov/2026:07:00:00 +0000] "GET /a\x22b HTTP/1.1" 200 0.250 "10.0.0.9""#,
                field: "url", value: #"/a"b"#),
            Notation(
                format: #"apache:%h %l %u %t "%r" %>s %b %D"#,
                line: #"192.0.2.7 - - [25/Nov/2026:07:00:00 +0000] "GET /cart HTTP/1.1" 404 - 2500"#, field: "status",
                value: "404"),
            Notation(
                format: #"goaccess:%h %^[%d:%t %^] "%r" %s %b"#,
                line: #"192.0.2.7 - - [25/Nov/2026:07:00:00 +0000] "GET /cart HTTP/1.1" 301 77"#, field: "status",
                value: "301"),
            Notation(
                format: #"regex:^(?<when>\S+) (?<worker>\w+): (?<what>.*)$"#, line: "07:00:00 w3: moved 4 files",
                field: "worker", value: "w3"),
        ])
    func notation(_ notation: Notation) async throws {
        try await Folder.with { folder in
            let path = try folder.write(notation.line + "\nnonsense\n", to: "some.log")
            let answer = try await Program.ask(["top", path, "--format", notation.format, "--by", notation.field])
            #expect(answer.run.lines == 2 && answer.run.bad_lines == 1)
            #expect(answer.tables[0].counts == [notation.value: 1])
            let explained = try await Program.run([
                "logs", "top", "--format", notation.format, "--explain-format", notation.line,
            ])
            #expect(explained.status == 0 && explained.text.contains(": fits\n"))
        }
    }

    @Test("Logs of several formats are read in one run")
    func mixed() async throws {
        try await Folder.with { folder in
            let web = try folder.write(AccessLog.text(AccessLog.combined(30)), to: "web.log")
            let app = try folder.write(AccessLog.text(AccessLog.json(20)), to: "app.log")
            let answer = try await Program.ask(["top", web, app, "--by", "status_class"])
            #expect(answer.run.lines == 50 && answer.run.matched == 50)
            #expect(Set(answer.sources.compactMap(\.format)) == ["combined", "json"])
            #expect(answer.tables[0].total == 50)
        }
    }
}
