import ArgumentParser
import MusterCore
import MusterFormats
import MusterLogs
import MusterSystem

/// One question to logs, from the command line to the report.
struct LogInquiry {
    private let options: LogOptions
    private let screen: DefaultQuestions.Screen

    init(_ options: LogOptions, screen: DefaultQuestions.Screen) {
        self.options = options
        self.screen = screen
    }

    /// What is known before anything is counted.
    private struct Plan: Sendable {
        var list: InputList
        var prepared: PreparedSources
        var questions: LogQuestions
    }

    func run() async throws {
        let choice = try options.formatChoice()
        if let line = options.explainFormat { return try LogExplanation(line, choice).print() }
        let asked = try options.questions()
        let interruption = try Interruption.install()
        let files = try outputFiles()
        let workers = options.workers ?? ResourceLimits.cores
        let started = SystemClock.now
        let ending = try await WorkerPool.withPool(workers) { pool in
            try await Reactor.withLoops(1, name: "muster-desk") { loops in
                try await inquire(asked, choice, pool, loops[0], interruption)
            }
        }
        guard let (plan, outcome) = ending else { throw ExitCode(2) }
        var report = report(plan, outcome)
        report.elapsed = started.duration(to: SystemClock.now)
        report.workers = workers
        try write(report, files)
        throw ExitCode(status(report, outcome))
    }

    // MARK: Counting

    private func inquire(
        _ asked: LogQuestions, _ choice: PreparedSources.Choice, _ pool: WorkerPool, _ loop: Reactor,
        _ interruption: Interruption
    ) async throws -> (Plan, LogRun.Outcome)? {
        let progress = LogProgress()
        return try await withThrowingTaskGroup(of: (Plan, LogRun.Outcome)?.self) { group in
            group.addTask(executorPreference: loop) {
                _ = await interruption.wait()
                return nil
            }
            if let width = OutputFile.standardError.terminalWidth {
                group.addTask(executorPreference: loop) {
                    await show(progress, width)
                    return nil
                }
            }
            group.addTask {
                let plan = try await pool.run { () throws -> Plan in try self.plan(asked, choice) }
                let run = LogRun(questions: plan.questions, options: LogRunOptions(memory: options.memory.bytes))
                return (plan, try await run.run(plan.prepared, on: pool, progress: progress))
            }
            defer { group.cancelAll() }
            do {
                // An interruption comes as nil: it ends the counting, whose outcome is what was counted by then.
                while let next = try await group.next() {
                    if let next { return next }
                    group.cancelAll()
                }
            } catch is CancellationError {}
            return nil
        }
    }

    /// Finds the inputs, their formats and what to ask of them. Errors: everything that is wrong with these, at once.
    private func plan(_ asked: LogQuestions, _ choice: PreparedSources.Choice) throws -> Plan {
        let list = InputList.resolve(options.files, countCopies: options.countCopies)
        if !list.faults.isEmpty { throw Complaint(list.faults.map(\.text)) }
        let prepared = try columns {
            () throws(LogFormatFault) in
            try PreparedSources.prepare(
                list.sources, choice, wanted: asked.wanted + DefaultQuestions.wanted,
                isCancelled: { Task.isCancelled })
        }
        try Task.checkCancellation()
        if !prepared.faults.isEmpty { throw Complaint(prepared.faults.map(\.text)) }
        let questions = DefaultQuestions.fill(
            asked, screen, readings: prepared.readings, present: prepared.present)
        let faults = BoundQuestions.faults(questions, prepared.readings)
        if !faults.isEmpty { throw Complaint(faults) }
        let bound = try columns { () throws(LogFormatFault) in try prepared.asking(questions.wanted, choice) }
        return Plan(list: list, prepared: bound, questions: questions)
    }

    private func columns(_ body: () throws(LogFormatFault) -> PreparedSources) throws(Complaint) -> PreparedSources {
        do throws(LogFormatFault) {
            return try body()
        } catch {
            throw Complaint("--format: \(error.hint)" + (error.offset.map { " (at \($0 + 1))" } ?? ""))
        }
    }

    // MARK: Progress

    /// A live line until the task is cancelled.
    private func show(_ progress: LogProgress, _ width: Int) async {
        let started = SystemClock.now
        let isColored = options.color.isOn(for: .standardError)
        while await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(100))) {
            let total = progress.total
            let line = LogProgressLine(
                bytes: total == nil ? progress.bytes : Int(progress.bytesTaken), total: total.map { Int($0) },
                lines: progress.lines, bad: 0, elapsed: started.duration(to: SystemClock.now))
            write("\r" + line.text(width: max(width - 1, 1), color: isColored) + "\u{1b}[K")
        }
        write("\r\u{1b}[K")
    }

    /// A live line that cannot be shown is no loss.
    private func write(_ text: String) { _ = try? OutputFile.standardError.write(Array(text.utf8)) }

    // MARK: Reporting

    private func outputFiles() throws(Complaint) -> [(LogReportFormat, OutputFile)] {
        var files: [(LogReportFormat, OutputFile)] = []
        for choice in options.outputFile {
            do throws(FileFault) {
                files.append((choice.format, try OutputFile.create(choice.path)))
            } catch {
                throw Complaint(error)
            }
        }
        return files
    }

    private func report(_ plan: Plan, _ outcome: LogRun.Outcome) -> LogReport {
        let names = plan.prepared.names
        let sources = names.indices.map { index in
            let counted = outcome.tally.sources[index] ?? .init()
            return LogReport.Source(
                name: names[index], format: plan.prepared.titles[index], bytes: Int(clamping: counted.bytes),
                lines: Int(clamping: counted.lines), bad: Int(clamping: counted.bad),
                note: outcome.notes[index] ?? plan.prepared.notes[index] ?? "")
        }
        let unread =
            plan.list.skipped.map {
                LogReport.Source(name: $0.name, format: "", bytes: 0, lines: 0, bad: 0, note: $0.note)
            }
            + plan.prepared.empty.map {
                LogReport.Source(name: $0, format: "", bytes: 0, lines: 0, bad: 0, note: "empty")
            }
        let answers = LogAnswers(limit: options.rows, badLineLimit: options.badLines)
        var report = answers.report(outcome.tally, sources: sources, readings: plan.prepared.readings)
        report.sources += unread
        report.isInterrupted = outcome.isInterrupted
        return report
    }

    private func write(_ report: LogReport, _ files: [(LogReportFormat, OutputFile)]) throws(Complaint) {
        let width = OutputFile.standardOutput.terminalWidth ?? 100
        let screen = ReportOptions(color: options.color.isOn(for: .standardOutput), width: width)
        var faults: [FileFault] = []
        for (format, file, look) in [(options.output.format, OutputFile.standardOutput, screen)]
            + files.map({ ($0, $1, ReportOptions()) })
        {
            do throws(FileFault) {
                try file.write(format.write(report, look))
            } catch {
                faults.append(error)
            }
        }
        if !faults.isEmpty { throw Complaint(faults.map(\.text)) }
    }

    private func status(_ report: LogReport, _ outcome: LogRun.Outcome) -> Int32 {
        if outcome.isInterrupted { return 2 }
        if !outcome.notes.isEmpty {
            for (source, note) in outcome.notes.sorted(by: { $0.key < $1.key }) {
                Complaint("\(report.sources[source].name): \(note)").print()
            }
            return 2
        }
        return options.strict && report.bad > 0 ? 1 : 0
    }
}
