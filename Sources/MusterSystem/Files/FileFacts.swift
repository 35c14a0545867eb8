internal import CMusterLinux
internal import Glibc

/// What makes a file the same file under every name: the device it is on and its number there. A number is given to
/// another file once nobody has the old one open any more.
package struct FileIdentity: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64

    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

/// What the system says about a path, links followed.
package struct FileFacts: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case regular
        case directory
        /// A pipe, a FIFO, a terminal or another device: read once, from its beginning to its end.
        case stream
    }

    package var kind: Kind
    package var identity: FileIdentity
    /// Bytes; of meaning for regular files only.
    package var size: Int64
    /// Whether it has no name any more.
    package var isDeleted: Bool
    /// When its content last changed, in seconds since 1970 UTC.
    package var modified: Int64

    init(_ raw: cml_file_facts) {
        kind =
            switch Int(raw.kind) {
            case CML_KIND_REGULAR: .regular
            case CML_KIND_DIRECTORY: .directory
            default: .stream
            }
        identity = FileIdentity(device: raw.device, inode: raw.inode)
        size = raw.size
        isDeleted = raw.links == 0
        modified = raw.modified
    }

    /// The facts of a path, nil where nothing is there, be it that links lead round in a circle. Errors: it may not be looked
    /// at.
    package static func of(_ path: String) throws(FileFault) -> FileFacts? {
        var raw = cml_file_facts()
        let outcome = unsafe cml_path_facts(path, &raw)
        if [-ENOENT, -ENOTDIR, -ELOOP].contains(outcome) { return nil }
        guard outcome == 0 else { throw FileFault(path: path, errno: -outcome, doing: "open") }
        return FileFacts(raw)
    }

    /// Whether links on the way to a path lead round in a circle, or there are too many of them.
    package static func isLoop(_ path: String) -> Bool {
        var raw = cml_file_facts()
        return unsafe cml_path_facts(path, &raw) == -ELOOP
    }

    /// Errors: they are not those of the file that was expected.
    func check(_ expected: FileIdentity?, _ path: String) throws(FileFault) {
        if let expected, expected != identity {
            throw FileFault(path: path, hint: "it was replaced or deleted before it was read; run again")
        }
    }

    /// The facts of standard input. Errors: it is closed.
    package static func ofStandardInput() throws(FileFault) -> FileFacts {
        try of(descriptor: 0, path: "standard input")
    }

    static func of(descriptor: Int32, path: String) throws(FileFault) -> FileFacts {
        var raw = cml_file_facts()
        let outcome = unsafe cml_file_facts_of(descriptor, &raw)
        guard outcome == 0 else { throw FileFault(path: path, errno: -outcome, doing: "open") }
        return FileFacts(raw)
    }
}
