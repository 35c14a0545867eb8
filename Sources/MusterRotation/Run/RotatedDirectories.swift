internal import Glibc
internal import MusterSystem

/// Directories of rotated logs as they are found while plans are made: each is listed once.
struct RotatedDirectories {
    struct Destination {
        var directory: (any DiskDirectory)?
        var names = DirectoryNames([])
        /// Nil where it is missing.
        var identity: FileIdentity?
        /// How it is made, where it is missing.
        var making: [RotationStep] = []

        /// With `settles`, as ``DiskDirectory/settledFacts(_:in:)``.
        func facts(_ name: String, settles: Bool) throws(DiskFault) -> EntryFacts? {
            guard settles, let identity else { return try directory?.facts(name) }
            return try directory?.settledFacts(name, in: identity)
        }
    }

    private struct Key: Hashable {
        var path: PathKey
        var actor: RotationSettings.Actor?
    }

    private let disks: ActorDirectories
    private var known: [Key: Destination] = [:]
    /// Those that a log of the stanza makes.
    private var made: Set<PathKey> = []

    init(_ disks: ActorDirectories) { self.disks = disks }

    /// Where the rotated logs of a directory lie.
    func path(of directory: String, _ settings: RotationSettings) -> String {
        guard let other = settings.otherDirectory else { return directory }
        if other.hasPrefix("/") { return other }
        return directory == "/" ? "/\(other)" : "\(directory)/\(other)"
    }

    /// Errors: it is missing and not to be made, or cannot be looked at.
    mutating func destination(
        _ path: String, _ settings: RotationSettings, for found: LogSearch.Found
    ) throws(RotationFault) -> Destination {
        let key = Key(path: PathKey(path), actor: settings.actor)
        if var destination = known[key] {
            if made.contains(key.path) { destination.making = [] }
            return destination
        }
        let directories = try disks.directories(of: settings.actor)
        var destination = Destination()
        do throws(DiskFault) {
            let folder = try directories.folder(path)
            destination = Destination(
                directory: folder.directory, names: DirectoryNames(try folder.directory.names()),
                identity: folder.identity)
        } catch {
            guard error.code == ENOENT, settings.otherDirectory != nil else { throw RotationFault(error) }
            guard let creation = settings.otherDirectoryCreation else {
                throw RotationFault(
                    .missing, at: found.path,
                    "its olddir \(path) is missing; make it, or write createolddir in the stanza")
            }
            destination.making = [try step(creation, path)]
        }
        known[key] = destination
        return destination
    }

    /// A directory is made by the first log of a stanza that needs it. Other stanzas may be faster, and make it as well.
    mutating func isMade(_ path: String) { made.insert(PathKey(path)) }

    mutating func beginStanza() { made = [] }

    private func step(_ creation: RotationSettings.Ownership, _ path: String) throws(RotationFault) -> RotationStep {
        func missing(_ name: String) -> RotationFault {
            RotationFault(
                .badValue, at: path,
                "there is no user or group \(DirectiveValues.shown(name)) for createolddir; correct it")
        }
        var user = Accounts.effectiveUser
        var group = Accounts.effectiveGroup
        if let name = creation.user {
            guard let found = Accounts.user(name) else { throw missing(name) }
            user = found.user
        }
        if let name = creation.group {
            guard let found = Accounts.group(name) else { throw missing(name) }
            group = found
        }
        return .makeDirectory(mode: creation.mode ?? 0o755, user: user, group: group)
    }
}

extension DiskDirectory {
    /// Facts of an entry that a rename does not change. A union of file systems (overlayfs) shows a file of a lower layer with
    /// another device than its folder's; when it is renamed or written, it becomes another file, of the upper layer. To open it
    /// for writing does that before its identity is noted.
    func settledFacts(_ name: String, in folder: FileIdentity) throws(DiskFault) -> EntryFacts? {
        guard let facts = try facts(name) else { return nil }
        guard facts.kind == .regular, facts.identity.device != folder.device else { return facts }
        // Who may not write it may still rename it, on other file systems.
        _ = try? open(name, forWriting: true)
        return try self.facts(name)
    }
}
