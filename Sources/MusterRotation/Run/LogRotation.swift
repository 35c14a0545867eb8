internal import Glibc
internal import MusterCore
internal import MusterSystem

/// One log on its way through a rotation, and how far it is. Everything here can be done again after a kill: what was done
/// before is recognised by the inode of the file under its new name.
///
/// Invariant for sharing: one thread works on it at a time.
final class LogRotation: @unchecked Sendable {
    /// What becomes of it.
    enum Standing: Sendable {
        case going
        /// Nothing of it was done, and nothing will be: it is planned anew another time.
        case dropped
        /// The next run goes on with it.
        case held
        /// It goes no further; its names are as they shall be.
        case stopped
    }

    /// In the journal.
    let number: Int
    private(set) var intent: RotationIntent
    /// Whether an earlier run began it: then any step may have been done already.
    let isRecovery: Bool
    private let tellsSteps: Bool
    private(set) var standing = Standing.going
    /// Whether there is no folder to work in any more.
    private(set) var isGivenUp = false
    /// Whether its names are as they shall be, on the device.
    var isNamed = false
    /// Whether any name has been touched: rotated logs that have moved would move a second time if it were planned anew, and
    /// the oldest be removed for nothing.
    private(set) var hasMoved = false
    /// The copy that is on the device; nil where there is none to be followed by a truncation.
    var copied: LogCopy?
    /// How much of the log is still read in this run, from its copy to its cut.
    var logAllowance: ReadAllowance?
    /// Whether this run has begun to cut the log.
    var beginsCut = false
    /// How it is compressed, where that is not as the journal has it of its stanza.
    private(set) var compression: CompressionChoice?
    /// What could not be compressed, for the next run.
    private(set) var leftCompressions: [RotationStep] = []
    /// Whether to try again changes nothing.
    private var isFinal = false
    /// Whether others may change names while it is worked on, so that each is looked at again.
    private(set) var isWatched = false
    /// Who works on it.
    private(set) var worker: UInt32 = 0
    /// Whether devices have other numbers than when the journal was written.
    private var isRenumbered = false
    var scriptsRun: Set<ScriptKind> = []
    var report: RotationReport.Log

    init(_ number: Int, _ intent: RotationIntent, _ report: RotationReport.Log, tellsSteps: Bool) {
        self.number = number
        self.intent = intent
        self.report = report
        self.tellsSteps = tellsSteps
        isRecovery = false
    }

    /// One that an earlier run began.
    init(recovering number: Int, _ intent: RotationIntent) {
        self.number = number
        self.intent = intent
        report = RotationReport.Log(path: intent.path, outcome: intent.rotates ? .rotated : .skipped)
        tellsSteps = false
        isRecovery = true
    }

    /// Ends its way here. The first fault is the cause of those after it, but what has to be held is.
    func fail(_ fault: RotationFault, _ standing: Standing) {
        guard report.fault == nil else {
            if standing == .held, self.standing == .stopped { self.standing = .held }
            return
        }
        var fault = fault
        if fault.location.isEmpty { fault.location = intent.path }
        report.outcome = .failed
        report.fault = RotationReport.Fault(fault)
        self.standing = standing
        isFinal = fault.isFinal
    }

    /// Leaves the rest to the next run, without a fault of its own.
    func hold() {
        if standing == .going { standing = .held }
    }

    /// Goes no further, without a fault of its own.
    func stop() {
        if standing == .going { standing = .stopped }
    }

    /// Goes no further, because its folder is gone: one fault of the stanza tells that of all logs.
    func giveUp() {
        report.outcome = .failed
        standing = .stopped
        isGivenUp = true
    }

    /// Does not begin, because the run was interrupted.
    func leave() {
        report.outcome = .skipped
        report.reason = "interrupted"
        standing = .dropped
    }

    func isDone(_ step: RotationStep) {
        if tellsSteps { report.steps.append(RotationReport.Step(step, of: intent)) }
    }

    /// Whether what was done to it is to be brought to its end: a log that goes no further may have files that are compressed.
    var isEnding: Bool { standing == .going || standing == .stopped }

