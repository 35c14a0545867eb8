internal import Glibc
internal import MusterSystem

/// An errno, above 0.
struct ModelError: Error { var code: Int32 }

/// Bits, owner and times of an entry.
struct ModelFacts: Hashable {
    var mode: UInt32
    var user: UInt32 = 0
    var group: UInt32 = 0
    var access = DiskTime()
    var modification = DiskTime()
}

/// A change of a file's contents that the device may not have seen.
enum ModelChange {
    case write([UInt8], at: Int)
    case truncate(Int)
}

/// What a name leads to: as every process sees it, and as the device has it.
struct ModelInode {
    let kind: EntryFacts.Kind
    var device: UInt64 = 1
    /// Where a link leads.
    var target = ""
    var facts: ModelFacts
    var durableFacts: ModelFacts
    /// Of a file.
    var contents: [UInt8] = []
    var durableContents: [UInt8] = []
    var changes: [ModelChange] = []
    /// Of a directory: inode numbers.
    var entries: [String: UInt64] = [:]
    var durableEntries: [String: UInt64] = [:]
    /// Names it has.
    var links: UInt32 = 0
    /// Who holds the lock on it, as long as he has it open.
    weak var holder: ModelFile?

    init(_ kind: EntryFacts.Kind, _ facts: ModelFacts, device: UInt64 = 1) {
        self.kind = kind
        self.facts = facts
        self.device = device
        durableFacts = facts
        if kind == .directory { links = 2 }
    }
}

/// Entries that change in one step.
struct ModelRenaming {
    struct Entry: Hashable {
        var directory: UInt64
        var name: String
    }

    /// What each entry leads to afterwards; nil where it is gone.
    var entries: [(entry: Entry, inode: UInt64?)]

    func touches(_ directory: UInt64) -> Bool { entries.contains { $0.entry.directory == directory } }
}

/// A file system that remembers what of it is durable.
struct ModelState {
    static let root: UInt64 = 1
    /// Bytes of the greatest file.
    static let greatestFile = 1 << 28

    var inodes: [UInt64: ModelInode] = [:]
    /// Changes of names, oldest first, that no directory was synchronized after.
    var renamings: [ModelRenaming] = []
    var nextInode: UInt64 = 2
    /// What a change of contents sets as its time.
    var time = DiskTime(seconds: 1_800_000_000)

    init() { inodes[Self.root] = ModelInode(.directory, ModelFacts(mode: 0o755)) }

    // Every number that is handed out is there until the state is gone.
    subscript(_ number: UInt64) -> ModelInode {
        get { inodes[number]! }
        _modify { yield &inodes[number]! }
    }

    mutating func add(_ inode: ModelInode) -> UInt64 {
        defer { nextInode += 1 }
        inodes[nextInode] = inode
        return nextInode
    }

    func entryFacts(_ number: UInt64) -> EntryFacts {
        let inode = self[number]
        return EntryFacts(
            kind: inode.kind, identity: FileIdentity(device: inode.device, inode: number), mode: inode.facts.mode,
            user: inode.facts.user, group: inode.facts.group, links: inode.links,
            size: Int64(inode.kind == .link ? inode.target.utf8.count : inode.contents.count),
            access: inode.facts.access, modification: inode.facts.modification)
    }

    // MARK: names

    func find(_ directory: UInt64, _ name: String) throws(ModelError) -> UInt64? {
        guard EntryName.isValid(name) else { throw ModelError(code: EINVAL) }
        guard name.utf8.count <= 255 else { throw ModelError(code: ENAMETOOLONG) }
        return self[directory].entries[name]
    }

    func need(_ directory: UInt64, _ name: String) throws(ModelError) -> UInt64 {
        guard let found = try find(directory, name) else { throw ModelError(code: ENOENT) }
        return found
    }

    /// Changes entries in one step, for every process at once and for the device some time.
    mutating func rename(_ entries: [(entry: ModelRenaming.Entry, inode: UInt64?)]) {
        for (entry, inode) in entries {
            if let old = self[entry.directory].entries[entry.name] { self[old].links -= 1 }
            self[entry.directory].entries[entry.name] = inode
            self[entry.directory].facts.modification = time
            if let inode { self[inode].links += 1 }
        }
        renamings.append(ModelRenaming(entries: entries))
    }

    /// The directory of a path, links followed: there is nobody else who could have made them.
    func directory(_ path: String) throws(ModelError) -> UInt64 {
        guard !path.isEmpty else { throw ModelError(code: ENOENT) }
        var way = [Self.root]
        // The next part is the last one here.
        var rest = Array(path.split(separator: "/").map(String.init).reversed())
        var followed = 0
        while let part = rest.popLast() {
            if part == "." { continue }
            if part == ".." {
                if way.count > 1 { way.removeLast() }
                continue
            }
            let found = try need(way[way.count - 1], part)
            switch self[found].kind {
            case .directory: way.append(found)
            case .link:
                followed += 1
                if followed > 40 { throw ModelError(code: ELOOP) }
                let target = self[found].target
                if target.hasPrefix("/") { way = [Self.root] }
                rest += target.split(separator: "/").map(String.init).reversed()
            case .regular, .other: throw ModelError(code: ENOTDIR)
            }
        }
        return way[way.count - 1]
    }

    // MARK: contents

    mutating func change(_ number: UInt64, _ change: ModelChange) {
        self[number].contents.apply(change)
        self[number].changes.append(change)
        self[number].facts.modification = time
    }

    // MARK: the device

    mutating func synchronizeFile(_ number: UInt64) {
        self[number].durableContents = self[number].contents
        self[number].durableFacts = self[number].facts
        self[number].changes = []
    }

    /// Makes the names of a directory durable, and what has to be before them: earlier changes of the same entries.
    mutating func synchronizeDirectory(_ number: UInt64) {
        self[number].durableFacts = self[number].facts
        var needed: Set<ModelRenaming.Entry> = []
        var rest: [ModelRenaming] = []
        var due: [ModelRenaming] = []
        for renaming in renamings.reversed() {
            let entries = renaming.entries.map(\.entry)
            if renaming.touches(number) || entries.contains(where: needed.contains) {
                needed.formUnion(entries)
                due.append(renaming)
            } else {
                rest.append(renaming)
            }
        }
        renamings = rest.reversed()
        for renaming in due.reversed() { settle(renaming) }
    }

    mutating func settle(_ renaming: ModelRenaming) {
        for (entry, inode) in renaming.entries { self[entry.directory].durableEntries[entry.name] = inode }
    }
}

extension [UInt8] {
    /// Does to a file's bytes what was done to the file; what lies between its end and a write is zeros.
    mutating func apply(_ change: ModelChange) {
        switch change {
        case .write(let bytes, let offset):
            if bytes.isEmpty { return }
            resize(Swift.max(count, offset + bytes.count))
            replaceSubrange(offset..<offset + bytes.count, with: bytes)
        case .truncate(let size): resize(size)
        }
    }

    mutating func resize(_ size: Int) {
        if size < count { removeLast(count - size) } else { append(contentsOf: repeatElement(0, count: size - count)) }
    }
}
