import ArgumentParser
import CMusterLimits

/// Rotates a tree of logs by the loop in C, or just looks at it, and tells what the loop used: a process of its own, so that
/// nothing of this suite is in its way. What the process itself costs, its start and its end, is not in the figures.
struct RotateBareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rotate-bare", shouldDisplay: false)

    /// The folder that holds folders of logs.
    @Argument
    var folder: String

    /// 0: ask for the facts of each log only.
    @Option
    var threads: Int32 = 1

    func run() async throws {
        var usage = lim_usage()
        let outcome =
            unsafe threads > 0 ? lim_rotate_tree(folder, threads, &usage) : lim_stat_tree(folder, &usage)
        guard outcome >= 0 else { throw BenchmarkFault("\(folder) cannot be rotated", errno: -outcome) }
        print(usage.cpu_ns, usage.wall_ns)
    }

    /// What the loop used, its memory left out; nil where it cannot be started or failed.
    static func usage(of command: [String]) throws(BenchmarkFault) -> lim_usage? {
        let numbers = try ChildProcess.output(of: command).split(separator: " ").compactMap { Int64($0) }
        guard numbers.count == 2 else { return nil }
        return lim_usage(cpu_ns: numbers[0], wall_ns: numbers[1], peak_kb: 0, status: 0)
    }
}

extension ProgramContender {
    /// The loop in C on so many threads, which tells itself what it used; on none it looks at the logs only.
    static func bare(_ name: String, _ place: RotationPlace, threads: Int) -> ProgramContender {
        let command = ["/proc/self/exe", "rotate-bare", place.logs, "--threads", "\(threads)"]
        return ProgramContender(
            name: name, command: command,
            ownUsage: { () throws(BenchmarkFault) in try RotateBareCommand.usage(of: command) }
        )
    }
}
