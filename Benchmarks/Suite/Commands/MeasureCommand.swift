import ArgumentParser
import CMusterLimits

/// Runs a program and tells what it used. A process of its own, because the kernel charges a program with the memory of
/// the one that it was forked from, and the suite itself grows large.
struct MeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "measure", shouldDisplay: false)

    /// On any core instead of the first.
    @Flag
    var anywhere = false

    @Argument(parsing: .captureForPassthrough)
    var command: [String]

    func run() async throws {
        let usage = try ChildProcess.run(command, core: anywhere ? nil : lim_core(0))
        print(usage.cpu_ns, usage.wall_ns, usage.peak_kb, usage.status)
    }

    /// What a program used, on the first core or on any; nil where it cannot be started.
    static func usage(of command: [String], anywhere: Bool = false) throws(BenchmarkFault) -> lim_usage? {
        let told = try ChildProcess.output(
            of: ["/proc/self/exe", "measure"] + (anywhere ? ["--anywhere"] : []) + command)
        let numbers = told.split(separator: " ").compactMap { Int64($0) }
        guard numbers.count == 4, numbers[3] != 127 else { return nil }
        return lim_usage(cpu_ns: numbers[0], wall_ns: numbers[1], peak_kb: numbers[2], status: Int32(numbers[3]))
    }
}
