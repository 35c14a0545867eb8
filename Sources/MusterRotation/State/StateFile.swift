internal import Glibc
package import MusterSystem

/// The state file with what lies beside it: the lock, which is never renamed or removed, and the journal.
///
/// All three, and their folder, are ours alone, or nothing is done by them: whoever may write the journal could have us run
/// what he likes. The state is replaced as a whole, and only where it has changed.
final class StateFile {
    private static let sizeLimit = 256 << 20
    /// More than its first line takes.
    private static let headerLimit = 4_096

    let path: String
    private let name: String
    private let keepsState: Bool
    private let folder: StateFolder
    private var bytes: [UInt8] = []
    /// The state as it was read, open for its owner, mode and access list.
    private var old: (file: any DiskFile, facts: EntryFacts)?
    /// Held until the end: of the lock, and of the state itself, which is where logrotate looks.
    private var locks: [any DiskFile] = []

    private var journalName: String { name + ".journal" }
    private var lockName: String { name + ".lock" }

    /// Errors: its folder is missing; it, the folder, the journal or the lock is not ours alone
    /// (``RotationFault/Code/unsafe``).
    init(
        _ path: String, keepsState: Bool, disk: any Disk, trust: StateTrust = StateTrust()
    ) throws(RotationFault) {
        self.path = path
        self.keepsState = keepsState
        name = try Self.name(of: path)
        folder = try StateFolder(Self.folder(of: path), disk: disk, trust: trust)
        // Before anything is done by any of them.
        if keepsState { try folder.check(name, .state) }
        try folder.check(journalName, .journal)
        try folder.check(lockName, .lock)
    }

    /// To be looked at only, whoever may change it. Errors: its folder cannot be opened.
    init(lookingAt path: String, keepsState: Bool, disk: any Disk) throws(RotationFault) {
        self.path = path
        self.keepsState = keepsState
        name = try Self.name(of: path)
        do throws(DiskFault) {
            folder = try StateFolder(lookingAt: Self.folder(of: path), disk: disk)
        } catch {
            throw RotationFault(error)
        }
    }

    private static func name(of path: String) throws(RotationFault) -> String {
        let name = Self.name(in: path)
        guard EntryName.isValid(name) else {
            throw RotationFault(.disk, at: path, "this is no name of a file; name the state file")
        }
        return name
    }