    /// Does something with the directory of the log and that of its rotated logs.
    func work(
        _ directories: Directories, onFault standing: @autoclosure () -> Standing,
        _ body: (_ directory: any DiskDirectory, _ destination: any DiskDirectory) throws(DiskFault) -> Void
    ) {
        do throws(DiskFault) {
            let folder = try directories.folder(intent.directory, as: intent.folder, onAnyDevice: isRecovery)
            let other = intent.destinationFolder ?? intent.folder
            let isOne = other == intent.folder && intent.destination == intent.directory
            let destination =
                try isOne ? folder : directories.folder(intent.destination, as: other, onAnyDevice: isRecovery)
            isWatched = folder.isOthers || destination.isOthers
            worker = directories.user
            isRenumbered =
                folder.identity.device != intent.folder.device || destination.identity.device != other.device
            try body(folder.directory, destination.directory)
        } catch {
            // Compression stops where the run is interrupted.
            if error.code == EINTR, Task.isCancelled { return hold() }
            fail(RotationFault(compressing: error), standing())
        }
    }

    // MARK: Compressions that are left

    /// Whether it is nothing but a compression that an earlier run could not do.
    var isRetry: Bool { intent.isRetry }

    /// Takes over how its stanza compresses by now.
    func prepare(_ retry: CompressionRetry) {
        switch retry {
        case .asBefore: return
        case .never: supersede()
        case .by(let choice, let ending):
            compression = choice
            intent.steps = intent.steps.map { step in
                guard case .recompress(let from, _, let identity, let temporary) = step else { return step }
                return .recompress(from: from, to: from + ending, identity, temporary: temporary)
            }
        }
    }

    /// Leaves a compression to the next run, if that is worth another try.
    func leave(_ compression: Compression, _ source: FileIdentity?) {
        guard standing == .stopped, !isFinal, let identity = compression.identity ?? source ?? given(compression.from)
        else { return }
        leftCompressions.append(
            .recompress(from: compression.from, to: compression.to, identity, temporary: compression.temporary))
    }

    /// The file that got a name in this rotation.
    func given(_ name: String) -> FileIdentity? {
        for step in intent.steps {
            switch step {
            case .shift(_, to: name, let identity), .rotate(to: name, let identity): return identity
            case .copy(to: name, _, _): return copied?.identity
            default: continue
            }
        }
        return nil
    }

    /// What a later run has to know of its compressions; nil where none is left.
    var leftIntent: RotationIntent? {
        if isRetry, standing == .held { return intent }
        guard !leftCompressions.isEmpty else { return nil }
        var left = intent
        left.steps = leftCompressions
        left.rotates = false
        return left
    }

    /// A new rotation of the log has taken its compressions over.
    func supersede() {
        leftCompressions = []
        if isRetry { standing = .stopped }
    }

    // MARK: Names

    /// Notes which directory its rotated logs go to, where that had to be made.
    func noteDestination(_ directories: Directories) {
        guard standing == .going, intent.destinationFolder == nil else { return }
        do throws(DiskFault) {
            intent.destinationFolder = try directories.folder(intent.destination).identity
        } catch {
            fail(RotationFault(error), .dropped)
        }
    }

    /// Does all steps up to the new log. Names are not on the device yet.
    func takeNames(_ directories: Directories, _ tools: CompressionTools) {
        work(directories, onFault: isRecovery || hasMoved ? .held : .dropped) {
            directory, destination throws(DiskFault) in
            for (index, step) in intent.steps.enumerated() { try take(step, index, directory, destination, tools) }
        }
    }

    /// Makes the directory of rotated logs, where it is missing.
    func makeDirectory(_ directories: Directories) {
        for case .makeDirectory(let mode, let user, let group) in intent.steps where standing == .going {
            do throws(DiskFault) {
                if try directories.make(intent.destination, mode: mode, user: user, group: group) {
                    isDone(.makeDirectory(mode: mode, user: user, group: group))
                }
            } catch {
                fail(RotationFault(error), .dropped)
            }
        }
    }

