import ArgumentParser
import Glibc
import MusterSystem

/// `logs`: what reading a log costs, against plain C and the tools people use.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract:
            "CPU, time and memory of muster logs top against C, awk, DuckDB, GoAccess and jq, interleaved in one run.",
        discussion: """
            Workloads: \(WorkloadCatalog.logs.map(\.name).joined(separator: ", ")).

            Exit status: 0 measured (whatever the figures say), 1 a fault, 64 wrong usage, 130 \
            interrupted.
            """)

    @Flag(help: "100 MB of access log and 50 MB of JSON lines instead of ten times as much; 5 rounds instead of 7.")
    var quick = false

    @Option(help: "Where the logs are made.")
    var folder = "/tmp/muster-benchmark-logs"

    @Flag(help: "Keep the logs for the next run.")
    var keep = false

    @OptionGroup
    var options: MeasuringOptions

    func validate() throws {
        try MeasuringOptions.check(options.workload, "--workload", among: WorkloadCatalog.logs.map(\.name))
    }

    func run() async throws {
        guard let muster = BuiltProgram.muster else {
            throw BenchmarkFault("no muster beside this program; build it with swift build -c release")
        }
        var results = try options.begin(isQuick: quick)
        // Only a folder of our own is removed.
        let isOurs = unsafe mkdir(folder, 0o755) == 0
        guard isOurs || errno == EEXIST else { throw BenchmarkFault("\(folder) cannot be made", errno: errno) }
        // Its name is known to everybody, and what is kept in it is written by path.
        do throws(FileFault) { try OwnFolder.check(folder) } catch { throw BenchmarkFault(error.text) }
        let data = LogData(
            folder: folder, megabytes: quick ? [.combined: 100, .json: 50] : [.combined: 1000, .json: 500])
        let cleaner = isOurs && !keep ? try Cleaner(folder) : nil
        defer { cleaner?.clean() }
        let settings = LogSettings(samples: options.samples ?? (quick ? 5 : 7), data: data, muster: muster)
        await options.measure(WorkloadCatalog.logs, settings, into: &results)
        try options.finish(results)
    }
}
