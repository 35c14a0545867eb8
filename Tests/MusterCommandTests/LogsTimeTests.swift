import Foundation
import MusterTesting
import Testing

@Suite("Times of logs, from the command line")
struct LogsTimeTests {
    private let temporary = TemporaryFolder()
    private var folder: Folder { Folder(path: temporary.path) }

    private static let hasZones = FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/America/New_York")

    private func syslog(_ lines: [String], modified: Int, to name: String = "syslog") throws -> String {
        let path = try folder.write(AccessLog.text(lines), to: name)
        let date = Date(timeIntervalSince1970: TimeInterval(modified))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        return path
    }

    @Test(
        "A line without a zone is of the machine's zone, that of TZ, or the one that is named", .enabled(if: hasZones))
    func zones() async throws {
        let path = try syslog(["Nov 29 19:30:55 h sshd[1]: x"], modified: 1_796_000_000)
        let cases: [([String], String, String)] = [
            ([], "America/New_York", "2026-11-30T00:30:55.000000Z"),
            ([], ":Europe/Berlin", "2026-11-29T18:30:55.000000Z"),
            ([], "", "2026-11-29T19:30:55.000000Z"), ([], "EST5EDT", "2026-11-30T00:30:55.000000Z"),
            ([], "/usr/share/zoneinfo/Asia/Kolkata", "2026-11-29T14:00:55.000000Z"),
            ([], "No/Where", "2026-11-29T19:30:55.000000Z"),
            (["--zone", "utc"], "America/New_York", "2026-11-29T19:30:55.000000Z"),
            (["--zone", "local"], "America/New_York", "2026-11-30T00:30:55.000000Z"),
            (["--zone", "Asia/Kolkata"], "", "2026-11-29T14:00:55.000000Z"),
            (["--zone", "+02:00"], "", "2026-11-29T17:30:55.000000Z"),
        ]
        for (words, variable, expected) in cases {
            let answer = try await Program.ask(["top", path] + words, environment: ["TZ": variable])
            #expect(answer.run.first == expected, "\(words) in \(variable)")
        }
    }

    @Test("Filters, --since and keys are in the same zone, and the report says which", .enabled(if: hasZones))
    func keys() async throws {
        let path = try syslog(["Nov 29 23:30:00 h a: x", "Nov 30 00:30:00 h a: y"], modified: 1_796_100_000)
        let zone = ["--zone", "America/New_York"]
        let answer = try await Program.ask(["top", path, "--by", "day", "--by", "hour"] + zone)
        #expect(try answer.table("day").counts == ["2026-11-29": 1, "2026-11-30": 1])
        #expect(try answer.table("hour").counts == ["2026-11-29T23": 1, "2026-11-30T00": 1])
        for words in [["--since", "2026-11-30"], ["--where", "time >= 2026-11-30"], ["--where", "day = 2026-11-30"]] {
            #expect(try await Program.ask(["top", path] + words + zone).run.matched == 1, "\(words)")
        }
        let table = try await Program.run(["logs", "top", path] + zone)
        let text = String(decoding: table.output, as: UTF8.self)
        #expect(text.contains("2026-11-29 23:30:00 to 2026-11-30 00:30:00 UTC-05:00 (America/New_York)"))
    }

    @Test("--year is that of the last line; without it the file's date says")
    func years() async throws {
        // 2025-02-03.
        let lines = ["Nov  3 09:23:38 h a: x", "Feb  3 09:23:39 h a: w"]
        let path = try syslog(lines, modified: 1_738_600_000)
        let found = try await Program.ask(["top", path, "--zone", "utc"])
        #expect(found.run.first == "2024-11-03T09:23:38.000000Z" && found.run.last == "2025-02-03T09:23:39.000000Z")
        let given = try await Program.ask(["top", path, "--zone", "utc", "--year", "2006"])
        #expect(given.run.first == "2005-11-03T09:23:38.000000Z" && given.run.last == "2006-02-03T09:23:39.000000Z")
    }

