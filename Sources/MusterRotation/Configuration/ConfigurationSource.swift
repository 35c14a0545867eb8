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
    private let resolve: (@Sendable (String) -> String?)?
    private static let pieceSize = 1 << 16

    /// Links are followed where `resolve` says what a path leads to, with no link left on the way (realpath(3)): the file
    /// there has to be one that may be read. Without it a link is told as one.
    package init(disk: any Disk, resolving resolve: (@Sendable (String) -> String?)? = nil) {
        self.disk = disk
        self.resolve = resolve
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
        case .link:
            // What is there now is no link; one that came since is told as one.
            guard let target = resolve?(path) else { return .link }
            return try DiskConfigurationSource(disk: disk).entry(target, limit: limit)
        case .other: return .other
        case .regular: break
        }
        let file = try directory.open(name, forWriting: false)
        return .file(try file.facts(), try Self.bytes(of: file, limit: limit))
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
