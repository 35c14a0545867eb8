internal import Glibc
internal import MusterSystem

/// The folder of state, journal and lock, held open: nobody but root and us can change what is in it, or have its path lead
/// elsewhere.
///
/// The path is walked from the root by ``WalkPolicy/state(isTrusted:isShared:)``: so whatever was looked at stays as it was.
struct StateFolder {
    /// A file of a rotation's own.
    enum Role: String {
        case state = "this state file"
        case journal = "this journal"
        case lock = "this lock"
    }

    private static let tries = 4

    let directory: any DiskDirectory
    private let disk: any Disk
    /// Nil where nothing is run by what is found.
    private let trust: StateTrust?

    /// Errors: the folder is missing, or not ours alone (``RotationFault/Code/unsafe``).
    init(_ path: String, disk: any Disk, trust: StateTrust) throws(RotationFault) {
        let place = try StateWalk(path, trust).place(on: disk)
        do throws(DiskFault) {
            directory = try disk.openDirectory(place.path)
            let facts = try directory.facts()
            guard facts.identity == place.entry.facts.identity else {
                throw DiskFault(code: ESTALE, call: "open", path: place.path)
            }
        } catch {
            throw RotationFault(error)
        }
        self.disk = disk
        self.trust = trust
    }

    /// To be looked at only, whoever may change it.
    init(lookingAt path: String, disk: any Disk) throws(DiskFault) {
        directory = try disk.openDirectory(path)
        self.disk = disk
        trust = nil
    }

    /// Errors: what has the name is not ours alone, or no plain file. Nothing at all is none.
    func check(_ name: String, _ role: Role) throws(RotationFault) { _ = try entry(name, role) }

    /// Opens a file that is ours alone; nil where there is none. What others may read of a journal or a lock they may no
    /// longer afterwards. Errors: as those of ``check(_:_:)``; the disk fails.
    func open(_ name: String, _ role: Role, forWriting: Bool) throws(RotationFault) -> (any DiskFile)? {
        // logrotate may put another state in its place meanwhile.
        for _ in 0..<Self.tries {
            guard let entry = try entry(name, role) else { return nil }
            let file: any DiskFile
            let facts: EntryFacts
            do throws(DiskFault) {
                file = try directory.open(name, forWriting: forWriting)
                facts = try file.facts()
            } catch {
                throw RotationFault(error)
            }
            guard facts.identity == entry.facts.identity else { continue }
            try check(DiskEntry(facts: facts, grants: entry.grants), name, role)
            if trust != nil, role != .state { try narrow(file, facts.mode) }
            return file
        }
        throw RotationFault(.disk, at: path(name), "it is replaced all the time; leave it to one program")
    }

    /// Whether nobody else may open the state, and hold a lock on it for ever.
    func isPrivate(_ name: String) throws(RotationFault) -> Bool {
        guard let trust, let entry = try entry(name, .state) else { return false }
        return trust.others(.read, entry) == nil
    }

    private func path(_ name: String) -> String {
        directory.path.hasSuffix("/") ? directory.path + name : "\(directory.path)/\(name)"
    }

    private func entry(_ name: String, _ role: Role) throws(RotationFault) -> DiskEntry? {
        let found: DiskEntry?
        do throws(DiskFault) {
            found = try disk.entry(at: path(name))
        } catch {
            throw RotationFault(error)
        }
        if let found { try check(found, name, role) }
        return found
    }

    private func check(_ entry: DiskEntry, _ name: String, _ role: Role) throws(RotationFault) {
        guard let trust else { return }
        let hint: String?
        switch (entry.facts.kind, entry.facts.links) {
        case (.link, _): hint = "\(role.rawValue) is a link; write -s with the path of a file, or remove the link"
        case (.directory, _), (.other, _): hint = "\(role.rawValue) is no regular file; move it away"
        // The state is replaced as a whole; the others are written where they are.
        case (.regular, 2...) where role != .state:
            hint = "\(role.rawValue) has \(entry.facts.links) names (hard links); move it away"
        case (.regular, _): hint = trust.objection(entry, role.rawValue, advice: "move it away")
        }
        if let hint { throw RotationFault(.unsafe, at: path(name), hint) }
    }

    private func narrow(_ file: any DiskFile, _ mode: UInt32) throws(RotationFault) {
        if mode & 0o077 == 0 { return }
        do throws(DiskFault) {
            try file.setMode(mode & 0o700)
        } catch {
            // Root's file stays as root has made it.
            if error.code != EPERM { throw RotationFault(error) }
        }
    }
}