    private func take(
        _ step: RotationStep, _ index: Int, _ directory: any DiskDirectory, _ destination: any DiskDirectory,
        _ tools: CompressionTools
    ) throws(DiskFault) {
        guard standing == .going else { return }
        switch step {
        case .shift(let from, let to, let identity):
            try move(from, of: destination, to: to, of: destination, identity)
            hasMoved = true
        case .rotate(let to, let identity):
            try move(intent.name, of: directory, to: to, of: destination, identity)
            hasMoved = true
        case .create(let mode, let user, let group, let keepsList):
            // A mode that is named says it all, as with logrotate.
            let old = keepsList ? try rotated(directory, destination) : nil
            try create(directory, index, mode: mode, user: user, group: group, listOf: old)
        case .copy(let to, let identity, let truncates):
            try copy(to, identity, truncates, index, directory, destination, tools)
            hasMoved = true
        case .setAside(let name, let identity):
            try move(intent.name, of: directory, to: name, of: directory, identity)
            hasMoved = true
        // Before all, after the scripts, or where names are on the device.
        case .makeDirectory, .truncate, .deliver, .script, .compress, .recompress, .remove: return
        }
        isDone(step)
    }

    /// Renames a file, unless it has its new name already.
    private func move(
        _ from: String, of directory: any DiskDirectory, to: String, of destination: any DiskDirectory,
        _ identity: FileIdentity
    ) throws(DiskFault) {
        if isRecovery {
            // A name says nothing here: another file may have it by now.
            let isOld = try directory.facts(from).map { isSame($0, identity) } ?? false
            if try destination.facts(to).map({ isSame($0, identity) }) ?? false {
                // A rename in two steps, a link and a removal, was cut in the middle.
                if isOld { try directory.remove(from) }
                return
            }
            guard isOld else { return }
        }
        guard isWatched else { return try directory.rename(from, to: destination, as: to) }
        try check(from, directory, identity)
        try directory.rename(from, to: destination, as: to)
        try confirm(to, destination, identity) { () throws(DiskFault) in
            try putBack(to, of: destination, to: directory, as: from)
        }
    }

    /// Gives an entry that is not ours its name back. Where that is taken by now it gets one that nobody can foresee: it
    /// belongs to who owns the folder that it came from, and is not left in one of root's.
    private func putBack(
        _ name: String, of directory: any DiskDirectory, to source: any DiskDirectory, as old: String
    ) throws(DiskFault) {
        do throws(DiskFault) {
            try directory.rename(name, to: source, as: old)
        } catch {
            guard error.code == EEXIST else { throw error }
            try directory.rename(name, to: source, as: Self.foreignName(.random(in: 0 ... .max)))
        }
    }

    private static func foreignName(_ token: UInt64) -> String { ".muster-foreign-\(String(token, radix: 16))" }

    /// Errors: ESTALE where an entry is not the one that was meant.
    private func check(_ name: String, _ directory: any DiskDirectory, _ identity: FileIdentity) throws(DiskFault) {
        guard let facts = try directory.facts(name), isMeant(facts.identity, identity) else {
            throw stale(name, directory)
        }
    }

    /// Looks, where others may change names, whether an entry that got its name just now is the one that was meant; what is
    /// not is brought back by `undo`. Errors: ESTALE.
    func confirm(
        _ name: String, _ directory: any DiskDirectory, _ identity: FileIdentity,
        undo: () throws(DiskFault) -> Void = {}
    ) throws(DiskFault) {
        guard isWatched else { return }
        do throws(DiskFault) {
            try check(name, directory, identity)
        } catch {
            if error.code == ESTALE { try undo() }
            throw error
        }
    }

    func stale(_ name: String, _ directory: any DiskDirectory) -> DiskFault {
        DiskFault(code: ESTALE, call: "open", path: "\(directory.path)/\(name)")
    }

    /// Whether an entry is the file that was meant.
    func isSame(_ facts: EntryFacts, _ identity: FileIdentity) -> Bool {
        facts.kind == .regular && isMeant(facts.identity, identity)
    }

    /// A device may have another number after the machine was started again; in one directory the inode says it all then.
    private func isMeant(_ found: FileIdentity, _ identity: FileIdentity) -> Bool {
        found.inode == identity.inode && (found.device == identity.device || isRenumbered)
    }

