import ArgumentParser
import CMusterLimits
import MusterBenchmarkResults

/// `rotate`: what rotating thousands of small logs costs, against logrotate and plain C.
struct RotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Time, CPU and memory of muster logs rotate against logrotate and C, interleaved in one run.",
        discussion: """
            Workloads: \(WorkloadCatalog.rotation.map(\.name).joined(separator: ", ")), in memory and on a disk each.

            Exit status: 0 measured (whatever the figures say), 1 a fault, a rotation that went wrong among them, 64 wrong \
            usage, 130 interrupted.
            """)

    @Flag(help: "2,000 logs, 3 rounds instead of 5.")
    var quick = false

    @Option(help: "Logs in the tree, 1,000 in a folder. (default: 10000, with --quick 2000)")
    var files: UInt32?

    @Option(help: "Bytes of a log.")
    var size: UInt32 = 20_000

    @Option(help: ArgumentHelp("A folder in memory (tmpfs).", valueName: "folder"))
    var memory = "/dev/shm"

    @Option(help: ArgumentHelp("A folder on a disk. (default: where this program is)", valueName: "folder"))
    var disk: String?

    @Option(help: "The only place to run them in.")
    var on: RotationPlace.Kind?

    @Flag(help: "Keep what the last run left.")
    var keep = false

    @OptionGroup
    var options: MeasuringOptions

    func validate() throws {
        if let files, !(1...1_000_000).contains(files) { throw ValidationError("--files must be from 1 to 1000000") }
        guard (1...1_000_000).contains(size) else { throw ValidationError("--size must be from 1 to 1000000") }
        try MeasuringOptions.check(options.workload, "--workload", among: WorkloadCatalog.rotation.map(\.name))
    }

    func run() async throws {
        let shape = lim_tree(files: files ?? (quick ? 2_000 : 10_000), per_directory: 1_000, size: size)
        var results = try options.begin(isQuick: quick)
        let kinds = RotationPlace.Kind.allCases.filter { (on ?? $0) == $0 }
        let parents = [RotationPlace.Kind.memory: memory, .disk: disk ?? BuiltProgram.directory]
        for kind in kinds { try RotationPlace.check(kind, in: parents[kind] ?? "") }
        for kind in kinds where !lim_is_interrupted() {
            do {
                let place = try RotationPlace(kind, in: parents[kind] ?? "", shape: shape)
                let cleaner = keep ? nil : try Cleaner(place.folder)
                defer { cleaner?.clean() }
                Progress.say("on \(place.fileSystem)")
                let settings = RotateSettings(samples: options.samples ?? (quick ? 3 : 5), place: place)
                await options.measure(WorkloadCatalog.rotation, settings, into: &results)
            } catch {
                results.sections.append(
                    Section(name: kind.rawValue, title: "Rotation, \(kind.rawValue)", error: "\(error)"))
            }
        }
        try options.finish(results)
    }
}

extension RotationPlace.Kind: ExpressibleByArgument {}
