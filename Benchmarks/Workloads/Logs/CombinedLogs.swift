import MusterBenchmarkResults
import MusterText

/// One access log, one worker: every line parsed, url, address, status and minute counted exactly.
enum CombinedLogs {
    static let workload = Workload<LogSettings>(
        name: "combined", summary: "a combined access log by one worker, against C and the tools people use"
    ) { settings in
        let path = try settings.data.path(.combined)
        let tally = try settings.tally(.combined)
        let peers = try LogPeers.combined(path, tally, scratch: settings.data.scratch("goaccess.json"))
        let contenders =
            [
                ProgramContender(name: "C", command: settings.plainCommand(.combined, path, workers: 1)),
                ProgramContender(
                    name: "muster", command: settings.combinedCommand(path, workers: 1),
                    landmarks: tally.countLandmarks),
            ] + peers.found
        let measured = try settings.rounds.race(contenders)
        let baselines = ["C", "muster"]
        var section = Section(
            name: "combined", title: "Combined log, \(settings.data.megabytes[.combined] ?? 0) MB, one worker",
            baselines: baselines)
        section.notes = [
            "\((tally.good + tally.bad).grouped) lines, \(tally.bad.grouped) of them bad, \(tally.urls.grouped) urls, "
                + "\(tally.addresses.grouped) addresses, \(tally.minutes.grouped) minutes. Counted by url, address, status "
                + "and minute; whole processes on the first core, page cache warm.",
            "C: the same algorithm in C (Benchmarks/CMusterLimits/log_scan.c); it sums bytes as well, as the peers do.",
        ]
        section.notes += peers.notes
        section.rows = measured.rows(
            "s CPU", baselines: baselines,
            goals: [
                "muster": [.ratio(to: "C", atMost: 1)], "mawk": [.ratioAtLeast(to: "muster", 6)],
                "DuckDB": [.ratioAtLeast(to: "muster", 5)], "GoAccess": [.ratioAtLeast(to: "muster", 40)],
            ]
        ) { $0.cpuSeconds }
        section.rows += measured.rows("s wall", baselines: baselines) { $0.wallSeconds }
        section.rows += measured.rows("MB peak", baselines: []) { $0.peakMegabytes }
        return section
    }
}