    /// A new log, with its owner and mode from the moment on that it can be seen.
    private func create(
        _ directory: any DiskDirectory, _ index: Int, mode: UInt32, user: UInt32, group: UInt32,
        listOf old: (any DiskFile)?
    ) throws(DiskFault) {
        let temporary = temporaryName(index)
        if isRecovery { try removeLeftover(temporary, directory) }
        // A daemon may have been faster.
        if try directory.facts(intent.name) != nil { return }
        // Closed to all until it is whose it is to be.
        let file = try createTemporary(temporary, directory, mode: mode & 0o600)
        do throws(DiskFault) {
            try file.take(user: user, group: group, mode: mode, of: old)
            try directory.rename(temporary, to: directory, as: intent.name)
        } catch {
            _ = try? removeLeftover(temporary, directory)
            if error.code != EEXIST { throw error }
        }
    }

    /// The log under the name that it has got; nil where it has gone on.
    private func rotated(
        _ directory: any DiskDirectory, _ destination: any DiskDirectory
    ) throws(DiskFault) -> (any DiskFile)? {
        for step in intent.steps {
            switch step {
            case .rotate(let to, let identity):
                return try openRemaining(to, destination, identity, forWriting: false)
            case .setAside(let name, let identity):
                return try openRemaining(name, directory, identity, forWriting: false)
            default: continue
            }
        }
        return nil
    }

    func removeLeftover(_ name: String, _ directory: any DiskDirectory) throws(DiskFault) {
        do throws(DiskFault) {
            try directory.remove(name)
        } catch {
            if error.code != ENOENT { throw error }
        }
    }

    /// Creates a file that is not whole yet; where an earlier run has left one of its name, that goes first.
    func createTemporary(
        _ name: String, _ directory: any DiskDirectory, mode: UInt32 = 0o600
    ) throws(DiskFault) -> any DiskFile {
        do throws(DiskFault) {
            return try directory.create(name, mode: mode)
        } catch {
            if error.code != EEXIST { throw error }
        }
        try removeLeftover(name, directory)
        return try directory.create(name, mode: mode)
    }

    /// As ``open(_:_:_:forWriting:)``; nil for a log that an earlier run began to rotate where it is gone, or another has its
    /// name by now.
    func openRemaining(
        _ name: String, _ directory: any DiskDirectory, _ identity: FileIdentity, forWriting: Bool,
        _ allowance: ReadAllowance? = nil
    ) throws(DiskFault) -> BoundedFile? {
        if isRecovery, !(try directory.facts(name).map { isSame($0, identity) } ?? false) { return nil }
        return try open(name, directory, identity, forWriting: forWriting, allowance)
    }

    /// Opens a file that has to be the one that was meant, of which no more is read than is allowed: else what it has by now,
    /// and as much again. Errors: ESTALE where it is another.
    func open(
        _ name: String, _ directory: any DiskDirectory, _ identity: FileIdentity, forWriting: Bool,
        _ allowance: ReadAllowance? = nil
    ) throws(DiskFault) -> BoundedFile {
        let file = try directory.open(name, forWriting: forWriting)
        let facts = try file.facts()
        if !isSame(facts, identity) { throw stale(name, directory) }
        let allowed = if let allowance { allowance } else { try ReadAllowance(growing: file, facts) }
        return BoundedFile(file, name, in: directory, allowed)
    }

    /// The name of the file that is not whole yet of a step. It begins with a dot, so that patterns pass it by.
    func temporaryName(_ step: Int) -> String {
        var name = ".muster-"
        name.reserveCapacity(28)
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: intent.token >> UInt64(shift)) & 15
            name.unicodeScalars.append(Unicode.Scalar(digit < 10 ? 48 + digit : 87 + digit))
        }
        return name + ".\(step)"
    }
}

/// Names of files beside the state file that are not whole yet.
enum TemporaryName {
    static func log(_ name: String) -> String { ".\(name).muster-new" }
}

extension RotationReport.Fault {
    init(_ fault: RotationFault) {
        self.init(code: fault.code.rawValue, location: fault.location, hint: fault.hint)
    }
}
