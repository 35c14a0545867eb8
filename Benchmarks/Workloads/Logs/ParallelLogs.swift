import CMusterLimits
import MusterBenchmarkResults

/// What a second worker gains.
enum ParallelLogs {
    static let workload = Workload<LogSettings>(
        name: "workers", summary: "a combined access log by one and by two workers"
    ) { settings in
        var section = Section(
            name: "workers", title: "Combined log, \(settings.data.megabytes[.combined] ?? 0) MB, one and two workers",
            baselines: [one])
        guard lim_core_count() >= 2 else {
            section.notes = ["Not measured: there is one core."]
            return section
        }
        let path = try settings.data.path(.combined)
        let landmarks = try settings.tally(.combined).countLandmarks
        let contenders = [1, 2].flatMap { workers in
            [
                ProgramContender(
                    name: workers == 1 ? one : "muster, 2 workers",
                    command: settings.combinedCommand(path, workers: workers), anywhere: true, landmarks: landmarks),
                ProgramContender(
                    name: workers == 1 ? "C, 1 worker" : "C, 2 workers",
                    command: settings.plainCommand(.combined, path, workers: workers), anywhere: true),
            ]
        }
        let measured = try settings.rounds.race(contenders)
        section.notes = ["Whole processes on any core. The target is 1.5 times the throughput."]
        section.rows = measured.rows(
            "s wall", baselines: [one], goals: ["muster, 2 workers": [.ratio(to: one, atMost: 1 / 1.5)]]
        ) { $0.wallSeconds }
        section.rows += measured.rows("s CPU", baselines: [one]) { $0.cpuSeconds }
        return section
    }

    private static let one = "muster, 1 worker"
}