    @Test("A line of 29 February has no time in a year that has none, and a note says so")
    func leapDay() async throws {
        let lines = ["Feb 28 09:23:38 h a: x", "Feb 29 09:23:38 h a: y", "Mar  1 09:23:39 h a: w"]
        let path = try syslog(lines, modified: 1_738_600_000)
        let given = try await Program.run(["logs", "top", path, "--zone", "utc", "--year", "2026"])
        let text = String(decoding: given.output, as: UTF8.self)
        #expect(given.status == 0 && text.contains("2026-02-28 09:23:38 to 2026-03-01 09:23:39"))
        #expect(text.contains("! 1 line has no time: 29 February, in a year that has none (--year 2026)."))
        let found = try await Program.ask(["top", path, "--zone", "utc"])
        #expect(found.run.first == "2024-02-28T09:23:38.000000Z" && found.run.lines == 3)
    }

    @Test("--time-field names the time of any format, and how it is written")
    func field() async throws {
        let json = try folder.write(#"{"when":"29.11.2026 12:00","ts":1709208000}"# + "\n", to: "a.json")
        let answer = try await Program.ask(
            ["top", json, "--zone", "utc", "--time-field", "when:%d.%m.%Y %H:%M", "--by", "hour"])
        #expect(answer.run.first == "2026-11-29T12:00:00.000000Z")
        #expect(try answer.table("hour").counts == ["2026-11-29T12": 1])
        let plain = try folder.write("1.2.3.4 1796000000123\n", to: "b.log")
        let timed = try await Program.ask(
            ["top", plain, "--format", "regex:^(?<ip>\\S+) (?<at>\\d+)$", "--time-field", "at:ms", "--by", "day"])
        #expect(timed.run.first == "2026-11-30T00:53:20.123000Z")
        for (words, text) in [
            (["--time-field", "at:h"], "--time-field at:h: \"h\" is no format of a time"),
            (["--zone", "Mars/Olympus"], "--zone: no zone is called \"Mars/Olympus\""),
            (["--zone", "../../etc/passwd"], "--zone: no zone is called"),
        ] {
            let ending = try await Program.run(["logs", "top", json] + words)
            #expect(ending.status == 2 && ending.complaints.contains(text), "\(ending.complaints)")
        }
    }

    @Test("A checkpoint keeps zone and years, and refuses another zone", .enabled(if: hasZones))
    func checkpoint() async throws {
        let first = ["Dec 30 23:30:00 h a: x", "Dec 31 23:30:00 h a: x"]
        var path = try syslog(first, modified: 1_735_700_000)
        let words = ["top", path, "--by", "day", "--checkpoint", folder.file("at")]
        let began = try await Program.ask(words, environment: ["TZ": "America/New_York"])
        #expect(try began.table("day").counts == ["2024-12-30": 1, "2024-12-31": 1])
        // On another machine, restored from a copy.
        path = try syslog(first + ["Jan  1 23:30:00 h a: x"], modified: 1_796_000_000)
        let refused = try await Program.run(["logs"] + words + ["--zone", "utc"])
        #expect(refused.status == 2 && refused.complaints.contains("the checkpoint is in the zone America/New_York"))
        let went = try await Program.ask(words, environment: ["TZ": "Europe/Berlin"])
        #expect(try went.table("day").counts == ["2024-12-30": 1, "2024-12-31": 1, "2025-01-01": 1])
        #expect(went.run.last == "2025-01-02T04:30:00.000000Z")
    }

    @Test("A list of times counts as its sum, in a format of nginx and in JSON")
    func lists() async throws {
        let format = "nginx:$remote_addr [$time_local] $upstream_response_time $status"
        let log = try folder.write(
            "::1 [29/Nov/2026:23:50:01 +0000] 0.100, 0.020 : - 200\n::1 [29/Nov/2026:23:50:02 +0000] 0.100, - 502\n"
                + "::1 [29/Nov/2026:23:50:03 +0000] - 200\n",
            to: "a.log")
        let plain = try await Program.ask(["top", log, "--format", format, "--sum", "upstream_time"])
        #expect(try plain.figure("upstream_time_sum") == 0.22)
        let json = try folder.write(
            #"{"ts":1796000000,"upstream_response_time":"0.100, 0.020 : -"}"# + "\n"
                + #"{"ts":1796000000,"upstream_response_time":"0.100, -"}"# + "\n", to: "a.json")
        let answer = try await Program.ask(["top", json, "--sum", "upstream_time"])
        #expect(try answer.figure("upstream_time_sum") == 0.22)
    }
}
