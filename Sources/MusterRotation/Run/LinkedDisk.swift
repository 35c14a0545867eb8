internal import Glibc
package import MusterSystem

/// A disk whose directories may be links (`/var/log/app` to `/srv/log/app`), where whoever could change the link is trusted:
/// it belongs to root or to us, and so does the directory that it lies in, which nobody else may write.
package struct LinkedDisk: Disk {
    private let base: any Disk
    private let trusted: Set<UInt32>

    package init(_ base: any Disk, user: UInt32 = Accounts.effectiveUser) {
        self.base = base
        trusted = [0, user]
    }

    package func openDirectory(_ path: String) throws(DiskFault) -> any DiskDirectory {
        do throws(DiskFault) {
            return try base.openDirectory(path)
        } catch {
            guard error.code == ELOOP, try isTrustedLink(path) else { throw error }
        }
        // The last part is then no link, and those before it are followed.
        return try base.openDirectory(path + "/.")
    }

    private func isTrustedLink(_ path: String) throws(DiskFault) -> Bool {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return false }
        let name = String(path[path.utf8.index(after: slash)...])
        guard EntryName.isValid(name) else { return false }
        let parent = try openDirectory(slash == path.startIndex ? "/" : String(path[..<slash]))
        let facts = try parent.facts()
        guard let link = try parent.facts(name), link.kind == .link, trusted.contains(link.user),
            trusted.contains(facts.user)
        else { return false }
        return facts.mode & 0o002 == 0 && (facts.mode & 0o020 == 0 || facts.group == 0)
    }

    package func makeDirectory(_ path: String, mode: UInt32) throws(DiskFault) {
        try base.makeDirectory(path, mode: mode)
    }

    package func entry(at path: String) throws(DiskFault) -> DiskEntry? { try base.entry(at: path) }
}
