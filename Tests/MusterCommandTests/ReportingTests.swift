import Foundation
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
}
