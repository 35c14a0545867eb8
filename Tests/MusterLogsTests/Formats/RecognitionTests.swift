import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Recognition of formats")
struct RecognitionTests {
    private static let access = #"192.0.2.1 - - [29/Nov/2026:23:50:01 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl/8""#

    @Test(
        "A log of no known format is not guessed at",
        arguments: [
            "time,ip,path,status\n2026-11-29T23:50:01Z,192.0.2.1,/a,200\n",
            "#Version: 1.0\n#Fields: date time c-ip\n2026-11-29\t23:50:01\t192.0.2.1\n",
            "2026-11-29 23:50:01,123 ERROR [main] com.example.App - boom\njava.lang.IllegalStateException: bad\n\tat com.example\nCaused by: x=y\n",
            "2026-11-29T23:50:01.123Z  INFO 1234 --- [main] com.example.App : started\n",
            "2026-11-29T23:50:01.123Z INFO com.example.App: started\n",
            "2026-11-29T23:50:01.123456Z 0 [System] [MY-010116] [Server] mysqld: ready\n",
            "2026-11-29T23:50:01.123456Z my-lb 192.0.2.1:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 0 57\n",
            "2026-11-29T23:50:01+00:00 heroku[router]: at=info method=GET\n",
            "2026-11-29T23:50:01+00:00 app[web.1]: error: it is\n",
            "import x\na = 5\nprint(a)\nb=7\n", "- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 crond: x=5\n",
            "name | value\n", "",
            "[Unit]\nDescription=x\nAfter=network.target\n\n[Service]\nType=notify\nExecStart=/bin/x --a=b\nRestart=always\n",
            "PORT=80\nNAME=a b\nQUOTED=\"x=1 y=2\"\nHOST=web1\n",
            "__CURSOR=s=b;i=0\n__REALTIME_TIMESTAMP=1795860000000000\nMESSAGE=a=1 b=2\n\n__CURSOR=s=b;i=1\nMESSAGE=a=3 b=4\n",
        ])
    func unknown(_ text: String) {
        let found = RecognisedLog(text)
        #expect(found.name == nil, "\(found.read.rows)")
    }

    @Test("Lines of pairs are logfmt where one of five has two of them, in quotes or not")
    func pairs() {
        let one = "level=info\n"
        #expect(RecognisedLog(one + one + one + one + "level=info msg=\"a \\\" b\" n=1\n").name == "logfmt")
        #expect(RecognisedLog(one + one + one + one + one + "level=info n=1\n").name == nil)
        #expect(RecognisedLog("msg=\"a=1 b=2\"\n").name == nil)
    }

    @Test("A journal export is told by its name")
    func journalExport() throws {
        let folder = TemporaryFolder()
        let text = "__CURSOR=s=b;i=0\n__REALTIME_TIMESTAMP=1795860000000000\nMESSAGE=hello\n\n"
        let path = try folder.file("export", Array(String(repeating: text, count: 30).utf8))
        let prepared = try PreparedSources.prepare([try Self.source(path)], .automatic, wanted: []) { false }
        #expect(prepared.faults.map(\.hint) == ["a journal export; read what journalctl -o json writes"])
    }

    @Test("Under four of five lines is not enough; the best guesses and their shares are told")
    func share() {
        let found = RecognisedLog(String(repeating: Self.access + "\n", count: 3) + "x\n")
        #expect(found.name == nil && found.guesses == ["combined": 75, "common": 75])
        let enough = RecognisedLog(String(repeating: Self.access + "\n", count: 4) + "x\n")
        #expect(enough.name == "combined" && enough.read.badTexts == ["x"])
    }

