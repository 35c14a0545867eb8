import Foundation
import MusterTesting
import Testing

@Suite("The end of a check before its time")
struct InterruptionTests {
    @Test("An interrupted check reports what is done and counts the rest", arguments: [SIGINT, SIGTERM, SIGHUP])
    func interrupted(_ signal: Int32) async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.mostlySilent(), to: "fleet.json")
            try await Program.with(["lab", path]) { lab in
                #expect(await lab.output.wait { $0.contains("\n") })
                try await Program.with([
                    "check", path, "-c", "50", "-o", "ndjson", "--output-file", folder.file("a.json"),
                ]) { check in
                    #expect(await check.output.wait { $0.split(separator: "\n").count >= 6 })
                    check.signal(signal)
                    // A terminal that goes away sends it, and so does its shell.
                    if signal == SIGHUP { check.signal(signal) }
                    let ending = await check.ending()
                    #expect(!ending.isSignal)
                    #expect(ending.status == 2)
                    #expect(ending.complaints == "")
                    let report = try Report(json: folder.read("a.json"))
                    #expect(try Report(ndjson: ending.output) == report)
                    #expect(report.summary.ending == "interrupted")
                    #expect(report.summary.exit_status == 2)
                    #expect(report.targets.filter { $0.verdict == "up" }.count == 5)
                    #expect(report.targets.filter { $0.reason == "local.cancelled" }.count == 50)
                    #expect(report.targets.count == 55)
                    #expect(report.summary.not_started == 150)
                    #expect(report.summary.down == 0)
                }
                #expect(lab.isRunning)
            }
        }
    }

    @Test("An interrupted check of its own lab ends the lab too, and was not judged as planted")
    func interruptedLab() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.mostlySilent(), to: "fleet.json")
            try await Program.with([
                "check", path, "--lab", "-c", "50", "-o", "ndjson", "--output-file", folder.file("a.json"),
            ]) { check in
                #expect(await check.output.wait { $0.split(separator: "\n").count >= 6 })
                check.signal(SIGINT)
                let ending = await check.ending()
                #expect(!ending.isSignal)
                #expect(ending.status == 1)
                #expect(ending.complaints.contains("lab: 5 of 205 targets judged as planted\n"))
                #expect(ending.complaints.contains("lab: 150 of them without a verdict\n"))
                let report = try Report(json: folder.read("a.json"))
                #expect(report.summary.ending == "interrupted")
                #expect(report.summary.exit_status == 1)
                #expect(report.summary.not_started == 150)
            }
        }
    }

    @Test("A second signal ends the process at once, even where nobody reads its report")
    func twice() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            // The pipe is full before the report begins, so that the run cannot end by itself.
            try await Program.with(
                ["check", path, "-o", "ndjson", "--output-file", folder.file("a.ndjson")],
                shell: #"head -c 65536 /dev/zero; exec "$0" "$@""#, readsOutput: false
            ) { check in
                // Handlers are in place before the first file is made.
                while check.isRunning, !check.hasBegunFile(in: folder.path) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                // Two that come together count as one: as many as it takes.
                while check.isRunning {
                    check.signal(SIGINT)
                    try await Task.sleep(for: .milliseconds(5))
                }
                let ending = await check.ending()
                // The second one, unless the first had its 100 ms.
                #expect(ending.isSignal ? ending.status == SIGINT : ending.status == 2)
            }
        }
    }

    @Test("At the deadline of the run what is under way is unknown, and nobody is blamed")
    func deadline() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.mostlySilent(), to: "fleet.json")
            try await Program.with(["lab", path]) { lab in
                #expect(await lab.output.wait { $0.contains("\n") })
                let ending = try await Program.run(["check", path, "-c", "50", "-o", "json", "--deadline", "1s"])
                #expect(ending.status == 2)
                #expect(ending.complaints == "")
                let report = try Report(json: ending.output)
                #expect(report.summary.ending == "deadline")
                #expect(report.targets.count + report.summary.not_started == 205)
                #expect(report.summary.not_started >= 150)
                #expect(report.targets.allSatisfy { $0.verdict == "up" || $0.reason == "local.deadline" })
                #expect(report.targets.contains { $0.reason == "local.deadline" })
            }
        }
    }

    @Test(
        "A reader that takes nothing keeps no signal and no deadline waiting: its report is cut, the file is whole",
        arguments: [SIGINT, SIGTERM, SIGHUP, 0])
    func stuckReader(_ signal: Int32) async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(20_000), to: "fleet.json")
            let deadline = signal == 0 ? ["--deadline", "100ms"] : []
            try await Program.with(
                ["check", path, "-o", "ndjson", "--output-file", folder.file("a.ndjson")] + deadline,
                shell: #"head -c 65536 /dev/zero; exec "$0" "$@""#, readsOutput: false
            ) { check in
                while check.isRunning, !check.hasBegunFile(in: folder.path) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                if signal != 0 { check.signal(signal) }
                let ending = await check.ending()
                #expect(!ending.isSignal)
                #expect(ending.status == 2)
                #expect(ending.complaintLines.count == 1)
                #expect(ending.complaints.hasPrefix("muster: standard output: cut short: "))
                let report = try Report(ndjson: folder.read("a.ndjson"))
                #expect(report.summary.ending == (signal == 0 ? "deadline" : "interrupted"))
                #expect(report.targets.count + report.summary.not_started == 20_000)
                #expect(try folder.names(with: ".muster-").isEmpty)
            }
        }
    }

    @Test("Under nohup SIGHUP does nothing")
    func nohup() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            // Its handlers are in place once it has opened the FIFO.
            let shell = #"""
                mkfifo "$FIFO"; trap "" HUP
                "$0" "$@" & p=$!; exec 3<"$FIFO"; kill -HUP $p; cat <&3; wait $p
                """#
            let ending = try await Program.run(
                ["check", path, "--output-file", "json=fifo:" + folder.file("fifo")],
                environment: ["FIFO": folder.file("fifo")], shell: shell)
            #expect(ending.status == 1)
            #expect(ending.text.contains(#""ending":"complete","exit_status":1"#))
        }
    }

    @Test("A FIFO that nobody reads is waited for, until a signal or the deadline")
    func lonelyFIFO() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(250), to: "fleet.json")
            let ending = try await Program.run(
                ["check", path, "--deadline", "50ms", "--output-file", "json=fifo:" + folder.file("fifo")],
                environment: ["FIFO": folder.file("fifo")], shell: #"mkfifo "$FIFO"; exec "$0" "$@""#)
            #expect(ending.status == 2)
            #expect(ending.text == "")
            #expect(ending.complaints.hasSuffix("fifo: cannot write: nobody reads it\n"))
        }
    }

    @Test("A check that is killed leaves the old report, and its own only where a file cannot be without a name")
    func killed() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.refusing(2_000), to: "fleet.json")
            let old = try folder.write("old", to: "a.json")
            var named: [String] = []
            try await Program.with(
                ["check", path, "-o", "ndjson", "--output-file", old],
                shell: #"head -c 65536 /dev/zero; exec "$0" "$@""#, readsOutput: false
            ) { check in
                while check.isRunning, !check.hasBegunFile(in: folder.path) {
                    try await Task.sleep(for: .milliseconds(5))
                }
                named = try folder.names(with: ".muster-")
                check.signal(SIGKILL)
                #expect(await check.ending().isSignal)
            }
            #expect(try folder.read("a.json") == Data("old".utf8))
            #expect(try folder.names(with: ".muster-") == named)
        }
    }
}
