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

    @Option(help: "Times the items, 0.01 to 10.")
    var scale = 1.0

    @Option(help: "Rounds that count, 1 to 1000. (default: 7, with --quick 5)")
    var samples: Int?

    @Option(name: [.short, .long], help: "Where the results go: FILE.json; or the page, FILE.html. May be repeated.")
    var output: [String] = []

    @Flag(help: "Measure a debug build, whose figures mean nothing.")
    var forceDebug = false

    func validate() throws {
        guard (0.01...10).contains(scale) else { throw ValidationError("--scale must be from 0.01 to 10") }
        if let samples, !(1...ModelCell.sampleLimit).contains(samples) {
            throw ValidationError("--samples must be from 1 to \(ModelCell.sampleLimit)")
        }
        try Self.check(workload, "--workload", AssignmentCatalog.all.map(\.name))
        try Self.check(contender, "--contender", ContenderCatalog.all.map(\.name))
        for path in output where !path.hasSuffix(".json") && !path.hasSuffix(".html") {
            throw ValidationError("--output takes a name that ends with .json or .html, not \"\(path)\"")
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
        for path in output { try Self.explained { () throws(FileFault) in try OutputFile.checkReplaceable(path) } }
        let machine = Machine.current()
        let settings = settings()
        var results = ModelResults(
            date: ChildProcess.isoDate, machine: machine.model, isQuick: quick,
            workloads: settings.assignments.map(\.description), contenders: settings.contenders.map(\.description),
            cells: [])
        let place = try ModelPlace()
        defer { place.remove() }
        let run = ModelRun(settings: settings, place: place)
        for assignment in settings.assignments {
            Progress.say("\(assignment.name): \(assignment.title)")
            results.cells += await run.cells(assignment)
        }
        Progress.clear()
        try write(results)
    }

    private func write(_ results: ModelResults) throws {
        for path in output {
            let bytes = path.hasSuffix(".html") ? ModelPage(results).html : results.json
            try Self.explained { () throws(FileFault) in try OutputFile.replace(path, with: bytes) }
        }
        try Self.explained { () throws(FileFault) in
            try OutputFile.standardOutput.write(Array(ModelTables.text(results).utf8))
        }
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
