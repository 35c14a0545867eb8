import ArgumentParser
import MusterCore
import MusterLogs
import MusterSystem

/// What is told of a tally, and where: the same whether it was counted now or joined from files.
struct LogReportOptions: ParsableArguments {
    @Option(name: [.customShort("k"), .customLong("rows")], help: ArgumentHelp("Rows of a table.", valueName: "count"))
    var rows = 10

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "How the report is written: \(LogReportCatalog.formats.map(\.name).joined(separator: ", ")).",
            valueName: "format"))
    var output = LogOutputChoice(LogReportCatalog.formats[0])

    @Option(
        help: ArgumentHelp(
            "Write the report to a file as well; the format follows from the extension or is named, and fifo:PATH is a FIFO. May be repeated.",
            valueName: "[format=]path"))
    var outputFile: [LogOutputFileChoice] = []

    @Option(help: ArgumentHelp("Show so many bad lines.", valueName: "count"))
    var badLines = 0

    @Option(
        help: ArgumentHelp("Memory for exact tables; beyond it counts become bounds, and say so.", valueName: "bytes"))
    var memory = MemoryChoice(bytes: 512 << 20)

    @Flag(help: "Count copies of one log each, where the same lines are met again.")
    var countCopies = false

    @Option(
        help: ArgumentHelp("Write what was counted to a file, to be joined by muster logs merge.", valueName: "file"))
    var partial: String?

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color = ColorChoice.auto

    @OptionGroup var sandbox: SandboxOptions

    /// For whoever reads these files and writes what is told here. Logs of others stay readable for root.
    func confinement(reading paths: Set<Confinement.Path>) -> Confinement {
        var confinement = Confinement(paths: paths, capabilities: .readAll)
        for path in outputFile.map(\.path) + [partial].compactMap({ $0 }) { confinement.allowOutput(path) }
        return confinement
    }

    func validate() throws {
        if !(1...1_000_000).contains(rows) { throw ValidationError("-k must be from 1 to 1000000") }
        if !(0...LogTally.exampleLimit).contains(badLines) {
            throw ValidationError("--bad-lines must be from 0 to \(LogTally.exampleLimit)")
        }
        if !MemoryChoice.range.contains(memory.bytes) { throw ValidationError("--memory must be from 16MB to 1024TB") }
    }

    var answers: LogAnswers { LogAnswers(limit: rows, badLineLimit: badLines) }
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
    /// What the option takes, which is checked with the others.
    static let range = (16 << 20)...(1 << 50)

    var bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        guard let bytes = ByteCount.parse(argument) else { return nil }
        self.bytes = bytes
    }

    var defaultValueDescription: String { "\(bytes >> 20)MB" }
}
