import Foundation
import MusterTesting
import Testing

@Suite("Faults of questions to logs")
struct LogsFaultTests {
    /// Words behind `muster logs`, and what the complaint has to name. `LOG` is a log of combined lines.
    struct Misuse: Sendable, CustomTestStringConvertible {
        var words: [String]
        var names: [String]

        init(_ words: [String], _ names: String...) { (self.words, self.names) = (words, names) }

        var testDescription: String { words.joined(separator: " ") }
    }

    @Test(
        "Wrong usage is a complaint on standard error, nothing on standard output, status 2",
        arguments: [
            Misuse(["top"], "no file is named"),
            Misuse(["top", "LOG", "--by", "pth"], "--by pth", "did you mean \"path\""),
            Misuse(["top", "LOG", "--by", "path,sttus"], "sttus", "did you mean \"status\""),
            Misuse(["top", "LOG", "--by", "path,"], "--by has an empty field"),
            Misuse(["top", "LOG", "--where", "statsu>=500"], "--where", "at 1", "did you mean \"status\""),
            Misuse(["top", "LOG", "--where", "status>=500 and"], "--where", "at 16"),
            Misuse(["top", "LOG", "--where", "status>>5"], "--where", "at 8"),
            Misuse(["top", "LOG", "--where", "path ~ \"(\""], "--where", "at 8"),
            Misuse(["top", "LOG", "--sum", "byte"], "--sum byte", "did you mean \"bytes\""),
            Misuse(["top", "LOG", "--sum", "path"], "--sum path", "no numbers", "bytes"),
            Misuse(["top", "LOG", "--quantiles", "byts"], "--quantiles byts", "did you mean \"bytes\""),
            Misuse(["top", "LOG", "--distinct", "ipp"], "--distinct ipp", "did you mean \"ip\""),
            Misuse(["top", "LOG", "--format", "combind"], "--format", "did you mean \"combined\""),
            Misuse(["top", "LOG", "--format", "regex:("], "--format", "at 2"),
            Misuse(["top", "LOG", "--format", "apache:%y"], "--format", "%y"),
            Misuse(["top", "--explain-format", "x", "--format", "jsn"], "--format", "did you mean \"json\""),
            Misuse(["top", "LOG", "--sinec", "1h"], "--sinec", "--since"),
            Misuse(["top", "LOG", "--since", "foo"], "--since", "\"foo\""),
            Misuse(["top", "LOG", "--since", "2026-11-26", "--until", "2026-11-25"], "--since", "is not before"),
            Misuse(["top", "LOG", "--every", "0s"], "--every"),
            Misuse(["top", "LOG", "-k", "0"], "-k must be"),
            Misuse(["top", "LOG", "--workers", "0"], "--workers must be"),
            Misuse(["top", "LOG", "--memory", "15MB"], "--memory must be"),
            Misuse(["top", "LOG", "--memory", "2000TB"], "--memory must be from 16MB to 1024TB"),
            Misuse(["top", "LOG", "--bad-lines", "101"], "--bad-lines must be"),
            Misuse(["top", "LOG", "--output", "yaml"], "yaml"),
            Misuse(["top", "LOG", "--output-file", "report"], "report"),
            Misuse(["top", "LOG", "--output-file", "/no/such/a.json"], "/no/such/a.json: cannot write: "),
            Misuse(["top", "LOG", "--partial", "/no/such/a.tally"], "/no/such/a.tally: cannot write: "),
            Misuse(["top", "LOG", "--checkpoint", "/no/such/a.tally"], "/no/such/a.tally: cannot write: "),
            Misuse(["top", "LOG", "--color", "pink"], "pink"),
            Misuse(["top", "-", "--follow"], "--follow takes files"),
            Misuse(["summary", "/no/such/file"], "/no/such/file: "),
            Misuse(["merge"], "<tallies>"),
            Misuse(["merge", "LOG"], "this is no tally"),
            Misuse(["merge", "/no/such/a.tally", "/no/such/b.tally"], "a.tally: cannot open", "b.tally: cannot open"),
        ])
    func misuse(_ misuse: Misuse) async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(20)), to: "access.log")
            let ending = try await Program.run(["logs"] + misuse.words.map { $0 == "LOG" ? log : $0 })
            #expect(ending.status == 2)
            #expect(!ending.isSignal)
            #expect(ending.text == "")
            #expect(ending.complaints.hasPrefix("muster: "))
            for name in misuse.names { #expect(ending.complaints.contains(name), "\(name)") }
        }
    }

    @Test("Everything that cannot be read is told, what can be is counted, status 2")
    func missing() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(20)), to: "access.log")
            try FileManager.default.createDirectory(atPath: folder.file("empty"), withIntermediateDirectories: false)
            let odd = try folder.write("hello\nworld\n", to: "odd.txt")
            let ending = try await Program.run([
                "logs", "top", log, folder.file("acces.log"), folder.file("empty"), folder.file("*.gz"),
            ])
            #expect(ending.status == 2 && ending.text.contains("20 lines"))
            let lines = ending.complaintLines
            #expect(lines.count == 3)
            #expect(lines.allSatisfy { $0.hasPrefix("muster: \(folder.path)/") })
            #expect(lines[0].hasSuffix("acces.log: no such file; did you mean \"\(log)\"?"))
            #expect(lines[1].hasSuffix("empty: no logs in this folder"))
            #expect(lines[2].hasSuffix("*.gz: no file matches"))
            for words in [[log, odd], [folder.file("*.*")], [folder.path]] {
                let unfit = try await Program.run(["logs", "top", "-o", "json"] + words)
                #expect(unfit.status == 2)
                #expect(unfit.complaintLines.count == 1)
                #expect(
                    unfit.complaints.hasPrefix("muster: \(odd): its lines fit no format; describe them with --format"))
                let answer = try LogAnswer(unfit.output)
                #expect(answer.run.lines == 20)
                #expect(answer.sources.first { $0.name == odd }?.note?.hasPrefix("its lines") == true)
            }
            let nothing = try await Program.run(["logs", "top", odd, folder.file("acces.log")])
            #expect(nothing.status == 2 && nothing.text == "")
            #expect(nothing.complaintLines.count == 2)
        }
    }

    @Test("All fields that do not exist are told at once")
    func fields() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(20)), to: "access.log")
            let ending = try await Program.run([
                "logs", "top", log, "--by", "pth", "--by", "iip", "--sum", "byts", "--where", "agnet = x",
            ])
            #expect(ending.status == 2 && ending.text == "")
            #expect(ending.complaintLines.count == 4)
            for word in ["\"path\"", "\"ip\"", "\"bytes\"", "\"agent\""] {
                #expect(ending.complaints.contains("did you mean \(word)"))
            }
        }
    }

    @Test("A filter of a field that one of the logs has not counts the others, and says so")
    func mixed() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(20)), to: "access.log")
            let other = try folder.write(
                "<13>1 2026-11-25T07:00:00Z web1 app 1 - - started\n", to: "syslog")
            let alone = try await Program.ask(["top", log, "--where", "status>=400"])
            let both = try await Program.run(["logs", "top", log, other, "--where", "status>=400"])
            #expect(both.status == 0 && both.complaints == "")
            #expect(both.text.contains("21 lines") && both.text.contains("\(alone.run.matched) matching"))
            #expect(both.text.contains("have no field \"status\""))
        }
    }

    @Test("Steps that are too many are refused with their number, also when tallies are merged")
    func steps() async throws {
        try await Folder.with { folder in
            let lines = AccessLog.combined(1) + AccessLog.combined(1, start: AccessLog.start + 150_000)
            let log = try folder.write(AccessLog.text(lines), to: "access.log")
            let tally = folder.file("a.tally")
            let words = ["logs", "top", log, "--every", "1s", "--partial", tally]
            for arguments in [words, ["logs", "merge", tally]] {
                let ending = try await Program.run(arguments)
                #expect(ending.status == 2 && ending.text == "")
                #expect(ending.complaints.hasPrefix("muster: --every: that would be 150001 steps"))
            }
            let answer = try await Program.ask(["top", log, "--every", "5s"])
            #expect(answer.timeline?.points.count == 30_001 && answer.timeline?.step_us == 5_000_000)
        }
    }

    @Test("Bad lines are counted, shown where that is asked for, and end a strict run with status 1")
    func bad() async throws {
        try await Folder.with { folder in
            let lines = AccessLog.combined(50)
            let all = lines[..<20] + ["garbage", #"192.0.2.1 - - [25/Nov/2026] "GET / HTTP/1.1" 200 1"#] + lines[20...]
            let log = try folder.write(AccessLog.text(all), to: "access.log")
            let plain = try await Program.ask(["top", log])
            #expect(plain.run.lines == 52 && plain.run.bad_lines == 2 && plain.bad_lines == [])
            let shown = try await Program.ask(["top", log, "--bad-lines", "5"])
            #expect(shown.bad_lines.map(\.text) == ["garbage", all[21]])
            #expect(shown.bad_lines.map(\.source) == [log, log])
            #expect(shown.bad_lines[0].offset == AccessLog.text(lines[..<20]).utf8.count)
            let strict = try await Program.run(["logs", "top", log, "--strict", "-o", "json"])
            #expect(strict.status == 1 && strict.complaints == "")
            #expect(try LogAnswer(strict.output).tables == plain.tables)
            let table = try await Program.run(["logs", "top", log, "--bad-lines", "1"])
            #expect(table.text.contains("2 bad") && table.text.contains("garbage"))
            let good = try folder.write(AccessLog.text(lines), to: "good.log")
            #expect(try await Program.run(["logs", "top", good, "--strict"]).status == 0)
        }
    }

    @Test("A log that is cut off in the middle of its compression is counted as far as it goes, with status 2")
    func damaged() async throws {
        try await Folder.with { folder in
            let whole = AccessLog.text(AccessLog.combined(2000))
            let plain = try folder.write(whole, to: "a.log")
            let ending = try await Program.run(
                ["logs", "top", folder.file("a.gz"), "-o", "json"], environment: ["LOG": plain],
                shell: #"gzip -c "$LOG" | head -c 9000 > "$3" && exec "$0" "$@""#)
            #expect(ending.status == 2)
            #expect(ending.complaints.hasPrefix("muster: \(folder.file("a.gz")): the gzip data is cut off"))
            #expect(ending.complaintLines.count == 1)
            let lines = try LogAnswer(ending.output).run.lines
            #expect(lines > 100 && lines < 2000)
        }
    }

    @Test("A log of whose compression nothing can be read is a fault, and no empty log")
    func unreadable() async throws {
        try await Folder.with { folder in
            let good = try folder.write(AccessLog.text(AccessLog.combined(20)), to: "a.log")
            let gzip = GzipBytes.member(Array(AccessLog.text(AccessLog.combined(20, seed: 2)).utf8))
            let cut = try folder.write([UInt8](gzip.prefix(12)), to: "cut.gz")
            let damaged = try folder.write([UInt8](gzip.prefix(10)) + [7, 7, 7, 7, 7, 7, 7, 7], to: "damaged.gz")
            let ending = try await Program.run(["logs", "top", good, cut, damaged])
            #expect(ending.status == 2 && ending.text.contains("20 lines"))
            #expect(ending.complaintLines.count == 2)
            #expect(ending.complaints.contains("muster: \(cut): the gzip data is cut off at byte 12"))
            #expect(ending.complaints.contains("muster: \(damaged): the gzip data is damaged at byte "))
            let nothing = try folder.write(GzipBytes.member([]), to: "empty.gz")
            #expect(try await Program.ask(["top", good, nothing]).sources.compactMap(\.note) == ["no lines"])
        }
    }

    @Test("A full disk is told with its file, and the other reports are whole")
    func full() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(20)), to: "access.log")
            let ending = try await Program.run([
                "logs", "top", log, "-o", "json", "--output-file", "json=/dev/full", "--output-file",
                folder.file("other.json"),
            ])
            #expect(ending.status == 2)
            #expect(ending.complaints == "muster: /dev/full: cannot write: no space left on device\n")
            #expect(try folder.read("other.json") == ending.output)
            #expect(try LogAnswer(ending.output).run.lines == 20)
        }
    }

    @Test("A run that fails leaves an older report as it is")
    func untouched() async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(20)), to: "access.log")
            let old = try folder.write("old\n", to: "report.json")
            let ending = try await Program.run(["logs", "top", log, "--by", "pth", "--output-file", old])
            #expect(ending.status == 2)
            #expect(try folder.read("report.json") == Data("old\n".utf8))
        }
    }

    /// Whether file systems can be mounted here: by root, where it is allowed.
    private static let canMount: Bool = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("muster-" + UUID().uuidString).path
        guard geteuid() == 0 else { return false }
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let process = try? Process.run(
            URL(fileURLWithPath: "/bin/sh"),
            arguments: ["-c", "mount -t tmpfs -o size=16k tmpfs \"$0\" 2>/dev/null && umount \"$0\"", folder])
        process?.waitUntilExit()
        return process?.terminationStatus == 0
    }()

    @Test(
        "On a full disk the old tally and the old report stay",
        .enabled(if: canMount, "file systems cannot be mounted here"),
        arguments: ["--partial", "--checkpoint", "--output-file"])
    func fullDisk(_ option: String) async throws {
        try await Folder.with { folder in
            let log = try folder.write(AccessLog.text(AccessLog.combined(1000)), to: "access.log")
            let old = try folder.write(AccessLog.text(AccessLog.combined(10)), to: "old.log")
            let disk = folder.file("disk")
            let questions = ["--by", "url", "--by", "ip,url", "--by", "bytes"]
            let ending = try await Program.run(
                ["logs", "top", log] + questions + [option, disk + "/kept.json", "-o", "json"],
                environment: ["DISK": disk, "OLD": old, "OPTION": option],
                shell: #"""
                    mkdir "$DISK" && mount -t tmpfs -o size=24k tmpfs "$DISK" || exit 9
                    "$0" logs top "$OLD" --by url --by ip,url --by bytes "$OPTION" "$DISK/kept.json" >/dev/null || exit 8
                    cp "$DISK/kept.json" "$DISK.before"
                    head -c 12k /dev/zero > "$DISK/ballast" 2>/dev/null
                    "$0" "$@"
                    status=$?
                    cp "$DISK/kept.json" "$DISK.after"
                    ls "$DISK" > "$DISK.names"
                    umount "$DISK"
                    exit $status
                    """#)
            #expect(ending.status == 2)
            #expect(ending.complaints == "muster: \(disk)/kept.json: cannot write: no space left on device\n")
            #expect(try folder.read("disk.after") == folder.read("disk.before"))
            #expect(try folder.read("disk.names") == Data("ballast\nkept.json\n".utf8))
            #expect(try LogAnswer(ending.output).run.lines >= 1000)
        }
    }
}
