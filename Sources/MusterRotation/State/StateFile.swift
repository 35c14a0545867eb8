internal import Glibc
internal import MusterSystem

/// The state file with what lies beside it: the lock, which is never renamed or removed, and the journal.
///
/// The state is replaced as a whole, and only where it has changed.
final class StateFile {
    private static let sizeLimit = 256 << 20

    let path: String
    private let name: String
    private let keepsState: Bool
    private let directory: any DiskDirectory
    private var bytes: [UInt8] = []
    private var facts: EntryFacts?
    /// Held until the end: of the lock, and of the state itself, which is where logrotate looks.
    private var locks: [any DiskFile] = []

    /// Errors: its directory cannot be opened.
    init(_ path: String, keepsState: Bool, disk: any Disk) throws(RotationFault) {
        self.path = path
        self.keepsState = keepsState
        name = String(path.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
        do throws(DiskFault) {
            directory = try disk.openDirectory(Self.folder(of: path))
        } catch {
            let advice = error.isAbsence ? "make it" : "see its permissions"
            throw RotationFault(
                .disk, at: path, "the folder of the state file cannot be opened (\(error.reason)); \(advice)")
        }
        guard EntryName.isValid(name) else {
            throw RotationFault(.disk, at: path, "this is no name of a file; name the state file")
        }
    }

    /// The directory that a path leads to a name in.
    static func folder(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        return parts.count == 1 ? "." : folder.isEmpty ? "/" : folder
    }

    // MARK: Lock

    /// False where another run has it. Errors: it cannot be opened or made.
    func lock() throws(RotationFault) -> Bool {
        do throws(DiskFault) {
            let lock = try openOrCreate(name + ".lock")
            guard try lock.lock() else { return false }
            var held = [lock]
            if try directory.facts(name)?.kind == .regular {
                let state = try directory.open(name, forWriting: false)
                guard try state.lock() else { return false }
                held.append(state)
            }
            locks = held
            return true
        } catch {
            throw RotationFault(error)
        }
    }

    private func openOrCreate(_ name: String) throws(DiskFault) -> any DiskFile {
        if try directory.facts(name) == nil {
            do throws(DiskFault) {
                return try directory.create(name, mode: 0o600)
            } catch {
                if error.code != EEXIST { throw error }
            }
        }
        return try directory.open(name, forWriting: true)
    }

    func openJournal() throws(RotationFault) -> (journal: Journal, records: [JournalRecord]) {
        try Journal.open(name + ".journal", in: directory)
    }

    /// What a journal holds, with nothing touched.
    func unfinished() throws(RotationFault) -> [JournalRecord] { try Journal.read(name + ".journal", in: directory) }

    // MARK: State

    /// Errors: it cannot be read, or is no state file.
    func read() throws(RotationFault) -> (state: RotationState, faults: [RotationFault]) {
        do throws(DiskFault) {
            guard keepsState, let found = try directory.facts(name) else { return (RotationState(), []) }
            facts = found
            bytes = try directory.open(name, forWriting: false).contents(limit: Self.sizeLimit)
        } catch {
            throw RotationFault(error)
        }
        let (state, faults) = RotationState.read(bytes, file: path)
        // What is no state file is not written over.
        if let fault = faults.first, fault.location == "\(path):1" { throw fault }
        return (state, faults)
    }

    /// Waits until what an earlier run wrote is on the device. Errors: the disk fails.
    func synchronize() throws(RotationFault) {
        do throws(DiskFault) { try directory.synchronize() } catch { throw RotationFault(error) }
    }

    /// Errors: it cannot be written; then the old one is there.
    func write(_ state: RotationState, now: CalendarTime) throws(RotationFault) {
        guard keepsState, state.hasChanged || facts == nil else { return }
        let text = state.text(now: now)
        if text == bytes { return }
        let temporary = ".\(name).muster-new"
        do throws(DiskFault) {
            do throws(DiskFault) {
                try directory.remove(temporary)
            } catch {
                if error.code != ENOENT { throw error }
            }
            let file = try directory.create(temporary, mode: 0o640)
            do throws(DiskFault) {
                if let facts {
                    try file.setOwner(user: facts.user, group: facts.group)
                    try file.setMode(facts.mode)
                }
                try file.write(text)
                try file.synchronize()
                try directory.replace(name, with: temporary)
                try directory.synchronize()
            } catch {
                _ = try? directory.remove(temporary)
                throw error
            }
        } catch {
            throw RotationFault(error)
        }
        bytes = text
    }
}

extension DiskFile {
    /// All its bytes, up to a limit.
    func contents(limit: Int) throws(DiskFault) -> [UInt8] {
        let size = Int(min(max(0, try facts().size), Int64(limit)))
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
