import ArgumentParser
import MusterCore
import MusterLogs
import MusterSystem

/// What the commands that question logs have in common.
struct LogOptions: ParsableArguments {
    @Argument(help: "Files, patterns, folders, or - for standard input.")
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "auto, \(LogFormatCatalog.formats.map(\.name).joined(separator: ", ")), or a text: \(LogFormatCatalog.notations.map { $0.name + ":…" }.joined(separator: ", ")). Around any of these: \(LogFormatCatalog.carriers.map { $0.name + "+…" }.joined(separator: ", ")).",
            valueName: "format"))
    var format = "auto"

    @Option(
        help: ArgumentHelp("Show field by field where a line fits the format or fails, and end.", valueName: "line"))
    var explainFormat: String?

    @Option(help: ArgumentHelp("Count by these fields, separated by commas. May be repeated.", valueName: "fields"))
    var by: [String] = []

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp("Count lines that match: 'status>=500 and not ip in 10.0.0.0/8'.", valueName: "filter"))
    var filter: String?

    @Option(help: ArgumentHelp("Lines from then on: 1h (ago), today, 2026-01-31, RFC 3339.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Lines before then.", valueName: "time"))
    var until: String?

    @Option(
        help: ArgumentHelp(
            "Zone of times without one, in lines and options, and of day and hour: Europe/Berlin, +02:00, local, utc. (default: local)",
            valueName: "name"))
    var zone: String?

    @Option(
        help: ArgumentHelp(
            "Year of each log's last line, where times have no year. (default: from the file's date and its lines)",
            valueName: "year"))
    var year: Int?

    @Option(
        help: ArgumentHelp(
            "Field that has the time, and how it is written: s, ms, us, ns, iso, clf, or as '%F %T'.",
            valueName: "name[:format]"))
    var timeField: String?

    @Option(
        help: ArgumentHelp(
            "Length of a step of the timeline: 1m. (default: one that shows the whole)", valueName: "duration"))
    var every: DurationChoice?

    @Option(help: ArgumentHelp("Sum this field. May be repeated.", valueName: "field"))
    var sum: [String] = []

    @Option(help: ArgumentHelp("p50, p90, p99 and p99.9 of this field. May be repeated.", valueName: "field"))
    var quantiles: [String] = []

    @Option(help: ArgumentHelp("Count the different values of this field. May be repeated.", valueName: "field"))
    var distinct: [String] = []

    @Flag(help: "Let path mean its pattern: /users/*/orders/*.")
    var normalize = false

    @Option(help: ArgumentHelp("Threads that read. (default: one a core)", valueName: "count"))
    var workers: Int?

    @Flag(help: "End with status 1 where a line is bad.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            "Go on where the last run with this file stopped; it is made where it is missing.", valueName: "file"))
    var checkpoint: String?

    @Flag(name: [.customShort("f"), .long], help: "Go on as the files grow, with a live screen, until Ctrl-C.")
    var follow = false

    @OptionGroup var report: LogReportOptions

    func validate() throws {
        if follow, files.contains("-") {
            throw ValidationError("--follow takes files, not standard input, which is read to its end anyway")
        }
        if files.isEmpty, explainFormat == nil {
            throw ValidationError("no file is named; write one, a pattern, a folder, or - for standard input")
        }
        if let workers, !(1...256).contains(workers) { throw ValidationError("--workers must be from 1 to 256") }
        try report.validate()
        if let year, !(1...9999).contains(year) { throw ValidationError("--year must be from 1 to 9999") }
        if by.contains(where: { $0.split(separator: ",", omittingEmptySubsequences: false).contains("") }) {
            throw ValidationError("--by has an empty field; write names separated by commas: --by path,status")
        }
    }

    /// The format that was asked for.
    func formatChoice() throws(Complaint) -> PreparedSources.Choice {
        do throws(LogFormatFault) {
            return try LogFormatCatalog.choice(format)
        } catch {
            throw Complaint("--format: \(error.hint)" + (error.offset.map { " (at \($0 + 1))" } ?? ""))
        }
    }

    /// The zone that was asked for, else that of the machine.
    private func timeZone() throws(Complaint) -> TimeZoneRules {
        do throws(TimeZoneFault) {
            return try SystemTimeZone.named(zone ?? "local")
        } catch {
            throw Complaint(zone == nil ? "\(error.hint); name a zone with --zone" : "--zone: \(error.hint)")
        }
    }

    private func time() throws(Complaint) -> TimeField? {
        guard let timeField else { return nil }
        do throws(LogFormatFault) {
            return try TimeField(timeField)
        } catch {
            throw Complaint("--time-field \(timeField): \(error.hint)")
        }
    }

    /// What is asked, as far as the command line says. `known` is the zone of a run that this one goes on with.
    func questions(in known: TimeZoneRules? = nil) throws(Complaint) -> LogQuestions {
        let zone = if let known { known } else { try timeZone() }
        var faults: [String] = []
        var filter: LogFilter?
        var range = TimeRange()
        do throws(QuestionFault) {
            if let text = self.filter { filter = try LogFilter(text, zone: zone) }
        } catch {
            // A long filter would hide what is wrong with it.
            let filter = self.filter ?? ""
            let shown = filter.count > 500 ? String(filter.prefix(500)) + "…" : filter
            faults.append("--where \(shown): \(error.text)")
        }
        do throws(QuestionFault) {
            range = try TimeRange(since: since, until: until, now: Int64(SystemClock.wallSeconds * 1e6), zone: zone)
        } catch {
            faults.append(error.hint)
        }
        if !faults.isEmpty { throw Complaint(faults) }
        return LogQuestions(
            groups: by.map { $0.split(separator: ",").map(String.init) },
            measures: MeasureNames(sums: sum, quantiles: quantiles, distinct: distinct),
            every: every.map { max(1, $0.duration.nanoseconds / 1000) }, filter: filter, range: range,
            normalize: normalize, zone: zone, year: year, timeField: try time())
    }
}
