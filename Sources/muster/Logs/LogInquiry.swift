import ArgumentParser
import MusterCore
import MusterLogs
import MusterSystem
import MusterText
import Synchronization

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
        var continuation: Continuation?
        /// Inputs that are left out, and why.
        var unreadable: [InputFault]
    }

    func prepare() throws -> ConfinedCommand.Work {
        let choice = try options.formatChoice()
        if let line = options.explainFormat {
            options.report.sandbox.confine(Confinement(paths: []))
            return { try LogExplanation(line, choice).print() }
        }
        let asked = try options.questions()
        let interruption = try Interruption.install()
        let desk = try LogDesk(
            options.report, allTables: options.by.count > 1 || options.every != nil, isLive: options.follow)
        for path in [options.report.partial, options.checkpoint].compactMap({ $0 }) {
            do throws(FileFault) { try OutputFile.checkReplaceable(path, for: .owner) } catch { throw Complaint(error) }
        }
        options.report.sandbox.confine(confinement)
        return { try await run(asked, choice, interruption, desk) }
    }

    /// What is to be read and written.
    private var confinement: Confinement {
        let reach = InputReach(options.files, follows: options.follow)
        var confinement = options.report.confinement(reading: reach.paths)
        if let checkpoint = options.checkpoint { confinement.allowOutput(checkpoint) }
        for program in reach.programs { confinement.allowProgram(program) }
        return confinement
    }

    private func run(
        _ asked: LogQuestions, _ choice: PreparedSources.Choice, _ interruption: Interruption, _ desk: LogDesk
    ) async throws {
        let workers = options.workers ?? ResourceLimits.cores
        let started = SystemClock.now
        let ending = try await WorkerPool.withPool(workers) { pool in
            try await Reactor.withLoops(1, name: "muster-desk") { loops in
                try await inquire(asked, choice, pool, loops[0], interruption, desk)
            }
        }
        guard let (plan, outcome) = ending else { throw ExitCode(2) }
        var report = report(plan, outcome)
        report.elapsed = started.duration(to: SystemClock.now)
        report.workers = workers
        var faults = keep(plan, outcome)
        if let refusal = options.report.answers.refusal(outcome.tally) {
            throw Complaint(faults.map(\.text) + [refusal])
        }
        faults += desk.write(report)
        if !faults.isEmpty { throw Complaint(faults.map(\.text)) }
        throw ExitCode(status(report, plan, outcome))
    }

    // MARK: Counting

    private func inquire(
        _ asked: LogQuestions, _ choice: PreparedSources.Choice, _ pool: WorkerPool, _ loop: Reactor,
        _ interruption: Interruption, _ desk: LogDesk
    ) async throws -> (Plan, LogRun.Outcome)? {
        let progress = LogProgress()
        return try await withThrowingTaskGroup(of: (Plan, LogRun.Outcome)?.self) { group in
            group.addTask(executorPreference: loop) {
                _ = await interruption.wait()
                return nil
            }
            if let width = OutputFile.standardError.terminalWidth, !options.follow {
                group.addTask(executorPreference: loop) {
                    await show(progress, width)
                    return nil
                }
            }
            group.addTask {
                var plan = try await pool.run { () throws -> Plan in try self.plan(asked, choice) }
                // A log without lines has no format yet, as after a rotation: the first line is waited for.
                while options.follow, plan.prepared.names.isEmpty, !plan.prepared.empty.isEmpty,
                    await LogFollowing.pause(on: loop)
                {
                    plan = try await pool.run { () throws -> Plan in try self.plan(asked, choice) }
                }
                let outcome = try await count(plan, pool, progress)
                guard options.follow, !outcome.isInterrupted else { return (plan, outcome) }
                return (plan, try await follow(plan, outcome, pool, loop, desk))
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

    private func count(_ plan: Plan, _ pool: WorkerPool, _ progress: LogProgress) async throws -> LogRun.Outcome {
        let keeps = options.checkpoint != nil || options.follow
        let run = LogRun(
            questions: plan.questions,
            options: LogRunOptions(memory: options.report.memory.bytes, keepsPartialLine: keeps))
        guard let checkpoint = options.checkpoint else {
            return try await run.run(plan.prepared, on: pool, progress: progress)
        }
        return try await run.run(plan.prepared, start: plan.continuation?.start, on: pool, progress: progress) {
            tally, offsets in
            let file = Continuation.file(tally, plan.prepared, offsets: offsets, after: plan.continuation)
            // One that cannot be saved now is tried again at the end, and told then.
            try? OutputFile.replace(checkpoint, with: file.encoded(), for: .owner)
        }
    }

    private func follow(
        _ plan: Plan, _ outcome: LogRun.Outcome, _ pool: WorkerPool, _ loop: Reactor, _ desk: LogDesk
    ) async throws -> LogRun.Outcome {
        let shown = Mutex(0)
        let began = SystemClock.now
        let following = try LogFollowing(
            plan.prepared, plan.questions, outcome, memory: options.report.memory.bytes,
            turnsPage: { desk.turnsPage() }
        ) { outcome in
            let seconds = shown.withLock { count in
                count += 1
                return count
            }
            // What cannot be kept now is tried again, and told at the end.
            if seconds % 5 == 0 { _ = keep(plan, outcome) }
            var report = report(plan, outcome)
            report.elapsed = began.duration(to: SystemClock.now)
            report.workers = pool.width
            desk.show(report)
        }
        return try await following.run(pool, loop)
    }

    /// Finds the inputs, their formats and what to ask of them. An input that cannot be read is left out and told at the
    /// end. Errors: questions that cannot be asked; everything that cannot be read, where there is nothing else.
    private func plan(_ asked: LogQuestions, _ choice: PreparedSources.Choice) throws -> Plan {
        let saved = try checkpoint(asked)
        // A run that goes on stays in the zone of the first.
        let asked = try saved.map { try options.questions(in: $0.tally.questions.zone) } ?? asked
        let list = InputList.resolve(options.files, countCopies: options.report.countCopies)
        if list.sources.isEmpty, !list.faults.isEmpty { throw Complaint(list.faults.map(\.text)) }
        let prepared = try columns {
            () throws(LogFormatFault) in
            try PreparedSources.prepare(
                list.sources, choice, wanted: asked.wanted + DefaultQuestions.wanted,
                asked: (saved?.tally.questions ?? asked).wanted,
                positions: saved.map { PositionTable($0.sources.compactMap(\.position)) },
                year: saved?.tally.questions.year ?? asked.year,
                keepsPartialLine: options.checkpoint != nil || options.follow, isCancelled: { Task.isCancelled }
            ).timed(by: asked.timeField)
        }
        // What came through a pipe until then is still counted.
        if !prepared.hasBegun { try Task.checkCancellation() }
        let unreadable = list.faults + prepared.faults
        if prepared.names.isEmpty, !unreadable.isEmpty { throw Complaint(unreadable.map(\.text)) }
        var questions =
            saved?.tally.questions
            ?? DefaultQuestions.fill(asked, screen, prepared)
        // Times are this run's own: `--since 1h` means another hour each time.
        questions.range = asked.range
        let faults = BoundQuestions.faults(saved == nil ? asked : questions, prepared.readings)
        if !faults.isEmpty { throw Complaint(faults) }
        let bound = try columns { () throws(LogFormatFault) in
            try prepared.asking(questions.wanted, choice).timed(by: questions.timeField)
        }
        let continuation = saved.map { Continuation($0, sources: bound.logSources) }
        return Plan(
            list: list, prepared: bound, questions: questions, continuation: continuation, unreadable: unreadable)
    }

    /// What the last run with this checkpoint left; nil for the first. Errors: it cannot be read, or answers other questions.
    private func checkpoint(_ asked: LogQuestions) throws(Complaint) -> TallyFile? {
        guard let path = options.checkpoint else { return nil }
        let saved: TallyFile
        do {
            guard try FileFacts.of(path) != nil else { return nil }
            saved = try TallyFile(try FileReading.bytes(path), seed: RandomSeed.draw())
        } catch let fault as FileFault {
            throw Complaint(fault)
        } catch {
            let hint = (error as? TallyFault)?.hint ?? "cannot be read"
            throw Complaint("\(path): \(hint); delete it to begin anew")
        }
        var same = asked
        if asked.groups.isEmpty { same.groups = saved.tally.questions.groups }
        if asked.groups.isEmpty, asked.measures.isEmpty { same.measures = saved.tally.questions.measures }
        let zone = saved.tally.questions.zone
        guard options.zone == nil || asked.zone == zone else {
            throw Complaint(
                "\(path): the checkpoint is in the zone \(zone.name); ask for the same, or use another file")
        }
        same.zone = zone
        if options.year == nil { same.year = saved.tally.questions.year }
        guard same.signature == saved.tally.questions.signature else {
            throw Complaint(
                "\(path): the checkpoint answers other questions (\(saved.tally.questions.signature)); ask the same, or use another file"
            )
        }
        return saved
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
        let isColored = options.report.color.isOn(for: .standardError)
        while await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(100))) {
            let total = progress.total
            let line = LogProgressLine(
                bytes: total == nil ? progress.bytes : Int(progress.bytesTaken), total: total.map { Int($0) },
                lines: progress.lines, bad: progress.bad, elapsed: started.duration(to: SystemClock.now))
            write(LiveLine.drawn(line.text(width: max(width - 1, 1), color: isColored)))
        }
        write(LiveLine.cleared)
    }

    /// A live line that cannot be shown is no loss.
    private func write(_ text: String) { _ = try? OutputFile.standardError.write(Array(text.utf8)) }

    // MARK: Reporting

    /// Keeps what was counted where that is asked for.
    private func keep(_ plan: Plan, _ outcome: LogRun.Outcome) -> [FileFault] {
        var faults: [FileFault] = []
        for path in [options.report.partial, options.checkpoint].compactMap({ $0 }) {
            if outcome.isCutShort {
                faults.append(
                    FileFault(path: path, hint: "not written: the run was interrupted within a line; ask again"))
                continue
            }
            let file = Continuation.file(
                outcome.tally, plan.prepared, offsets: outcome.offsets, followed: outcome.followed,
                after: plan.continuation)
            do throws(FileFault) {
                try OutputFile.replace(path, with: file.encoded(), for: .owner)
            } catch {
                faults.append(error)
            }
        }
        return faults
    }

    private func report(_ plan: Plan, _ outcome: LogRun.Outcome) -> LogReport {
        let former = plan.continuation?.formerSources ?? []
        let names = plan.prepared.names + former.map(\.name)
        let formats = plan.prepared.titles + former.map(\.format)
        let sources = names.indices.map { index in
            let counted = outcome.tally.sources[index] ?? .init()
            return LogReport.Source(
                name: names[index], format: formats[index], bytes: Int(clamping: counted.bytes),
                lines: Int(clamping: counted.lines), bad: Int(clamping: counted.bad),
                note: outcome.notes[index] ?? plan.prepared.notes[index] ?? "")
        }
        let unread =
            plan.unreadable.map { ($0.name, $0.hint) } + plan.list.skipped.map { ($0.name, $0.note) }
            + plan.prepared.empty.map { ($0, "no lines") }
        let kinds = LogAnswers.kinds(plan.questions.measures, plan.prepared.readings)
        var report = options.report.answers.report(outcome.tally, sources: sources, kinds: kinds)
        report.sources += unread.map {
            LogReport.Source(name: $0.0, format: "", bytes: 0, lines: 0, bad: 0, note: $0.1)
        }
        report.notes += BoundQuestions.remarks(
            outcome.tally, plan.prepared.readings, names: plan.prepared.keys.names)
        // Following ends with an interruption, as it should.
        report.isInterrupted = outcome.isInterrupted && !options.follow
        return report
    }

    private func status(_ report: LogReport, _ plan: Plan, _ outcome: LogRun.Outcome) -> Int32 {
        for fault in plan.unreadable { Complaint(fault.text).print() }
        if outcome.isInterrupted, !options.follow { return 2 }
        for (source, note) in outcome.notes.sorted(by: { $0.key < $1.key }) {
            Complaint("\(report.sources[source].name): \(note)").print()
        }
        // Where no line fits, the format is not the log's.
        let isForeign = outcome.tally.fitting == 0 && outcome.tally.bad > 0
        if !plan.unreadable.isEmpty || !outcome.notes.isEmpty { return 2 }
        return isForeign || (options.strict && report.bad > 0) ? 1 : 0
    }
}
