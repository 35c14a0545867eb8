import ArgumentParser
import MusterCore
import MusterLogs
import MusterSystem

/// `muster logs merge`: joins what was tallied where the logs lie.
struct LogsMergeCommand: ConfinedCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Join tallies that --partial wrote to what one run over all logs gives.",
        discussion: """
              muster logs merge web1.tally web2.tally --output html > report.html
            """)

    @Argument(help: "Tallies of the same questions.")
    var tallies: [String]

    @OptionGroup var options: LogReportOptions

    func validate() throws { try options.validate() }

    func prepare() throws -> Work {
        options.sandbox.confine(options.confinement(reading: Set(tallies.map { .init($0, .read) })))
        return { try merge() }
    }

    private func merge() throws {
        let started = SystemClock.now
        let whole = try joined()
        let sources = whole.sources.enumerated().map { index, source in
            let counted = whole.tally.sources[index] ?? .init()
            return LogReport.Source(
                name: source.name, format: source.format, bytes: Int(clamping: counted.bytes),
                lines: Int(clamping: counted.lines), bad: Int(clamping: counted.bad))
        }
        if let refusal = options.answers.refusal(whole.tally) { throw Complaint(refusal) }
        var report = options.answers.report(
            whole.tally, sources: sources, kinds: whole.kinds)
        report.notes += BoundQuestions.remarks(whole.tally, [])
        report.elapsed = started.duration(to: SystemClock.now)
        let desk = try LogDesk(options, allTables: whole.tally.questions.groups.count > 1)
        var faults = desk.write(report)
        if let partial = options.partial {
            do throws(FileFault) {
                try OutputFile.replace(partial, with: whole.encoded(), for: .owner)
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
                try whole.merge(file, countCopies: options.countCopies)
                whole.tally.prune(to: options.memory.bytes)
            } catch {
                throw Complaint("\(path): \(error.hint)")
            }
        }
        return whole
    }
}
