/// Whether memory grows with what is read: the same log once and ten times over, through standard input.
enum LogMemory {
    static let workload = LogWorkload(
        name: "memory", summary: "memory for a combined access log, once and ten times over"
    ) { settings in
        let path = try settings.data.path(.combined)
        let megabytes = settings.data.megabytes[.combined] ?? 0
        let contenders = [1, 10].map { times in
            LogContender(
                name: "\((times * megabytes).grouped) MB",
                command: [
                    "sh", "-c", "cat \(Array(repeating: "\"$0\"", count: times).joined(separator: " ")) | \"$@\"",
                ]
                    + [path] + settings.combinedCommand("-", workers: 2),
                anywhere: true)
        }
        let measured = try LogContender.race(contenders, samples: min(settings.samples, 3))
        let growth = zip(measured[1].usages, measured[0].usages).map { $0.peakMegabytes - $1.peakMegabytes }
        var rows = measured.rows("MB peak", baselines: []) { $0.peakMegabytes }
        rows.append(
            Row(variant: "growth", unit: "MB peak", samples: growth, goals: [.value(atMost: 5)]))
        return Section(
            name: "memory", title: "Peak memory of muster by the size of the log, two workers",
            notes: ["The same lines once and ten times over through a pipe, so that the tables are as large."],
            rows: rows
        )
    }
}
