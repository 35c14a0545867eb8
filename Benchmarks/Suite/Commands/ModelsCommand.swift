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

            Exit status: 0 measured (whatever the figures say), 1 a fault, 64 wrong usage, 130 \
            interrupted.
            """)

    @Flag(
        help:
            "A fifth of the items, one window, shorter stalls and timeouts, 5 rounds instead of 7, other programs only by name."
    )
    var quick = false

    @Option(help: ArgumentHelp("A contender to run; may be repeated. (default: all)", valueName: "name"))
    var contender: [String] = []

    @Option(help: "Times the items, 0.01 to 10.")
    var scale = 1.0

    @OptionGroup
    var options: MeasuringOptions

    func validate() throws {
        guard (0.01...10).contains(scale) else { throw ValidationError("--scale must be from 0.01 to 10") }
        try MeasuringOptions.check(options.workload, "--workload", among: AssignmentCatalog.all.map(\.name))
        try MeasuringOptions.check(contender, "--contender", among: ContenderCatalog.all.map(\.name))
    }

    func run() async throws {
        let settings = settings()
        var results = try options.begin(isQuick: quick)
        results.workloads = settings.assignments.map {
            $0.description(window: settings.window($0, $0.windows[0]))
        }
        results.contenders = settings.contenders.map(\.description)
        let place = try ModelPlace()
        defer { place.remove() }
        let run = ModelRun(settings: settings, place: place)
        for assignment in settings.assignments where !lim_is_interrupted() {
            Progress.say("\(assignment.name): \(assignment.title)")
            results.cells += await run.cells(assignment)
        }
        // Interrupted: of what was not measured nothing is told.
        let measured = Set(results.cells.map(\.workload))
        if lim_is_interrupted() { results.workloads.removeAll { !measured.contains($0.name) } }
        try options.finish(results)
    }

    /// What is asked for; of other programs those that are installed.
    private func settings() -> ModelSettings {
        let missing = Set(ContenderCatalog.all.compactMap(\.needs)).filter { !ExternalProgram.isInstalled($0) }
        let contenders = ContenderCatalog.all.filter { each in
            if !contender.isEmpty { return contender.contains(each.name) }
            return !(quick && each.isExternal) && !(each.needs.map(missing.contains) ?? false)
        }
        return ModelSettings(
            assignments: AssignmentCatalog.all.filter { options.wants($0.name) },
            contenders: contenders, samples: options.samples ?? (quick ? 5 : 7), scale: scale, isQuick: quick,
            areNamed: !contender.isEmpty, missing: missing, cores: Int(lim_core_count()))
    }
}
