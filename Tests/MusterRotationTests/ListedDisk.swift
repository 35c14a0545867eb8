import Glibc
import MusterSystem
import Synchronization

/// A disk of names, which counts what it is asked: files have the contents that are given, and nothing can be changed.
final class ListedDisk: Disk {
    let directories: [String: [String: EntryFacts]]
    let failures: [String: Int32]
    private let contents: [String: [UInt8]]
    private let paths: Set<String>
    /// How many names a directory has that are no UTF-8.
    private let unreadableNames: [String: Int]
    /// Owners of directories that are not root's.
    private let users: [String: UInt32]
    private let listed = Mutex<[String: Int]>([:])
    private let opened = Mutex<[String: Int]>([:])

    /// Paths of files; those that end with a slash are directories.
    init(
        _ paths: [String], links: [String] = [], failures: [String: Int32] = [:], contents: [String: [UInt8]] = [:],
        unreadableNames: [String: Int] = [:], users: [String: UInt32] = [:]
    ) {
        var directories: [String: [String: EntryFacts]] = ["/": [:]]
        for path in paths + links {
            let names = path.split(separator: "/").map(String.init)
            var folder = "/"
            for (index, name) in names.enumerated() {
                let isFile = index == names.count - 1 && !path.hasSuffix("/")
                let kind: EntryFacts.Kind = isFile ? links.contains(path) ? .link : .regular : .directory
                directories[folder, default: [:]][name] = EntryFacts(
                    kind: kind, identity: FileIdentity(device: 1, inode: UInt64(index)), mode: 0o644, user: 0, group: 0)
                folder += folder == "/" ? name : "/\(name)"
                if !isFile, directories[folder] == nil { directories[folder] = [:] }
            }
        }
        self.directories = directories
        self.failures = failures
        self.contents = contents
        self.paths = Set(paths)
        self.unreadableNames = unreadableNames
        self.users = users
    }

    /// How often a directory was listed, and opened.
    func counts(_ path: String) -> (listed: Int, opened: Int) {
        (listed.withLock { $0[path] ?? 0 }, opened.withLock { $0[path] ?? 0 })
    }

    func openDirectory(_ path: String) throws(DiskFault) -> any DiskDirectory {
        if let code = failures[path] { throw DiskFault(code: code, call: "open", path: path) }
        guard directories[path] != nil else {
            let isFile = paths.contains(path)
            throw DiskFault(code: isFile ? ENOTDIR : ENOENT, call: "open", path: path)
        }
        opened.withLock { $0[path, default: 0] += 1 }
        return Directory(path: path, disk: self)
    }

    func makeDirectory(_ path: String, mode: UInt32) throws(DiskFault) { throw refusal(path) }

    private func refusal(_ path: String) -> DiskFault { DiskFault(code: EROFS, call: "change", path: path) }

    private final class Directory: DiskDirectory {
        let path: String
        private let disk: ListedDisk

        init(path: String, disk: ListedDisk) {
            self.path = path
            self.disk = disk
        }

        func listing() throws(DiskFault) -> DirectoryListing {
            disk.listed.withLock { $0[path, default: 0] += 1 }
            return DirectoryListing(
                names: disk.directories[path]?.keys.shuffled() ?? [], unreadable: disk.unreadableNames[path] ?? 0)
        }

        func facts(_ name: String) throws(DiskFault) -> EntryFacts? { disk.directories[path]?[name] }
        func facts() throws(DiskFault) -> EntryFacts {
            EntryFacts(
                kind: .directory, identity: FileIdentity(device: 1, inode: UInt64(path.utf8.count)), mode: 0o755,
                user: disk.users[path] ?? 0, group: 0)
        }
        func rename(_ name: String, to directory: any DiskDirectory, as other: String) throws(DiskFault) {
            throw disk.refusal(path)
        }
        func replace(_ name: String, with other: String) throws(DiskFault) { throw disk.refusal(path) }
        func remove(_ name: String) throws(DiskFault) { throw disk.refusal(path) }
        func create(_ name: String, mode: UInt32) throws(DiskFault) -> any DiskFile { throw disk.refusal(path) }
        func open(_ name: String, forWriting: Bool) throws(DiskFault) -> any DiskFile {
            guard let facts = try facts(name), facts.kind == .regular, !forWriting else { throw disk.refusal(path) }
            return File(facts: facts, bytes: disk.contents[path == "/" ? "/\(name)" : "\(path)/\(name)"] ?? [])
        }
        func setMode(_ mode: UInt32) throws(DiskFault) { throw disk.refusal(path) }
        func setOwner(user: UInt32, group: UInt32) throws(DiskFault) { throw disk.refusal(path) }
        func synchronize() throws(DiskFault) { throw disk.refusal(path) }
    }

    /// It gives at most a thousand bytes at a time.
    private final class File: DiskFile {
        private let entry: EntryFacts
        private let bytes: [UInt8]

        init(facts: EntryFacts, bytes: [UInt8]) {
            entry = facts
            self.bytes = bytes
        }

        func facts() throws(DiskFault) -> EntryFacts { entry }

        func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
            let piece = bytes.dropFirst(Int(offset)).prefix(min(buffer.count, 1_000))
            // Invariant: the piece is no longer than the buffer.
            unsafe buffer.copyBytes(from: piece)
            return piece.count
        }

        func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskFault) { throw refusal }
        func truncate(_ size: Int64) throws(DiskFault) { throw refusal }
        func setMode(_ mode: UInt32) throws(DiskFault) { throw refusal }
        func setOwner(user: UInt32, group: UInt32) throws(DiskFault) { throw refusal }
        func setTimes(access: DiskTime, modification: DiskTime) throws(DiskFault) { throw refusal }
        func lock() throws(DiskFault) -> Bool { throw refusal }
        func synchronize() throws(DiskFault) { throw refusal }
        func beginSynchronizing() {}
        func takeAccessList(of other: any DiskFile) throws(DiskFault) -> Bool { true }

        private var refusal: DiskFault { DiskFault(code: EROFS, call: "change", path: "") }
    }
}
