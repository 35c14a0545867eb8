import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Lines that carry lines of other formats")
struct CarrierTests {
    private static let access = #"192.0.2.1 - - [29/Nov/2026:23:50:01 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8""#
    /// 2026-11-29T23:50:01Z.
    private static let time = "1795996201000000"

    /// A line of each carrier around a text, with what the carrier's fields hold.
    struct Wrapping: Sendable, CustomTestStringConvertible {
        var name: String
        var fields: [String: String]
        var wrap: @Sendable (String) -> String
        var testDescription: String { name }
    }

    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("/a", with: "\\/a")
    }

    static let wrappings = [
        Wrapping(name: "syslog-bsd", fields: ["host": "web1", "app": "nginx", "time": "Nov 29 23:49:58"]) {
            "Nov 29 23:49:58 web1 nginx: " + $0
        },
        Wrapping(
            name: "syslog-bsd", fields: ["host": "web1", "app": "nginx", "pid": "7", "time": "2026-11-29T23:49:58.5Z"]
        ) {
            "2026-11-29T23:49:58.5Z web1 nginx[7]: " + $0
        },
        Wrapping(name: "syslog-bsd", fields: ["host": "web1", "level": "info", "facility": "local7"]) {
            "<190>Nov 29 23:49:58 web1 nginx: " + $0
        },
        Wrapping(name: "syslog", fields: ["host": "web1", "level": "info", "msgid": "-", "sd.a.b": "c"]) {
            "<190>1 2026-11-29T23:49:58.000003Z web1 nginx 7 access [a b=\"c\"] " + $0
        },
        Wrapping(name: "cri", fields: ["stream": "stderr", "time": "2026-11-29T23:49:58.123456789Z"]) {
            "2026-11-29T23:49:58.123456789Z stderr F " + $0
        },
        Wrapping(name: "docker", fields: ["stream": "stdout", "time": "2026-11-29T23:49:58.123456789Z"]) {
            "{\"log\":\"\(escaped($0))\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-29T23:49:58.123456789Z\"}"
        },
        Wrapping(name: "compose", fields: ["app": "web-1"]) { "web-1  | " + $0 },
        Wrapping(name: "compose", fields: ["app": "my_web.2"]) { "\u{1b}[36mmy_web.2    |\u{1b}[0m " + $0 },
        Wrapping(
            name: "journald",
            fields: ["host": "web1", "level": "err", "app": "nginx", "pid": "77", "unit": "nginx.service"]
        ) {
            #"{"__REALTIME_TIMESTAMP":"1795996198000000","PRIORITY":"3","_HOSTNAME":"web1","SYSLOG_IDENTIFIER":"nginx","_PID":"77","_SYSTEMD_UNIT":"nginx.service","MESSAGE":""#
                + escaped($0) + "\"}"
        },
        Wrapping(name: "journald", fields: ["app": "nginx", "level": "info", "time": "1795996198000000"]) {
            #"{"_COMM":"nginx","PRIORITY":6,"MESSAGE":["# + $0.utf8.map { "\($0)" }.joined(separator: ", ")
                + #"],"__REALTIME_TIMESTAMP":"1795996198000000"}"#
        },
    ]

    private static let wanted = ["carrier.sd.a.b", "extra1"]

    @Test("Carrier and format are recognised together, and both are read", arguments: wrappings)
    func recognised(_ wrapping: Wrapping) throws {
        let lines = [Self.access, Self.access + " \"x\\\"y\"", "nonsense", Self.access, Self.access, Self.access]
        // A time that is asked for stands where the names of level and facility would be written.
        let times = wrapping.fields["level"] == nil ? ["carrier.time"] : []
        let found = RecognisedLog(
            lines.map { wrapping.wrap($0) + "\n" }.joined(), wanted: DefaultQuestions.wanted + Self.wanted + times)
        try #require(found.name == wrapping.name + "+combined", "\(found.guesses)")
        #expect(found.read.rows.count == 5)
        for row in found.read.rows {
            #expect(
                row["ip"] == "192.0.2.1" && row["url"] == "/a" && row["status"] == "200" && row["agent"] == "curl/8")
            #expect(row["time"] == Self.time)
            for (name, value) in wrapping.fields where name != "msgid" {
                #expect(row["carrier.\(name)"] == value, "\(name)")
            }
        }
        // A bad line is shown as it was, whatever was decoded in it.
        #expect(found.read.badTexts == [wrapping.wrap("nonsense")])
        #expect(found.read.bad.allSatisfy { $0.line.contains($0.fault) || $0.fault == $0.line.upperBound })
    }

    @Test("Any format can be named in any carrier", arguments: wrappings)
    func named(_ wrapping: Wrapping) throws {
        let inner = [
            ("logfmt", "level=warn took=5ms", "took", "5ms"), ("json", #"{"a":{"b":"x\ty"}}"#, "a.b", "x\ty"),
            (#"nginx:$status $host"#, "404 web", "status", "404"), ("regex:^(?<n>\\d+)", "17 x", "n", "17"),
            ("compose+logfmt", "db-1  | k=v", "k", "v"),
        ]
        for (format, line, field, value) in inner {
            guard case .named(let carried) = try LogFormatCatalog.choice("\(wrapping.name)+\(format)") else {
                Issue.record("a carrier's format has a name")
                continue
            }
            let reading = try carried.reading([field, "carrier.time"])
            let found = reading.read(wrapping.wrap(line) + "\r\n" + wrapping.wrap(line))
            try #require(found.rows.count == 2, "\(carried.name): \(found.bad.map(\.expected))")
            #expect(found.rows[0][field] == value && found.rows[1][field] == value, "\(carried.name)")
            #expect(reading.hasTime || wrapping.name == "compose")
        }
    }

    @Test("The carrier's time counts where the line has none, and stays as text where it is asked for")
    func times() throws {
        let reading = try named("syslog-bsd+logfmt", ["k", "carrier.time", "carrier.level"])
        let row = try #require(reading.read("<13>2026-11-29T23:50:01Z h a: k=v").rows.first)
        #expect(
            row["time"] == Self.time && row["carrier.time"] == "2026-11-29T23:50:01Z" && row["carrier.level"] == nil)
        let other = try #require(reading.read("<13>2026-11-29T23:50:01Z h a: ts=1795996202 k=v").rows.first)
        #expect(other["time"] == "1795996202000000")
        #expect(KeyField.resolve("host", in: reading) != nil && KeyField.resolve("carrier.host", in: reading) != nil)
    }

    @Test("A text that is blank is passed over, and no carrier's line is bad")
    func blank() throws {
        let reading = try named("cri+combined", [])
        let found = reading.read("2026-11-29T23:50:01Z stdout F \n2026-11-29T23:50:01Z stdout F\nx\n")
        #expect(found.rows.isEmpty && found.badTexts == ["x"])
        let docker = try named("docker+combined", [])
        let line = #"{"log":"\n","stream":"stdout","time":"2026-11-29T23:50:01Z"}"#
        #expect(docker.read(line).bad.isEmpty && docker.read(line).rows.isEmpty)
    }

    @Test("Line feeds inside of a text make no further lines")
    func lineFeeds() throws {
        let reading = try named("docker+logfmt", ["k", "l"])
        let line = #"{"log":"k=v\nl=w\r\n","stream":"stdout","time":"2026-11-29T23:50:01Z"}"#
        #expect(reading.read(line).rows.map { [$0["k"], $0["l"]] } == [["v", "w"]])
    }

    @Test("Docker's and the journal's lines are formats by themselves")
    func alone() throws {
        let docker = try DockerLine.format.reading(["status", "level", "message"])
        let lines = [
            #"{"log":"{\"level\":\"error\",\"status\":500}\n","stream":"stdout","time":"2026-11-29T23:50:01.1Z"}"#,
            #"{"log":"plain \"text\"\r\n","stream":"stderr","time":"2026-11-29T23:50:01Z","attrs":{"a":"b"}}"#,
            #"{"log":"{\"msg\":\"a \\\"b\\\"\",\"level\":\"warn\"}\n","stream":"stdout","time":"2026-11-29T23:50:01Z"}"#,
        ]
        let found = docker.read(lines.joined(separator: "\n"))
        #expect(
            found.rows == [
                [
                    "level": "error", "status": "500", "message": #"{"level":"error","status":500}"#,
                    "stream": "stdout", "time": "1795996201100000",
                ], ["message": #"plain "text""#, "stream": "stderr", "time": Self.time],
                ["level": "warn", "message": #"a "b""#, "stream": "stdout", "time": Self.time],
            ])
        let journal = try JournalLine.format.reading(["_TRANSPORT", "PRIORITY"])
        let entry =
            #"{"__CURSOR":"s","__REALTIME_TIMESTAMP":"1796000001123456","PRIORITY":"4","_TRANSPORT":"syslog","MESSAGE":[91,97,27,93],"_HOSTNAME":["a","b"],"_PID":"[7]"}"#
        #expect(
            journal.read(entry).rows == [
                [
                    "level": "warning", "_TRANSPORT": "syslog", "message": "[a\u{1b}]", "host": #"["a","b"]"#,
                    "pid": "[7]",
                    "time": "1796000001123456",
                ]
            ])
    }

    @Test(
        "Arrays that are no bytes stay as they are",
        arguments: ["[]", "[256]", "[1,\"a\"]", "[-1]", "[1.5]", "[[1]]", "[1,null]"])
    func arrays(_ array: String) throws {
        let line = #"{"__REALTIME_TIMESTAMP":"1","MESSAGE":"# + array + "}"
        let row = try #require(try JournalLine.format.reading([]).read(line).rows.first)
        #expect(row["message"] == (array == "[]" ? "" : array))
    }

    @Test("Whatever a line is, it is a row, bad or blank, and a bad one stays as it was")
    func mutated() throws {
        var dice = Dice(3)
        for wrapping in Self.wrappings {
            let readings = try ["combined", "json", "logfmt"].map {
                try named("\(wrapping.name)+\($0)", ["a.b", "carrier.sd.a.b"])
            }
            for _ in 0..<800 {
                var line = Array(
                    wrapping.wrap([Self.access, #"{"a":"x\ny"}"#, "k=\"a\\nb\""].randomElement(using: &dice) ?? "").utf8
                )
                for _ in 0..<Int.random(in: 0...3, using: &dice) {
                    let place = Int.random(in: 0..<line.count, using: &dice)
                    line[place] = Array(#"{}[]",:\ =<>-u0|"#.utf8).randomElement(using: &dice) ?? 0
                }
                for reading in readings {
                    let found = reading.read(line)
                    #expect(found.rows.count + found.bad.count <= 1)
                    if let text = found.badTexts.first { #expect(Array(text.utf8) == line) }
                }
            }
        }
    }

    @Test("What a carrier holds has to be named")
    func faults() {
        #expect(throws: LogFormatFault.self) { try LogFormatCatalog.choice("cri+auto") }
        #expect(throws: LogFormatFault.self) { try LogFormatCatalog.choice("cri+combind") }
        #expect(throws: LogFormatFault.self) { try LogFormatCatalog.choice("combined+cri") }
    }

    private func named(_ format: String, _ wanted: [String]) throws -> LineReading {
        guard case .named(let found) = try LogFormatCatalog.choice(format) else {
            throw LogFormatFault("no name")
        }
        return try found.reading(wanted)
    }
}
