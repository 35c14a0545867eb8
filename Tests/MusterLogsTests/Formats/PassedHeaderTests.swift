import Testing

@testable import MusterLogs

@Suite("Headers that a format passes over")
struct PassedHeaderTests {
    private static let line =
        #"192.0.2.1:53332 [29/Nov/2026:23:50:01.143] fe~ be/s1 0/0/7/1457/1487 200 11394 - - ---- 2/1/0/0/0 0/0 {UA|a} {} "GET /a HTTP/1.1""#
    private static let failed = "192.0.2.3:55354 [29/Nov/2026:23:50:03.822] fe/1: SSL handshake failure"

    private struct Found {
        var name: String?
        var read = ReadLines()
    }

    private static func recognised(_ wrap: (String) -> String, asked: [String]) -> Found {
        let text = [line, line, failed, line, line, "Proxy fe started."].map { wrap($0) + "\n" }.joined()
        let recognition = FormatRecognition(wanted: DefaultQuestions.wanted + asked, asked: asked)
        guard case .found(let format, let reading, _) = recognition.recognise(LineSample(Array(text.utf8))) else {
            return Found()
        }
        return Found(name: format.name, read: reading.read(text))
    }

    @Test("are read as the carrier's fields where these are asked about", arguments: CarrierTests.wrappings)
    func asked(_ wrapping: CarrierTests.Wrapping) {
        let names = wrapping.fields.keys.filter { $0 != "msgid" && $0 != "sd.a.b" }
        // A time that is asked for stands where the names of level and facility would be written.
        let fields = names.filter { wrapping.fields["level"] == nil || $0 != "time" }
        let found = Self.recognised(wrapping.wrap, asked: fields.map { "carrier.\($0)" })
        #expect(found.name == wrapping.name + "+haproxy")
        #expect(found.read.rows.count == 5 && found.read.bad.count == 1)
        for row in found.read.rows {
            for name in fields { #expect(row["carrier.\(name)"] == wrapping.fields[name], "\(name)") }
            #expect(row["frontend"] == "fe~" && row["status"] == "200" || row["message"] == "SSL handshake failure")
        }
    }

    @Test("stay passed over, which is quicker, where nothing of them is asked about or lines to be joined")
    func unasked() {
        let syslog = { "Nov 29 23:49:58 lb haproxy[7]: " + $0 }
        #expect(Self.recognised(syslog, asked: ["url", "status", "ip_port", "extra"]).name == "haproxy")
        #expect(Self.recognised(syslog, asked: []).name == "haproxy")
        #expect(Self.recognised(syslog, asked: ["url", "host"]).name == "syslog-bsd+haproxy")
        #expect(Self.recognised({ "2026-11-29T23:49:58.1Z stdout F " + $0 }, asked: []).name == "cri+haproxy")
        // Nobody knows this header, and there is none.
        #expect(Self.recognised({ "lb: " + $0 }, asked: ["carrier.host"]).name == "haproxy")
        #expect(Self.recognised({ $0 }, asked: ["carrier.host"]).name == "haproxy")
    }

    @Test(
        "A carrier by itself has its fields by the same names",
        arguments: [
            (
                "docker", #"{"log":"{\"level\":\"warn\"}\n","stream":"stderr","time":"2026-11-29T23:49:58Z"}"#,
                "stream", "stderr"
            ),
            ("cri", #"2026-11-29T23:49:58.1Z stderr F {"level":"warn"}"#, "stream", "stderr"),
            ("syslog-bsd", "Nov 29 23:49:58 web1 a[7]: x y", "host", "web1"),
            ("syslog", #"<190>1 2026-11-29T23:49:58Z web1 a 7 - [a b="c"] x"#, "sd.a.b", "c"),
            ("compose", "web-1  | x y", "app", "web-1"),
            (
                "journald",
                #"{"__REALTIME_TIMESTAMP":"1795996198000000","_HOSTNAME":"web1","_UID":"33","MESSAGE":"x"}"#,
                "_UID", "33"
            ),
        ])
    func alone(_ name: String, _ line: String, _ field: String, _ value: String) throws {
        let questions = LogQuestions(groups: [["carrier.\(field)"]])
        let reading = try #require(LogFormatCatalog.formats.first { $0.name == name }).reading(questions.wanted)
        let tally = LogTally(questions, seed: 1)
        try LineCounter([reading], questions).count(Array((line + "\n").utf8), source: 0, position: 0, into: tally)
        #expect(KeyTableTests.counts(tally.groups[0]) == [Array(value.utf8): 1])
        #expect(BoundQuestions.faults(questions, [reading]).isEmpty && BoundQuestions.remarks(tally, [reading]).isEmpty)
    }
}
