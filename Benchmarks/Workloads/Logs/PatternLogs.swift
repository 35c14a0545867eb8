import MusterBenchmarkResults

/// What regular expressions cost: a format of whole lines with nine groups, and searches without groups, by one worker.
enum PatternLogs {
    static let workload = Workload<LogSettings>(
        name: "patterns", summary: "a combined access log by regular expressions, against the format's own parser"
    ) { settings in
        let path = try settings.data.path(.combined)
        let megabytes = Double(settings.data.megabytes[.combined] ?? 1)
        let command = [settings.muster, "logs", "top", path, "--workers", "1", "--by", "status", "--output", "json"]
        var contenders = [
            ProgramContender(name: own, command: command + ["--format", "combined"]),
            ProgramContender(name: wholeLine, command: command + ["--format", "regex:\(combined)"]),
        ]
        for pattern in searches {
            let filter = "agent ~ \"\(pattern)\""
            contenders.append(
                ProgramContender(name: filter, command: command + ["--format", "combined", "--where", filter]))
        }
        let measured = try settings.rounds.race(contenders)
        var section = Section(
            name: "patterns", title: "Regular expressions, \(Int(megabytes)) MB, one worker", baselines: [own])
        section.notes = [
            "Whole processes on the first core, page cache warm, counted by status.",
            "The target for the format by a regular expression is 300 MB/s.",
        ]
        section.rows = measured.rows(
            "s CPU", baselines: [own], goals: [wholeLine: [.value(atMost: megabytes / 300)]]
        ) { $0.cpuSeconds }
        return section
    }

    private static let own = "combined"
    private static let wholeLine = "regex: of combined"
    private static let combined =
        #"^(?<ip>\S+) \S+ (?<user>\S+) \[(?<time>[^\]]+)\] "(?<method>\S+) (?<url>\S+) [^"]*" (?<status>\d{3}) (?<bytes>\S+) "#
        + #""(?<referrer>[^"]*)" "(?<agent>[^"]*)"$"#
    /// A literal in front, one between edges of words, one behind, none.
    private static let searches = [#"Chrome/\d+"#, #"\bSafari\b"#, #"[a-z]+/[0-9]+Z"#, "(?i)googlebot|bingbot"]
}
