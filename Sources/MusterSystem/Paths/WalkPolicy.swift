internal import CMusterLinux

/// Who may decide where a path leads. There are three policies that refuse, and one for files that were found, by which all
/// links are followed and the end is judged (``ForeignLinks``). No walk is without one of them:
///
/// |                          | logs                       | state, journal, lock          | outputs                 |
/// |--------------------------|----------------------------|-------------------------------|-------------------------|
/// | trusted                  | root, us                   | root, us                      | root, us, owner of `/`  |
/// | others may write a       | mode or ACL; groups of     | mode or ACL; groups of root's | mode, with any group    |
/// | folder                   | root's and ours excepted   | and of us alone excepted      |                         |
/// | folder on the way        | anybody's                  | ours alone, or sticky above   | anybody's               |
/// |                          |                            | what is ours                  |                         |
/// | last folder              | anybody's                  | ours alone, never sticky      | anybody's               |
/// | link that is followed    | of trusted users, in a     | of trusted users, in such a   | of trusted users, in a  |
/// |                          | folder of ours alone that  | folder                        | folder of ours alone;   |
/// |                          | nobody else chose the way  |                               | on the way elsewhere    |
/// |                          | to                         |                               | too, under one name     |
/// | link into a process      | as its text says           | as its text says              | as the kernel does      |
/// | at fault                 | ELOOP                      | a message on the folder       | a message on the link   |
///
/// They differ by what is at stake. In a log's folder work is done with its owner in mind, so it may be anybody's: only the
/// way there must not be chosen by others. By what the journal says scripts are run, so nobody else may change anything of it
/// or around it. An output goes where its user says, and its place is looked at once more (``OutputPlace``).
package struct WalkPolicy<Place: WalkPlace>: Sendable {
    package enum Folders: Sendable {
        case any
        /// Of a trusted user, and nobody else may write it. On the way also a sticky one, above what is a trusted user's.
        case ours
    }

    /// All are of trusted users.
    package enum Links: Sendable {
        /// Wherever the way may lead.
        case anywhere
        /// In a folder that is ours alone, where nobody else could have changed the way to it.
        case onOurWay
        /// In a folder that is ours alone; not as the last part, also elsewhere, if it has no other name.
        case underOneName
    }

    var folders: Folders
    var links: Links
    /// Whether a link in /proc leads into the process, as for the kernel, and not to where its text says.
    var entersProcesses = false
    var isTrusted: @Sendable (_ user: UInt32) -> Bool
    /// Whether others than its owner may write a folder.
    var isShared: @Sendable (_ folder: Place) -> Bool
}

extension WalkPolicy where Place == HeldEntry {
    static let logs = WalkPolicy(
        folders: .any, links: .onOurWay, isTrusted: { $0 == 0 || $0 == Accounts.effectiveUser },
        // No access list grants what the bits of the group do not.
        isShared: { $0.facts.mode & 0o022 != 0 && cml_disk_is_shared($0.descriptor) != 0 })

    static let outputs = WalkPolicy(
        folders: .any, links: .underOneName, entersProcesses: true, isTrusted: PlaceFacts.isOurs,
        isShared: { $0.facts.isOpenToOthers })

    static let found = WalkPolicy(
        folders: .any, links: .anywhere, isTrusted: { _ in true }, isShared: { _ in false })
}

extension WalkPolicy where Place == DiskPlace {
    /// Who is trusted is told by whoever keeps the state, for groups are looked up.
    package static func state(
        isTrusted: @escaping @Sendable (_ user: UInt32) -> Bool,
        isShared: @escaping @Sendable (_ folder: DiskEntry) -> Bool
    ) -> WalkPolicy {
        WalkPolicy(folders: .ours, links: .anywhere, isTrusted: isTrusted, isShared: { isShared($0.entry) })
    }
}

extension WalkPolicy {
    /// Why a link is not followed.
    package enum Objection: Sendable {
        /// It belongs to another user.
        case foreign
        /// Others may have put it where it is.
        case exposed
    }

    private func isOurs(_ folder: Place) -> Bool { isTrusted(folder.user) && !isShared(folder) }

    /// Which of two could be another one by now, or be so soon, by somebody else's doing: a folder, or what was found in it.
    /// Nil where neither.
    func weakness(of folder: Place, above found: Place) -> Place? {
        // In a sticky folder nobody moves what is another's.
        if folder.isSticky, isTrusted(folder.user) { return isTrusted(found.user) ? nil : found }
        return isOurs(folder) ? nil : folder
    }

    func accepts(last folder: Place) -> Bool { folders == .any || isOurs(folder) }

    /// Nil where a link is followed. `isOurWay`: nobody else could have chosen the way to its folder.
    func objection(to link: Place, in folder: Place, isOurWay: Bool, isLast: Bool) -> Objection? {
        guard isTrusted(link.user) else { return .foreign }
        let isFollowed =
            switch links {
            case .anywhere: true
            case .onOurWay: isOurWay && isOurs(folder)
            case .underOneName: !isLast && link.names == 1 || isOurs(folder)
            }
        return isFollowed ? nil : .exposed
    }
}
