import ArgumentParser
import CMusterLimits
import Glibc
import MusterSystem

/// `logs`: what reading a log costs, against plain C and the tools people use.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract:
            "CPU, time and memory of muster logs top against C, awk, DuckDB, GoAccess and jq, interleaved in one run.",
        discussion: """
            Workloads: \(LogWorkload.all.map(\.name).joined(separator: ", ")).

            Exit status: 0 measured (whatever the figures say), 1 a fault, 64 wrong usage.
            """)

    @Option(help: "Rounds that count, after one that warms up. (default: 7, with --quick 5)")
    var samples: Int?

    @Option(
        help: ArgumentHelp("Workloads to run, separated by commas.", valueName: "names"), transform: LogsCommand.names)
    var only: [String]?

    @Flag(help: "100 MB of access log and 50 MB of JSON lines instead of ten times as much; 5 rounds.")
    var quick = false

    @Option(help: "Where the logs are made.")
    var folder = "/tmp/muster-benchmark-logs"

    @Flag(help: "Keep the logs for the next run.")
    var keep = false

    @Option(name: [.short, .long], help: "How the tables are written: table, json, markdown.")
    var output = ReportStyle.table

    @Flag(help: "Measure a debug build, whose figures mean nothing.")
    var force = false

    func validate() throws {
        if let samples, !(1...1000).contains(samples) { throw ValidationError("--samples must be from 1 to 1000") }
        if Machine.buildMode != "release", !force {
            throw ValidationError(
                "this is a debug build, whose figures mean nothing; use swift run -c release muster-benchmarks logs, or "
                    + "--force")
        }
    }

    func run() async throws {
        guard let muster = BuiltProgram.muster else {
            throw BenchmarkFault("no muster beside this program; build it with swift build -c release")
        }
        // Only a folder of our own is removed.
        let isOurs = unsafe mkdir(folder, 0o755) == 0
        guard isOurs || errno == EEXIST else { throw BenchmarkFault("\(folder) cannot be made: errno \(errno)") }
        let data = LogData(
            folder: folder, megabytes: quick ? [.combined: 100, .json: 50] : [.combined: 1000, .json: 500])
        defer { if isOurs, !keep { data.remove() } }
        let settings = LogSettings(samples: samples ?? (quick ? 5 : 7), data: data, muster: muster)
        var report = Report(
            machine: Machine.current(), settings: Settings(samples: settings.samples, sizes: [], window: 0, full: false)
        )
        for workload in LogWorkload.all where only?.contains(workload.name) ?? true {
            Progress.say("\(workload.name): \(workload.summary)")
            report.sections.append(try await workload.run(settings))
        }
        Progress.clear()
        report.loadAverageAtEnd = lim_load_average()
        try OutputFile.standardOutput.write(Array(report.text(output).utf8))
    }

    @Sendable
    private static func names(_ text: String) throws -> [String] {
        let known = LogWorkload.all.map(\.name)
        return try text.split(separator: ",").map { part in
            guard known.contains(String(part)) else {
                throw ValidationError("--only takes \(known.joined(separator: ", ")); \"\(part)\" is none of them")
            }
            return String(part)
        }
    }
}
