internal import CMusterLinux
internal import Glibc

/// The file systems of this machine.
package struct LinuxDisk: Disk {
    package init() {}

    package func openDirectory(_ path: String) throws(DiskFault) -> any DiskDirectory {
        let descriptor = try unsafe DiskFault.check(
            cml_disk_open_directory(Self.whole(path, "open directory")), "open directory", path)
        return LinuxDirectory(path: path, descriptor: descriptor)
    }

    package func makeDirectory(_ path: String, mode: UInt32) throws(DiskFault) {
        try unsafe DiskFault.check(
            cml_disk_make_directory(Self.whole(path, "make directory"), mode), "make directory", path)
    }

    /// Errors: the path holds a zero.
    private static func whole(_ path: String, _ call: String) throws(DiskFault) -> String {
        if path.utf8.contains(0) { throw DiskFault(code: EINVAL, call: call, path: path) }
        return path
    }
}

extension EntryFacts {
    init(_ raw: cml_entry_facts) {
        let kind: Kind =
            switch Int(raw.kind) {
            case CML_ENTRY_REGULAR: .regular
            case CML_ENTRY_DIRECTORY: .directory
            case CML_ENTRY_LINK: .link
            default: .other
            }
        self.init(
            kind: kind, identity: FileIdentity(device: raw.device, inode: raw.inode), mode: raw.mode, user: raw.user,
            group: raw.group, links: raw.links, size: raw.size,
            access: DiskTime(seconds: raw.access_seconds, nanoseconds: raw.access_nanoseconds),
            modification: DiskTime(seconds: raw.modification_seconds, nanoseconds: raw.modification_nanoseconds))
    }

    /// Of an open file or directory.
    static func of(descriptor: Int32, path: String) throws(DiskFault) -> EntryFacts {
        var raw = cml_entry_facts()
        try unsafe DiskFault.check(cml_disk_facts(descriptor, &raw), "look at", path)
        return EntryFacts(raw)
    }
}
