import Foundation
import MusterBenchmarkResults
import MusterTesting
import Testing

@Suite("muster-benchmarks")
struct CommandTests {
    private static func run(_ arguments: [String], shell: String? = nil) async throws -> Program.Ending {
        try await Program.run(arguments, of: "muster-benchmarks", shell: shell)
    }

    private let folder = TemporaryFolder()

    // MARK: report

    @Test("report prints the tables of a file, and writes its page and its Markdown")
    func reportOne() async throws {
        let file = try folder.file("results.json", SyntheticResults.ordinary.json)
        let (page, text) = (folder.path + "/page.html", folder.path + "/tables.md")
        let ending = try await CommandTests.run(["report", file, "--output", page, "--output", text])
        #expect(ending.status == 0 && ending.complaints.isEmpty)
        #expect(ending.text == ResultsTables.text(SyntheticResults.ordinary))
        #expect(try Data(contentsOf: URL(fileURLWithPath: page)) == Data(ResultsPage(SyntheticResults.ordinary).html))
        #expect(
            try String(contentsOfFile: text, encoding: .utf8) == ResultsTables.markdown(SyntheticResults.ordinary))
    }

    @Test("report compares two files")
    func reportTwo() async throws {
        let (before, after) = (SyntheticResults.ordinary, SyntheticResults.full(seed: 2, speed: 1.5))
        let files = [try folder.file("before.json", before.json), try folder.file("after.json", after.json)]
        let page = folder.path + "/page.html"
        let ending = try await CommandTests.run(["report"] + files + ["-o", page])
        #expect(ending.status == 0)
        #expect(ending.text == ResultsComparison(before, after).text)
        let html = try Data(contentsOf: URL(fileURLWithPath: page))
        #expect(html == Data(ComparisonPage(ResultsComparison(before, after)).html))
    }

    @Test("report refuses to compare what cannot be compared", arguments: ["quick", "sections"])
    func reportUnlike(_ kind: String) async throws {
        var other = SyntheticResults.ordinary
        other.isQuick = true
        if kind == "sections" { other = SectionTests.results([SectionTests.tcp]) }
        let files = [
            try folder.file("a.json", SyntheticResults.ordinary.json), try folder.file("b.json", other.json),
        ]
        let ending = try await CommandTests.run(["report"] + files + ["-o", folder.path + "/p.html"])
        #expect(ending.status == 1 && ending.text.isEmpty)
        let reason = kind == "quick" ? "one of them is a short run" : "they have no workload and contender in common"
        #expect(ending.complaints.contains("b.json cannot be compared: " + reason))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/p.html"))
    }

    @Test("report writes the numbers of a document, once and for all")
    func document() async throws {
        try FileManager.default.createDirectory(atPath: folder.path + "/benchmarks", withIntermediateDirectories: false)
        _ = try folder.file("benchmarks/models.json", SyntheticResults.ordinary.json)
        let text = "Best: <!-- best models.json tcp-now -->?<!-- end -->, <!-- best other.json dns -->?<!-- end -->.\n"
        let file = try folder.file("text.md", Array(text.utf8))
        for _ in 0..<2 {
            let ending = try await CommandTests.run(["report", "--document", file])
            #expect(ending.status == 0 && ending.text.hasPrefix(file + ": "))
            #expect(
                try String(contentsOfFile: file, encoding: .utf8)
                    == "Best: <!-- best models.json tcp-now -->muster<!-- end -->, "
                    + "<!-- best other.json dns -->(not measured yet)<!-- end -->.\n")
        }
    }

    @Test("report says what is wrong with a file, all of it, and writes nothing")
    func reportFaults() async throws {
        let missing = try await CommandTests.run(["report", folder.path + "/none.json", "-o", folder.path + "/p.html"])
        #expect(missing.status == 1)
        #expect(
            missing.complaintLines == [
                "muster-benchmarks: \(folder.path)/none.json: cannot open: no such file or directory"
            ])
        let faulty = String(decoding: ResultsFileTests.results.json, as: UTF8.self)
            .replacing(#""wall":0.5"#, with: #""wall":-1"#).replacing(#""done":998"#, with: #""done":"x""#)
        let file = try folder.file("faulty.json", Array(faulty.utf8))
        let refused = try await CommandTests.run(["report", file, "-o", folder.path + "/p.html"])
        #expect(refused.status == 1 && refused.text.isEmpty)
        #expect(refused.complaintLines.count == 2)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/p.html"))
    }

    @Test(
        "refuses wrong usage with what to write instead",
        arguments: [
            (["report"], "name a results file, or --document"),
            (["report", "a", "b", "c"], "report takes one results file or two, not 3"),
            (
                ["report", "a", "-o", "b.txt"],
                "--output takes a name that ends with .json, .html or .md, not \"b.txt\""
            ),
            (
                ["report", "a", "b", "-o", "c.md"],
                "two files are compared as a page: --output takes a name that ends with"
            ),
            (["models"], "this is a debug build, whose figures mean nothing"),
            (
                ["models", "--force-debug", "--workload", "tpc-now"],
                "nothing is called \"tpc-now\"; did you mean \"tcp-now\"?"
            ),
            (["models", "--force-debug", "--contender", "mustard"], "did you mean \"muster\"?"),
            (["models", "--force-debug", "--scale", "0"], "--scale must be from 0.01 to 10"),
            (["models", "--force-debug", "--samples", "0"], "--samples must be from 1 to 1000"),
            (["io", "--force-debug", "--workload", "tpc"], "did you mean \"tcp\"?"),
            (["io", "--force-debug", "--targets", "many"], "--targets takes numbers from 1 to"),
            (["io", "--force-debug", "--targets", ""], "--targets takes numbers from 1 to"),
            (["logs", "--force-debug", "--workload", "jsn"], "did you mean \"json\"?"),
            (["rotate", "--force-debug", "--files", "0"], "--files must be from 1 to 1000000"),
        ])
    func usage(_ arguments: [String], _ message: String) async throws {
        let ending = try await CommandTests.run(arguments)
        #expect(ending.status == 64)
        #expect(ending.complaints.contains(message), "\(ending.complaints)")
    }

    // MARK: Measuring

    /// One workload of each kind of work.
    private static let workloads = [
        "tcp-now", "tcp-blackhole", "dns", "http", "log-files", "log-large", "mixed", "blocking", "noop", "crash",
    ]

    /// Few items, one round: it says nothing of speed, and all of whether a contender does the work.
    @Test("models has every contender do every kind of work that it can do, without a fault")
    func models() async throws {
        let (file, page) = (folder.path + "/results.json", folder.path + "/page.html")
        let ending = try await CommandTests.run(
            ["models", "--force-debug", "--quick", "--scale", "0.01", "--samples", "1", "-o", file, "-o", page]
                + CommandTests.workloads.flatMap { ["--workload", $0] })
        #expect(ending.status == 0, "\(ending.complaints)")
        let results = try BenchmarkResults([UInt8](Data(contentsOf: URL(fileURLWithPath: file))), source: file)
        #expect(results.isQuick && results.machine.build == "debug" && results.machine.cores > 0)
        let faults = results.cells.filter { $0.error != nil }
        #expect(faults.isEmpty, "\(faults.map { "\($0.workload), \($0.contender): \($0.error ?? "")" })")
        #expect(results.workloads.map(\.name) == CommandTests.workloads && results.contenders.count == 13)
        #expect(results.cells.count == 10 * 13)
        // What cannot be done is told with its reason, and the engine can do all of it.
        let absent = results.cells.filter { $0.notApplicable != nil }
        #expect(absent.count < 30 && absent.allSatisfy { $0.notApplicable?.isEmpty == false })
        #expect(results.cells.count { $0.contender == "muster" && $0.isMeasured } == 10)
        for cell in results.cells where cell.isMeasured && cell.workload != "crash" {
            #expect(cell.samples.allSatisfy { $0.done + $0.failed == cell.items && $0.lost == 0 }, "\(cell)")
        }
        // One item of a hundred crashes: processes lose that one, and how many the others lose is up to chance.
        let crashed = results.cells.filter { $0.workload == "crash" && $0.isMeasured }
        #expect(crashed.filter { $0.contender.hasPrefix("process") }.map { $0.samples[0].lost } == [1, 1])
        #expect(crashed.allSatisfy { $0.samples[0].lost >= 1 })
        #expect(ending.text == ResultsTables.text(results))
        #expect(try Data(contentsOf: URL(fileURLWithPath: page)) == Data(ResultsPage(results).html))
    }

    @Test("models names a contender that cannot be had, and goes on with the others")
    func missingProgram() async throws {
        let file = folder.path + "/results.json"
        let ending = try await Program.run(
            [
                "models", "--force-debug", "--scale", "0.01", "--samples", "1", "--workload", "noop", "--workload",
                "http",
            ]
                + ["--contender", "serial", "--contender", "curl", "-o", file],
            of: "muster-benchmarks", environment: ["PATH": "/nonexistent"])
        let results = try BenchmarkResults([UInt8](Data(contentsOf: URL(fileURLWithPath: file))), source: file)
        #expect(results.cells.map(\.contender) == ["serial", "curl", "serial", "curl"])
        let serial = results.cells.filter { $0.contender == "serial" && $0.isMeasured }
        #expect(serial.count == 2)
        let curl = results.cells.filter { $0.contender == "curl" }.map(\.notApplicable)
        #expect(curl == ["curl is not installed", "it speaks HTTP only"])
        #expect(ending.status == 0)
    }

    @Test("models tells of a cell that failed by its exit status, and has the others")
    func failedCell() async throws {
        let curl = try folder.file("curl", Array("#!/bin/sh\nexit 7\n".utf8))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: curl)
        let file = folder.path + "/results.json"
        let ending = try await Program.run(
            ["models", "--force-debug", "--scale", "0.01", "--samples", "1", "--workload", "http"]
                + ["--contender", "serial", "--contender", "curl", "-o", file],
            of: "muster-benchmarks", environment: ["PATH": folder.path + ":/usr/bin:/bin"])
        #expect(ending.status == 1)
        #expect(ending.complaints.contains("1 cell failed; the tables tell why"))
        #expect(ending.text.contains("curl: failed: no item of "))
        let results = try BenchmarkResults([UInt8](Data(contentsOf: URL(fileURLWithPath: file))), source: file)
        #expect(results.cells.map(\.isMeasured) == [true, false])
    }

    @Test("io and rotate write the same kind of file, and report reads it")
    func sections() async throws {
        let files = [folder.path + "/io.json", folder.path + "/rotate.json"]
        let io = try await CommandTests.run(
            ["io", "--force-debug", "--workload", "dns", "--targets", "500", "--samples", "2", "-o", files[0]])
        #expect(io.status == 0, "\(io.complaints)")
        let rotate = try await CommandTests.run(
            ["rotate", "--force-debug", "--workload", "idle", "--files", "20", "--samples", "2", "--on", "memory"]
                + ["-o", files[1]])
        #expect(rotate.status == 0, "\(rotate.complaints)")
        for (file, ending) in zip(files, [io, rotate]) {
            let results = try BenchmarkResults([UInt8](Data(contentsOf: URL(fileURLWithPath: file))), source: file)
            #expect(results.sections.count == 1 && results.sections[0].error == nil)
            #expect(results.sections[0].rows.contains { $0.contender == "muster" && $0.samples.count == 2 })
            #expect(results.machine.loadAfter != nil)
            let report = try await CommandTests.run(["report", file])
            #expect(report.text == ending.text)
        }
    }

    @Test("a run whose reader has left writes its files and ends quietly")
    func pipe() async throws {
        let file = folder.path + "/results.json"
        let arguments =
            [
                "models", "--force-debug", "--scale", "0.01", "--samples", "1", "--workload", "noop", "--contender",
                "serial",
            ]
        // Its standard output is a pipe that nobody reads any more.
        let ending = try await CommandTests.run(
            arguments + ["-o", file],
            shell: "{ sleep 0.1; \"$0\" \"$@\"; echo $? >\"\(folder.path)/status\"; } | exec true")
        #expect(ending.complaints.split(separator: "\n") == ["noop: Items that do nothing"])
        #expect(try String(contentsOfFile: folder.path + "/status", encoding: .utf8) == "0\n")
        #expect(FileManager.default.fileExists(atPath: file))
    }
}
