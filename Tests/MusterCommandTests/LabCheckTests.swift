import Foundation
import MusterTesting
import Testing

@Suite("A check of a lab")
struct LabCheckTests {
    @Test(
        "Every target is judged as planted",
        arguments: [[], ["-c", "1", "--loops", "1"], ["-c", "5000", "--loops", "3"]])
    func judged(_ options: [String]) async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.allFaults(), to: "fleet.json")
            let ending = try await Program.run(
                ["check", path, "--lab", "--output-file", folder.file("a.json")] + options)
            #expect(
                ending.text.contains("lab: \(Fleet.targetCount) of \(Fleet.targetCount) targets judged as planted\n"))
            #expect(ending.complaints == "")
            #expect(ending.status == 0)
            let report = try Report(json: folder.read("a.json"))
            #expect(report.summary.total == Fleet.targetCount)
            #expect(report.summary.unknown == 0)
            #expect(report.summary.exit_status == 0)
        }
    }

    @Test("Also with 64 descriptors, whatever the concurrency that is asked for")
    func fewDescriptors() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.allFaults(), to: "fleet.json")
            let ending = try await Program.run(
                ["check", path, "--lab", "-c", "5000", "--output-file", folder.file("a.json")],
                shell: #"ulimit -n 64; exec "$0" "$@""#)
            #expect(
                ending.text.contains("lab: \(Fleet.targetCount) of \(Fleet.targetCount) targets judged as planted\n"))
            #expect(ending.complaints == "")
            #expect(ending.status == 0)
            #expect(try Report(json: folder.read("a.json")).summary.unknown == 0)
        }
    }

    @Test("A machine's report stays one document: what the lab says goes to standard error")
    func machine() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.allFaults(), to: "fleet.json")
            let ending = try await Program.run(["check", path, "--lab", "-o", "json"])
            #expect(try Report(json: ending.output).targets.count == Fleet.targetCount)
            #expect(
                ending.complaints == "lab: \(Fleet.targetCount) of \(Fleet.targetCount) targets judged as planted\n")
            #expect(ending.status == 0)
        }
    }

    @Test("A check that is killed leaves no lab behind")
    func killed() async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.mostlySilent(), to: "fleet.json")
            try await Program.with(["check", path, "--lab", "-o", "ndjson"]) { program in
                #expect(await program.output.wait { $0.contains("\"up5.test\"") })
                program.signal(SIGKILL)
                // The lab has our standard error too: it ends with the last of them.
                let ending = await program.ending()
                #expect(ending.isSignal)
                #expect(ending.status == SIGKILL)
                #expect(ending.complaints == "")
            }
        }
    }

    @Test("A lab serves until it is told to stop, and probes find what it plants")
    func probes() async throws {
        try await Folder.with { folder in
            let text = try await Fleet.allFaults()
            let path = try folder.write(text, to: "fleet.json")
            // As the inventory has them: dns, http, https.
            let ports = text.matches(of: #/(?:127\.0\.0\.1|{address}|{name}):(\d+)/#).compactMap { UInt16($0.1) }
            try await Program.with(["lab", path, "--root-file", folder.file("root.pem")]) { lab in
                #expect(await lab.output.wait { $0.contains("\n") })
                #expect(lab.output.text.hasPrefix("lab: \(Fleet.targetCount) targets served on loopback, "))
                for (words, status, seen) in [
                    (["dns", "web01.test", "A", "@127.0.0.1:\(ports[0])"], 0, "up"),
                    (["dns", "web04.test", "@127.0.0.1:\(ports[0])"], 1, "dns.nxdomain"),
                    (["dns", "web05.test", "@127.0.0.1:\(ports[0])"], 1, "dns.servfail"),
                    (["http://127.31.0.8:\(ports[1])/health"], 0, "up"),
                    (["http://127.31.0.8:\(ports[1])/health", "--expect", "no such text"], 1, "http.body"),
                    (["http://127.31.0.1:\(ports[1])/health"], 1, "http.status"),
                    (["tcp", "127.31.0.8:\(ports[1])"], 0, "up"),
                    (["tcp", "127.0.0.1:\(try await Ports.free())"], 1, "tcp.refused"),
                    (["tcp", "[::1]:\(try await Ports.free())"], 1, "tcp.refused"),
                    (["https://127.31.0.8:\(ports[2])/health"], 1, "tls."),
                    (
                        ["https://127.31.0.8:\(ports[2])/health", "--ca-file", folder.file("root.pem")], 1,
                        "tls.wrong_name"
                    ),
                ] as [([String], Int32, String)] {
                    let table = try await Program.run(["probe"] + words + ["--timeout", "120s"])
                    #expect(table.status == status, "\(words)")
                    #expect(table.complaints == "")
                    #expect(table.text.split(separator: "\n").first?.contains(seen) == true, "\(words): \(table.text)")
                    let json = try await Program.run(["probe", "-o", "json", "--timeout", "120s"] + words)
                    #expect(json.status == status)
                    let row = try #require(try Report(json: json.output).targets.first)
                    #expect((row.reason ?? row.verdict).hasPrefix(seen))
                }
                #expect(lab.isRunning)
                lab.signal(SIGTERM)
                let ending = await lab.ending()
                #expect(!ending.isSignal)
                #expect(ending.status == 0)
                #expect(ending.complaints == "")
            }
        }
    }

    @Test("A lab whose port is taken says so and ends with status 2", arguments: ["lab", "check"])
    func taken(_ command: String) async throws {
        try await Folder.with { folder in
            let path = try folder.write(try await Fleet.mostlySilent(), to: "fleet.json")
            try await Program.with(["lab", path]) { lab in
                #expect(await lab.output.wait { $0.contains("\n") })
                let ending = try await Program.run([command, path] + (command == "check" ? ["--lab"] : []))
                #expect(ending.status == 2)
                #expect(ending.text == "")
                #expect(ending.complaints.contains("the port is taken"))
            }
        }
    }
}
