internal import MusterCore
package import MusterSystem

/// A whole run: it ends what an earlier one began, looks which logs are due, rotates them, and writes down when.
package struct RotationRun: Sendable {
    private let configuration: RotationConfiguration
    private let options: RotationOptions
    private let disk: any Disk
    private let programs: any RotationPrograms
    private let now: RotationTime
    private let actorDisk: @Sendable (RotationSettings.Actor) throws(RotationFault) -> any Disk

    /// `actorDisk` gives the disk as another user sees it, for stanzas with `su`.
    package init(
        _ configuration: RotationConfiguration, _ options: RotationOptions, disk: any Disk,
        programs: any RotationPrograms, now: RotationTime = .current,
        actorDisk: @escaping @Sendable (RotationSettings.Actor) throws(RotationFault) -> any Disk
    ) {
        self.configuration = configuration
        self.options = options
        self.disk = disk
        self.programs = programs
        self.now = now
        self.actorDisk = actorDisk
    }

    /// Does it, on the pool's threads alone: disks are waited for. Errors: another run has the lock
    /// (``RotationFault/Code/locked``); the state or the journal cannot be read or opened. Then no rotation was begun. All else
    /// is told by the report.
    package func run(on pool: WorkerPool, progress: RotationProgress) async throws(RotationFault) -> RotationReport {
        try await withTaskExecutorPreference(pool) { () async throws(RotationFault) in
            try await perform(on: pool, progress: progress)
        }
    }

    /// Not bound to any actor, so that the preference decides where it runs.
    @concurrent
    private func perform(
        on pool: WorkerPool, progress: RotationProgress
    ) async throws(RotationFault) -> RotationReport {
        var report = RotationReport(version: Version.text, isDry: options.isDry)
        report.faults = configuration.faults.map(RotationReport.Fault.init)
        report.warnings = configuration.warnings.map(RotationReport.Fault.init)
        if options.isDry {
            try plan(&report)
        } else {
            let file = try StateFile(options.statePath, keepsState: options.keepsState, disk: disk)
            // Beside what is no state file neither a lock nor a journal is made.
            try file.checkHeader()
            try await lock(file)
            try await rotate(file, pool, progress, &report)
        }
        report.isInterrupted = Task.isCancelled
        return report
    }

    // MARK: A dry run

    private func plan(_ report: inout RotationReport) throws(RotationFault) {
        let (state, records) = try stateToLookAt(&report)
        let recovery = Recovery(records, configuration)
        let unfinished = recovery.works.flatMap { $0.logs.filter { !$0.isRetry }.map(\.intent.path) }
        report.unfinished = unfinished.count
        if !unfinished.isEmpty {
            let logs = unfinished.count == 1 ? "1 log" : "\(unfinished.count) logs"
            report.warnings.append(
                RotationReport.Fault(
                    code: RotationFault.Code.journal.rawValue, location: options.statePath,
                    hint:
                        "an earlier run was ended in the middle of \(logs); a real run ends what it began first"
                ))
        }
        let disks = ActorDirectories(disk, actorDisk)
        var search = LogSearch(disks.own)
        let findings = configuration.all.map { search.logs(of: $0) }
        var planning = RotationPlanning(
            options, state, now: now, disks: disks,
            unfinished: Set(unfinished.map(PathKey.init)), nextLog: 0, shared: LogSearch.shared(findings))
        planning.left = LeftCompressions.left(of: recovery.works, isBefore: true)
        for (index, (stanza, found)) in zip(configuration.stanzas, findings).enumerated() {
            planning.passLeftOut(of: configuration, findings, before: index)
            let plan = planning.plan(stanza, found, number: index)
            report.stanzas.append(RotationReport.Stanza(planned: plan))
        }
        report.warnings += planning.warnings.map(RotationReport.Fault.init)
    }

    /// State and journal for a dry run. Where others may write them, that is told, and they are looked at all the same.
    private func stateToLookAt(
        _ report: inout RotationReport
    ) throws(RotationFault) -> (RotationState, [JournalRecord]) {
        // A run makes the folder, or says that it is missing; without one there is no state yet.
        if isMissing(StateFile.folder(of: options.statePath)) { return (RotationState(), []) }
        do throws(RotationFault) {
            let file = try StateFile(options.statePath, keepsState: options.keepsState, disk: disk)
            let (state, faults) = try file.read()
            report.faults += faults.map(RotationReport.Fault.init)
            return (state, try file.unfinished())
        } catch {
            guard error.code == .unsafe else { throw error }
            report.faults.append(RotationReport.Fault(error))
        }
        // What cannot be read either has its fault by now.
        let file = try? StateFile(lookingAt: options.statePath, keepsState: options.keepsState, disk: disk)
        return ((try? file?.read().state) ?? RotationState(), (try? file?.unfinished()) ?? [])
    }

    private func isMissing(_ path: String) -> Bool {
        do throws(DiskFault) {
            _ = try disk.openDirectory(path)
            return false
        } catch {
            return error.isAbsence
        }
    }

    // MARK: A real run

    private func lock(_ file: StateFile) async throws(RotationFault) {
        if options.locking == .skip { return }
        let start = SystemClock.now
        while !(try file.lock()) {
            guard case .wait(let limit) = options.locking else {
                throw RotationFault(
                    .locked, at: options.statePath,
                    "another run holds the lock; wait for its end, or write --wait-for-state-lock")
            }
            if Task.isCancelled {
                throw RotationFault(
                    .interrupted, at: options.statePath,
                    "it was interrupted while it waited for the run that holds the lock; nothing was begun")
            }
            if start.duration(to: SystemClock.now) >= limit {
                throw RotationFault(
                    .locked, at: options.statePath,
                    "another run still holds the lock after \(limit.components.seconds) s; "
                        + "see what it waits for, or write a longer --state-lock-timeout")
            }
            // To wait in flock(2) would hold a thread that no cancellation reaches; a sleep that is cut short is seen above.
            try? await Task.sleep(for: .milliseconds(200))
        }
    }

    private func rotate(
        _ file: StateFile, _ pool: WorkerPool, _ progress: RotationProgress, _ report: inout RotationReport
    ) async throws(RotationFault) {
        let (journal, records) = try file.openJournal()
        let disks = ActorDirectories(disk, actorDisk)
        let means = RotationMeans(disks: disks, journal: journal, programs: programs, pool: pool, progress: progress)
        let recovery = Recovery(records, configuration) { path in
            // Where nobody can say, it is not gone.
            (try? disk.entry(at: path)) == .some(nil)
        }
        await perform(recovery.works, means)

        // The state is read while logs are looked for.
        async let search = findings(disks.own, pool)
        var (state, faults) = try file.read()
        report.faults += faults.map(RotationReport.Fault.init)
        let held = note(recovery, in: &state, &report)
        if held.isEmpty, !records.isEmpty {
            try file.write(state, now: now.calendar)
            // The run that was killed may have written the same, and not have waited for the device.
            try file.synchronize()
            try journal.restart(with: recovery.works.flatMap(\.unfinished))
        }

        let planned = plan(await search, &state, disks, unfinished: held, recovery, &report)
        await perform(planned.map(\.work).filter { !$0.logs.isEmpty }, means)
        LeftCompressions.supersede(planned.map(\.work), in: recovery.works)
        let later = await rotateWaiting(planned, state, recovery, means)

        var works = recovery.works
        for (first, later) in zip(planned, later) {
            for work in [first.work] + later.map(\.work) {
                works.append(work)
                for log in work.logs where log.standing != .dropped && log.intent.rotates {
                    state.set(log.intent.time, for: log.intent.path)
                }
            }
            report.stanzas.append(RotationReport.Stanza(first, later: later))
        }
        report.unfinished = works.reduce(0) { $0 + $1.logs.count { $0.standing == .held } }
        try end(file, journal, state, works, &report)
    }

    /// Rotates logs that wait for others of their name, while nothing is left to a later run. What was done is by stanza.
    private func rotateWaiting(
        _ planned: [PlannedWork], _ state: RotationState, _ recovery: Recovery, _ means: RotationMeans
    ) async -> [[PlannedWork]] {
        var turns = RotationTurns(after: planned, of: configuration.stanzas, options, now: now, recovery)
        while !turns.isAtEnd, !Task.isCancelled {
            let works = recovery.works + planned.map(\.work) + turns.done.joined().map(\.work)
            if works.contains(where: { $0.logs.contains { $0.standing == .held && !$0.isRetry } }) { break }
            let next = turns.next(state, means.disks, left: LeftCompressions.left(of: works))
            await perform(next, means)
            LeftCompressions.supersede(next, in: works)
        }
        return turns.done
    }

    /// The logs of all stanzas, those that are left out too, looked for by all threads of the pool: stanzas beside each other share what they list.
    private func findings(_ directories: Directories, _ pool: WorkerPool) async -> [LogSearch.Findings] {
        let stanzas = configuration.all
        let size = max(1, (stanzas.count + pool.width - 1) / pool.width)
        return await withTaskGroup(of: (Int, [LogSearch.Findings]).self) { group in
            for start in stride(from: 0, to: stanzas.count, by: size) {
                // On the pool, as all of a run: joined by the loop below.
                group.addTask {
                    var search = LogSearch(directories)
                    return (start, stanzas[start..<min(start + size, stanzas.count)].map { search.logs(of: $0) })
                }
            }
            var parts = await group.reduce(into: []) { $0.append($1) }
            parts.sort { $0.0 < $1.0 }
            return parts.flatMap(\.1)
        }
    }

    /// What is due. What is needed for planning only is gone at the end.
    private func plan(
        _ findings: [LogSearch.Findings], _ state: inout RotationState, _ disks: ActorDirectories,
        unfinished: Set<PathKey>, _ recovery: Recovery, _ report: inout RotationReport
    ) -> [PlannedWork] {
        // Interrupted by now, it begins nothing.
        if Task.isCancelled { return [] }
        // Lent, as a copy of it would take long.
        let lent = state
        state = RotationState()
        var planning = RotationPlanning(
            options, consume lent, now: now, disks: disks, unfinished: unfinished, nextLog: recovery.nextLog,
            shared: LogSearch.shared(findings))
        for log in recovery.works.flatMap(\.logs) where log.standing == .held { planning.reserve(log.intent) }
        var planned: [PlannedWork] = []
        planning.left = LeftCompressions.left(of: recovery.works)
        for (index, (stanza, found)) in zip(configuration.stanzas, findings).enumerated() {
            planning.passLeftOut(of: configuration, findings, before: index)
            let plan = planning.plan(stanza, found, number: recovery.nextStanza &+ index)
            planned.append((plan, StanzaWork(recovery.nextStanza &+ index, JournalStanza(stanza), plan.due.map(\.log))))
        }
        report.warnings += planning.warnings.map(RotationReport.Fault.init)
        state = planning.state
        return planned
    }

    /// Notes what came of the rotations of an earlier run. Returns the logs that it could not end.
    private func note(
        _ recovery: Recovery, in state: inout RotationState, _ report: inout RotationReport
    ) -> Set<PathKey> {
        var held: Set<PathKey> = []
        for intent in recovery.ended where intent.rotates { state.set(intent.time, for: intent.path) }
        for work in recovery.works {
            report.faults += work.faults.map(RotationReport.Fault.init)
            for log in work.logs {
                if log.intent.rotates { state.set(log.intent.time, for: log.intent.path) }
                if log.standing == .held {
                    if !log.isRetry { held.insert(PathKey(log.intent.path)) }
                } else if log.report.outcome != .failed {
                    report.recovered += 1
                }
                guard let fault = log.report.fault else { continue }
                report.faults.append(
                    log.isRetry ? fault.triedAgain(for: log.intent.path, isLeft: log.leftIntent != nil) : fault)
            }
        }
        return held
    }

    /// Stanzas beside each other, as many at a time as there are threads.
    private func perform(_ works: [StanzaWork], _ means: RotationMeans) async {
        means.progress.begin(works.reduce(0) { $0 + $1.logs.count })
        let queue = Turns(works)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<min(means.pool.width, works.count) {
                group.addTask {
                    while let work = queue.next() { await work.run(means) }
                }
            }
        }
    }

    /// The state is written before the journal forgets. Whatever of it fails, the next run makes up for.
    private func end(
        _ file: StateFile, _ journal: Journal, _ state: RotationState, _ works: [StanzaWork],
        _ report: inout RotationReport
    ) throws(RotationFault) {
        do throws(RotationFault) {
            try journal.commit()
            try file.write(state, now: now.calendar)
            try journal.restart(with: works.flatMap(\.unfinished))
        } catch {
            report.faults.append(RotationReport.Fault(error))
        }
    }
}

