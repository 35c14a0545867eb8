internal import Glibc
internal import MusterSystem
internal import Synchronization

/// A directory that is held open, with what was found when it was opened: whatever its path leads to later, work is done here.
final class Folder: Sendable {
    let directory: any DiskDirectory
    let facts: EntryFacts
    /// Whether others than root and who works here may change its names while that is done.
    let isOthers: Bool
    /// Whether others than its owner may.
    let isShared: Bool

    /// `user` is who works here.
    init(_ directory: any DiskDirectory, user: UInt32) throws(DiskFault) {
        self.directory = directory
        facts = try directory.facts()
        isShared = try directory.isShared()
        isOthers = isShared || (facts.user != 0 && facts.user != user)
    }

    var identity: FileIdentity { facts.identity }
}

/// Directories that are held open from the search for logs until their rotation has ended: one path is one directory.
final class Directories: Sendable {
    /// Directories that are held at a time; with more, all are given back and those that are needed opened again.
    private static let limit = 512

    private struct State {
        var held: [PathKey: Folder] = [:]
        /// Of all that were ever opened.
        var identities: [PathKey: FileIdentity] = [:]
    }

    let disk: any Disk
    /// Who works in them.
    let user: UInt32

    /// Has folders made one at a time.
    final class Making: Sendable {
        fileprivate let lock = Mutex(())
    }

    fileprivate let making: Making
    private let state = Mutex(State())

    /// - Parameter making: Shared by all that may make the same folders.
    init(_ disk: any Disk, user: UInt32 = Accounts.effectiveUser, making: Making = Making()) {
        self.making = making
        self.disk = disk
        self.user = user
    }

    /// Errors: ESTALE where the path leads to another directory than it did before.
    func folder(_ path: String) throws(DiskFault) -> Folder {
        let key = PathKey(path)
        if let folder = state.withLock({ $0.held[key] }) { return folder }
        let folder = try Folder(try disk.openDirectory(path), user: user)
        let isSame = state.withLock { state in
            guard state.identities[key].map({ $0 == folder.identity }) ?? true else { return false }
            state.identities[key] = folder.identity
            // Of two threads that opened the same one the later stays.
            if state.held.count >= Self.limit { state.held = [:] }
            state.held[key] = folder
            return true
        }
        guard isSame else { throw Self.other(path) }
        return folder
    }

    /// Errors: ESTALE where it is another directory than the one that is meant. A device may have another number
    /// (`onAnyDevice`) after the machine was started again.
    func folder(
        _ path: String, as identity: FileIdentity, onAnyDevice: Bool = false
    ) throws(DiskFault) -> Folder {
        let folder = try folder(path)
        let isSameDevice = onAnyDevice || folder.identity.device == identity.device
        guard folder.identity.inode == identity.inode, isSameDevice else { throw Self.other(path) }
        return folder
    }

    private static func other(_ path: String) -> DiskFault {
        DiskFault(code: ESTALE, call: "open directory", path: path)
    }

    /// Makes one, and those above it that are missing, in the same way; false where it is there already. Whoever else makes
    /// the same one waits until it is whole.
    func make(_ path: String, mode: UInt32, user: UInt32, group: UInt32) throws(DiskFault) -> Bool {
        try making.lock.withLock { _ throws(DiskFault) in
            try makeAlone(path, mode: mode, user: user, group: group)
        }
    }

    private func makeAlone(_ path: String, mode: UInt32, user: UInt32, group: UInt32) throws(DiskFault) -> Bool {
        let above = path.split(separator: "/").dropLast().joined(separator: "/")
        let parent = path.hasPrefix("/") ? "/" + above : above.isEmpty ? "." : above
        do throws(DiskFault) {
            try disk.makeDirectory(path, mode: mode)
        } catch {
            if error.code == EEXIST { return false }
            guard error.code == ENOENT, !above.isEmpty, parent != path else { throw error }
            _ = try makeAlone(parent, mode: mode, user: user, group: group)
            try disk.makeDirectory(path, mode: mode)
        }
        let made = try folder(path).directory
        // Who may write the parent can have put another one there.
        guard try made.facts().user == self.user, try made.names().isEmpty else { throw Self.other(path) }
        try made.setOwner(user: user, group: group)
        try folder(parent).directory.synchronize()
        return true
    }

    /// Whether nothing is there, or another one than is meant; false where nobody can say.
    func isGone(_ path: String, _ identity: FileIdentity) -> Bool {
        do throws(DiskFault) {
            _ = try folder(path, as: identity, onAnyDevice: true)
            return false
        } catch {
            return error.isAbsence || error.code == ESTALE
        }
    }
}

/// The directories of whoever does the work: of muster itself, or of the user that `su` names.
final class ActorDirectories: Sendable {
    /// Gives the disk as a user sees it. Errors: there is no such user, or muster may not act for it.
    typealias Provider = @Sendable (RotationSettings.Actor) throws(RotationFault) -> any Disk

    let own: Directories
    private let provider: Provider
    private let others = Mutex<[RotationSettings.Actor: Directories]>([:])

    init(_ disk: any Disk, _ provider: @escaping Provider) {
        own = Directories(disk)
        self.provider = provider
    }

    /// Errors: as those of the provider.
    func directories(of actor: RotationSettings.Actor?) throws(RotationFault) -> Directories {
        guard let actor else { return own }
        // One at a time, so that each user has one disk.
        return try others.withLock { others throws(RotationFault) in
            if let found = others[actor] { return found }
            let user = actor.userNumber ?? Accounts.effectiveUser
            let made = Directories(try provider(actor), user: user, making: own.making)
            others[actor] = made
            return made
        }
    }
}

extension RotationSettings.Actor {
    /// Nil where there is no such user.
    var userNumber: UInt32? { Accounts.user(user)?.user }
}
