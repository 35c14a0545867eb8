internal import MusterCore
internal import MusterSystem

extension LogRotation {
    /// Copies the log under its rotated name; the copy gets its name when it is whole and on the device.
    func copy(
        _ to: String, _ identity: FileIdentity, _ truncates: Bool, _ index: Int, _ directory: any DiskDirectory,
        _ destination: any DiskDirectory, _ tools: CompressionTools
    ) throws(DiskFault) {
        if isRecovery, let facts = try destination.facts(to) {
            // Made by the run that was killed, which had no time to note which file it is: with one name it is no other's.
            guard facts.kind == .regular, facts.links == 1 else { throw stale(to, destination) }
            copied = truncates ? LogCopy(facts.identity, size: facts.size) : nil
            return
        }
        guard let log = try openRemaining(intent.name, directory, identity, forWriting: false) else { return }
        let copy = try place(log, to, index, destination, tools)
        copied = truncates ? copy : nil
    }

    /// Copies a file to a new name.
    private func place(
        _ file: any DiskFile, _ to: String, _ index: Int, _ destination: any DiskDirectory, _ tools: CompressionTools
    ) throws(DiskFault) -> LogCopy {
        let facts = try file.facts()
        let temporary = temporaryName(index)
        let copy = try createTemporary(temporary, destination)
        do throws(DiskFault) {
            let size = try tools.copy(file, to: copy, from: 0)
            try copy.take(facts, of: file)
            try copy.synchronize()
            try destination.rename(temporary, to: destination, as: to)
            let identity = try copy.facts().identity
            try confirm(to, destination, identity)
            return LogCopy(identity, size: size)
        } catch {
            _ = try? removeLeftover(temporary, destination)
            throw error
        }
    }

    /// Cuts a log to nothing: one whose copy is on the device, or one that is not kept. What came after the copy is copied as
    /// well; what comes between the last look and the cut is lost, which nobody can prevent.
    func truncate(_ directories: Directories, _ tools: CompressionTools) {
        work(directories, onFault: .held) { directory, destination throws(DiskFault) in
            for step in intent.steps {
                switch step {
                case .copy(let to, let identity, truncates: true):
                    guard let copied else { continue }
                    try truncate(copied, to, identity, directory, destination, directories, tools)
                case .truncate(let identity):
                    // An earlier run may have done it, and what is there now be new.
                    if isRecovery { continue }
                    let log = try open(intent.name, directory, identity, forWriting: true)
                    report.bytesAtRisk = Int(clamping: try log.facts().size - Int64(report.bytes))
                    try log.truncate(0)
                    try log.synchronize()
                    isDone(step)
                default: continue
                }
            }
        }
    }

    /// Looks for growth at most so often: a writer that is faster than this would keep it here for ever.
    private static let looks = 64

    private func truncate(
        _ copied: LogCopy, _ to: String, _ identity: FileIdentity, _ directory: any DiskDirectory,
        _ destination: any DiskDirectory, _ directories: Directories, _ tools: CompressionTools
    ) throws(DiskFault) {
        // Where the copy is gone it was compressed, which comes after the cut.
        if isRecovery, try destination.facts(to) == nil { return }
        guard let log = try openRemaining(intent.name, directory, identity, forWriting: true) else { return }
        let copy = try open(to, destination, copied.identity, forWriting: true)
        // Who may change names there can have put a file of his own there, which may have got the same inode.
        if isWatched, !(try copy.facts().mayHold(log.facts(), worker: directories.user)) {
            throw stale(to, destination)
        }
        if isRecovery {
            // Cut already, when it is shorter now or begins with something else.
            guard try log.facts().size >= copied.size, try tools.areEqual(log, copy, count: copied.size) else {
                return try log.synchronize()
            }
        }
        var size = copied.size
        var grown: Int64 = 0
        for _ in 0..<Self.looks {
            let end = try tools.copy(log, to: copy, from: size)
            if end == size { break }
            grown = end - size
            size = end
        }
        try copy.synchronize()
        // What came while the device was waited for. It is on the device some time later, as the log would have been.
        let end = try tools.copy(log, to: copy, from: size)
        try log.truncate(0)
        // Else it could be whole again after a power cut, when the journal has forgotten it.
        try log.synchronize()
        report.bytesAtRisk = Int(clamping: grown + end - size)
    }

    /// Whether its file is removed once it is copied.
    var isDelivered: Bool {
        intent.steps.contains { if case .deliver = $0 { true } else { false } }
    }

    /// Copies what was set aside under its rotated name on another device, and removes it then.
    func deliver(_ directories: Directories, _ tools: CompressionTools) {
        work(directories, onFault: .held) { directory, destination throws(DiskFault) in
            for (index, step) in intent.steps.enumerated() {
                guard case .deliver(let from, let to, let identity) = step else { continue }
                guard let facts = try directory.facts(from), isSame(facts, identity) else { continue }
                let isThere = if isRecovery, let to { try destination.facts(to) != nil } else { false }
                if let to, !isThere {
                    let file = try open(from, directory, identity, forWriting: false)
                    _ = try place(file, to, index, destination, tools)
                }
                if to != nil { try destination.synchronize() }
                try directory.remove(from)
                isDone(.deliver(from: from, to: to, identity))
            }
        }
    }
}

extension EntryFacts {
    /// Whether a file may get what another one holds: it has one name, and nobody but who works here may do more with it.
    func mayHold(_ other: EntryFacts, worker: UInt32) -> Bool {
        let (own, allowed) = (mode & 0o777, other.mode & 0o777)
        let ofGroup = group == other.group ? allowed >> 3 & 7 : allowed & 7
        return links == 1 && (user == other.user || user == 0 || user == worker) && own >> 3 & 7 & ~ofGroup == 0
            && own & 7 & ~allowed == 0
    }
}
