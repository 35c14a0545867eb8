import MusterBenchmarkResults
import MusterText

/// JSON lines, one worker: path and status counted exactly, bytes summed.
enum JSONLogs {
    static let workload = Workload<LogSettings>(
        name: "json", summary: "JSON lines by one worker, against C, DuckDB and jq"
    ) { settings in
        let path = try settings.data.path(.json)
        let tally = try settings.tally(.json)
        let peers = try LogPeers.json(path, tally)
        let contenders =
            [
                ProgramContender(name: "C", command: settings.plainCommand(.json, path, workers: 1)),
                ProgramContender(
                    name: "muster", command: settings.jsonCommand(path, workers: 1), landmarks: tally.landmarks),
            ] + peers.found
        let measured = try settings.rounds.race(contenders)
        let baselines = ["C", "muster"]
        var section = Section(
            name: "json", title: "JSON lines, \(settings.data.megabytes[.json] ?? 0) MB, one worker",
            baselines: baselines)
        section.notes = [
            "\((tally.good + tally.bad).grouped) lines, \(tally.bad.grouped) of them bad, \(tally.urls.grouped) paths. "
                + "Counted by path and status, bytes summed; whole processes on the first core, page cache warm.",
            "C: one pass over the bytes (Benchmarks/CMusterLimits/log_json.c).",
        ]
        section.notes += peers.notes
        section.rows = measured.rows(
            "s CPU", baselines: baselines, goals: ["DuckDB": [.ratioAtLeast(to: "muster", 2.5)]]
        ) { $0.cpuSeconds }
        section.rows += measured.rows("s wall", baselines: baselines) { $0.wallSeconds }
        section.rows += measured.rows("MB peak", baselines: []) { $0.peakMegabytes }
        return section
    }
}
