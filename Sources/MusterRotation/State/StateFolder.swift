internal import Glibc
internal import MusterSystem

/// The folder of state, journal and lock, held open: nobody but root and us can change what is in it, or have its path lead
/// elsewhere.
///
/// The path is walked part by part from the root. Each folder has to belong to root or to us, and nobody else may write it; one
/// above the last may be sticky, as `/tmp` is, where its next part belongs to root or to us. A link is followed under the same
/// rules, which hold for what it leads to as well. So whatever was looked at stays as it was.
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
        var walk = StateWalk(disk: disk, trust: trust)
        let (real, entry) = try walk.end(of: path)
        do throws(DiskFault) {
            directory = try disk.openDirectory(real)
            let facts = try directory.facts()
            guard facts.identity == entry.facts.identity else {
                throw DiskFault(code: ESTALE, call: "open", path: real)
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

/// A path that is walked, part by part.
private struct StateWalk {
    private static let linkLimit = 40
    private static let advice = "write -s FILE in a folder that nobody but"

    private let disk: any Disk
    private let trust: StateTrust
    /// The folders from the root on, with no link among them.
    private var way: [(path: String, entry: DiskEntry)] = []
    private var links = 0

    init(disk: any Disk, trust: StateTrust) {
        self.disk = disk
        self.trust = trust
    }

    /// Where a path leads. Errors: a part is missing, or can be changed by others.
    mutating func end(of path: String) throws(RotationFault) -> (path: String, entry: DiskEntry) {
        let start = path.hasPrefix("/") ? "" : try Self.currentFolder() + "/"
        var rest = parts(start + path)
        way = [("/", try look("/", path))]
        while let part = rest.popLast() {
            if part == "." { continue }
            if part == ".." {
                if way.count > 1 { way.removeLast() }
                continue
            }
            let parent = way[way.count - 1]
            let place = parent.path == "/" ? "/" + part : "\(parent.path)/\(part)"
            let entry = try look(place, path)
            try check(parent, above: (place, entry))
            switch entry.facts.kind {
            case .directory: way.append((place, entry))
            case .link: rest += try followed(entry, place)
            case .regular, .other:
                throw RotationFault(.disk, at: place, "this is no folder; write -s FILE in one")
            }
        }
        let last = way[way.count - 1]
        try check(last, above: nil)
        return last
    }

    private static func currentFolder() throws(RotationFault) -> String {
        guard let folder = RealPath.of(".") else {
            throw RotationFault(.disk, at: ".", "this folder is gone; write -s with a path that begins with /")
        }
        return folder
    }

    private func parts(_ path: String) -> [String] { path.split(separator: "/").reversed().map(String.init) }

    private func look(_ place: String, _ path: String) throws(RotationFault) -> DiskEntry {
        do throws(DiskFault) {
            if let entry = try disk.entry(at: place) { return entry }
            throw DiskFault(code: ENOENT, call: "open", path: place)
        } catch {
            let advice = error.isAbsence ? "make it" : "see its permissions"
            throw RotationFault(
                .disk, at: place, "the folder of the state file cannot be opened (\(error.reason)); \(advice)")
        }
    }

    /// The parts that a link leads to.
    private mutating func followed(_ entry: DiskEntry, _ place: String) throws(RotationFault) -> [String] {
        links += 1
        guard links <= Self.linkLimit, let target = entry.target else {
            throw RotationFault(.disk, at: place, "too many links are on the way to the state file; write its own path")
        }
        guard trust.has(entry.facts.user) else {
            throw RotationFault(
                .unsafe, at: place,
                "this link on the way to the state file belongs to user \(entry.facts.user); write its own path")
        }
        if target.hasPrefix("/") { way.removeSubrange(1...) }
        return parts(target)
    }

    /// Errors: others could put something else in the place of what is below, or of all that is in the last one.
    private func check(
        _ folder: (path: String, entry: DiskEntry), above next: (path: String, entry: DiskEntry)?
    ) throws(RotationFault) {
        let isSticky = folder.entry.facts.mode & 0o1000 != 0
        var folder = folder
        if let next, isSticky, trust.has(folder.entry.facts.user) {
            if trust.has(next.entry.facts.user) { return }
            folder = next
        }
        let name = next == nil ? "the state file's folder" : "this folder on the way to the state file"
        let advice = "\(Self.advice) \(trust.owners) may write"
        if let hint = trust.objection(folder.entry, name, advice: advice) {
            throw RotationFault(.unsafe, at: folder.path, hint)
        }
    }
}
