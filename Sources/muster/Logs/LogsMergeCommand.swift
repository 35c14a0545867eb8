import ArgumentParser
import MusterCore
import MusterFormats
import MusterLogs
import MusterSystem

/// `muster logs merge`: joins what was tallied where the logs lie.
struct LogsMergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Join tallies that --partial wrote to what one run over all logs gives.",
        discussion: """
              muster logs merge web1.tally web2.tally --output html > report.html
            """)

    @Argument(help: "Tallies of the same questions.")
    var tallies: [String]

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
            "Write the report to a file as well; the format follows from the extension or is named. May be repeated.",
            valueName: "[format=]path"))
    var outputFile: [LogOutputFileChoice] = []

    @Option(help: ArgumentHelp("Write the joined tally to a file.", valueName: "file"))
    var partial: String?

    @Option(help: ArgumentHelp("Show so many bad lines.", valueName: "count"))
    var badLines = 0

    @Option(
        help: ArgumentHelp("Memory for exact tables; beyond it counts become bounds, and say so.", valueName: "bytes"))
    var memory = MemoryChoice(bytes: 512 << 20)

    @Flag(help: "Count logs that are in several tallies each time.")
    var countCopies = false

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color = ColorChoice.auto

    func validate() throws {
        if !(1...1_000_000).contains(rows) { throw ValidationError("-k must be from 1 to 1000000") }
        if !(0...LogTally.exampleLimit).contains(badLines) {
            throw ValidationError("--bad-lines must be from 0 to \(LogTally.exampleLimit)")
        }
    }

    func run() async throws {
        let started = SystemClock.now
        let whole = try joined()
        let sources = whole.sources.enumerated().map { index, source in
            let counted = whole.tally.sources[index] ?? .init()
            return LogReport.Source(
                name: source.name, format: source.format, bytes: Int(clamping: counted.bytes),
                lines: Int(clamping: counted.lines), bad: Int(clamping: counted.bad))
        }
        var report = LogAnswers(limit: rows, badLineLimit: badLines).report(
            whole.tally, sources: sources, kinds: whole.kinds)
        report.elapsed = started.duration(to: SystemClock.now)
        let desk = try LogDesk(
            format: output.format, files: outputFile, color: color, allTables: whole.tally.questions.groups.count > 1)
        var faults = desk.write(report)
        if let partial {
            do throws(FileFault) {
                try OutputFile.replace(partial, with: whole.encoded())
            } catch {
                faults.append(error)
            }
        }
        if !faults.isEmpty { throw Complaint(faults.map(\.text)) }
    }

    /// Errors: all files that are no tallies, or the first that does not go with those before.
    private func joined() throws(Complaint) -> TallyFile {
        let seed = RandomSeed.draw()
        var faults: [String] = []
        var files: [(path: String, file: TallyFile)] = []
        for path in tallies {
            do {
                files.append((path, try TallyFile(try FileReading.bytes(path), seed: seed)))
            } catch let fault as FileFault {
                faults.append(fault.text)
            } catch {
                faults.append("\(path): \((error as? TallyFault)?.hint ?? "cannot be read")")
            }
        }
        if !faults.isEmpty { throw Complaint(faults) }
        var whole = files[0].file
        for (path, file) in files.dropFirst() {
            do throws(TallyFault) {
                try whole.merge(file, countCopies: countCopies)
                whole.tally.prune(to: memory.bytes)
            } catch {
                throw Complaint("\(path): \(error.hint)")
            }
        }
        return whole
    }
}
