import Testing

@testable import MusterLogs

/// Lines of a log that many machines have, and what has to come of them.
struct FleetLog: Sendable, CustomTestStringConvertible {
    var format: String
    var lines: [String]
    /// Some fields of each row.
    var rows: [[String: String]]
    var bad = 0
    var wanted: [String] = []

    var testDescription: String { format + ": " + lines[0].prefix(40) }

    private static let common = #"[29/Nov/2026:23:50:01 +0000] "GET /a HTTP/1.1" 200 512"#
    private static let combined = common + #" "-" "curl/8.5.0""#
    private static let usual = ["ip": "192.0.2.10", "url": "/a", "status": "200", "bytes": "512"]

    private static func with(_ fields: [String: String]) -> [String: String] {
        usual.merging(fields) { $1 }
    }

    static let access: [FleetLog] = [
        FleetLog(
            format: "combined",
            lines: [
                "192.0.2.10 - - \(combined) \"-\"", "192.0.2.10 - bob \(combined) \"198.51.100.8, 203.0.113.9\"",
                "192.0.2.10 - - \(combined)",
            ],
            rows: [
                with(["extra1": "-"]), with(["user": "bob", "extra1": "198.51.100.8, 203.0.113.9"]),
                with(["agent": "curl/8.5.0"]),
            ], wanted: ["extra1"]),
        FleetLog(
            format: "combined",
            lines: [
                "192.0.2.10 - - \(combined) 0.012 . rt=0.5 uct=\"0.1, 0.2\" [web] 10.0.0.7:80, 10.0.0.8:80 : - \"a \\\"b\" 7"
            ],
            rows: [
                with([
                    "extra1": "0.012", "extra2": ".", "extra3": "rt=0.5", "extra4": #"uct="0.1, 0.2""#,
                    "extra5": "[web]", "extra6": "10.0.0.7:80, 10.0.0.8:80 : -", "extra7": #"a "b"#, "extra8": "7",
                ])
            ], wanted: (1...9).map { "extra\($0)" }),
        FleetLog(
            format: "common", lines: ["192.0.2.10 - - \(common) 0.012", "192.0.2.10 - - \(common)"],
            rows: [with(["extra1": "0.012"]), usual], wanted: ["extra1"]),
        FleetLog(
            format: "vhost_combined",
            lines: [
                "www.example.org:443 192.0.2.10 - - \(combined)", "[2001:db8::1]:80 192.0.2.10 - - \(combined) 1",
                "www.example.org:443 www.example.org:80 192.0.2.11 - - \(combined)",
                "web2:443 2001:db8::7 - - \(combined)", "web2:443 host.example - - \(combined)",
            ],
            rows: [
                with(["host": "www.example.org", "port": "443"]), with(["host": "[2001:db8::1]", "port": "80"]),
                with(["ip": "2001:db8::7"]), with(["ip": "host.example", "host": "web2"]),
            ], bad: 1),
        FleetLog(
            format: "ingress-nginx",
            lines: [
                "192.0.2.10 - - \(combined) 348 0.001 [default-web-80] [] 10.0.0.7:8080 512 0.001 200 835136ae",
                "192.0.2.10 - - \(combined) 348 0.120 [default-web-80] [] 10.0.0.7:8080, 10.0.0.8:8080 0, 150 0.100, 0.020 502, 502 935136ae",
            ],
            rows: [
                with(["request_time": "0.001", "bytes_in": "348", "proxy_upstream_name": "default-web-80"]),
                with([
                    "request_time": "0.120", "upstream_addr": "10.0.0.7:8080, 10.0.0.8:8080", "req_id": "935136ae",
                ]),
            ]),
        FleetLog(
            format: "traefik",
            lines: [
                #"192.0.2.10 - - \#(combined) 1 "ping@internal" - 0ms"#, #"192.0.2.10 - - \#(combined) 2 "-" "-" 0ms"#,
                #"192.0.2.10 - - \#(combined) 3 "web@docker" "http://10.0.0.1:80" 17ms"#,
            ],
            rows: [
                with(["router": "ping@internal", "server": "-", "request_time": "0"]), with(["router": "-"]),
                with(["router": "web@docker", "server": "http://10.0.0.1:80", "request_time": "17"]),
            ]),
        FleetLog(
            format: "combined",
            lines: [
                "2001:db8::1 - - \(combined)", "fe80::a00:27ff:fe00:1%eth0 - - \(combined)", "unix: - - \(combined)",
                "192.0.2.10 - john doe \(combined)", "192.0.2.10 - \"\" \(combined)",
                "host.example.org - - \(combined)",
                "[2001:db8::1]:5566 - - \(combined)", "192.0.2.1:5566 ann bob \(combined)", "- - - \(combined)",
                "1:2:3:4:5:6:7:8 - - \(combined)", "::ffff:192.0.2.1 - - \(combined)",
            ],
            rows: [
                ["ip": "2001:db8::1"], ["ip": "fe80::a00:27ff:fe00:1%eth0"], ["ip": "unix:"], ["user": "john doe"],
                ["user": "\"\""], ["ip": "host.example.org"], ["ip": "[2001:db8::1]:5566"],
                ["ip": "192.0.2.1:5566", "ident": "ann", "user": "bob"], ["ip": "-"], ["ip": "1:2:3:4:5:6:7:8"],
                ["ip": "::ffff:192.0.2.1"],
            ]),
        FleetLog(
            format: "alb",
            lines: [
                #"h2 2026-11-29T23:50:01.356787Z app/lb/cb 192.0.2.10:62611 10.0.0.1:443 0.006 0.008 0.000 200 200 498 512 "GET https://a.example:443/x HTTP/2.0" "curl" ECDHE TLSv1.2 arn:aws:tg "Root=1-61""#,
                #"http 2026-11-29T23:50:04.356787Z app/lb/cb 192.0.2.4:1 10.0.0.1:80 0.000 0.500 0.000 460 - 498 0 "GET http://a.example:80/s?q="hi" HTTP/1.1" "x" - - arn:aws:tg "Root=1-61""#,
            ],
            rows: [
                ["status": "200", "ip": "192.0.2.10"],
                ["status": "460", "url": #"http://a.example:80/s?q="hi""#, "agent": "x"],
            ]
        ),
    ]

    private static let header = "Nov 29 23:50:01 lb haproxy[7]: "

    static let proxies: [FleetLog] = [
        FleetLog(
            format: "haproxy",
            lines: [
                header
                    + #"192.0.2.1:53332 [29/Nov/2026:23:50:01.143] fe~ be/s1 0/0/7/1457/1487 200 11394 - - ---- 2/1/0/0/0 0/0 {UA|a} {} "GET /a?b=1 HTTP/1.1""#,
                header + "192.0.2.3:55354 [29/Nov/2026:23:50:03.822] fe/1: SSL handshake failure",
                header
                    + #"2001:db8::5:5535 [29/Nov/2026:23:50:06.143] fe be/s1 0/0/0/-1/+3 504 +11 - - sH-- 2/1/0/0/3 0/0 {} "GET /x HTTP/1.1" 0/0000/1/0/0 -/TLSv1.3/TLS_AES_256_GCM_SHA384"#,
                header + "192.0.2.1:5535 [29/Nov/2026:23:50:06.143] ssh_fe ssh_be/s1 0/0/12 1024 -- 1/1/0/0/0 0/0",
                header
                    + #"192.0.2.9:1 [29/Nov/2026:23:50:05.143] fe be/s1 0/0/0/3/3 503 11 - - sC-- 2/1/0/0/+3 0/0 "GET /long: x"#,
            ],
            rows: [
                ["ip": "192.0.2.1", "ip_port": "53332", "status": "200", "url": "/a?b=1", "request_time": "1487"],
                [
                    "ip": "192.0.2.3", "frontend": "fe", "listener": "1", "message": "SSL handshake failure",
                    "time": "1795996203822000",
                ],
                ["ip": "2001:db8::5", "status": "504", "client_certificate_error": "1", "tls_protocol": "TLSv1.3"],
                ["backend": "ssh_be", "session_time": "12", "bytes": "1024", "state": "--", "backend_queue": "0"],
            ], bad: 1),
        FleetLog(
            format: "haproxy",
            lines: ["192.0.2.1:5535 [29/Nov/2026:23:50:06.143] ssh_fe ssh_be/s1 0/0/12 1024 -- 1/1/0/0/0 0/0"],
            rows: [["ip": "192.0.2.1", "time_connect": "0", "retries": "0"]]),
    ]

    static let errors: [FleetLog] = [
        FleetLog(
            format: "nginx-error",
            lines: [
                #"2026/11/29 23:50:01 [error] 31#32: *12 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.1, server: _, request: "GET /a?b HTTP/1.1", upstream: "http://127.0.0.1:8080/a", host: "example.org", referrer: "https://a/""#,
                "2026/11/29 23:50:02 [warn] 31#31: *13 an upstream response is buffered, to a temporary file",
                "2026/11/29 23:50:02 [notice] 1#1: signal 1 (SIGHUP) received from 7, reconfiguring",
                #"2026/11/29 23:50:02 [error] 31#31: *14 a "b" c, client: 192.0.2.1, server: a, b, request: "GET /"x, y HTTP/1.1", subrequest: "/auth", host: "h"#,
            ],
            rows: [
                [
                    "level": "error", "pid": "31", "thread": "32", "connection": "12", "ip": "192.0.2.1", "server": "_",
                    "method": "GET", "url": "/a?b", "upstream": "http://127.0.0.1:8080/a", "host": "example.org",
                    "referrer": "https://a/",
                    "message": "connect() failed (111: Connection refused) while connecting to upstream",
                ],
                ["level": "warn", "message": "an upstream response is buffered, to a temporary file"],
                ["pid": "1", "message": "signal 1 (SIGHUP) received from 7, reconfiguring"],
                ["message": #"a "b" c"#, "url": #"/"x, y"#, "host": "h"],
            ]),
        FleetLog(
            format: "apache-error",
            lines: [
                "[Sun Nov 29 23:50:01.123456 2026] [proxy:error] [pid 77:tid 1401] (111)Connection refused: AH00957: http: attempt to connect",
                "[Sun Nov 29 23:50:02.223456 2026] [core:notice] [pid 77:tid 1401] AH00094: Command line: 'x'",
                "[Sun Nov 29 23:50:02.223456 2026] [:error] [pid 77] [client 2001:db8::1:5555] script not found, referer: https://a/",
                "[Sun Nov 29 23:50:02 2026] [error] [client 192.0.2.1] File does not exist: /x",
                "[Sun Nov 29 23:50:02.223456 2026] [a:error] [pid 7:tid 8] (2)No such file: [client 192.0.2.2:99] AH123: AH00035: denied",
            ],
            rows: [
                [
                    "level": "error", "module": "proxy", "pid": "77", "thread": "1401", "error_code": "AH00957",
                    "message": "(111)Connection refused: AH00957: http: attempt to connect",
                ],
                ["level": "notice", "error_code": "AH00094"],
                [
                    "level": "error", "ip": "2001:db8::1", "ip_port": "5555", "message": "script not found",
                    "referrer": "https://a/",
                ],
                ["level": "error", "ip": "192.0.2.1", "message": "File does not exist: /x"],
                ["ip": "192.0.2.2", "ip_port": "99", "error_code": "AH00035"],
            ]),
    ]
}

@Suite("Logs that every fleet has")
struct FleetLogTests {
    @Test("A log is recognised and read", arguments: FleetLog.access + FleetLog.proxies + FleetLog.errors)
    func read(_ log: FleetLog) throws {
        let text = log.lines.map { $0 + "\n" }.joined()
        let found = RecognisedLog(text, wanted: DefaultQuestions.wanted + log.wanted)
        try #require(found.name == log.format, "\(found.guesses)")
        #expect(found.read.bad.count == log.bad, "\(found.read.badTexts) \(found.read.bad.map(\.expected))")
        try #require(found.read.rows.count == log.rows.count)
        for (row, expected) in zip(found.read.rows, log.rows) {
            for (name, value) in expected { #expect(row[name] == value, "\(name)") }
        }
    }

    @Test(
        "What stands before a line is never taken for an address",
        arguments: [
            "2026-11-29T23:50:01.123456789Z stdout F 192.0.2.10", "www.example.org:443 192.0.2.10",
            "Nov 29 23:50:01 web1 nginx: 192.0.2.10", "Nov  9 23:50:01 web1 nginx: 192.0.2.10", "web-1  | 192.0.2.10",
            "web-1 | 192.0.2.10", "10.0.0.1 192.0.2.1", "203.0.113.1, 192.0.2.1", "10.0.0.1 - 192.0.2.1",
            "10.0.0.1 - - 192.0.2.1", "23:50:01", "2026-11-29T23:50:01Z", "x=192.0.2.1", "<13>1",
            // Numbers: an address of version 4 has four parts.
            "17", "0.123", "1.2.3", "1.2.3.", "1.2.3.4.5", "1769860800.123", "1769860800", "1234 www.example.com",
            "2026-11-29", "1..2.3:80", "1234.5.6.7:80", "_",
        ])
    func prefixes(_ prefix: String) throws {
        let rest = #" - - [29/Nov/2026:23:50:01 +0000] "GET /a HTTP/1.1" 200 512"#
        #expect(try CombinedLine.combined.reading([]).read(prefix + rest + #" "-" "-""#).rows.isEmpty)
        #expect(try CombinedLine.common.reading([]).read(prefix + rest).rows.isEmpty)
    }

    @Test(
        "An address is no user",
        arguments: [
            ("192.0.2.1", false), ("192.0.2.1:443", false), ("2001:db8::1", false), ("[2001:db8::1]:80", false),
            ("203.0.113.1, 192.0.2.1", false), ("192.0.2.1, 10.0.0.1,", false), ("unix:", false),
            ("frank 192.0.2.1", false), ("192.0.2.1 frank", false), ("- frank", false), ("frank -", false),
            ("frank", true), ("-", true), ("a.b.c.d", true), ("1.2.3", true), ("1.2.3.4.5", true), ("1769860800", true),
            ("beef", true), ("john doe", true), ("CN=a:b", true), ("12:34:56", true), ("a,", true), (",", true),
        ])
    func user(_ user: String, _ isUser: Bool) throws {
        let line = #" [29/Nov/2026:23:50:01 +0000] "GET /a HTTP/1.1" 200 512"#
        for host in ["www.example.com", "192.0.2.9"] {
            let rows = try CombinedLine.common.reading([]).read("\(host) - \(user)\(line)").rows
            #expect(rows.map { $0["user"] } == (isUser ? [user] : []))
        }
    }

    @Test(
        "Escapes are undone in further fields, as in those before",
        arguments: [
            (#""a\x22b""#, #"a"b"#), (#"a\x22b"#, #"a"b"#), (#""\"""#, "\""), (#""\\""#, "\\"), (#""""#, ""),
            ("a", "a"),
            (#""ä\xc3\xa4""#, "ää"), (#""\x""#, #"\x"#),
            // Where the quotes end shows only with the escapes.
            (#"k="x\x22y""#, #"k="x\x22y""#),
        ])
    func escapedFurtherFields(_ field: String, _ value: String) throws {
        let line = #"192.0.2.1 - - [29/Nov/2026:23:50:01 +0000] "GET /a HTTP/1.1" 200 512 "-" "c\x22d""#
        let reading = try CombinedLine.combined.reading(["extra2"])
        // The last field is checked and has no column.
        let rows = reading.read("\(line) \(field) \(field) \(field)\n\(line) x \(field)").rows
        #expect(rows.map { $0["extra1"] } == [value, "x"] && rows.map { $0["extra2"] } == [value, value])
        #expect(rows.allSatisfy { $0["agent"] == #"c"d"# })
        // Of a line that does not fit nothing is changed.
        let bad = "\(line) \(field) \"open"
        #expect(reading.read(bad).badTexts == [bad])
    }

    @Test(
        "What follows a line is a field, or the line is bad",
        arguments: [#" "x"#, "  x", #" a"b""#, " ", #" "x"y"#, "x"])
    func furtherFields(_ rest: String) throws {
        let line = #"192.0.2.1 - - [29/Nov/2026:23:50:01 +0000] "GET /a HTTP/1.1" 200 512 "-" "-""#
        let found = try CombinedLine.combined.reading(["extra2"]).read(line + rest + "\n" + line + " a b\n" + line)
        #expect(found.rows.map { [$0["extra1"], $0["extra2"]] } == [["a", "b"], [nil, nil]])
        #expect(found.badTexts == [line + rest])
    }

    @Test("Every 15 bytes of an address are looked at")
    func dotted() throws {
        let rest = #" - - [29/Nov/2026:23:50:01 +0000] "GET /a HTTP/1.1" 200 512"#
        let reading = try CombinedLine.common.reading([])
        let addresses = [
            "1.2.3.4", "12.3.4.5", "123.4.5.6", "123.45.6.7", "123.45.67.8", "123.45.67.89", "123.45.67.189",
            "123.45.167.189", "123.145.167.189",
        ]
        for word in addresses.map({ Array($0.utf8) }) {
            // At once, without a closer look.
            #expect(Chunk.with(word) { unsafe ClientName.isDotted($0.base, $0.base + word.count) })
            #expect(reading.read(word + Array(rest.utf8)).rows.count == 1)
            for place in word.indices {
                for byte in [UInt8(ascii: ","), UInt8(ascii: ";"), 0x80, 0xff, 1] {
                    var odd = word
                    odd[place] = byte
                    #expect(reading.read(odd + Array(rest.utf8)).rows.isEmpty, "\(odd)")
                }
            }
        }
    }
}
