import ArgumentParser
import MusterCore
import MusterFormats
import MusterLogs
import MusterSystem

/// What the commands that question logs have in common.
struct LogOptions: ParsableArguments {
    @Argument(help: "Files, patterns, folders, or - for standard input.")
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "auto, \(LogFormatCatalog.formats.map(\.name).joined(separator: ", ")), or a text: \(LogFormatCatalog.notations.map { $0.name + ":…" }.joined(separator: ", ")).",
            valueName: "format"))
    var format = "auto"

    @Option(
        help: ArgumentHelp("Show field by field where a line fits the format or fails, and end.", valueName: "line"))
    var explainFormat: String?

    @Option(help: ArgumentHelp("Count by these fields, separated by commas. May be repeated.", valueName: "fields"))
    var by: [String] = []

    @Option(name: [.customShort("k"), .customLong("rows")], help: ArgumentHelp("Rows of a table.", valueName: "count"))
    var rows = 10

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

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "How the report is written: \(LogReportCatalog.formats.map(\.name).joined(separator: ", ")).",
            valueName: "format"))
    var output = LogOutputChoice(LogReportCatalog.formats[0])

    @Option(
        help: ArgumentHelp(
            "Write the report to a file as well; the format follows from the extension or is named. May be repeated.",
            valueName: "[format=]path"))
    var outputFile: [LogOutputFileChoice] = []

    @Option(help: ArgumentHelp("Threads that read. (default: one a core)", valueName: "count"))
    var workers: Int?

    @Option(
        help: ArgumentHelp("Memory for exact tables; beyond it counts become bounds, and say so.", valueName: "bytes"))
    var memory = MemoryChoice(bytes: 512 << 20)

    @Option(help: ArgumentHelp("Show so many bad lines.", valueName: "count"))
    var badLines = 0

    @Flag(help: "End with status 1 where a line is bad.")
    var strict = false

    @Flag(help: "Count rotated and compressed copies of one log each.")
    var countCopies = false

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color = ColorChoice.auto

    func validate() throws {
        if files.isEmpty, explainFormat == nil {
            throw ValidationError("no file is named; write one, a pattern, a folder, or - for standard input")
        }
        if !(1...1_000_000).contains(rows) { throw ValidationError("-k must be from 1 to 1000000") }
        if let workers, !(1...256).contains(workers) { throw ValidationError("--workers must be from 1 to 256") }
        if !(0...LogTally.exampleLimit).contains(badLines) {
            throw ValidationError("--bad-lines must be from 0 to \(LogTally.exampleLimit)")
        }
        if memory.bytes < 16 << 20 { throw ValidationError("--memory must be at least 16MB") }
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

    /// What is asked, as far as the command line says.
    func questions() throws(Complaint) -> LogQuestions {
        var faults: [String] = []
        var filter: LogFilter?
        var range = TimeRange()
        do throws(QuestionFault) {
            if let text = self.filter { filter = try LogFilter(text) }
        } catch {
            faults.append("--where \(self.filter ?? ""): \(error.text)")
        }
        do throws(QuestionFault) {
            range = try TimeRange(since: since, until: until, now: Int64(SystemClock.wallSeconds * 1e6))
        } catch {
            faults.append(error.hint)
        }
        if !faults.isEmpty { throw Complaint(faults) }
        return LogQuestions(
            groups: by.map { $0.split(separator: ",").map(String.init) },
            measures: MeasureNames(sums: sum, quantiles: quantiles, distinct: distinct),
            every: every.map { max(1, $0.duration.nanoseconds / 1000) }, filter: filter, range: range,
            normalize: normalize)
    }
}

/// `--output FORMAT`.
struct LogOutputChoice: ExpressibleByArgument {
    var format: LogReportFormat

    init?(argument: String) {
        guard let format = LogReportCatalog.format(named: argument) else { return nil }
        self.format = format
    }

    init(_ format: LogReportFormat) { self.format = format }

    var defaultValueDescription: String { format.name }
    static var allValueStrings: [String] { LogReportCatalog.formats.map(\.name) }
}

/// `--output-file [FORMAT=]PATH`.
struct LogOutputFileChoice: ExpressibleByArgument {
    var format: LogReportFormat
    var path: String

    /// Formats by the extensions of their files.
    private static let extensions = ["txt": "table", "md": "markdown", "prom": "prometheus", "htm": "html"]

    init?(argument: String) {
        var path = argument
        var name = argument.split(separator: ".").last.map(String.init) ?? ""
        name = Self.extensions[name] ?? name
        if let equals = argument.firstIndex(of: "="),
            LogReportCatalog.format(named: String(argument[..<equals])) != nil
        {
            name = String(argument[..<equals])
            path = String(argument[argument.index(after: equals)...])
        }
        guard let format = LogReportCatalog.format(named: name), !path.isEmpty else { return nil }
        self.format = format
        self.path = path
    }
}

/// `--memory BYTES`.
struct MemoryChoice: ExpressibleByArgument {
    var bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        guard let bytes = ByteCount.parse(argument) else { return nil }
        self.bytes = bytes
    }

    var defaultValueDescription: String { "\(bytes >> 20)MB" }
}