    @Test(
        "A log of no known format is told with what comes nearest and what to write",
        arguments: [
            ("hello\nworld\n", "; "),
            (
                "192.0.2.1 - - [29/Nov/2026:23:50:01 +0000] GET /x 200\n",
                "; ingress-nginx fits up to column 42, where it expects the text `] \"`; "
            ),
            ("2026-11-29 23:50:01 GET /x 200\n", "; "),
            (
                access.replacing(" 200 ", with: " ok "),
                "; common fits up to column 61, where it expects status, three digits; "
            ),
            (access + "\nx y\n", " (combined fits 50 %, common fits 50 %); read what fits with --format combined, or "),
        ])
    func told(_ text: String, _ told: String) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("log", Array(text.utf8))
        let prepared = try PreparedSources.prepare([try Self.source(path)], .automatic, wanted: []) { false }
        #expect(
            prepared.faults.map(\.hint)
                == ["its lines fit no format\(told)describe them with --format 'nginx:…' or 'regex:…'"])
    }

    @Test("A file of settings is told why it is not read as logfmt")
    func settings() throws {
        let folder = TemporaryFolder()
        let path = try folder.file("os-release", Array("NAME=\"A b\"\nID=a\nVERSION_ID=13\n".utf8))
        let prepared = try PreparedSources.prepare([try Self.source(path)], .automatic, wanted: []) { false }
        #expect(
            prepared.faults.map(\.hint) == [
                "its lines fit logfmt, but most have only one pair, too few to be sure; read them so with "
                    + "--format logfmt, or describe them with --format 'nginx:…' or 'regex:…'"
            ])
    }

    @Test("The more particular of two formats that fit is taken")
    func particular() {
        let line =
            #"Nov 29 23:50:00 lb haproxy[7]: 192.0.2.1:53332 [29/Nov/2026:23:50:00.143] fe~ be/s1 0/0/7/1/8 200 11 - - ---- 2/1/0/0/0 0/0 "GET / HTTP/1.1""#
        let started = "Nov 29 23:50:00 lb haproxy[7]: Proxy fe started."
        let lines = Array(repeating: line, count: 8) + [started]
        #expect(RecognisedLog(lines.joined(separator: "\n")).name == "haproxy")
        let caddy = #"{"ts":1,"request":{"uri":"/"},"status":200}"#
        #expect(RecognisedLog(caddy + "\n").name == "caddy")
        // Of two that read the same fields, one that leaves none of the lines out is better.
        #expect(RecognisedLog(String(repeating: caddy + "\n", count: 9) + "{\"ts\":1}\n").name == "json")
    }

    @Test("Lines that are indented belong to those before them")
    func continuation() {
        let found = RecognisedLog("Nov 29 23:50:01 h a[1]: x\n\tkey=value\n  k=v\nNov 29 23:50:01 h a[1]: y\n")
        #expect(found.name == "syslog-bsd" && found.read.rows.count == 2)
        #expect(RecognisedLog(" {\"a\":1}\n {\"a\":2}\n").name == "json")
    }

    @Test("Lines of syslog without a tag need a time of their own kind or a message that is known")
    func tagless() throws {
        let reading = try Syslog3164Line.format.reading([])
        let lines = [
            "Nov 29 23:50:01 web1 something happened", "2026-11-29T23:50:01Z web1 last message repeated 3 times",
            "2026-11-29T23:50:01Z web1 -- MARK --", "2026-11-29T23:50:01Z 2001:db8:: a: x",
        ]
        #expect(reading.read(lines.joined(separator: "\n")).rows.count == 4)
        #expect(reading.read("2026-11-29T23:50:01Z web1 something happened").rows.isEmpty)
    }

    /// A file's source.
    private static func source(_ path: String) throws -> LogSource {
        try LogSource(path: path, facts: try #require(try FileFacts.of(path)))
    }

    @Test("A plain log is looked at in its beginning, its middle and its end; a compressed one in its beginning")
    func places() throws {
        let folder = TemporaryFolder()
        let header = String(repeating: "banner\n", count: 20)
        let text = Array((header + String(repeating: Self.access + "\n", count: 4_000)).utf8)
        let plain = try Self.source(try folder.file("plain", text))
        #expect(Self.name(plain) == "combined")
        #expect(Self.name(try Self.source(try folder.file("packed.gz", GzipBytes.member(text)))) == nil)
        // A log that changed its format is neither.
        let half = Array(
            (String(repeating: "k=v l=w\n", count: 9_000) + String(repeating: Self.access + "\n", count: 9_000)).utf8)
        #expect(Self.name(try Self.source(try folder.file("half", half))) == nil)
        let small = Array((Self.access + "\n" + Self.access).utf8)
        #expect(Self.name(try Self.source(try folder.file("small", small))) == "combined")
    }

    private static func name(_ source: LogSource) -> String? {
        switch FormatRecognition(wanted: []).recognise(LineSample(source, head: source.head)) {
        case .found(let format, _, _): format.name
        case .unknown: nil
        }
    }

    @Test("One recognition serves any number of logs, one after the other")
    func again() {
        let recognition = FormatRecognition(wanted: DefaultQuestions.wanted)
        let texts = [
            (Self.access, "combined"), ("k=v l=w", "logfmt"),
            ("2026-11-29T23:50:01Z stdout F " + Self.access, "cri+combined"),
            (#"{"a":1}"#, "json"), ("2026-11-29T23:50:01Z stdout F x", "cri"),
        ]
        for (text, name) in texts + texts.reversed() {
            guard case .found(let format, _, _) = recognition.recognise(LineSample(Array(text.utf8))) else {
                Issue.record("\(name) is not recognised")
                continue
            }
            #expect(format.name == name)
        }
    }

    @Test("What is recognised has a name that --format takes")
    func names() throws {
        for carrier in LogFormatCatalog.carriers {
            for inner in LogFormatCatalog.inner(of: carrier) {
                guard case .named(let format) = try LogFormatCatalog.choice(carrier.around(inner).name) else {
                    Issue.record("\(inner.name)")
                    continue
                }
                #expect(try format.reading([]).title == format.name)
            }
        }
    }
}
