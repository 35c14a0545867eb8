import Foundation
import MusterCore
import MusterSystem
import MusterTesting
import Testing

@Suite("What a check writes")
struct ReportingTests {
    @Test("JSON, NDJSON and several files tell the same of one run")
    func formats() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(), to: "fleet.json")
            let ending = try await Program.run([
                "check", path, "--output", "json", "--output-file", folder.file("a.ndjson"), "--output-file",
                "json=" + folder.file("b"), "--output-file", folder.file("c.txt"), "--output-file",
                "table=" + folder.file("d.json"),
            ])
            #expect(ending.status == 1)
            #expect(ending.complaints == "")
            let report = try Report(json: ending.output)
            #expect(report.targets.map(\.index) == Array(0..<2000))
            #expect(report.targets.allSatisfy { $0.verdict == "down" && $0.reason == "tcp.refused" })
            #expect(report.summary.ending == "complete")
            #expect(report.summary.exit_status == 1)
            #expect(try Report(ndjson: folder.read("a.ndjson")) == report)
            #expect(try folder.read("b") == ending.output)
            #expect(try folder.read("c.txt") == folder.read("d.json"))
            #expect(String(decoding: try folder.read("c.txt"), as: UTF8.self).contains("tcp.refused"))
        }
    }

    @Test(
        "A file that cannot be written is named at the end; the other reports are whole",
        arguments: ["json", "ndjson"])
    func fullDisk(_ format: String) async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(), to: "fleet.json")
            let ending = try await Program.run([
                "check", path, "-o", "json", "--output-file", "\(format)=/dev/full", "--output-file",
                folder.file("other.json"),
            ])
            #expect(ending.status == 2)
            #expect(ending.complaintLines.count == 1)
            #expect(ending.complaints.hasPrefix("muster: /dev/full: cannot write: "))
            #expect(try Report(json: ending.output).targets.count == 2000)
            #expect(try folder.read("other.json") == ending.output)
        }
    }

    @Test("A file in a folder that does not exist is a complaint before anything is checked")
    func nowhere() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            let ending = try await Program.run(["check", path, "--output-file", folder.file("no/such/a.json")])
            #expect(ending.status == 2)
            #expect(ending.text == "")
            #expect(ending.complaints.contains("no/such/a.json: cannot write: "))
        }
    }

    @Test("A reader that has seen enough ends the run quietly", arguments: ["ndjson", "json"])
    func closedPipe(_ format: String) async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(), to: "fleet.json")
            let ending = try await Program.run(
                ["check", path, "-o", format], shell: #"{ "$0" "$@"; echo "status $?" >&2; } | head -n 1"#)
            #expect(ending.text.split(separator: "\n").count == 1)
            #expect(["status 0\n", "status 1\n", "status 2\n"].contains(ending.complaints))
        }
    }

    @Test("A closed standard output is no reason to crash")
    func noOutput() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            let ending = try await Program.run(
                ["check", path, "--output-file", folder.file("a.json")], shell: #"exec "$0" "$@" >&-"#)
            #expect(!ending.isSignal)
            #expect(ending.status == 2)
            #expect(ending.complaints.contains("standard output: cannot write: "))
            #expect(try Report(json: folder.read("a.json")).summary.down == 250)
        }
    }

    @Test(
        "A report never goes where the inventory or another report is, by whatever name",
        arguments: [
            ["json=fleet.json"], ["json=./fleet.json"], ["json=link"], ["json=hard"], ["a.json", "ndjson=a.json"],
            ["a.json", "ndjson=here/a.json"], ["a.json", "ndjson=dangling"], ["ndjson=-", "json=-"], ["json=out"],
        ])
    func doubles(_ files: [String]) async throws {
        try await Folder.with { folder in
            let text = try await Fleet.refusing(250)
            _ = try folder.write(text, to: "fleet.json")
            let ending = try await Program.run(
                ["check", "fleet.json"] + files.flatMap { ["--output-file", $0] }, environment: ["FOLDER": folder.path],
                shell: #"""
                    cd "$FOLDER"; ln -s fleet.json link; ln fleet.json hard; ln -s . here; ln -s here/a.json dangling
                    exec "$0" "$@" >out
                    """#)
            #expect(ending.status == 2)
            #expect(ending.complaintLines.count == 1)
            #expect(ending.complaints.hasPrefix("muster: --output-file: "))
            #expect(try folder.read("fleet.json") == Data(text.utf8))
            #expect(try folder.read("out").isEmpty)
            #expect(!FileManager.default.fileExists(atPath: folder.file("a.json")))
            #expect(try folder.names(with: ".muster-").isEmpty)
        }
    }

    @Test("A report can go to standard output by name, in the table's place")
    func standardOutput() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            let ending = try await Program.run(
                ["check", path, "--output-file", "ndjson=-", "--output-file", folder.file("a.json")])
            #expect(ending.status == 1)
            #expect(try Report(ndjson: ending.output) == Report(json: folder.read("a.json")))
        }
    }

    @Test("A link stays a link, and what it leads to is replaced with its rights kept, also where nothing was")
    func links() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            let ending = try await Program.run(
                ["check", path, "--output-file", folder.file("a.json"), "--output-file", folder.file("b.json")],
                environment: ["FOLDER": folder.path],
                shell: #"""
                    cd "$FOLDER"; echo old >old; chmod 600 old; ln -s old a.json; ln -s new b.json
                    "$0" "$@" >out; echo $?; stat -c '%F %a' a.json old b.json new
                    """#)
            #expect(ending.text == "1\nsymbolic link 777\nregular file 600\nsymbolic link 777\nregular file 644\n")
            #expect(try Report(json: folder.read("old")) == Report(json: folder.read("new")))
        }
    }

    @Test("A folder that is gone when the run ends is told, and ends it with status 2")
    func vanished() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            let files = [
                "--output-file", folder.file("gone/a.json"), "--output-file", "ndjson=fifo:" + folder.file("fifo"),
            ]
            let ending = try await Program.run(
                ["check", path, "-o", "json"] + files,
                environment: ["FOLDER": folder.path],
                shell: #"""
                    cd "$FOLDER"; mkdir gone; mkfifo fifo
                    "$0" "$@" & p=$!; exec 3<fifo; rm -r gone; cat <&3 >seen; wait $p
                    """#)
            #expect(ending.status == 2)
            #expect(ending.complaints.contains("gone/a.json: cannot replace: no such file or directory"))
            #expect(try Report(json: ending.output).summary.exit_status == 2)
            #expect(try Report(ndjson: folder.read("seen")).summary.down == 250)
        }
    }

    @Test("A closed standard descriptor is nobody else's", arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    func closedDescriptors(_ closing: String) async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            let ending = try await Program.run(
                ["check", path, "--output-file", folder.file("a.json")], shell: #"exec "$0" "$@" "# + closing)
            #expect(ending.status == (closing.contains(" >") || closing.hasPrefix(">") ? 2 : 1))
            #expect(try Report(json: folder.read("a.json")).summary.down == 250)
        }
    }

    @Test("Too little address space or too few threads is a complaint, never a crash or a hang")
    func littleRoom() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            let whole = try await Program.run(["check", path], shell: #"ulimit -v 4000000; exec "$0" "$@""#)
            #expect(whole.status == 1)
            for size in [110_000, 130_000, 150_000, 200_000, 250_000] {
                let ending = try await Program.run(["check", path], shell: #"ulimit -v \#(size); exec "$0" "$@""#)
                #expect(!ending.isSignal, "\(size): \(ending.complaints)")
                if ending.status == 1, ending.complaints.isEmpty { continue }
                #expect(ending.status == 2, "\(size)")
                #expect(ending.complaints.hasPrefix("muster: too little address space"), "\(size)")
            }
        }
    }

    /// A row of the table of exit statuses in docs/reports.md.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var check: String
        var options: [String]
        var status: Int32
    }

    @Test(
        "The exit status is that of docs/reports.md, and the report says the same",
        arguments: [
            Row(testDescription: "all up", check: "up", options: [], status: 0),
            Row(testDescription: "some down", check: "down", options: [], status: 1),
            Row(testDescription: "not judged", check: "silent", options: [], status: 2),
            Row(testDescription: "some down, some not judged", check: "both", options: [], status: 1),
            Row(testDescription: "all up, a report lost", check: "up", options: ["ndjson=/dev/full"], status: 2),
            Row(testDescription: "some down, a report lost", check: "down", options: ["ndjson=/dev/full"], status: 2),
        ])
    func status(_ row: Row) async throws {
        try await Folder.with { folder in
            let closed = try await Ports.free()
            let ending = try await Reactor.withLoops(1) { loops in
                await withTaskExecutorPreference(loops[0]) {
                    // It takes connections, as the kernel does for it, and never says a word. Nil is told below.
                    try? await Listener.withListener(on: Endpoint(.v4(0x7f00_0001), port: 0)) { listener in
                        let text = Self.inventory(row.check, open: Int(listener.endpoint.port), closed: closed)
                        return await Self.ending(of: row, text, in: folder)
                    }
                }
            }
            let (status, output) = try #require(ending ?? nil)
            #expect(status == row.status)
            #expect(try Report(json: output).summary.exit_status == row.status)
        }
    }

    private static func ending(of row: Row, _ text: String, in folder: Folder) async -> (Int32, Data)? {
        let files = row.options.flatMap { ["--output-file", $0] }
        // Who waits for words of the listener waits until the deadline; all others have long been judged.
        let deadline = row.check == "silent" || row.check == "both" ? ["--deadline", "2s"] : []
        guard let path = try? folder.write(text, to: "fleet.json"),
            let ending = try? await Program.run(["check", path, "-o", "json"] + files + deadline)
        else { return nil }
        return (ending.status, ending.output)
    }

    private static func inventory(_ check: String, open: Int, closed: Int) -> String {
        let names = check == "both" ? #""down", "silent""# : "\"\(check)\""
        return """
            { "version": 1, "checks": {
                "up": { "tcp": { "port": \(open) } }, "down": { "tcp": { "port": \(closed) } },
                "silent": { "tcp": { "port": \(open), "expect": "hello" }, "timeout": "10m" } },
              "groups": { "all": { "checks": [\(names)], "hosts": ["127.0.0.1"] } } }
            """
    }
}
