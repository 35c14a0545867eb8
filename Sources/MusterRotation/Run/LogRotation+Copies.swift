internal import Glibc
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
            if let log = try directory.facts(intent.name), isSame(log, identity) {
                try check(facts, for: log, to, destination)
            }
            copied = truncates ? LogCopy(facts.identity, size: facts.size) : nil
            return
        }
        guard let log = try openRemaining(intent.name, directory, identity, forWriting: false) else { return }
        logAllowance = log.allowance
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

    /// Whether the log is still to be cut after its copy.
    var isToBeCut: Bool { standing == .going && copied.map { $0.cut != .done } ?? false }

    /// Marks a log whose copy is on the device, so that a later run can tell whether it was cut: see ``LogCopy/Cut``.
    func beginCut(_ directories: Directories, _ tools: CompressionTools) {
        guard var copied, copied.cut == .not else { return }
        // What is marked is cut.
        if Task.isCancelled { return hold() }
        work(directories, onFault: .held) { directory, destination throws(DiskFault) in
            for case .copy(let to, let identity, truncates: true) in intent.steps {
                // A log that was empty has nothing that is in its copy.
                let log =
                    copied.size == 0 ? nil : try openRemaining(intent.name, directory, identity, forWriting: true)
                // A copy that is gone is none: the log stays.
                let isThere = isRecovery ? try destination.facts(to) != nil : true
                guard let log, isThere, try mark(log, to, copied, destination, tools) else {
                    copied.cut = .done
                    continue
                }
                copied.cut = .begun
                beginsCut = true
            }
        }
        self.copied = copied
    }

    /// False where the log is not what was copied: whoever else cut it has to be asked for its lines.
    private func mark(
        _ log: any DiskFile, _ to: String, _ copied: LogCopy, _ destination: any DiskDirectory,
        _ tools: CompressionTools
    ) throws(DiskFault) -> Bool {
        let copy = try open(to, destination, copied.identity, forWriting: false)
        // A log that will not be cut is not marked.
        try check(copy.facts(), for: log.facts(), to, destination)
        let last = copied.size - 1
        guard let byte = try tools.byte(of: copy, at: last), let found = try tools.byte(of: log, at: last) else {
            return false
        }
        // After a power cut the log may lack what its copy has, and have other lines in its place.
        if isRecovery, !(try tools.areEqual(log, copy, count: last)) {
            if found == ~byte { try log.write([byte], at: last) }
            return false
        }
        if found != ~byte {
            guard found == byte else { return false }
            do throws(DiskFault) {
                try log.write([~byte], at: last)
            } catch {
                // On a full disk, where a byte may take a new block, it is cut all the same: after a kill in between its lines
                // would be in both files, and in none never.
                guard [ENOSPC, EDQUOT].contains(error.code) else { throw error }
            }
        }
        try log.synchronize()
        return true
    }

    /// Cuts a log to nothing: one whose copy is on the device, or one that is not kept. What came after the copy is copied as
    /// well; what comes between the last look and the cut is lost, which nobody can prevent.
    func truncate(_ directories: Directories, _ tools: CompressionTools) {
        work(directories, onFault: .held) { directory, destination throws(DiskFault) in
            for step in intent.steps {
                switch step {
                case .copy(let to, let identity, truncates: true):
                    guard let copied, [.begun, .unknown].contains(copied.cut) else { continue }
                    try truncate(copied, to, identity, directory, destination, tools)
                    self.copied?.cut = .done
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

    /// Looks for growth at most so often before the last look.
    private static let looks = 64

    private func truncate(
        _ copied: LogCopy, _ to: String, _ identity: FileIdentity, _ directory: any DiskDirectory,
        _ destination: any DiskDirectory, _ tools: CompressionTools
    ) throws(DiskFault) {
        // Where the copy is gone it was compressed, which comes after the cut, or is somebody else's matter.
        if isRecovery, try destination.facts(to) == nil { return }
        guard
            let log = try openRemaining(intent.name, directory, identity, forWriting: true, logAllowance)
        else { return }
        let copy = try open(to, destination, copied.identity, forWriting: true)
        try check(copy.facts(), for: log.facts(), to, destination)
        guard var size = try sizeToGoOnFrom(copied, log, copy, tools) else { return try log.synchronize() }
        var grown: Int64 = 0
        for _ in 0..<Self.looks {
            let end = try tools.copy(log, to: copy, from: size)
            if end == size { break }
            grown = end - size
            size = end
        }
        try copy.synchronize()
        // What came while the device was waited for, to its end, or the log is not cut. It is on the device some time later, as
        // the log would have been.
        let end = try tools.copy(log, to: copy, from: size)
        try log.truncate(0)
        // Else it could be whole again after a power cut, when the journal has forgotten it.
        try log.synchronize()
        report.bytesAtRisk = Int(clamping: grown + end - size)
    }

    /// Who may change names there can have put a file of his own in the place of a copy, which may have got the same inode.
    private func check(
        _ copy: EntryFacts, for log: EntryFacts, _ name: String, _ destination: any DiskDirectory
    ) throws(DiskFault) {
        if isWatched, !copy.mayHold(log, worker: worker) { throw stale(name, destination) }
    }

    /// How many bytes of a log its copy has for sure; nil where the log was cut already, by an earlier run.
    private func sizeToGoOnFrom(
        _ copied: LogCopy, _ log: any DiskFile, _ copy: any DiskFile, _ tools: CompressionTools
    ) throws(DiskFault) -> Int64? {
        if copied.cut == .begun {
            if beginsCut { return copied.size }
            let last = copied.size - 1
            guard let byte = try tools.byte(of: copy, at: last), try tools.byte(of: log, at: last) == ~byte,
                try tools.areEqual(log, copy, count: last)
            else { return nil }
            return copied.size
        }
        // All that the copy has by now counts, not only what it had at first.
        let size = max(copied.size, try copy.facts().size)
        guard size > 0, try log.facts().size >= size, try tools.areEqual(log, copy, count: size) else { return nil }
        return size
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
