internal import Glibc
package import MusterSystem

/// Where configurations come from: files on a disk, or texts in tests.
package protocol ConfigurationSource: Sendable {
    /// What stands at a path; nil where nothing does. Of a file at most `limit` bytes are read, and one more where there are
    /// more. Errors are those of the system.
    func entry(_ path: String, limit: Int) throws(DiskFault) -> ConfigurationEntry?
    /// The names in a directory, in no order.
    func names(_ path: String) throws(DiskFault) -> [String]
}

/// Something that may be a configuration. Facts of a file are those of the very file that the bytes come from.
package enum ConfigurationEntry: Sendable, Hashable {
    case file(EntryFacts, [UInt8])
    case directory
    case link
    /// A pipe, a device, a socket.
    case other
}

/// Configurations in files.
package struct DiskConfigurationSource: ConfigurationSource {
    private let disk: any Disk
    private let user: UInt32
    /// Links that are followed yet.
    private let linksLeft: Int
    private static let pieceSize = 1 << 16
    /// As many as the kernel follows.
    private static let linkLimit = 40

    /// - Parameters:
    ///   - followsLinks: Whether a link is followed, where nobody but root or `user` can have made it; else it is told as one.
    ///   - user: Who runs muster.
    package init(disk: any Disk, followsLinks: Bool = false, user: UInt32 = Accounts.effectiveUser) {
        self.init(disk, user, linksLeft: followsLinks ? Self.linkLimit : 0)
    }

    private init(_ disk: any Disk, _ user: UInt32, linksLeft: Int) {
        self.disk = disk
        self.user = user
        self.linksLeft = linksLeft
    }

    package func entry(_ path: String, limit: Int) throws(DiskFault) -> ConfigurationEntry? {
        let found: (any DiskDirectory, String)?
        do throws(DiskFault) {
            found = try place(of: path)
        } catch {
            if error.isAbsence { return nil }
            throw error
        }
        guard let (directory, name) = found else { return .directory }
        guard let facts = try directory.facts(name) else { return nil }
        switch facts.kind {
        case .directory: return .directory
        case .link: return try followed(facts, name, directory, limit: limit)
        case .other: return .other
        case .regular: break
        }
        let file = try directory.open(name, forWriting: false)
        let own = try file.facts()
        // A file of root's gets a second name by others too.
        if own.links > 1, try Folder(directory, user: user).isOthers { return .link }
        return .file(own, try Self.bytes(of: file, limit: limit))
    }

    /// What a link leads to. One that somebody else can have made could lead to any file of root's that he has a say in, such
    /// as the words of a process in `/proc`: it is told as a link.
    private func followed(
        _ link: EntryFacts, _ name: String, _ directory: any DiskDirectory, limit: Int
    ) throws(DiskFault) -> ConfigurationEntry? {
        let isTrusted = link.user == 0 || link.user == user
        guard linksLeft > 0, isTrusted, !(try Folder(directory, user: user).isOthers) else { return .link }
        let target = try directory.target(name)
        let path = target.hasPrefix("/") ? target : "\(directory.path)/\(target)"
        return try DiskConfigurationSource(disk, user, linksLeft: linksLeft - 1).entry(path, limit: limit)
    }

    package func names(_ path: String) throws(DiskFault) -> [String] {
        try disk.openDirectory(path).names()
    }

    /// The directory that a path ends in, open, with the name there; nil for a path that can be a directory only.
    private func place(of path: String) throws(DiskFault) -> (any DiskDirectory, String)? {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        guard !["", ".", ".."].contains(name) else { return nil }
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        return (try disk.openDirectory(folder), name)
    }

    private static func bytes(of file: any DiskFile, limit: Int) throws(DiskFault) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let wanted = min(pieceSize, limit + 1 - bytes.count)
            var failure: DiskFault?
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                // Invariant: the buffer has room for `wanted` bytes, and those before `count` were written by the read.
                do throws(DiskFault) {
                    count = unsafe try file.read(at: Int64(bytes.count), into: UnsafeMutableRawBufferPointer(buffer))
                } catch { failure = error }
            }
            if let failure { throw failure }
            bytes += piece
            if piece.isEmpty { break }
        }
        return bytes
    }
}

extension DiskFault {
    /// What the system says, to stand in brackets.
    var reason: String { SystemError.text(code) }

    /// Whether somebody else decides what is there: behind a link of theirs, or in the place of another.
    var isForeign: Bool { code == ELOOP || code == ESTALE }

    /// Whether nothing is there.
    var isAbsence: Bool { code == ENOENT || code == ENOTDIR }
}
