import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Structured lines")
struct StructuredLineTests {
    /// 2024-03-01 12:00:00 UTC.
    static let now: Int64 = 1_709_294_400_000_000
    static let bsd = Syslog3164Line.format

    /// A format's row for a line, or what it says of it. Times without a year are at most a day after ``now``.
    static func row(
        _ format: LogFormat, _ line: String, _ wanted: [String] = [], now: Int64 = now
    ) throws -> [String: String] {
        let years = SourceYears(latest: now &+ CivilTime.day)
        let found = try format.reading(wanted).read(line, years: years)
        #expect(found.bad.isEmpty && found.rows.count == 1)
        return found.rows.first ?? [:]
    }

    // MARK: Caddy, Traefik

    @Test("Caddy's line is read field by field, and any other key as well")
    func caddy() throws {
        let line =
            #"{"level":"info","ts":1646861401.5241024,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"127.0.0.1","remote_port":"41342","client_ip":"127.0.0.1","proto":"HTTP/2.0","method":"GET","host":"localhost","uri":"/a\u0026b","headers":{"User-Agent":["curl/7.82.0","x"],"Accept":["*/*"]},"tls":{"resumed":false}},"bytes_read":0,"user_id":"","duration":0.000929675,"size":10900,"status":200,"resp_headers":{"Server":["Caddy"]}}"#
        #expect(
            try Self.row(CaddyLine.format, line, ["uri", "request.tls.resumed", "resp_headers.Server.0"]) == [
                "ip": "127.0.0.1", "user": "", "method": "GET", "url": "/a&b", "protocol": "HTTP/2.0", "status": "200",
                "bytes": "10900", "agent": "curl/7.82.0", "request_time": "0.000929675", "host": "localhost",
                "bytes_in": "0", "level": "info", "message": "handled request", "request.tls.resumed": "false",
                "resp_headers.Server.0": "Caddy", "time": "1646861401524102",
            ])
    }

    @Test(
        "JSON without Caddy's or Traefik's keys is neither",
        arguments: [CaddyLine.format.name, TraefikJSON.format.name])
    func otherJSON(name: String) throws {
        let format = try #require(LogFormatCatalog.formats.first { $0.name == name })
        let found = try format.reading([]).read(#"{"ts":1,"status":200,"uri":"/","request":{"host":"x"}}"#)
        #expect(found.rows.isEmpty && found.bad.count == 1)
    }

    @Test("Traefik's line is read field by field, with durations in nanoseconds")
    func traefik() throws {
        let line =
            #"{"ClientAddr":"1.2.3.4:5","ClientHost":"1.2.3.4","ClientUsername":"-","DownstreamContentSize":19,"DownstreamStatus":404,"Duration":1234567,"OriginDuration":1000,"RequestHost":"x.org","RequestMethod":"GET","RequestPath":"/p?q","RequestProtocol":"HTTP/1.1","RouterName":"r@docker","ServiceName":"s","StartUTC":"2024-02-29T12:00:00.5Z","level":"info","request_User-Agent":"curl","time":"2024-02-29T13:00:00+01:00"}"#
        let reading = try TraefikJSON.format.reading([])
        #expect(reading.fields.first { $0.name == "request_time" }?.kind == .duration(perSecond: 1_000_000_000))
        #expect(
            try Self.row(TraefikJSON.format, line) == [
                "ip": "1.2.3.4", "user": "-", "bytes": "19", "status": "404", "request_time": "1234567",
                "upstream_time": "1000", "host": "x.org", "method": "GET", "url": "/p?q", "protocol": "HTTP/1.1",
                "router": "r@docker", "service": "s", "level": "info", "agent": "curl", "time": "1709208000500000",
            ])
    }

    // MARK: logfmt

    @Test(
        "A logfmt pair is read",
        arguments: [
            ("a=1 b=2", "b", "2"), (#"a="x y" b=2"#, "a", "x y"), (#"a="q\"v\\w\n" b=2"#, "a", "q\"v\\w\n"),
            ("a= b=2", "a", ""),
            (#"a="" b=2"#, "a", ""), ("flag b=2", "flag", "flag"), ("b=2 flag", "flag", "flag"), ("a=x=y", "a", "x=y"),
            (#"a=x"y b=1"#, "a", #"x"y"#), ("a=1 a=2", "a", "2"), ("\ta=1\t b=2  ", "b", "2"), ("é=ü", "é", "ü"),
            (#"a="\u00e9\"" b=1"#, "a", "é\""), (#"a="\u00zz\x41""#, "a", #"\u00zzA"#), ("a.b=1", "a.b", "1"),
            ("severity=warn x=1", "level", "warn"), ("lvl=a level=b", "level", "b"), (#"a="\u0041\u1""#, "a", #"A\u1"#),
        ])
    func logfmt(line: String, name: String, value: String) throws {
        #expect(try Self.row(LogfmtLine.format, line, [name])[name] == value)
    }

    @Test("Columns that share an escaped logfmt value get it once unescaped, and the time is found")
    func logfmtShared() throws {
        #expect(
            try Self.row(LogfmtLine.format, #"time="2024-02-29T12:00:00Z" msg="a\\n""#, ["msg", "message"]) == [
                "msg": #"a\n"#, "message": #"a\n"#, "time": "1709208000000000",
            ])
        #expect(try Self.row(LogfmtLine.format, "t=1709208000 x=1")["time"] == "1709208000000000")
    }

    @Test(
        "A line that is no logfmt is told with its place",
        arguments: [
            ("just words", 0), (#"a="x"#, 4), (#"a="x"y"#, 5), ("=1", 0), ("a=1 =2", 4), (#"a"=1"#, 1), ("a=1\u{1}", 3),
            (#"a="x\"#, 5),
        ])
    func logfmtFault(line: String, place: Int) throws {
        let found = try LogfmtLine.format.reading(["a"]).read(line)
        #expect(found.rows.isEmpty)
        #expect(found.bad.map(\.fault) == [place])
    }

    // MARK: Syslog

    @Test("The examples of RFC 5424 are read")
    func syslog5424() throws {
        let wanted = ["sd.exampleSDID@32473.iut", "sd.exampleSDID@32473.eventSource", "sd.b.c"]
        #expect(
            try Self.row(
                Syslog5424Line.format,
                "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{feff}'su root' failed for lonvick")
                == [
                    "level": "crit", "facility": "auth", "host": "mymachine.example.com", "app": "su", "msgid": "ID47",
                    "message": "'su root' failed for lonvick", "time": "1065910455003000",
                ])
        #expect(
            try Self.row(
                Syslog5424Line.format,
                #"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - [exampleSDID@32473 iut="3" eventSource="a\"b\\c\]d\n"][b c=""] msg"#,
                wanted) == [
                    "level": "notice", "facility": "local4", "host": "192.0.2.1", "app": "myproc", "pid": "8710",
                    "message": "msg", "time": "1061727255000003", wanted[0]: "3", wanted[1]: #"a"b\c]d\n"#,
                    wanted[2]: "",
                ])
        #expect(try Self.row(Syslog5424Line.format, "<4>1 - - - - - -") == ["level": "warning"])
        #expect(try Self.row(Syslog5424Line.format, "<0>1 - h - - - [x]", wanted) == ["level": "emerg", "host": "h"])
    }

    @Test(
        "A line that is not of RFC 5424 is told with its place",
        arguments: [
            ("x", 0), ("<192>1 - - - - - -", 0), ("<034>1 - - - - - -", 0), ("<34> - - - - - -", 4),
            ("<34>1 now - - - - -", 6),
            ("<34>1 - ", 8), ("<34>1 - a b", 10), ("<34>1 - - - - - ", 16), ("<34>1 - - - - - [", 17),
            ("<34>1 - - - - - [a b]", 20),
            (#"<34>1 - - - - - [a b="c]"#, 24), (#"<34>1 - - - - - [a b="c""#, 24), ("<34>1 - - - - - -x", 17),
            ("<34>1 - é - - - -", 8),
        ])
    func fault5424(line: String, place: Int) throws {
        let found = try Syslog5424Line.format.reading(["sd.a.b"]).read(line)
        #expect(found.rows.isEmpty)
        #expect(found.bad.map(\.fault) == [place])
        // A bad line stays as it was.
        #expect(found.badTexts == [line])
    }

    @Test("Lines of RFC 3164 and of rsyslog are read")
    func syslog3164() throws {
        #expect(
            try Self.row(Self.bsd, "<34>Oct 11 22:14:15 mymachine su: 'su root' failed") == [
                "level": "crit", "facility": "auth", "host": "mymachine", "app": "su", "message": "'su root' failed",
                "time": "1697062455000000",
            ])
        #expect(
            try Self.row(Self.bsd, "Mar  1 06:25:01 web1 CRON[812]: (root) CMD (x)") == [
                "host": "web1", "app": "CRON", "pid": "812", "message": "(root) CMD (x)", "time": "1709274301000000",
            ])
        #expect(
            try Self.row(Self.bsd, "2024-02-29T13:00:00.5+01:00 web1 postfix/smtpd[1]: x: y") == [
                "host": "web1", "app": "postfix/smtpd", "pid": "1", "message": "x: y", "time": "1709208000500000",
            ])
        #expect(
            try Self.row(Self.bsd, "Mar  1 06:25:01 web1 last message repeated 3 times") == [
                "host": "web1", "message": "last message repeated 3 times", "time": "1709274301000000",
            ])
        #expect(try Self.row(Self.bsd, "Mar 01 06:25:01 h kernel:")["app"] == "kernel")
        #expect(try Self.row(Self.bsd, "Mar 01 06:25:01 h a[b c]: x")["message"] == "a[b c]: x")
    }

    @Test(
        "A time without a year is the latest that is not past tomorrow",
        arguments: [
            ("Mar  1 12:00:00", 1_709_294_400), ("Mar  2 11:59:59", 1_709_380_799), ("Mar  2 12:00:01", 1_677_758_401),
            ("Dec 31 23:59:59", 1_704_067_199), ("Jan  1 00:00:00", 1_704_067_200), ("Feb 29 12:00:00", 1_709_208_000),
        ])
    func year(stamp: String, seconds: Int64) throws {
        #expect(try Self.row(Self.bsd, stamp + " h a: b")["time"] == "\(seconds * 1_000_000)")
    }

    @Test("In a year without it, the 29th of February is an earlier one; a clock far off does not trap")
    func leap() throws {
        let march2023: Int64 = 1_677_758_401_000_000
        #expect(try Self.row(Self.bsd, "Feb 29 12:00:00 h a: b", now: march2023)["time"] == "1582977600000000")
        for now in [Int64.min, -1, 0, .max] { _ = try Self.row(Self.bsd, "Feb 29 12:00:00 h a: b", now: now) }
    }

    @Test(
        "A line that is not of RFC 3164 is told with its place",
        arguments: [
            ("x", 0), ("<34>x", 4), ("Feb 30 12:00:00 h a: b", 0), ("Oct 11 22:14:15 host", 20),
            ("Oct 11 22:14:15  a", 16), ("<999>Oct 11 22:14:15 h a: b", 0),
        ])
    func fault3164(line: String, place: Int) throws {
        let found = try Self.bsd.reading([]).read(line)
        #expect(found.rows.isEmpty)
        #expect(found.bad.map(\.fault) == [place])
    }

    // MARK: CRI

    @Test("Lines of a container runtime are read, and JSON in them")
    func cri() throws {
        let line = "2024-02-29T12:00:00.123456789Z stdout F "
        #expect(
            try Self.row(CRILine.format, line + "hello world") == [
                "stream": "stdout", "message": "hello world", "time": "1709208000123456",
            ])
        #expect(try Self.row(CRILine.format, "2024-02-29T12:00:00+01:00 stderr F")["message"] == "")
        let wanted = ["status", "a.b"]
        let json = line + #"{"code":200,"a":{"b":"x\"y"}}"#
        #expect(try Self.row(CRILine.format, json, wanted)["status"] == "200")
        #expect(try Self.row(CRILine.format, json, wanted)["a.b"] == "x\"y")
        #expect(
            try Self.row(CRILine.format, json, wanted + ["message"])["message"] == #"{"code":200,"a":{"b":"x\"y"}}"#)
        for message in [#""msg":"a\"b","#, #""message":"a\"b","msg":"c","#, #""text":"a\"b","#] {
            let row = try Self.row(CRILine.format, line + "{\(message)\"code\":200}", wanted + ["message", "msg"])
            #expect(row["message"] == "a\"b" && row["status"] == "200")
        }
        #expect(try Self.row(CRILine.format, line + #"{"msg":"a""#, ["message"])["message"] == #"{"msg":"a""#)
        #expect(try Self.row(CRILine.format, line + #"{"msg":"a"}"#, [])["message"] == #"{"msg":"a"}"#)
        #expect(try Self.row(CRILine.format, line + #"{"code":200"#, wanted)["status"] == nil)
        #expect(try Self.row(CRILine.format, line + "text", wanted)["status"] == nil)
    }

    @Test(
        "A line of no container runtime is bad",
        arguments: [
            "x", "2024-02-29T12:00:00Z stdin F x", "2024-02-29T12:00:00Z stdout X x", "2024-02-29T12:00:00Z stdout Fx",
            "now stdout F x", "stdout F x",
        ])
    func criFault(line: String) throws {
        let found = try CRILine.format.reading([]).read(line)
        #expect(found.rows.isEmpty && found.bad.count == 1)
    }

    static func join(_ pieces: [String]) -> String {
        var joiner = CRIJoiner()
        var output: [UInt8] = []
        for piece in pieces { joiner.push(Array(piece.utf8).span, into: &output) }
        joiner.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test("Parts are joined by stream, wherever the lines are split")
    func joiner() {
        let lines = [
            "T1 stdout P a\n", "T2 stderr P x\n", "T3 stdout P b \n", "no such line\n", "T4 stdout F c\n",
            "T5 stdout F d\n", "T6 stdout P \n",
            "T7 stdout F\n", "T8 stderr F y\n", "T9 stdout P left\n",
        ]
        let joined =
            "no such line\nT1 stdout F ab c\nT5 stdout F d\nT6 stdout F \nT2 stderr F xy\nT9 stdout F left\n"
        for split in 0...lines.count {
            #expect(Self.join([lines[..<split].joined(), lines[split...].joined()]) == joined)
        }
        #expect(Self.join(lines) == joined)
        #expect(Self.join([]) == "")
    }

    @Test("A line without an end is ended at its bound")
    func joinerBound() {
        let part = "T stdout P " + String(repeating: "x", count: 65_536) + "\n"
        let joined = Self.join(Array(repeating: part, count: 40)).split(separator: "\n")
        #expect(joined.count == 3)
        #expect(joined.allSatisfy { $0.utf8.count <= CRIJoiner.longest + 65_536 && $0.hasPrefix("T stdout F x") })
    }

    // MARK: Regular expressions

    @Test("Named groups are fields, one named time the time")
    func regex() throws {
        let text = #"^(?<ip>\S+) \[(?P<time>[^\]]+)\] (?:(?<method>GET|POST) )?(?<url>\S+) (?<status>\d{3})$"#
        let reading = try RegexLine.notation.read(text, [])
        #expect(
            reading.fields == [
                LogField("ip", .address), LogField("method"), LogField("url"), LogField("status", .number),
            ])
        let found = reading.read(
            "::1 [29/Feb/2024:12:00:00 +0000] GET /a 200\n\n1.1.1.1 [1709208000] /b 404\r\nother\n")
        #expect(
            found.rows == [
                ["ip": "::1", "method": "GET", "url": "/a", "status": "200", "time": "1709208000000000"],
                ["ip": "1.1.1.1", "url": "/b", "status": "404", "time": "1709208000000000"],
            ])
        #expect(found.badTexts == ["other"])
        #expect(throws: LogFormatFault.self) { try RegexLine.notation.read("no groups", []) }
        #expect(RegexLine.notation.isLikely(text) && !RegexLine.notation.isLikely("$remote_addr"))
    }
}
