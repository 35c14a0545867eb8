internal import CMusterLinux
internal import Glibc

/// What stands at a path, and who may change it.
package struct DiskEntry: Sendable, Hashable {
    package var facts: EntryFacts
    /// Where a link leads.
    package var target: String?
    /// What an access control list (acl(5)) gives to users and groups besides the owner; nil where the mode says it all.
    package var grants: [AccessGrant]?

    package init(facts: EntryFacts, target: String? = nil, grants: [AccessGrant]? = nil) {
        self.facts = facts
        self.target = target
        self.grants = grants
    }
}

/// What somebody may do, by an entry of an access control list.
package struct AccessGrant: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        case user(UInt32)
        case group(UInt32)
    }

    package var subject: Subject
    /// 4 to read, 2 to write, 1 to execute.
    package var rights: UInt32

    package init(_ subject: Subject, rights: UInt32) {
        self.subject = subject
        self.rights = rights
    }
}

extension AccessGrant {
    private static let version: UInt32 = 2
    // Tags of linux/posix_acl.h; those of the owner and of all others stand in the mode.
    private static let user: UInt32 = 0x02
    private static let owningGroup: UInt32 = 0x04
    private static let group: UInt32 = 0x08
    private static let mask: UInt32 = 0x10

    /// The grants of a list as the kernel stores it (linux/posix_acl_xattr.h), within its mask. Nil where the bytes are none.
    package static func grants(_ bytes: some RandomAccessCollection<UInt8>, group owner: UInt32) -> [AccessGrant]? {
        let bytes = Array(bytes)
        func number(_ at: Int, _ count: Int) -> UInt32 {
            (0..<count).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
        }
        guard bytes.count >= 4, (bytes.count - 4) % 8 == 0, number(0, 4) == version else { return nil }
        var grants: [AccessGrant] = []
        var limit: UInt32 = 7
        for at in stride(from: 4, to: bytes.count, by: 8) {
            let (tag, rights, id) = (number(at, 2), number(at + 2, 2), number(at + 4, 4))
            switch tag {
            case user: grants.append(AccessGrant(.user(id), rights: rights))
            case owningGroup: grants.append(AccessGrant(.group(owner), rights: rights))
            case group: grants.append(AccessGrant(.group(id), rights: rights))
            case mask: limit = rights
            default: break
            }
        }
        return grants.map { AccessGrant($0.subject, rights: $0.rights & limit) }
    }
}

extension Disk {
    /// A disk that cannot say, as that of another process.
    package func entry(at path: String) throws(DiskFault) -> DiskEntry? {
        throw DiskFault(code: ENOTSUP, call: "look at", path: path)
    }
}

extension LinuxDisk {
    /// The kernel's limits of an attribute and of a path.
    private static let listLimit = 65_536
    private static let pathLimit = 4_096

    package func entry(at path: String) throws(DiskFault) -> DiskEntry? {
        guard !path.utf8.contains(0) else { throw DiskFault(code: EINVAL, call: "look at", path: path) }
        var raw = cml_entry_facts()
        let outcome = unsafe cml_disk_facts_at(AT_FDCWD, path, &raw)
        if outcome == -ENOENT || outcome == -ENOTDIR { return nil }
        try DiskFault.check(outcome, "look at", path)
        var entry = DiskEntry(facts: EntryFacts(raw))
        switch entry.facts.kind {
        case .link: entry.target = try Self.target(path)
        // The group's bits are the list's mask: without any it gives nothing.
        case _ where entry.facts.mode & 0o070 != 0: entry.grants = try Self.grants(path, entry.facts.group)
        default: break
        }
        return entry
    }

    private static func target(_ path: String) throws(DiskFault) -> String {
        var bytes = [CChar](repeating: 0, count: pathLimit)
        let count = unsafe readlink(path, &bytes, bytes.count)
        if count < 0 { throw DiskFault(code: errno, call: "read the link", path: path) }
        let name = bytes.prefix(count).map { UInt8(bitPattern: $0) }
        guard count < pathLimit, let target = String(validating: name, as: UTF8.self) else {
            throw DiskFault(code: EILSEQ, call: "read the link", path: path)
        }
        return target
    }

    private static func grants(_ path: String, _ group: UInt32) throws(DiskFault) -> [AccessGrant]? {
        var bytes = [UInt8](repeating: 0, count: listLimit)
        let count = Int(
            try unsafe DiskFault.check(
                cml_list_read(path, &bytes, bytes.count), "read the access list of", path))
        if count == 0 { return nil }
        guard let grants = AccessGrant.grants(bytes.prefix(count), group: group) else {
            throw DiskFault(code: EINVAL, call: "read the access list of", path: path)
        }
        return grants
    }
}
