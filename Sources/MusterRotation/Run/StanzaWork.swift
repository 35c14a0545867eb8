internal import MusterCore
internal import MusterSystem

/// What all stanzas of a run share.
struct RotationMeans: Sendable {
    var disks: ActorDirectories
    var journal: Journal
    var programs: any RotationPrograms
    var pool: WorkerPool
    var progress: RotationProgress
    let shelf: ToolShelf
    let turns = ScriptTurns()

    init(
        disks: ActorDirectories, journal: Journal, programs: any RotationPrograms, pool: WorkerPool,
        progress: RotationProgress
    ) {
        self.disks = disks
        self.journal = journal
        self.programs = programs
        self.pool = pool
        self.progress = progress
        shelf = ToolShelf(progress)
    }
}

/// The logs of one stanza on their way through a rotation: first all names, then the scripts, then compression and removal,
/// in portions that share their waits for the device.
///
/// Invariant for sharing: used by the task that runs it; its logs are given out one to a thread.
final class StanzaWork: @unchecked Sendable {
    let number: Int
    let stanza: JournalStanza
    let logs: [LogRotation]
    /// What the configuration vouches for of a stanza that an earlier run began; nil for one of this run.
    private let binding: StanzaBinding?
    var isRecovery: Bool { binding != nil }
    /// Scripts for the whole stanza that have run.
    private var scriptsRun: Set<ScriptKind>
    private(set) var faults: [RotationFault] = []
    /// A log of an earlier run that has ended.
    private let endedBefore: EndedLog?
    /// A log by which the journal tells that any was rotated.
    private var anchor: EndedLog? {
        logs.first { $0.standing != .dropped }.map { ($0.number, $0.intent) } ?? endedBefore
    }
    /// Whether an earlier run had not given all logs their names.
    private let wasUnnamed: Bool
    /// Whether `lastaction` is left, because the run was interrupted.
    private var needsEnd = false
    /// What was done once for all logs, in order.
    private(set) var steps: [RotationReport.Step] = []

    typealias EndedLog = (number: Int, intent: RotationIntent)

    init(
        _ number: Int, _ stanza: JournalStanza, _ logs: [LogRotation], scriptsRun: Set<ScriptKind> = [],
        endedBefore: EndedLog? = nil, binding: StanzaBinding? = nil
    ) {
        self.endedBefore = endedBefore
        self.binding = binding
        self.number = number
        self.stanza = stanza
        self.logs = logs
        wasUnnamed = logs.contains { !$0.isNamed && !$0.scriptsRun.contains(.beforeRotation) }
        self.scriptsRun = scriptsRun
    }

    /// What the next run has to know to end it: nothing where nothing is left.
    var unfinished: [JournalRecord] {
        let held = logs.filter { $0.standing == .held && !$0.isRetry }
        let left = logs.compactMap { log in
            log.standing == .held && !log.isRetry ? nil : log.leftIntent.map { (log.number, $0) }
        }
        guard !held.isEmpty || !left.isEmpty || needsEnd else { return [] }
        var records: [JournalRecord] = [.stanza(number, stanza)]
        records += scriptsRun.sorted { $0.rawValue < $1.rawValue }.map { .ran($0, stanza: number, log: nil) }
        if held.isEmpty, needsEnd, let anchor {
            records += [.intent(anchor.number, anchor.intent), .ended([anchor.number])]
        }
        for log in held {
            records.append(.intent(log.number, log.intent))
            if log.isNamed { records.append(.named([log.number])) }
            if let copied = log.copied {
                records.append(.copied(log.number, copied))
                if copied.cut == .begun { records.append(.cutting([log.number])) }
                if copied.cut == .done { records.append(.cut([log.number])) }
            }
            records += log.scriptsRun.map { .ran($0, stanza: number, log: log.number) }
        }
        for (number, intent) in left { records += [.intent(number, intent), .named([number])] }
        return records
    }

    /// Does everything. Whatever fails is told by the logs and by ``faults``.
    func run(_ means: RotationMeans) async {
        if let binding, let fault = binding.refusal { return refuse(fault, binding) }
        let means = means.bound(to: binding).inTurn(number)
        let directories: Directories
        do throws(RotationFault) {
            directories = try means.disks.directories(of: stanza.actor)
        } catch {
            for log in logs { log.fail(error, isRecovery ? .held : .dropped) }
            return
        }
        if isRecovery { giveUpWhereGone(directories) }
        if !isRecovery, !(await begin(means, directories)) { return }
        // As with logrotate, no log begins between the two scripts of another.
        let lanes = hasOwnScripts ? 1 : means.pool.width
        await spread(StanzaPortions.ofNames(logs, alone: hasOwnScripts), means, lanes) { portion, tools in
            await portion.takeNames(self.stanza, directories, means, tools)
        }
        await runAfterRotation(means)
        await spread(StanzaPortions.ofContents(logs, means.pool.width), means, means.pool.width) { portion, tools in
            await portion.finish(self.stanza, directories, means, tools)
        }
        await end(means)
        tellWhatWaits()
    }

    /// Does nothing: waits where the stanza's configuration is not among those of this run, or gives all logs up.
    private func refuse(_ fault: RotationFault, _ binding: StanzaBinding) {
        for log in logs { binding.absence == nil ? log.giveUp() : log.hold() }
        faults.append(fault)
    }

    /// Tells why logs, or what comes after them, wait for another configuration, and what was passed over.
    private func tellWhatWaits() {
        guard let binding else { return }
        let waits = needsEnd || logs.contains { $0.standing == .held && $0.report.fault == nil }
        if waits, let fault = binding.absence, !faults.contains(fault) { faults.append(fault) }
        if let fault = binding.omission, wasUnnamed { faults.append(fault) }
    }