extension RotationTime {
    /// Now, on the clock of this machine and in its time zone.
    package static var current: RotationTime {
        let seconds = LocalClock.seconds
        let fields = LocalClock.fields(at: seconds)
        let calendar = fields.flatMap {
            CalendarTime(
                year: $0.year, month: $0.month, day: $0.day, hour: $0.hour, minute: $0.minute, second: $0.second)
        }
        // A clock beyond the year 9999 is no clock.
        return RotationTime(seconds: seconds, calendar: calendar ?? .epoch)
    }
}

extension RotationReport.Fault {
    /// That of a compression which was tried again, as a fault of its log.
    fileprivate func triedAgain(for path: String, isLeft: Bool) -> Self {
        var fault = self
        fault.location = path
        if location != path { fault.hint = "\(location): \(hint)" }
        if isLeft, !hint.contains("stays plain") { fault.hint += "; it stays plain; the next run tries again" }
        return fault
    }
}

extension RotationReport.Stanza {
    /// A stanza as it was planned, for a dry run.
    init(planned: RotationPlanning.Planned) {
        self.init(pattern: planned.stanza.pattern, place: planned.stanza.place.description)
        faults = planned.faults.map(RotationReport.Fault.init)
        logs = planned.logs
        for (place, log) in planned.due {
            logs[place].steps = log.intent.steps.map { RotationReport.Step($0, of: log.intent) }
        }
        // A dry run lists each log as if it were alone, one that waits as well.
        if planned.due.isEmpty { return }
        let stanza = JournalStanza(planned.stanza)
        steps = stanza.sharedScripts.map { RotationReport.Step($0, of: stanza) }
    }
}
