import MusterBenchmarkResults

/// A compressed log: inflating is what costs, reading has to keep up beside it.
enum GzipLogs {
    static let workload = Workload<LogSettings>(
        name: "gzip", summary: "a compressed access log, against inflating alone"
    ) { settings in
        let path = try settings.data.compressedPath(.combined)
        let landmarks = try settings.tally(.combined).countLandmarks
        var contenders = [
            ProgramContender(name: alone, command: ["/proc/self/exe", "scan", "gzip", path], anywhere: true),
            ProgramContender(
                name: "muster", command: settings.combinedCommand(path, workers: 2), anywhere: true,
                landmarks: landmarks),
        ]
        var section = Section(
            name: "gzip", title: "Combined log, \(settings.data.megabytes[.combined] ?? 0) MB, compressed by gzip -6",
            baselines: [alone])
        section.notes = [
            "\(alone): zlib's inflate, its output dropped (Benchmarks/CMusterLimits/log_inflate.c). Whole processes on any "
                + "core. The target is 90 % of its speed."
        ]
        if try LogPeers.isInstalled("zcat") {
            contenders.append(ProgramContender(name: "zcat", command: ["zcat", path], anywhere: true))
        } else {
            section.notes.append("zcat is not installed.")
        }
        let measured = try settings.rounds.race(contenders)
        section.rows = measured.rows(
            "s wall", baselines: [alone], goals: ["muster": [.ratio(to: alone, atMost: 1 / 0.9)]]
        ) { $0.wallSeconds }
        section.rows += measured.rows("s CPU", baselines: [alone]) { $0.cpuSeconds }
        return section
    }

    private static let alone = "inflate"
}
