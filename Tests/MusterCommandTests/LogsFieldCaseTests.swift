import Foundation
import MusterTesting
import Testing

/// A log of the folder `Tests/Logs`, each of which once was read wrongly, with what has to come of it.
struct FieldCase: Sendable, CustomTestStringConvertible {
    var file: String
    /// Nil where it is recognised as nothing.
    var format: String?
    var lines = 0
    var bad = 0
    var first: String?
    var last: String?
    /// What `--by` is asked, and each row: its keys, then its lines.
    var by = ""
    var rows: [String] = []
    var options: [String] = []

    var testDescription: String { file }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Logs").path

    private static func day(_ time: String) -> String { "2026-11-29T" + time + "Z" }

    static let access: [FieldCase] = [
        FieldCase(
            file: "nginx-main.log", format: "combined", lines: 3, first: day("23:50:01"), last: day("23:50:03"),
            by: "ip,status,extra1",
            rows: [
                "192.0.2.10 200 - 1", "192.0.2.11 502 198.51.100.7 1", "192.0.2.12 201 198.51.100.8, 203.0.113.9 1",
            ]),
        FieldCase(
            file: "combined-odd.log", format: "combined", lines: 12, bad: 1, by: "ip",
            rows: [
                "192.0.2.1 1", "192.0.2.10 1", "192.0.2.12 1", "192.0.2.5 1", "192.0.2.6 1", "192.0.2.7 1",
                "192.0.2.9 1", "2001:db8::1 1", "fe80::a00:27ff:fe00:1%eth0 1", "host.example.org 1", "unix: 1",
            ]),
        FieldCase(
            file: "apache-vhost-combined.log", format: "vhost_combined", lines: 2, by: "ip,host,status",
            rows: ["192.0.2.10 www.example.org 200 1", "192.0.2.11 www.example.org 404 1"]),
        FieldCase(
            file: "ingress-nginx.log", format: "ingress-nginx", lines: 2, by: "ip,status,upstream_time",
            rows: ["192.0.2.10 200 0.001 1", "192.0.2.11 502 0.100, 0.020 1"]),
        FieldCase(
            file: "traefik.log", format: "traefik", lines: 4, by: "ip,status,router",
            rows: [
                "192.0.2.1 200 ping@internal 1", "192.0.2.2 404 - 1", "192.0.2.3 200 web@docker 1",
                "192.0.2.4 101 web@docker 1",
            ]),
        FieldCase(
            file: "alb.log", format: "alb", lines: 4, by: "ip,status",
            rows: ["192.0.2.1 200 1", "192.0.2.2 400 1", "192.0.2.4 460 1", "2001:db8::1 502 1"]),
        FieldCase(
            file: "haproxy.log", format: "haproxy", lines: 6, bad: 1, by: "ip,status",
            rows: [
                "192.0.2.1 200 1", "192.0.2.2 400 1", "192.0.2.3 - 1", "2001:db8::5 504 1", "unix 200 1",
            ]),
        FieldCase(
            file: "haproxy-1-handshake.log", format: "haproxy", lines: 60, by: "status", rows: ["200 59", "- 1"]),
        FieldCase(
            file: "haproxy-tcplog.log", format: "haproxy", lines: 1, by: "ip,backend,bytes",
            rows: ["192.0.2.1 ssh_be 1024 1"]),
        FieldCase(
            file: "three-lines-four-weeks.log", format: "combined", lines: 3, first: "2026-11-01T00:00:01Z",
            last: "2026-11-28T12:00:01Z", by: "status", rows: ["200 2", "500 1"]),
        FieldCase(
            file: "two-lines-160-minutes.log", format: "combined", lines: 2, first: day("00:00:01"),
            last: day("02:40:01"), by: "path", rows: ["/a 2"]),
    ]

    static let carried: [FieldCase] = [
        FieldCase(
            file: "k8s-cri-nginx.log", format: "cri+combined", lines: 2, by: "ip,status,carrier.stream",
            rows: ["192.0.2.10 200 stdout 1", "192.0.2.11 502 stdout 1"]),
        FieldCase(
            file: "k8s-cri-json.log", format: "cri", lines: 3, by: "path,status,user.id",
            rows: ["/a 200 7 1", "/b 500 9 1", "/c 200 8 1"]),
        FieldCase(
            file: "compose-nginx.log", format: "compose+combined", lines: 1, by: "ip,carrier.app",
            rows: ["192.0.2.1 web-1 1"]),
        FieldCase(
            file: "syslog-nginx.log", format: "syslog-bsd+combined", lines: 2, by: "ip,carrier.host",
            rows: ["192.0.2.1 web1 1", "192.0.2.2 web1 1"]),
        FieldCase(
            file: "docker-json-file.log", format: "docker", lines: 2, first: day("23:50:01.123456"), by: "level,status",
            rows: ["- - 1", "error 500 1"]),
        FieldCase(
            file: "journald.json", format: "journald", lines: 2, first: "2026-11-30T00:53:20.123456Z",
            by: "level,app,message",
            rows: [
                "err sshd Failed password for root from 192.0.2.9 port 4022 ssh2 1",
                "info sshd Fail\u{1b}[31m 1",
            ]),
    ]

