import ArgumentParser
import CMusterLimits
import Glibc
import MusterSystem

/// `rotate`: what rotating thousands of small logs costs, against logrotate and plain C.
struct RotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Time, CPU and memory of muster logs rotate against logrotate and C, interleaved in one run.",
        discussion: """
            Workloads: \(RotationWorkload.all.map(\.name).joined(separator: ", ")), in memory and on a disk each.

            Exit status: 0 measured (whatever the figures say), 1 a fault, a rotation that went wrong among them, 64 wrong \
            usage.
            """)

    @Option(help: "Rounds that count, after one that warms up. (default: 5, with --quick 3)")
    var samples: Int?

    @Option(help: "Logs in the tree, 1,000 in a folder. (default: 10000, with --quick 2000)")
    var files: UInt32?

    @Option(help: "Bytes of a log.")
    var size: UInt32 = 20_000

    @Option(help: ArgumentHelp("A folder in memory (tmpfs).", valueName: "folder"))
    var memory = "/dev/shm"

    @Option(help: ArgumentHelp("A folder on a disk. (default: where this program is)", valueName: "folder"))
    var disk: String?

    @Option(
        help: ArgumentHelp("Workloads to run, separated by commas.", valueName: "names"), transform: RotateCommand.names
    )
    var only: [String]?

    @Option(help: "The only place to run them in.")
    var on: RotationPlace.Kind?

    @Flag(help: "2,000 logs, 3 rounds.")
    var quick = false

    @Flag(help: "Keep what the last run left.")
    var keep = false

    @Option(name: [.short, .long], help: "How the tables are written: table, json, markdown.")
    var output = ReportStyle.table

    @Flag(help: "Measure a debug build, whose figures mean nothing.")
    var force = false

    func validate() throws {
        if let samples, !(1...1000).contains(samples) { throw ValidationError("--samples must be from 1 to 1000") }
        if let files, !(1...1_000_000).contains(files) { throw ValidationError("--files must be from 1 to 1000000") }
        guard (1...1_000_000).contains(size) else { throw ValidationError("--size must be from 1 to 1000000") }
        if Machine.buildMode != "release", !force {
            throw ValidationError(
                "this is a debug build, whose figures mean nothing; use swift run -c release muster-benchmarks rotate, "
                    + "or --force")
        }
    }

    func run() async throws {
        let samples = samples ?? (quick ? 3 : 5)
        let shape = lim_tree(files: files ?? (quick ? 2_000 : 10_000), per_directory: 1_000, size: size)
        var report = Report(
            machine: Machine.current(), settings: Settings(samples: samples, sizes: [], window: 0, full: false))
        for kind in RotationPlace.Kind.allCases where on ?? kind == kind {
            let parent = kind == .memory ? memory : disk ?? BuiltProgram.directory
            let place = try RotationPlace(kind, in: parent, shape: shape)
            defer { if !keep { place.remove() } }
            let settings = RotateSettings(samples: samples, place: place)
            for workload in RotationWorkload.all where only?.contains(workload.name) ?? true {
                Progress.say("\(workload.name), \(place.fileSystem): \(workload.summary)")
                report.sections.append(try workload.run(settings))
            }
        }
        Progress.clear()
        report.loadAverageAtEnd = lim_load_average()
        try OutputFile.standardOutput.write(Array(report.text(output).utf8))
    }

    @Sendable
    private static func names(_ text: String) throws -> [String] {
        let known = RotationWorkload.all.map(\.name)
        return try text.split(separator: ",").map { part in
            guard known.contains(String(part)) else {
                throw ValidationError("--only takes \(known.joined(separator: ", ")); \"\(part)\" is none of them")
            }
            return String(part)
        }
    }
}

extension RotationPlace.Kind: ExpressibleByArgument {}
