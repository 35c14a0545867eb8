import MusterBenchmarkResults
import MusterText

/// Whether memory grows with what is read: the same log once and ten times over, through standard input.
enum LogMemory {
    static let workload = Workload<LogSettings>(
        name: "memory", summary: "memory for a combined access log, once and ten times over"
    ) { settings in
        let path = try settings.data.path(.combined)
        let megabytes = settings.data.megabytes[.combined] ?? 0
        var rows: [SectionRow] = []
        for workers in [1, 2] {
            let contenders = [1, 10].map { times in
                ProgramContender(
                    name: "\((times * megabytes).grouped) MB, \(workers == 1 ? "1 worker" : "2 workers")",
                    command: [
                        "sh", "-c", "cat \(Array(repeating: "\"$0\"", count: times).joined(separator: " ")) | \"$@\"",
                    ]
                        + [path] + settings.combinedCommand("-", workers: workers),
                    anywhere: true)
            }
            let measured = try Rounds(samples: min(settings.samples, 3)).race(contenders)
            let growth = zip(measured[1].usages, measured[0].usages).map { $0.peakMegabytes - $1.peakMegabytes }
            rows += measured.rows("MB peak", baselines: []) { $0.peakMegabytes }
            rows.append(
                SectionRow(
                    contender: workers == 1 ? "growth" : "growth, 2 workers", unit: "MB peak", samples: growth,
                    goals: workers == 1 ? [.value(atMost: 5)] : []))
        }
        return Section(
            name: "memory", title: "Peak memory of muster by the size of the log",
            notes: [
                "The same lines once and ten times over through a pipe, so that the tables are as large. Each of two workers "
                    + "has a table of its own, which after ten times holds nearly all keys, after one time half of the rare ones."
            ],
            rows: rows
        )
    }
}