    /// The name that a path ends in.
    static func name(in path: String) -> String {
        String(path.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
    }

    /// The directory that a path leads to a name in.
    static func folder(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        return parts.count == 1 ? "." : folder.isEmpty ? "/" : folder
    }

    // MARK: Lock

    /// False where another run has it. Errors: it cannot be opened or made.
    ///
    /// The state itself is where logrotate looks; where others may read it, they could hold that lock for ever.
    func lock() throws(RotationFault) -> Bool {
        let lock = try openOrCreateLock()
        guard try Self.isTaken(lock) else { return false }
        var held = [lock]
        if try folder.isPrivate(name), let state = try folder.open(name, .state, forWriting: false) {
            guard try Self.isTaken(state) else { return false }
            held.append(state)
        }
        locks = held
        return true
    }

    private static func isTaken(_ file: any DiskFile) throws(RotationFault) -> Bool {
        do throws(DiskFault) { return try file.lock() } catch { throw RotationFault(error) }
    }

    private func openOrCreateLock() throws(RotationFault) -> any DiskFile {
        if let lock = try folder.open(lockName, .lock, forWriting: true) { return lock }
        do throws(DiskFault) {
            return try folder.directory.create(lockName, mode: 0o600)
        } catch {
            guard error.code == EEXIST else { throw RotationFault(error) }
        }
        // Another run was faster.
        guard let lock = try folder.open(lockName, .lock, forWriting: true) else {
            throw RotationFault(.disk, at: path + ".lock", "it comes and goes; leave the lock where it is")
        }
        return lock
    }

    func openJournal() throws(RotationFault) -> (journal: Journal, records: [JournalRecord]) {
        let file = try folder.open(journalName, .journal, forWriting: true)
        return try Journal.open(journalName, in: folder.directory, file)
    }

    /// What a journal holds, with nothing touched.
    func unfinished() throws(RotationFault) -> [JournalRecord] {
        try Journal.read(journalName, in: folder.directory)
    }

    // MARK: State

    /// Errors: it cannot be read, or is no state file.
    func checkHeader() throws(RotationFault) {
        guard keepsState, let file = try folder.open(name, .state, forWriting: false) else { return }
        let beginning: [UInt8]
        do throws(DiskFault) {
            beginning = try file.contents(limit: Self.headerLimit)
        } catch {
            throw RotationFault(error)
        }
        if let fault = fault(ofHeader: RotationState.read(beginning, file: path).faults) { throw fault }
    }

    private func fault(ofHeader faults: [RotationFault]) -> RotationFault? {
        faults.first { $0.location == "\(path):1" }
    }

    /// Errors: it cannot be read, or is no state file.
    func read() throws(RotationFault) -> (state: RotationState, faults: [RotationFault]) {
        guard keepsState, let file = try folder.open(name, .state, forWriting: false) else {
            return (RotationState(), [])
        }
        do throws(DiskFault) {
            old = (file, try file.facts())
            bytes = try file.contents(limit: Self.sizeLimit)
        } catch {
            throw RotationFault(error)
        }
        let (state, faults) = RotationState.read(bytes, file: path)
        // What is no state file is not written over.
        if let fault = fault(ofHeader: faults) { throw fault }
        return (state, faults)
    }

    /// Waits until what an earlier run wrote is on the device. Errors: the disk fails.
    func synchronize() throws(RotationFault) {
        do throws(DiskFault) { try folder.directory.synchronize() } catch { throw RotationFault(error) }
    }

    /// Errors: it cannot be written; then the old one is there.
    func write(_ state: RotationState, now: CalendarTime) throws(RotationFault) {
        guard keepsState, state.hasChanged || old == nil else { return }
        let text = state.text(now: now)
        if text == bytes { return }
        do throws(DiskFault) { try replace(with: text) } catch { throw RotationFault(error) }
        bytes = text
    }

    /// A new one is its owner's alone; one that was there keeps owner, mode and access list.
    private func replace(with text: [UInt8]) throws(DiskFault) {
        let directory = folder.directory
        let temporary = TemporaryName.log(name)
        do throws(DiskFault) {
            try directory.remove(temporary)
        } catch {
            if error.code != ENOENT { throw error }
        }
        let file = try directory.create(temporary, mode: 0o600)
        do throws(DiskFault) {
            if let (file: other, facts) = old {
                try file.take(user: facts.user, group: facts.group, mode: facts.mode, of: other)
            }
            try file.write(text)
            try file.synchronize()
            try directory.replace(name, with: temporary)
            try directory.synchronize()
        } catch {
            _ = try? directory.remove(temporary)
            throw error
        }
    }
}

extension DiskFile {
    /// All its bytes, up to a limit.
    func contents(limit: Int) throws(DiskFault) -> [UInt8] {
        try beginning(Int(min(max(0, try facts().size), Int64(limit))))
    }

    /// Its first bytes; fewer only where it has no more.
    package func beginning(_ size: Int) throws(DiskFault) -> [UInt8] {
        var fault: DiskFault?
        // Invariant: `read` fills as many bytes as it returns, at most the buffer's size.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            do throws(DiskFault) {
                filled = try unsafe read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        return bytes
    }

    /// Writes bytes to its beginning, or to an offset.
    func write(_ bytes: [UInt8], at offset: Int64 = 0) throws(DiskFault) {
        // Typed throws do not pass through the closure.
        var fault: DiskFault?
        unsafe bytes.withUnsafeBytes { buffer in
            do throws(DiskFault) {
                try unsafe write(buffer, at: offset)
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
    }
}
