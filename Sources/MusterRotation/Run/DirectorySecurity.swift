internal import MusterSystem

/// Refuses logs that somebody else could turn into something else while they are rotated.
struct DirectorySecurity {
    private let disk: any Disk
    private let isRoot: Bool
    /// What was found about directories, by their paths.
    private var seen: [PathKey: RotationFault?] = [:]

    init(disk: any Disk, user: UInt32 = Accounts.effectiveUser) {
        self.disk = disk
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
        guard isRoot, settings.actor == nil else { return }
        if let fault = fault(of: found.directory) { throw fault }
    }

    /// Who may write a directory can put a link in the place of a log, and have root work on what it leads to.
    private mutating func fault(of path: String) -> RotationFault? {
        if let known = seen[PathKey(path)] { return known }
        var fault: RotationFault?
        do throws(DiskFault) {
            let facts = try disk.openDirectory(path).facts()
            let isOpen = facts.mode & 0o002 != 0 || (facts.mode & 0o020 != 0 && facts.group != 0)
            if isOpen {
                let mode = String(facts.mode & 0o7777, radix: 8)
                fault = RotationFault(
                    .unsafe, at: path,
                    "others than root may write this folder of logs (mode 0\(mode), group \(facts.group)); "
                        + "write \"su USER GROUP\" in the stanza, or try chmod go-w")
            }
        } catch {
            fault = RotationFault(error)
        }
        seen[PathKey(path)] = .some(fault)
        return fault
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
