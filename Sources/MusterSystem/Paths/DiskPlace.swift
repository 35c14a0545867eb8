internal import Glibc

/// An entry that a walk looks at on a disk by its path, in which no part is a link. It is not held: so is only walked where
/// nobody else can change the way.
package struct DiskPlace: WalkPlace {
    private let disk: any Disk
    /// From the root on.
    private let way: [(path: String, entry: DiskEntry)]

    private init(_ disk: any Disk, _ way: [(path: String, entry: DiskEntry)]) {
        self.disk = disk
        self.way = way
    }

    /// The root of a disk. Errors: it cannot be looked at.
    package static func root(of disk: any Disk) throws(HeldEntryFault) -> DiskPlace {
        DiskPlace(disk, [("/", try look(disk, "/"))])
    }

    package var path: String { way[way.count - 1].path }
    package var entry: DiskEntry { way[way.count - 1].entry }

    package var kind: WalkKind {
        switch entry.facts.kind {
        case .directory: .folder
        case .link: .link
        case .regular, .other: .other
        }
    }
    package var user: UInt32 { entry.facts.user }
    package var names: UInt32 { entry.facts.links }
    package var isSticky: Bool { entry.facts.mode & 0o1000 != 0 }
    package var parent: DiskPlace? { way.count > 1 ? DiskPlace(disk, way.dropLast()) : self }
    package var isInProcess: Bool { false }

    /// The path of what has a name in it.
    package func path(of part: PathPart) -> String {
        path == "/" ? "/" + part.text : "\(path)/\(part.text)"
    }

    package func root() throws(HeldEntryFault) -> DiskPlace { DiskPlace(disk, Array(way.prefix(1))) }

    package func step(_ part: PathPart) throws(HeldEntryFault) -> DiskPlace {
        guard part.name != nil else { throw HeldEntryFault(number: EILSEQ) }
        let path = path(of: part)
        return DiskPlace(disk, way + [(path, try Self.look(disk, path))])
    }

    package func folder(through link: PathPart) throws(HeldEntryFault) -> DiskPlace {
        throw HeldEntryFault(number: ELOOP)
    }

    package func target() throws(HeldEntryFault) -> [UInt8] {
        guard let target = entry.target else { throw HeldEntryFault(number: EINVAL) }
        return Array(target.utf8)
    }

    private static func look(_ disk: any Disk, _ path: String) throws(HeldEntryFault) -> DiskEntry {
        do throws(DiskFault) {
            if let entry = try disk.entry(at: path) { return entry }
        } catch {
            throw HeldEntryFault(number: error.code)
        }
        throw HeldEntryFault(number: ENOENT)
    }
}
