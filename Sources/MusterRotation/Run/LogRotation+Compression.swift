internal import Glibc
internal import MusterCore
internal import MusterSystem

/// A rotated log that is to be compressed.
struct Compression {
    var from: String
    var to: String
    /// The file that it has to be; nil: what has the name.
    var identity: FileIdentity?
    /// The number of its file that is not whole yet.
    var temporary: Int

    /// Nil for another step.
    init?(_ step: RotationStep, at index: Int) {
        switch step {
        case .compress(let from, let to):
            (self.from, self.to) = (from, to)
            temporary = index
        case .recompress(let from, let to, let identity, let temporary):
            (self.from, self.to, self.identity, self.temporary) = (from, to, identity, temporary)
        default: return nil
        }
    }
}

/// A compressed log that has no name yet.
struct UnpublishedLog {
    var compression: Compression
    var from: String { compression.from }
    var to: String { compression.to }
    /// The name it has until it is whole.
    var temporary: String
    var destination: any DiskDirectory
    var source: EntryFacts
    /// Nil where an earlier run has given it its name.
    var file: (any DiskFile)?
    /// What was compressed; nil where a program did it.
    var content: ByteSum?
    /// Whether it has its name.
    var isPublished: Bool
}

extension RotationFault {
    /// A system call that failed with a file that is compressed. What is another's file, or too large, is so the next time as
    /// well.
    init(compressing fault: DiskFault) {
        self.init(fault)
        isFinal = [EEXIST, ESTALE, ELOOP, EFBIG].contains(fault.code)
    }
}

extension LogRotation {
    /// Compresses into temporary files what is to be compressed. What fails is left to the next run, with all behind it.
    func compress(
        _ choice: CompressionChoice, _ directories: Directories, _ tools: CompressionTools,
        _ programs: any RotationPrograms
    ) async -> [UnpublishedLog] {
        var logs: [UnpublishedLog] = []
        let choice = self.compression ?? choice
        for (index, step) in intent.steps.enumerated() {
            guard let compression = Compression(step, at: index) else { continue }
            var begun: UnpublishedLog?
            if standing == .going {
                work(directories, onFault: .stopped) { _, destination throws(DiskFault) in
                    begun = try begin(compression, destination, tools)
                }
            }
            if var log = begun {
                if let file = log.file { await fill(&log, file, choice, directories, tools, programs) }
                if standing == .going {
                    logs.append(log)
                } else if log.file != nil {
                    _ = try? removeLeftover(log.temporary, log.destination)
                }
            }
            leave(compression, begun?.source.identity)
        }
        return logs
    }

    /// A temporary file beside the log; nil where nothing is left to do.
    private func begin(
        _ compression: Compression, _ destination: any DiskDirectory, _ tools: CompressionTools
    ) throws(DiskFault) -> UnpublishedLog? {
        let (from, to) = (compression.from, compression.to)
        let temporary = temporaryName(compression.temporary)
        // A process that was killed has left it; nobody else knows its name.
        if isRecovery { try removeLeftover(temporary, destination) }
        // Whoever compressed it before, or took it away, was faster.
        guard let source = try destination.facts(from), source.kind == .regular,
            expected(compression).map({ isSame(source, $0) }) ?? true
        else { return nil }
        if isWatched, !isOfThisLog(source, from) { throw stale(from, destination) }
        if isRecovery, try destination.facts(to) != nil {
            switch try comparison(of: to, with: from, destination, tools) {
            case .holds:
                return UnpublishedLog(
                    compression: compression, temporary: temporary, destination: destination, source: source,
                    isPublished: true)
            // The plain log has grown since, and is compressed anew.
            case .isBeginning: try destination.remove(to)
            case .differs: throw DiskFault(code: EEXIST, call: "compress", path: "\(intent.destination)/\(to)")
            }
        }
        let file = try createTemporary(temporary, destination)
        return UnpublishedLog(
            compression: compression, temporary: temporary, destination: destination, source: source, file: file,
            isPublished: false)
    }

    /// The file that has to be compressed; nil: what has the name. In an `olddir`, another log of the same name may have moved
    /// it on before the run was killed.
    private func expected(_ compression: Compression) -> FileIdentity? {
        if let identity = compression.identity { return identity }
        return isRecovery && intent.destination != intent.directory ? given(compression.from) : nil
    }

    /// Whether a rotated log is the one that got its name from us, where we gave it, or else has no other name: not
    /// somebody's secret that was put in its place.
    private func isOfThisLog(_ facts: EntryFacts, _ name: String) -> Bool {
        for step in intent.steps {
            switch step {
            case .shift(_, to: name, let identity), .rotate(to: name, let identity): return isSame(facts, identity)
            case .recompress(from: name, _, let identity, _): return isSame(facts, identity)
            case .copy(to: name, _, _): return facts.links == 1 && copied.map { isSame(facts, $0.identity) } ?? true
            default: continue
            }
        }
        return facts.links == 1
    }

    /// What a compressed log that has its name already holds of the plain one: an earlier run was killed between. After a
    /// power cut the plain one may have less than it had, for nobody waited until it was on the device, or what was appended
    /// to it.
    private func comparison(
        of to: String, with from: String, _ destination: any DiskDirectory, _ tools: CompressionTools
    ) throws(DiskFault) -> CompressionTools.Comparison {
        let file = try destination.open(to, forWriting: false)
        let compressed = BoundedFile(
            file, to, in: destination, try ReadAllowance(growing: file, file.facts()))
        let plain = try destination.open(from, forWriting: false)
        try HoleAllowance.take(plain, size: plain.facts().size)
        if let comparison = try tools.comparison(of: compressed, with: plain) { return comparison }
        // What a program of another format made got its name after it was whole and on the device.
        return try tools.beginsAsGzip(compressed) ? .differs : .holds
    }

