import ArgumentParser
import CMusterLimits

/// Reads a log with the readers in C, as a process of its own so that it is measured as muster is.
struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "scan", shouldDisplay: false)

    enum Kind: String, CaseIterable, ExpressibleByArgument { case combined, json, gzip }

    @Argument
    var kind: Kind

    @Argument
    var path: String

    @Option
    var workers: Int32 = 1

    func run() async throws {
        if kind == .gzip {
            let bytes = unsafe lim_inflate(path)
            guard bytes >= 0 else { throw BenchmarkFault("\(path) cannot be inflated") }
            print(bytes)
        } else {
            print(try tally().text)
        }
    }

    private func tally() throws(BenchmarkFault) -> LogTally {
        var raw = lim_log_tally()
        let error =
            unsafe kind == .json
            ? lim_scan_json(path, workers, Self.chunk, &raw) : lim_scan_log(path, workers, Self.chunk, &raw)
        guard error == 0 else { throw BenchmarkFault("\(path) cannot be read", errno: error) }
        return LogTally(raw)
    }

    private static let chunk = 1 << 20
}
