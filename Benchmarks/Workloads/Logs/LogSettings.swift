/// What every workload about logs is told.
struct LogSettings: Sendable {
    /// Rounds that count.
    var samples: Int
    var data: LogData
    /// The muster that is measured.
    var muster: String

    var rounds: Rounds { Rounds(samples: samples) }
}

extension LogSettings {
    /// The questions about a combined log, all in one pass. Bytes are not summed: muster would sum them for every key,
    /// which the others, who sum them once, do not.
    func combinedCommand(_ path: String, workers: Int) -> [String] {
        [muster, "logs", "top", path, "--format", "combined", "--workers", "\(workers)", "--by", "url", "--by", "ip"]
            + ["--by", "status", "--every", "1m", "-k", "10", "--output", "json"]
    }

    /// The questions about JSON lines.
    func jsonCommand(_ path: String, workers: Int) -> [String] {
        [muster, "logs", "top", path, "--format", "json", "--workers", "\(workers)", "--by", "path", "--by", "status"]
            + ["--sum", "bytes", "-k", "10", "--output", "json"]
    }

    /// The same by the readers in C.
    func plainCommand(_ kind: LogData.Kind, _ path: String, workers: Int) -> [String] {
        ["/proc/self/exe", "scan", kind.rawValue, path, "--workers", "\(workers)"]
    }

    /// What a log holds.
    func tally(_ kind: LogData.Kind) throws(BenchmarkFault) -> LogTally {
        let told = try ChildProcess.output(of: plainCommand(kind, try data.path(kind), workers: 1))
        guard let tally = LogTally(told) else { throw BenchmarkFault("the reader in C said \"\(told)\"") }
        return tally
    }
}
