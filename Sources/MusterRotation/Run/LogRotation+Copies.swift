internal import MusterCore
internal import MusterSystem

extension LogRotation {
    /// Copies the log under its rotated name; the copy gets its name when it is whole and on the device.
    func copy(
        _ to: String, _ identity: FileIdentity, _ truncates: Bool, _ directory: any DiskDirectory,
        _ destination: any DiskDirectory, _ tools: CompressionTools
    ) throws(DiskFault) {
        if isRecovery, let facts = try destination.facts(to) {
            copied = truncates ? facts.size : nil
            return
        }
        guard let log = try openRemaining(intent.name, directory, identity, forWriting: false) else { return }
        let size = try place(log, to, destination, tools)
        copied = truncates ? size : nil
    }

    /// Copies a file to a new name. Returns the bytes of the copy.
    private func place(
        _ file: any DiskFile, _ to: String, _ destination: any DiskDirectory, _ tools: CompressionTools
    ) throws(DiskFault) -> Int64 {
        let facts = try file.facts()
        let temporary = TemporaryName.rotated(to)
        let copy = try createTemporary(temporary, destination)
        do throws(DiskFault) {
            let size = try tools.copy(file, to: copy, from: 0)
            try copy.take(facts, of: file)
            try copy.synchronize()
            try destination.rename(temporary, to: destination, as: to)
            return size
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
                    if let copied { try truncate(copied, to, identity, directory, destination, tools) }
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
        _ start: Int64, _ to: String, _ identity: FileIdentity, _ directory: any DiskDirectory,
        _ destination: any DiskDirectory, _ tools: CompressionTools
    ) throws(DiskFault) {
        // Where the copy is gone it was compressed, which comes after the cut.
        if isRecovery, try destination.facts(to) == nil { return }
        guard let log = try openRemaining(intent.name, directory, identity, forWriting: true) else { return }
        let copy = try destination.open(to, forWriting: true)
        if isRecovery {
            // Cut already, when it is shorter now or begins with something else.
            guard try log.facts().size >= start, try tools.areEqual(log, copy, count: start) else {
                return try log.synchronize()
            }
        }
        var size = start
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
            for case .deliver(let from, let to, let identity) in intent.steps {
                guard let facts = try directory.facts(from), isSame(facts, identity) else { continue }
                let isThere = if isRecovery, let to { try destination.facts(to) != nil } else { false }
                if let to, !isThere {
                    let file = try open(from, directory, identity, forWriting: false)
                    _ = try place(file, to, destination, tools)
                }
                if to != nil { try destination.synchronize() }
                try directory.remove(from)
                isDone(.deliver(from: from, to: to, identity))
            }
        }
    }
}
