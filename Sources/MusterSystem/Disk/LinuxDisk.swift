internal import CMusterLinux
internal import Glibc

/// The file systems of this machine.
package struct LinuxDisk: Disk {
    package init() {}

    package func openDirectory(_ path: String) throws(DiskFault) -> any DiskDirectory {
        do throws(HeldEntryFault) {
            return LinuxDirectory(path: path, descriptor: try Self.opened(path))
        } catch {
            throw DiskFault(code: error.number, call: "open directory", path: path)
        }
    }

    package func makeDirectory(_ path: String, mode: UInt32) throws(DiskFault) {
        do throws(HeldEntryFault) {
            try Self.make(path, mode)
        } catch {
            throw DiskFault(code: error.number, call: "make directory", path: path)
        }
    }

    private static func make(_ path: String, _ mode: UInt32) throws(HeldEntryFault) {
        if path.utf8.contains(0) { throw HeldEntryFault(number: EINVAL) }
        guard let last = path.utf8.split(separator: UInt8(ascii: "/")).last else {
            throw HeldEntryFault(number: path.isEmpty ? ENOENT : EEXIST)
        }
        let (way, name) = (String(path[..<last.startIndex]), String(Substring(last)))
        guard EntryName.isValid(name) else { throw HeldEntryFault(number: EEXIST) }
        let folder = try opened(way.isEmpty ? "." : way)
        defer { close(folder) }
        _ = try HeldEntryFault.check(unsafe cml_disk_make_directory(folder, name, mode))
    }

    /// A directory, open for what is in it: as ``WalkPolicy/logs`` has it.
    private static func opened(_ path: String) throws(HeldEntryFault) -> Int32 {
        if path.utf8.contains(0) { throw HeldEntryFault(number: EINVAL) }
        // Mostly there are no links.
        let direct = unsafe cml_disk_open_directory(path)
        guard [-ELOOP, -ENOSYS, -EPERM].contains(direct) else { return try HeldEntryFault.check(direct) }
        guard path.utf8.count < PATH_MAX else { throw HeldEntryFault(number: ENAMETOOLONG) }
        var walk = PathWalk(path, from: try HeldEntry.beginning(of: path), .logs)
        do throws(WalkFault<HeldEntry>) { try walk.run() } catch { throw HeldEntryFault(number: error.number) }
        return try HeldEntryFault.check(cml_disk_open_held(walk.place.descriptor))
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
