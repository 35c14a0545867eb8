internal import MusterSystem

/// Refuses logs that somebody else could turn into something else while they are rotated.
struct DirectorySecurity {
    private let directories: Directories
    private let isRoot: Bool
    /// Users by whose rights root works, and whether they are root.
    private var actors: [RotationSettings.Actor: Bool] = [:]
    /// The directory that was found safe last, and for whom: neighbours come one after another.
    private var last: (path: PathKey, actor: RotationSettings.Actor?)?

    init(_ directories: Directories, user: UInt32 = Accounts.effectiveUser) {
        self.directories = directories
        isRoot = user == 0
    }

    /// Errors: the log is a link or no regular file, has several names, or lies where others may write.
    mutating func check(_ found: LogSearch.Found, _ settings: RotationSettings) throws(RotationFault) {
        switch found.facts.kind {
        case .regular: break
        case .link:
            throw RotationFault(.unsafe, at: found.path, "it is a link; write the path of the file that it leads to")
        case .directory, .other:
            throw RotationFault(.unsafe, at: found.path, "it is no regular file; leave it out of the pattern")
        }
        if found.facts.links > 1, !settings.allowsHardLinks {
            throw RotationFault(
                .unsafe, at: found.path,
                "it has \(found.facts.links) names (hard links); write allowhardlink where that is meant")
        }
        try check(directory: found.directory, settings)
    }

    /// Errors: root is to work in a directory that others may write. To do so by the name of root changes little: only a
    /// folder that its group may write is accepted then, and only one of root's, as Ubuntu's `/var/log` with `su root adm`,
    /// or of the very group that is named, as Ceph's folder with `su root ceph`. Names are looked at again all the same.
    mutating func check(directory path: String, _ settings: RotationSettings) throws(RotationFault) {
        if let last, last.path == PathKey(path), last.actor == settings.actor { return }
        try look(path, settings)
        last = (PathKey(path), settings.actor)
    }

    private mutating func look(_ path: String, _ settings: RotationSettings) throws(RotationFault) {
        guard isRoot, isRoots(settings.actor) else { return }
        let folder: Folder
        do throws(DiskFault) { folder = try directories.folder(path) } catch { throw RotationFault(error) }
        guard folder.isShared else { return }
        let hasList: Bool
        do throws(DiskFault) { hasList = try folder.directory.hasAccessList() } catch { throw RotationFault(error) }
        if let actor = settings.actor, !hasList, isAccepted(folder.facts, actor) { return }
        throw fault(of: folder, path, hasList: hasList)
    }

    private func isAccepted(_ facts: EntryFacts, _ actor: RotationSettings.Actor) -> Bool {
        facts.mode & 0o002 == 0 && (facts.user == 0 || facts.group == Accounts.group(actor.group))
    }

    private mutating func isRoots(_ actor: RotationSettings.Actor?) -> Bool {
        guard let actor else { return true }
        if let known = actors[actor] { return known }
        let isRoots = actor.userNumber == 0
        actors[actor] = isRoots
        return isRoots
    }

    /// Who may write a directory can put something else in the place of a log.
    private func fault(of folder: Folder, _ path: String, hasList: Bool) -> RotationFault {
        let mode = String(folder.facts.mode, radix: 8)
        return RotationFault(
            .unsafe, at: path,
            "others than root may write this folder of logs (mode 0\(mode), group \(folder.facts.group)"
                + (hasList ? ", and an access list: see getfacl" : "")
                + "); write \"su USER GROUP\" in the stanza, or try chmod go-w")
    }
}

/// Who a new log belongs to, where `create` names somebody.
struct NewLogOwners {
    var user: UInt32?
    var group: UInt32?

    /// Errors: there is no such user or group.
    init(_ stanza: RotationStanza) throws(RotationFault) {
        func missing(_ kind: String, _ name: String) -> RotationFault {
            RotationFault(
                .badValue, at: "\(stanza.place)",
                "there is no \(kind) \(DirectiveValues.shown(name)) for create; correct the name, so no log of the stanza is rotated"
            )
        }
        if let name = stanza.settings.creation?.user {
            guard let found = Accounts.user(name) else { throw missing("user", name) }
            user = found.user
        }
        if let name = stanza.settings.creation?.group {
            guard let found = Accounts.group(name) else { throw missing("group", name) }
            group = found
        }
    }
}
