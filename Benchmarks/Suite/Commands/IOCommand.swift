import ArgumentParser
import CMusterLimits
import MusterSystem
import MusterText

/// `io`: what a check costs, engine and probe together, against plain C.
struct IOCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "io",
        abstract: "CPU per check of engine and probe against raw loops in C, interleaved in one run.",
        discussion: """
            Workloads: \(WorkloadCatalog.io.map(\.name).joined(separator: ", ")).

            Exit status: 0 measured (whatever the figures say), 1 a fault, 64 wrong usage, 130 \
            interrupted.
            """)

    @Flag(help: "1,000 and 10,000 targets, 5 rounds instead of 7.")
    var quick = false

    @Option(
        help: ArgumentHelp("Targets of a pass, separated by commas. (default: 1000,10000,100000)", valueName: "counts"),
        transform: IOCommand.counts)
    var targets: [Int]?

    @Flag(help: "100,000 TLS handshakes as well, which takes half an hour.")
    var full = false

    @OptionGroup
    var options: MeasuringOptions

    func validate() throws {
        try MeasuringOptions.check(options.workload, "--workload", among: WorkloadCatalog.io.map(\.name))
    }

    func run() async throws {
        lim_pin(lim_core(0))
        let limits = ResourceLimits.current()
        let window = max(1, min(1024, limits.descriptors - 64))
        let settings = CheckSettings(
            samples: options.samples ?? (quick ? 5 : 7),
            sizes: targets ?? (quick ? [1_000, 10_000] : [1_000, 10_000, 100_000]), window: window, full: full)
        var results = try options.begin(
            isQuick: quick, conditions: ["Window \(window.grouped).", Machine.placement])
        await options.measure(WorkloadCatalog.io, settings, into: &results)
        try options.finish(results)
    }

    @Sendable
    private static func counts(_ text: String) throws -> [Int] {
        let counts = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let count = Int(part), (1...Fleet.most).contains(count) else {
                throw ValidationError("--targets takes numbers from 1 to \(Fleet.most), such as 1000,10000")
            }
            return count
        }
        return Set(counts).sorted()
    }
}