    /// Where a folder is gone nothing is left to end: an application was removed, or its folder moved.
    private func giveUpWhereGone(_ directories: Directories) {
        struct Gone: Hashable {
            var path: PathKey
            var identity: FileIdentity
        }
        var gone: [Gone: Bool] = [:]
        var counts: [PathKey: Int] = [:]
        for log in logs {
            let folders = [
                (log.intent.directory, log.intent.folder), (log.intent.destination, log.intent.destinationFolder),
            ]
            let folder = folders.first { path, identity in
                guard let identity else { return true }
                let key = Gone(path: PathKey(path), identity: identity)
                if let known = gone[key] { return known }
                let isGone = directories.isGone(path, identity)
                gone[key] = isGone
                return isGone
            }
            guard let folder else { continue }
            log.giveUp()
            counts[PathKey(folder.0), default: 0] += 1
        }
        for (folder, count) in counts.sorted(by: { $0.key.text.isBefore($1.key.text) }) {
            faults.append(
                RotationFault(
                    .missing, at: folder.text,
                    "the folder is gone, or another has its name, with rotations that an earlier run had begun (\(count)); they are given up"
                ))
        }
    }

    private var hasOwnScripts: Bool {
        !stanza.sharesScripts && (stanza.scripts[.beforeRotation] != nil || stanza.scripts[.afterRotation] != nil)
    }

    // MARK: Once for all logs

    /// What comes before all logs. False where nothing may be begun.
    private func begin(_ means: RotationMeans, _ directories: Directories) async -> Bool {
        means.journal.append([.stanza(number, stanza)])
        for kind in [ScriptKind.firstAction, .beforeRotation] where kind == .firstAction || stanza.sharesScripts {
            if await runOnce(kind, means) { continue }
            let fault = RotationFault(
                .script, at: "\(stanza.place)", "\(kind.rawValue) failed, so no log of the stanza was rotated")
            for log in logs { log.fail(fault, .dropped) }
            return false
        }
        for log in logs { log.makeDirectory(directories) }
        synchronizeParents(directories)
        return true
    }

    /// A folder of rotated logs that is there may be one of a run that was killed when it had made it, and not on the device.
    private func synchronizeParents(_ directories: Directories) {
        let folders = logs.map(\.intent).filter { $0.destination != $0.directory }.map(\.destination)
        for folder in Set(folders.map(StateFile.folder)) {
            // Who may not look there has made nothing there.
            try? directories.folder(folder).directory.synchronize()
        }
    }

    /// With `sharedscripts`: not before every log has its new name.
    private func runAfterRotation(_ means: RotationMeans) async {
        guard stanza.sharesScripts, stanza.scripts[.afterRotation] != nil, !scriptsRun.contains(.afterRotation),
            logs.contains(where: { $0.standing == .going })
        else { return }
        var isDone = false
        if logs.contains(where: { $0.report.outcome == .failed }) {
            faults.append(
                RotationFault(
                    .script, at: "\(stanza.place)",
                    "postrotate waits for the next run, because a log of its stanza could not be rotated"))
        } else if !Task.isCancelled {
            isDone = await runOnce(.afterRotation, means)
            do throws(RotationFault) { try means.journal.commit() } catch { faults.append(error) }
        }
        // Its daemon may write to the renamed log still: that is left as it is.
        if !isDone {
            let hasRun = scriptsRun.contains(.afterRotation)
            for log in logs { hasRun ? log.stop() : log.hold() }
        }
    }

    private func end(_ means: RotationMeans) async {
        if logs.contains(where: { $0.standing == .held }) { return }
        if !Task.isCancelled { _ = await runOnce(.lastAction, means) }
        let hasEnded = stanza.scripts[.lastAction] == nil || scriptsRun.contains(.lastAction)
        needsEnd = !hasEnded && anchor != nil
        if hasEnded, logs.allSatisfy({ $0.leftIntent == nil }) { means.journal.append([.closed(number)]) }
    }

    /// Runs a script of the whole stanza, where there is one. False where it failed, or was interrupted.
    private func runOnce(_ kind: ScriptKind, _ means: RotationMeans) async -> Bool {
        guard let script = stanza.scripts[kind], !scriptsRun.contains(kind) else { return true }
        do throws(RotationFault) {
            defer { steps.append(RotationReport.Step(kind, of: stanza)) }
            try await means.programs.run(script, kind, arguments: [stanza.pattern])
        } catch {
            faults.append(error)
            // It has not run to its end, and is run again.
            if error.isLeft { return false }
            scriptsRun.insert(kind)
            means.journal.append([.ran(kind, stanza: number, log: nil)])
            return false
        }
        scriptsRun.insert(kind)
        means.journal.append([.ran(kind, stanza: number, log: nil)])
        return true
    }

    // MARK: Beside each other

    /// Hands portions to the threads of the pool, each with tools of its own.
    private func spread(
        _ portions: [StanzaPortion], _ means: RotationMeans, _ width: Int,
        _ body: @escaping @Sendable (StanzaPortion, CompressionTools) async -> Void
    ) async {
        let lanes = min(width, portions.count)
        let queue = Turns(portions)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<lanes {
                // On the pool, as all of a run, and joined with the group.
                group.addTask {
                    let tools = means.shelf.take()
                    while let portion = queue.next() { await body(portion, tools) }
                    means.shelf.giveBack(tools)
                }
            }
        }
    }
}