    private func fill(
        _ log: inout UnpublishedLog, _ file: any DiskFile, _ choice: CompressionChoice, _ directories: Directories,
        _ tools: CompressionTools, _ programs: any RotationPrograms
    ) async {
        var plain: (any DiskFile)?
        let entry = log
        work(directories, onFault: .stopped) { _, destination throws(DiskFault) in
            // One that grows is not compressed.
            let file = try open(
                entry.from, destination, entry.source.identity, forWriting: false,
                ReadAllowance(entry.source.size, to: "compress"))
            try HoleAllowance.take(file, size: entry.source.size)
            plain = file
        }
        guard let plain else { return }
        if let level = choice.gzipLevel {
            work(directories, onFault: .stopped) { _, _ throws(DiskFault) in
                log.content = try tools.compress(plain, to: file, level: level)
            }
        } else {
            do throws(RotationFault) {
                try await programs.run(
                    choice.command, choice.options, from: plain, to: file, of: "\(intent.destination)/\(entry.from)")
            } catch {
                if error.isLeft { hold() } else { fail(error, .stopped) }
            }
        }
        if standing != .going { return }
        work(directories, onFault: .stopped) { _, _ throws(DiskFault) in
            let now = try plain.facts()
            guard now.isUnchanged(since: entry.source) else { throw busy(entry) }
            try file.take(entry.source, of: plain)
        }
    }

    /// Gives a compressed log its name, once it is on the device and found to be whole.
    func publish(_ log: inout UnpublishedLog, _ tools: CompressionTools) {
        guard let file = log.file, isEnding else { return }
        do throws(DiskFault) {
            try file.synchronize()
            let size = try file.facts().size
            let isWhole =
                if let content = log.content {
                    // By now it is the owner's of the log, who may write to it.
                    try tools.content(
                        ofCompressed: BoundedFile(file, log.to, in: log.destination, ReadAllowance(size)),
                        limit: content.length) == content
                } else {
                    size > 0 || log.source.size == 0
                }
            guard isWhole else {
                throw DiskFault(code: EIO, call: "verify", path: "\(intent.destination)/\(log.to)")
            }
            try log.destination.rename(log.temporary, to: log.destination, as: log.to)
            if isWatched { try confirm(log.to, log.destination, file.facts().identity) }
            log.isPublished = true
            report.compressed += 1
            report.bytesBefore += Int(clamping: log.source.size)
            report.bytesAfter += Int(clamping: size)
            isDone(.compress(from: log.from, to: log.to))
        } catch {
            // Nothing is lost: the plain log is there.
            fail(RotationFault(compressing: error), .stopped)
            leave(log.compression, log.source.identity)
            _ = try? removeLeftover(log.temporary, log.destination)
        }
    }

    /// A log that was written to while it was compressed.
    private func busy(_ log: UnpublishedLog) -> DiskFault {
        DiskFault(code: EBUSY, call: "compress", path: "\(intent.destination)/\(log.from)")
    }

    /// Removes a log whose compressed form has its name, on the device.
    func removeSource(_ log: UnpublishedLog) {
        guard isEnding, log.isPublished else { return }
        do throws(DiskFault) {
            guard let facts = try log.destination.facts(log.from), isSame(facts, log.source.identity) else { return }
            // Its writer has not let go of it: what came last is in no other file.
            guard facts.isUnchanged(since: log.source) else { throw busy(log) }
            try log.destination.remove(log.from)
        } catch {
            // Both are there: the next run compares them.
            fail(RotationFault(error), .held)
        }
    }

    /// Removes rotated logs that are not kept.
    func removeOld(
        _ stanza: JournalStanza, _ directories: Directories, _ tools: CompressionTools, _ programs: any RotationPrograms
    ) async {
        for case .remove(let name, let identity, let reason) in intent.steps where isEnding {
            var isThere = false
            work(directories, onFault: .held) { _, destination throws(DiskFault) in
                isThere = try destination.facts(name).map { isSame($0, identity) } ?? false
            }
            if !isThere { continue }
            if let script = stanza.scripts[.beforeRemoval] {
                do throws(RotationFault) {
                    try await programs.run(script, .beforeRemoval, arguments: ["\(intent.destination)/\(name)"])
                    isDone(.script(.beforeRemoval))
                } catch {
                    if error.isLeft { hold() } else { fail(error, .stopped) }
                    return
                }
            }
            work(directories, onFault: .held) { _, destination throws(DiskFault) in
                if let passes = stanza.shredPasses {
                    let file = try open(name, destination, identity, forWriting: true)
                    // Another name of it is another's file.
                    if try file.facts().links == 1 { try tools.overwrite(file, passes: passes) }
                }
                try destination.remove(name)
                report.removed += 1
                isDone(.remove(name, identity, reason))
            }
        }
    }
}

extension EntryFacts {
    /// Whether nobody has written to a file, as far as the system tells.
    fileprivate func isUnchanged(since other: EntryFacts) -> Bool {
        size == other.size && modification == other.modification
    }
}