    static let others: [FieldCase] = [
        FieldCase(
            file: "nginx-error.log", format: "nginx-error", lines: 2, by: "level,ip,upstream",
            rows: ["error 192.0.2.1 http://127.0.0.1:8080/ 1", "warn - - 1"], options: ["--zone", "utc"]),
        FieldCase(
            file: "apache-error.log", format: "apache-error", lines: 2, first: day("23:50:01.123456"),
            by: "level,module,error_code", rows: ["error proxy AH00957 1", "notice core AH00094 1"],
            options: ["--zone", "utc"]),
        FieldCase(
            file: "logfmt.log", format: "logfmt", lines: 3, first: day("23:50:02.123"), last: "2026-11-30T03:50:01Z",
            by: "level,message,q", rows: [#"- - - 1"#, #"error accept tcp: closed - 1"#, #"info hello a "b" c 1"#]),
        FieldCase(
            file: "json-time-is-a-duration.json", format: "json", lines: 2, first: day("23:50:01"),
            last: day("23:50:02"), by: "status,time",
            rows: ["200 2026-11-29T23:50:01Z 1", "500 2026-11-29T23:50:02Z 1"]),
        FieldCase(
            file: "syslog-newyear.log", format: "syslog-bsd", lines: 5, first: "2025-11-28T10:00:00Z",
            last: "2026-11-03T10:00:00Z", by: "message", rows: ["v 1", "w 1", "x 1", "y 1", "z 1"],
            options: ["--zone", "utc", "--year", "2026"]),
        FieldCase(
            file: "syslog-rollover-before-now.log", format: "syslog-bsd", lines: 4, first: "2024-11-03T09:23:38Z",
            last: "2025-02-03T09:23:39Z", by: "message", rows: ["w 1", "x 1", "y 1", "z 1"],
            options: ["--zone", "utc", "--year", "2025"]),
        FieldCase(
            file: "syslog-west.log", format: "syslog-bsd", lines: 1, first: "2026-11-30T00:30:55Z", by: "app",
            rows: ["sshd 1"], options: ["--zone", "America/New_York", "--year", "2026"]),
        FieldCase(file: "multiline-java.log"), FieldCase(file: "app.csv"), FieldCase(file: "cloudfront.tsv"),
        FieldCase(file: "iis-w3c.log"), FieldCase(file: "folder-one-unknown/dpkg.log"),
        FieldCase(
            file: "folder-one-unknown/access.log", format: "combined", lines: 1, by: "ip", rows: ["192.0.2.1 1"]),
        // A format of a hostile kind, no log: `nested` below.
        FieldCase(file: "nested-stars.txt"),
    ]
}

@Suite("Logs that were once read wrongly")
struct LogsFieldCaseTests {
    @Test("A log is read as it is meant", arguments: FieldCase.access + FieldCase.carried + FieldCase.others)
    func read(_ log: FieldCase) async throws {
        let path = FieldCase.folder + "/" + log.file
        let words = ["logs", "top", path, "-o", "json", "-k", "100"] + log.options
        guard let format = log.format else {
            let ending = try await Program.run(words)
            #expect(ending.status == 2 && ending.text == "")
            #expect(ending.complaints.hasPrefix("muster: \(path): its lines fit no format"))
            return
        }
        let ending = try await Program.run(words + ["--by", log.by])
        #expect(ending.status == 0 && ending.complaints == "")
        let answer = try LogAnswer(ending.output)
        #expect(answer.sources.map(\.format) == [format])
        #expect(answer.run.lines == log.lines && answer.run.bad_lines == log.bad)
        if let first = log.first { #expect(answer.run.first == Self.microseconds(first)) }
        if let last = log.last { #expect(answer.run.last == Self.microseconds(last)) }
        let rows = answer.tables[0].rows.map { row in
            answer.tables[0].fields.map { row.keys[$0] ?? "" }.joined(separator: " ") + " \(row.count)"
        }
        #expect(rows.sorted() == log.rows.sorted())
    }

    /// A time as the report writes it, with six digits behind the seconds.
    private static func microseconds(_ time: String) -> String {
        let parts = time.dropLast().split(separator: ".")
        let digits = parts.count > 1 ? String(parts[1]) : ""
        return parts[0] + "." + digits + String(repeating: "0", count: 6 - digits.count) + "Z"
    }

    @Test("What HAProxy's format passes over is had by the carrier's names, and by its own where the format has none")
    func header() async throws {
        let path = FieldCase.folder + "/haproxy.log"
        for (field, format) in [
            ("carrier.host", "syslog-bsd+haproxy"), ("host", "syslog-bsd+haproxy"), ("status_class", "haproxy"),
        ] {
            let answer = try await Program.ask(["top", path, "--by", field, "--where", "ip in 192.0.2.0/24"])
            #expect(answer.sources[0].format == format && answer.run.lines == 6 && answer.run.bad_lines == 1)
            if field != "status_class" { #expect(try answer.table(field).counts == ["lb": 3]) }
        }
    }

    @Test("Every log of the folder is read by a test")
    func complete() throws {
        let files = try #require(FileManager.default.enumerator(atPath: FieldCase.folder)).compactMap { $0 as? String }
        let logs = files.filter { $0.contains(".") }
        let tested = (FieldCase.access + FieldCase.carried + FieldCase.others).map(\.file)
        #expect(logs.sorted() == tested.sorted())
    }

    @Test("The axis of a quiet log is as long as the log")
    func axis() async throws {
        let weeks = try await Program.ask(["top", FieldCase.folder + "/three-lines-four-weeks.log"])
        let points = try #require(weeks.timeline?.points)
        #expect(points.first?.time.hasPrefix("2026-11-01T00:00:0") == true && points.count <= 4_096)
        #expect(points.last?.time.hasPrefix("2026-11-28T1") == true && points.map(\.count).reduce(0, +) == 3)
        let hours = try await Program.ask(["top", FieldCase.folder + "/two-lines-160-minutes.log"])
        let steps = try #require(hours.timeline)
        #expect(steps.step_us == 5_000_000 && steps.points.count == 9_600 / 5 + 1)
    }

    @Test("A folder is counted without the one log that is not known")
    func folder() async throws {
        let folder = FieldCase.folder + "/folder-one-unknown"
        for word in [folder, folder + "/*.log*"] {
            let ending = try await Program.run(["logs", "top", word, "-o", "json"])
            #expect(ending.status == 2 && ending.complaintLines.count == 1)
            #expect(ending.complaints.hasPrefix("muster: \(folder)/dpkg.log: its lines fit no format"))
            #expect(try LogAnswer(ending.output).run.lines == 1)
        }
    }

    @Test("An expression of many stars inside each other ends at once")
    func nested() async throws {
        let text = try String(contentsOfFile: FieldCase.folder + "/nested-stars.txt", encoding: .utf8)
        let expression = try #require(text.split(separator: "'").dropFirst().first)
        try await Folder.with { folder in
            let log = try folder.write(String(repeating: "a", count: 30) + "\n", to: "a.log")
            let words = ["logs", "top", log, "--format", String(expression), "--by", "z", "-o", "json"]
            let ending = try await Program.run(words)
            #expect(ending.status == 0)
            #expect(try LogAnswer(ending.output).run.lines == 1)
        }
    }

    @Test("A folder as real ones are: what can be read is counted, and everything else is named with its reason")
    func realFolder() async throws {
        try await Folder.with { folder in
            for (name, text) in [("access.log", 30), ("access.log.1", 20)] {
                _ = try folder.write(AccessLog.text(AccessLog.combined(text, seed: text)), to: name)
            }
            _ = try folder.write(AccessLog.text(AccessLog.combined(10, seed: 3)), to: "access.log.2")
            try folder.compress("access.log.2")
            _ = try folder.write("what is this\nno log at all\n", to: "odd.log")
            _ = try folder.write("", to: "empty.log")
            _ = try folder.write([1, 2, 0, 0, 3, 0], to: "wtmp.log")
            _ = try folder.write([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0] + Array("no xz here".utf8), to: "old.log.xz")
            _ = try folder.write("secret\n", to: "secret.log")
            let ending = try await Program.run(
                ["logs", "top", folder.file("*.log*"), "-o", "json"], environment: ["FOLDER": folder.path, "PATH": ""],
                shell: #"""
                    /usr/bin/mkfifo "$FOLDER/pipe.log" && /usr/bin/mkdir "$FOLDER/dir.log" || exit 9
                    /usr/bin/ln -s nowhere "$FOLDER/gone.log" && exec "$0" "$@"
                    """#)
            #expect(ending.status == 2)
            let answer = try LogAnswer(ending.output)
            #expect(answer.run.lines == 60 && answer.run.bad_lines == 0)
            func note(_ name: String) -> String { answer.sources.first { $0.name == folder.file(name) }?.note ?? "" }
            #expect(note("odd.log").hasPrefix("its lines fit no format"))
            #expect(note("secret.log").hasPrefix("its lines fit no format"))
            #expect(note("empty.log") == "no lines" && note("wtmp.log") == "binary data, no log")
            #expect(note("pipe.log") == "a pipe or a device" && note("dir.log") == "a folder")
            #expect(note("gone.log") == "a link that leads nowhere")
            #expect(note("old.log.xz").contains("xz"))
            #expect(Set(answer.sources.map(\.name)).count == answer.sources.count && answer.sources.count == 11)
            #expect(ending.complaintLines.count == 3)
        }
    }
}
