import MusterTesting
import Testing

@testable import MusterLogs

/// A format in a notation, a line of it, and some of the fields that must come out.
struct PatternCase: Sendable, CustomTestStringConvertible {
    var notation: String
    var text: String
    var line: String
    var fields: [String: String]

    init(_ notation: String, _ text: String, _ line: String, _ fields: [String: String]) {
        self.notation = notation
        self.text = text
        self.line = line
        self.fields = fields
    }

    var testDescription: String { "\(notation):\(text)" }

    func reading() throws -> LineReading {
        let found = try #require(LogFormatCatalog.notations.first { $0.name == notation })
        return try found.read(text, [])
    }
}

@Suite("Access log formats")
struct AccessFormatTests {
    static let cases: [PatternCase] = [
        PatternCase(
            "nginx",
            #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for" rt=$request_time ua="$upstream_addr" urt=$upstream_response_time"#,
            #"10.0.0.9 - jo e [10/Oct/2000:13:55:36 -0700] "GET /?q=\x22a\x22 HTTP/2.0" 502 157 "-" "say \x22hi\x22 \x5C" "1.1.1.1, 2.2.2.2" rt=0.512 ua="10.1.1.1:80, unix:/tmp/s : 10.1.1.2:80" urt=0.100, 0.200 : 0.300"#,
            [
                "ip": "10.0.0.9", "user": "jo e", "method": "GET", "url": #"/?q="a""#, "protocol": "HTTP/2.0",
                "status": "502", "bytes": "157", "referrer": "-", "agent": #"say "hi" \"#,
                "http_x_forwarded_for": "1.1.1.1, 2.2.2.2", "request_time": "0.512",
                "upstream_addr": "10.1.1.1:80, unix:/tmp/s : 10.1.1.2:80", "upstream_time": "0.100, 0.200 : 0.300",
                "time": "971211336000000",
            ]),
        PatternCase(
            "nginx",
            "log_format main escape=default '$remote_addr|$msec|$upstream_response_time|'\n  \"$upstream_status ${http_host}x\" ; ",
            "::1|1709208000.123|-, 0.1|502, 200 hx",
            [
                "ip": "::1", "time": "1709208000123000", "upstream_time": "-, 0.1", "upstream_status": "200",
                "host": "h",
            ]),
        PatternCase(
            "nginx", "$time_iso8601 $msec $request_method $uri$is_args$args $upstream_response_time $pid",
            "2024-02-29T13:00:00+01:00 1.0 GET /a?b 0.1, 0.2 : 0.3 77",
            [
                "time": "1709208000000000", "method": "GET", "url": "/a?b", "upstream_time": "0.1, 0.2 : 0.3",
                "pid": "77",
            ]),
        PatternCase(
            "nginx", "log_format raw escape=none '$remote_addr \"$http_user_agent\" $status';",
            #"1.1.1.1 "a "q", \x22" 200"#, ["agent": #"a "q", \x22"#, "status": "200"]),
        PatternCase(
            "apache",
            #"LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" %D" vhost_combined"#,
            #"www.e.org:443 1.2.3.4 - - [29/Feb/2024:12:00:00 +0000] "GET /\"q\" HTTP/1.1" 200 512 "-" "a\\b\t\"c\"" 1234"#,
            [
                "host": "www.e.org", "port": "443", "url": #"/"q""#, "bytes": "512", "agent": "a\\b\t\"c\"",
                "request_time": "1234", "time": "1709208000000000",
            ]),
        PatternCase(
            "apache",
            #"%a %{c}a [%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] %m %U%q %H %!200,304{X-Id}i %{ms}T %T %X %{sid}C"#,
            "1.2.3.4 5.6.7.8 [29/Feb/2024 13:00:00.250 +0100] GET /a?b=c HTTP/1.1 - 17 0 + abc",
            [
                "ip": "1.2.3.4", "peer_ip": "5.6.7.8", "time": "1709208000250000", "method": "GET", "url": "/a?b=c",
                "http_x_id": "-", "request_time": "17", "request_time_s": "0", "connection_status": "+",
                "cookie_sid": "abc",
            ]),
        PatternCase(
            "apache", "%{usec}t %I %O %b %k %P %f %R %L %V %A %q %{HOME}e %{m}n %{Via}o %%",
            "1709208000123456 10 20 - 1 99 /srv/x - - h 10.0.0.1 ?a /root n v %",
            [
                "time": "1709208000123456", "bytes_in": "10", "bytes": "20", "response_bytes": "-", "keepalive": "1",
                "pid": "99", "file": "/srv/x", "host": "h", "local_ip": "10.0.0.1", "query": "?a", "env_HOME": "/root",
                "note_m": "n", "sent_http_via": "v",
            ]),
        PatternCase(
            "goaccess", #"%h %^[%d:%t %^] "%r" %s %b "%R" "%u" %D"#,
            #"1.2.3.4 - bob [29/Feb/2024:13:00:00 +0100] "GET /x HTTP/1.0" 200 - "-" "Mozilla" 15"#,
            ["ip": "1.2.3.4", "time": "1709208000000000", "bytes": "-", "agent": "Mozilla", "request_time": "15"]),
        PatternCase(
            "goaccess", #"~h{, } %~%d %t|%v|%m %U %q %H %s %T|%Y-%m-%d|%T"#,
            "9.9.9.9, 1:2::3    2024-02-29 12:00:00|h|GET /a ?b HTTP/1.1 404 0.25",
            ["ip": "9.9.9.9", "time": "1709208000000000", "host": "h", "query": "?b", "request_time": "0.25"]),
        PatternCase(
            "goaccess", "%x|%h|%s||", "29/Feb/2024|1.1.1.1|200", [:]),
        PatternCase(
            "goaccess", #"%x~h{," } %^ %C %K %k %M %L %n %e|%s"#,
            #"1709208000.5"9.9.9.9, 8.8.8.8" - HIT TLSv1.3 AES text/html 12 1200 bob"#,
            [
                "ip": "9.9.9.9", "time": "1709208000500000", "cache_status": "HIT", "request_time": "12",
                "request_time_ns": "1200", "user": "bob", "mime": "text/html",
            ]),
    ]

    @Test("A line is read by what the notation says", arguments: cases)
    func described(_ described: PatternCase) throws {
        let read = try described.reading().read(described.line + "\r\n" + described.line)
        if described.fields.isEmpty {
            #expect(read.bad.count == 2)
            return
        }
        try #require(read.rows.count == 2, "\(read.bad.first.map { "\($0.fault): \($0.expected)" } ?? "")")
        for (name, value) in described.fields {
            #expect(read.rows[0][name] == value, "\(name)")
            #expect(read.rows[1][name] == value, "\(name), the second time")
        }
    }

    @Test(
        "A fault of a notation is told with its place and what to write",
        arguments: [
            ("nginx", "$remote_addr$host", 0, "$remote_addr"), ("nginx", "a $ b", 2, "$"),
            ("nginx", "log_format x '$host", 13, "quote"), ("nginx", "${host", 0, "brace"),
            ("nginx", "log_format x escape=xml '$host';", 13, "json"),
            ("nginx", "log_format x escape=json '{\"a\":\"$host\"}';", 26, "--format json"),
            ("nginx", "text", nil, "no field"), ("nginx", "log_format x;", nil, "name"),
            ("apache", "%h %y", 3, "%y"), ("apache", "%h %{x", 4, "brace"), ("apache", "%h%l", 0, "%h"),
            ("apache", "%{%Q}t", 2, "%Q"), ("apache", "%h %", 3, "letter"), ("apache", "%{x}r", 0, "argument"),
            ("goaccess", "%h %j", 3, "%j"), ("goaccess", "%h%^", 0, "%h"), ("goaccess", "~h{,", 2, "brace"),
            ("goaccess", "%h %", 3, "specifier"), ("goaccess", "%h\n%s", nil, "line feed"),
        ] as [(String, String, Int?, String)])
    func faults(_ name: String, _ text: String, _ offset: Int?, _ hint: String) throws {
        let fault = #expect(throws: LogFormatFault.self) { try PatternCase(name, text, "", [:]).reading() }
        #expect(fault?.offset == offset)
        #expect(fault?.hint.contains(hint) == true, "\(fault?.hint ?? "")")
    }

    static let namedLines: [(String, String, [String: String])] = [
        (
            "haproxy",
            #"Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in~ static/srv1 10/0/30/69/+109 200 +2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu|x y} {} "GET /index.html HTTP/1.1""#,
            [
                "ip": "10.0.1.2", "ip_port": "33317", "time": "1233922454655000", "frontend": "http-in~",
                "backend": "static", "server": "srv1", "upstream_time": "69", "request_time": "+109", "status": "200",
                "bytes": "+2750", "state": "----", "url": "/index.html",
            ]
        ),
        (
            "haproxy",
            #"2001:db8::1:443 [06/Feb/2009:12:14:14.655] in back/<NOSRV> -1/-1/-1/-1/5000 -1 0 - - CR-- 5/2/0/0/+3 0/0 "<BADREQ>""#,
            ["ip": "2001:db8::1", "ip_port": "443", "time_request": "-1", "retries": "+3", "url": "<BADREQ>"]
        ),
        (
            "traefik",
            #"192.168.1.9 - - [29/Feb/2024:12:00:00 +0000] "GET /api HTTP/1.1" 200 17 "-" "curl/8" 42 "web@docker" "http://10.0.0.2:80" 12ms"#,
            ["ip": "192.168.1.9", "request_count": "42", "router": "web@docker", "request_time": "12", "bytes": "17"]
        ),
        (
            "alb",
            #"https 2018-07-02T22:23:00.186641Z app/my-lb/50dc 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" ECDHE-RSA TLSv1.2 arn:aws:x "Root=1-58" "www.example.com" "arn:c" 1 2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1"#,
            [
                "ip": "192.168.131.39", "upstream_addr": "10.0.0.1", "time": "1530570180186641",
                "upstream_time": "0.048",
                "status": "200", "host": "www.example.com", "rule": "1", "error": "-",
                "actions": "authenticate,forward",
            ]
        ),
        (
            "alb",
            #"http 2018-07-02T22:23:00Z lb 1.1.1.1:2817 - -1 -1 -1 503 - 34 366 "- http://e:80- -" "-" - - - "Root=1""#,
            [
                "ip": "1.1.1.1", "upstream_addr": "-", "upstream_status": "-", "upstream_time": "-1",
                "trace_id": "Root=1",
            ]
        ),
    ]

    @Test(
        "A line of a named format is read, and by no other but the general ones behind it",
        arguments: namedLines.indices)
    func named(_ index: Int) throws {
        let (name, line, fields) = Self.namedLines[index]
        for format in LogFormatCatalog.formats {
            guard ["haproxy", "traefik", "alb", "combined", "common"].contains(format.name) else { continue }
            let read = try format.reading([]).read(line + "\n")
            // What Traefik adds is further fields of the combined format.
            let fits = format.name == name || (name == "traefik" && ["combined", "common"].contains(format.name))
            #expect(read.rows.count == (fits ? 1 : 0), "\(format.name)")
            #expect(read.bad.count == (fits ? 0 : 1), "\(read.bad)")
            guard format.name == name, let row = read.rows.first else { continue }
            for (field, value) in fields { #expect(row[field] == value, "\(field)") }
        }
    }

    @Test("Common is not taken for combined, nor combined for common")
    func general() throws {
        let common = #"1.1.1.1 - - [29/Feb/2024:12:00:00 +0000] "GET / HTTP/1.1" 200 1"#
        let lines = [(common, "common"), (common + #" "r" "a""#, "combined"), (common + #" "r" "a" "x""#, "combined")]
        for (line, name) in lines {
            let fitting = try LogFormatCatalog.formats.filter { try $0.reading([]).read(line).rows.count == 1 }
            let known = fitting.map(\.name).filter { ["haproxy", "traefik", "alb", "combined", "common"].contains($0) }
            #expect(known.first == name)
        }
    }

    @Test("Garbage is rows, bad lines or blank, whatever the format")
    func garbage() throws {
        var dice = Dice(13)
        let own = ["haproxy", "traefik", "alb", "combined", "common"]
        var readings = try Self.cases.map { try $0.reading() }
        readings += try LogFormatCatalog.formats.filter { own.contains($0.name) }.map { try $0.reading([]) }
        let lines = Self.cases.map(\.line) + Self.namedLines.map(\.1)
        for round in 0..<3000 {
            var text: [UInt8] = []
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                var line = round.isMultiple(of: 3) ? [] : Array((lines.randomElement(using: &dice) ?? "").utf8)
                for _ in 0..<Int.random(in: 0...8, using: &dice) {
                    let at = Int.random(in: 0...line.count, using: &dice)
                    let end = min(line.count, at + Int.random(in: 0...30, using: &dice))
                    let bytes = (0..<Int.random(in: 0...3, using: &dice)).map { _ in
                        UInt8.random(in: 0...255, using: &dice)
                    }
                    line.replaceSubrange(at..<end, with: bytes)
                }
                text += line + [10]
            }
            let expected = text.split(separator: 10).count { line in
                !line.allSatisfy { $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }
            }
            for reading in readings {
                let read = reading.read(text)
                if read.rows.count + read.bad.count != expected {
                    Issue.record("\(reading.title): \(read.rows.count) and \(read.bad.count) of \(expected) in \(text)")
                    return
                }
            }
        }
    }
}
