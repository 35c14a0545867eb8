import ArgumentParser
import CMusterLimits
import MusterBenchmarkResults
import MusterCore
import MusterSystem

/// `models`: which concurrency model for which work.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Task groups, Dispatch, threads and processes at the same work, with the limit beside them.",
        discussion: """
            Workloads: \(AssignmentCatalog.all.map(\.name).joined(separator: ", ")).

            Contenders: \(ContenderCatalog.all.map(\.name).joined(separator: ", ")); other programs only where they are \
            installed.

            All servers are on loopback. Clients and servers share the cores.

            Exit status: 0 measured (whatever the figures say), 1 a fault, 64 wrong usage.
            """)

    @Flag(help: "A fifth of the items, one window, shorter stalls and timeouts, 5 rounds, no other programs.")
    var quick = false

    @Option(help: "A workload to run; may be repeated.")
    var workload: [String] = []

    @Option(help: "A contender to run; may be repeated.")
    var contender: [String] = []

    @Option(help: "Times the items, 0.01 to 100.")
    var scale = 1.0

    @Option(help: "Rounds that count, 1 to 1000. (default: 7, with --quick 5)")
    var samples: Int?

    @Option(name: [.short, .long], help: "Where the results go: FILE.json.")
    var output: String?

    @Flag(help: "Measure a debug build, whose figures mean nothing.")
    var forceDebug = false

    func validate() throws {
        guard (0.01...100).contains(scale) else { throw ValidationError("--scale must be from 0.01 to 100") }
        if let samples, !(1...ModelCell.sampleLimit).contains(samples) {
            throw ValidationError("--samples must be from 1 to \(ModelCell.sampleLimit)")
        }
        try Self.check(workload, "--workload", AssignmentCatalog.all.map(\.name))
        try Self.check(contender, "--contender", ContenderCatalog.all.map(\.name))
        if let output, !output.hasSuffix(".json") {
            throw ValidationError("--output takes a name that ends with .json, not \"\(output)\"")
        }
        if Machine.buildMode != "release", !forceDebug {
            throw ValidationError(
                "this is a debug build, whose figures mean nothing; use swift run -c release muster-benchmarks models, "
                    + "or --force-debug")
        }
    }

    private static func check(_ names: [String], _ option: String, _ known: [String]) throws {
        for name in names where !known.contains(name) {
            throw ValidationError("\(option): nothing is called \"\(name)\"; \(NearestWord.hint(name, among: known))")
        }
    }

    func run() async throws {
        if let output { try Self.explained { () throws(FileFault) in try OutputFile.checkReplaceable(output) } }
        let machine = Machine.current()
        let settings = settings()
        var results = ModelResults(
            date: ChildProcess.isoDate, machine: machine.model, isQuick: quick,
            workloads: settings.assignments.map(\.description), contenders: settings.contenders.map(\.description),
            cells: [])
        say(
            "\(machine.text(serving: false)); load average \(machine.loadAverage.fixed(1)) before; "
                + "\(settings.samples) samples\n")
        let place = try ModelPlace()
        defer { place.remove() }
        let run = ModelRun(settings: settings, place: place)
        for assignment in settings.assignments {
            let cells = try await run.cells(assignment)
            results.cells += cells
            Progress.clear()
            say(ModelTable.text(assignment, cells))
        }
        if settings.contenders.contains(where: \.isExternal) { say("\n  * another program\n") }
        guard let output else { return }
        let bytes = results.json
        try Self.explained { () throws(FileFault) in try OutputFile.replace(output, with: bytes) }
    }

    /// What is asked for; of other programs those that are installed.
    private func settings() -> ModelSettings {
        let contenders = ContenderCatalog.all.filter { each in
            if !contender.isEmpty { return contender.contains(each.name) }
            return !(quick && each.isExternal) && (each.needs.map(ExternalProgram.isInstalled) ?? true)
        }
        return ModelSettings(
            assignments: AssignmentCatalog.all.filter { workload.isEmpty || workload.contains($0.name) },
            contenders: contenders, samples: samples ?? (quick ? 5 : 7), scale: scale, isQuick: quick,
            areNamed: !contender.isEmpty,
            cores: Int(lim_core_count()))
    }

    private func say(_ text: String) {
        // A reader that has gone wants nothing more; the results go on to their file.
        _ = try? OutputFile.standardOutput.write(Array(text.utf8))
    }

    private static func explained(_ body: () throws(FileFault) -> Void) throws {
        do throws(FileFault) { try body() } catch { throw BenchmarkFault(error.text) }
    }
}

extension Machine {
    fileprivate var model: ModelMachine {
        ModelMachine(
            cpu: processor, cores: cores, kernel: kernel, swift: swift, build: Self.buildMode, loadBefore: loadAverage)
    }
}
