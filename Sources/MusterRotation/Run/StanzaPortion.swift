internal import MusterCore
internal import MusterSystem

/// Logs of a stanza that one thread takes through a phase together, so that they share their waits for the device.
struct StanzaPortion: Sendable {
    let logs: ArraySlice<LogRotation>

    // MARK: Names

    /// Gives all logs their new names, on the device, with the scripts of each around it.
    func takeNames(
        _ stanza: JournalStanza, _ directories: Directories, _ means: RotationMeans, _ tools: CompressionTools
    ) async {
        let logs = logs.filter { $0.standing == .going }
        if Task.isCancelled {
            for log in logs { log.isRecovery ? log.hold() : log.leave() }
            return
        }
        let unnamed = logs.filter { !$0.isNamed }
        if unnamed.contains(where: { !$0.isRecovery }) {
            for log in unnamed { log.noteDestination(directories) }
            means.journal.append(unnamed.map { .intent($0.number, $0.intent) })
            commit(means, unnamed, else: .dropped)
        }
        for log in unnamed { await run(.beforeRotation, stanza, log, means) }
        for log in unnamed where log.standing == .going { log.takeNames(directories, tools) }
        synchronize(unnamed, directories)
        let going = unnamed.filter { $0.standing == .going }
        // First the copies: a log that is named is not copied again.
        means.journal.append(
            going.compactMap { log in log.copied.map { JournalRecord.copied(log.number, $0) } })
        means.journal.append([
            .named(going.map(\.number)), .dropped(unnamed.filter { $0.standing == .dropped }.map(\.number)),
        ])
        commit(means, going, else: .held)
        for log in going where log.standing == .going { log.isNamed = true }
        cut(logs, directories, means, tools)
        for log in logs { await run(.afterRotation, stanza, log, means) }
        if !stanza.sharesScripts, stanza.scripts[.afterRotation] != nil { commit(means, logs, else: .held) }
    }

    /// Cuts logs to nothing whose copies are on the device, or that are not kept. The journal says before that it is going to
    /// happen, and afterwards that it has, before any script can end the run.
    private func cut(
        _ logs: [LogRotation], _ directories: Directories, _ means: RotationMeans, _ tools: CompressionTools
    ) {
        let copied = logs.filter(\.isToBeCut)
        for log in copied { log.beginCut(directories, tools) }
        let begun = copied.filter { $0.standing == .going && $0.beginsCut }
        if !begun.isEmpty {
            means.journal.append([.cutting(begun.map(\.number))])
            commit(means, begun, else: .held)
        }
        for log in logs where log.standing == .going { log.truncate(directories, tools) }
        let done = copied.filter { $0.copied?.cut == .done }
        if !done.isEmpty {
            means.journal.append([.cut(done.map(\.number))])
            commit(means, done, else: .held)
        }
    }

    /// Runs a script of one log's own, where there is one.
    private func run(_ kind: ScriptKind, _ stanza: JournalStanza, _ log: LogRotation, _ means: RotationMeans) async {
        guard log.standing == .going, log.intent.rotates, !stanza.sharesScripts, let script = stanza.scripts[kind],
            !log.scriptsRun.contains(kind)
        else { return }
        do throws(RotationFault) {
            // Before it is rotated a log has one name only.
            let rotated = kind == .afterRotation ? log.intent.rotatedPath : nil
            try await means.programs.run(
                script, kind, arguments: [log.intent.path] + (rotated.map { [$0] } ?? []))
        } catch {
            if error.isLeft { return log.hold() }
            log.fail(error, kind == .afterRotation ? .stopped : log.isRecovery ? .held : .dropped)
        }
        log.scriptsRun.insert(kind)
        log.isDone(.script(kind))
        means.journal.append([.ran(kind, stanza: log.intent.stanza, log: log.number)])
    }

    // MARK: Contents

    /// Compresses and removes what there is to compress and to remove.
    func finish(
        _ stanza: JournalStanza, _ directories: Directories, _ means: RotationMeans, _ tools: CompressionTools
    ) async {
        if Task.isCancelled { for log in logs { log.hold() } }
        for log in logs where log.standing == .going { log.deliver(directories, tools) }
        let going = logs.filter { $0.standing == .going }
        var unpublished: [(log: LogRotation, file: UnpublishedLog)] = []
        for log in going {
            for file in await log.compress(stanza.compression, directories, tools, means.programs) {
                unpublished.append((log, file))
            }
        }
        for (_, file) in unpublished { file.file?.beginSynchronizing() }
        for index in unpublished.indices { unpublished[index].log.publish(&unpublished[index].file, tools) }
        synchronize(unpublished.map(\.log), directories)
        for (log, file) in unpublished {
            log.removeSource(file)
            // What is done in process was told while it was.
            if file.content == nil { means.progress.compressed(Int(clamping: file.source.size)) }
        }
        // A log that could not be compressed stays as it is; those beyond it go all the same, or a disk that is full stays so.
        for log in going where log.isEnding {
            await log.removeOld(stanza, directories, tools, means.programs)
        }
        // What is gone stays gone before the journal forgets it; an earlier run may have removed it and not have waited.
        let changed = logs.filter {
            !$0.isGivenUp
                && ($0.isRecovery || !unpublished.isEmpty || $0.report.removed > 0 || $0.isDelivered)
        }
        synchronize(changed, directories)
        means.journal.append([.ended(logs.filter { $0.isEnding && $0.leftIntent == nil }.map(\.number))])
        means.progress.done(logs.count)
    }

    // MARK: Waiting for the device

    private func commit(_ means: RotationMeans, _ logs: [LogRotation], else standing: LogRotation.Standing) {
        do throws(RotationFault) {
            try means.journal.commit()
        } catch {
            for log in logs where log.standing == .going { log.fail(error, standing) }
        }
    }

    /// Waits until the names of some logs are on the device, each directory once.
    private func synchronize(_ logs: [LogRotation], _ directories: Directories) {
        var faults: [PathKey: DiskFault?] = [:]
        for log in logs where log.isEnding {
            for path in [log.intent.directory, log.intent.destination] {
                let key = PathKey(path)
                if faults[key] == nil {
                    do throws(DiskFault) {
                        try directories.folder(path).directory.synchronize()
                        faults[key] = .some(nil)
                    } catch {
                        faults[key] = error
                    }
                }
                if case .some(.some(let fault)) = faults[key] { log.fail(RotationFault(fault), .held) }
            }
        }
    }
}

/// How the logs of a stanza are cut into portions.
enum StanzaPortions {
    /// Logs that share a wait at most: their files are open meanwhile.
    private static let limit = 128
    /// Portions that each thread gets, so that all end at about the same time.
    private static let turns = 4

    /// With scripts of their own logs go alone.
    static func ofNames(_ logs: [LogRotation], alone: Bool) -> [StanzaPortion] {
        portions(logs, alone ? 1 : limit)
    }

    static func ofContents(_ logs: [LogRotation], _ width: Int) -> [StanzaPortion] {
        portions(logs, min(limit, max(1, logs.count / (turns * width))))
    }

    private static func portions(_ logs: [LogRotation], _ size: Int) -> [StanzaPortion] {
        stride(from: 0, to: logs.count, by: size).map { start in
            StanzaPortion(logs: logs[start..<min(start + size, logs.count)])
        }
    }
}
