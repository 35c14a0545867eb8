import ArgumentParser
import CMusterLimits
import MusterSystem

/// `io`: what a check costs, engine and probe together, against plain C.
struct IOCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "io",
        abstract: "CPU per check of engine and probe against raw loops in C, interleaved in one run.",
        discussion: """
            Workloads: \(WorkloadCatalog.io.map(\.name).joined(separator: ", ")).

            Exit status: 0 measured (whatever the figures say), 2 a fault.
            """)

    @Option(help: "Rounds that count, after one that warms up. (default: 7, with --quick 5)")
    var samples: Int?

    @Option(
        help: ArgumentHelp("Targets of a pass, separated by commas. (default: 1000,10000,100000)", valueName: "counts"),
        transform: IOCommand.counts)
    var targets: [Int]?

    @Option(
        help: ArgumentHelp("Workloads to run, separated by commas.", valueName: "names"), transform: IOCommand.names)
    var only: [String]?

    @Flag(help: "1,000 and 10,000 targets, 5 rounds.")
    var quick = false

    @Flag(help: "100,000 TLS handshakes as well, which takes half an hour.")
    var full = false

    @Option(name: [.short, .long], help: "How the tables are written: table, json, markdown.")
    var output = ReportStyle.table

    @Flag(help: "Measure a debug build, whose figures mean nothing.")
    var force = false

    func validate() throws {
        if let samples, !(1...1000).contains(samples) { throw ValidationError("--samples must be from 1 to 1000") }
        if Machine.buildMode != "release", !force {
            throw ValidationError(
                "this is a debug build, whose figures mean nothing; use swift run -c release muster-benchmarks io, or --force"
            )
        }
    }

    func run() async throws {
        lim_pin(lim_core(0))
        let limits = ResourceLimits.current()
        let window = max(1, min(1024, limits.descriptors - 64))
        let settings = Settings(
            samples: samples ?? (quick ? 5 : 7),
            sizes: targets ?? (quick ? [1_000, 10_000] : [1_000, 10_000, 100_000]),
            window: window, full: full)
        let machine = Machine.current()
        var report = Report(machine: machine, settings: settings)
        for workload in WorkloadCatalog.io where only?.contains(workload.name) ?? true {
            Progress.say("\(workload.name): \(workload.summary)")
            report.sections.append(try await workload.run(settings))
        }
        Progress.clear()
        report.loadAverageAtEnd = lim_load_average()
        try OutputFile.standardOutput.write(Array(report.text(output).utf8))
    }

    @Sendable
    private static func counts(_ text: String) throws -> [Int] {
        try text.split(separator: ",").map { part in
            guard let count = Int(part), (1...Fleet.most).contains(count) else {
                throw ValidationError("--targets takes numbers from 1 to \(Fleet.most), such as 1000,10000")
            }
            return count
        }
    }

    @Sendable
    private static func names(_ text: String) throws -> [String] {
        let known = WorkloadCatalog.io.map(\.name)
        return try text.split(separator: ",").map { part in
            guard known.contains(String(part)) else {
                throw ValidationError("--only takes \(known.joined(separator: ", ")); \"\(part)\" is none of them")
            }
            return String(part)
        }
    }
}

extension ReportStyle: ExpressibleByArgument {}
