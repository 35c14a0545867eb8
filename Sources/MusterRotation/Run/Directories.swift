internal import Glibc
internal import MusterSystem
internal import Synchronization

/// Directories that are held open while a rotation works in them.
final class Directories: Sendable {
    /// Directories that are held at a time; with more, all are given back and those that are needed opened again.
    private static let limit = 512

    let disk: any Disk
    private let held = Mutex<[PathKey: any DiskDirectory]>([:])

    init(_ disk: any Disk) { self.disk = disk }

    func open(_ path: String) throws(DiskFault) -> any DiskDirectory {
        let key = PathKey(path)
        if let directory = held.withLock({ $0[key] }) { return directory }
        let directory = try disk.openDirectory(path)
        // Of two threads that opened the same one the later stays.
        held.withLock { held in
            if held.count >= Self.limit { held = [:] }
            held[key] = directory
        }
        return directory
    }

    /// Makes one, and those above it that are missing, in the same way; false where it is there already.
    func make(_ path: String, mode: UInt32, user: UInt32, group: UInt32) throws(DiskFault) -> Bool {
        let above = path.split(separator: "/").dropLast().joined(separator: "/")
        let parent = path.hasPrefix("/") ? "/" + above : above.isEmpty ? "." : above
        do throws(DiskFault) {
            try disk.makeDirectory(path, mode: mode)
        } catch {
            if error.code == EEXIST { return false }
            guard error.code == ENOENT, !above.isEmpty, parent != path else { throw error }
            _ = try make(parent, mode: mode, user: user, group: group)
            try disk.makeDirectory(path, mode: mode)
        }
        try open(path).setOwner(user: user, group: group)
        try open(parent).synchronize()
        return true
    }

    /// Whether nothing is there; false where nobody can say.
    func isGone(_ path: String) -> Bool {
        do throws(DiskFault) {
            _ = try open(path)
            return false
        } catch {
            return error.isAbsence
        }
    }

    /// Waits until the names of a directory are on the device.
    func synchronize(_ path: String) throws(DiskFault) { try open(path).synchronize() }
}

/// The directories of whoever does the work: of muster itself, or of the user that `su` names.
final class ActorDirectories: Sendable {
    /// Gives the disk as a user sees it. Errors: there is no such user, or muster may not act for it.
    typealias Provider = @Sendable (RotationSettings.Actor) throws(RotationFault) -> any Disk

    private let own: Directories
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
            let made = Directories(try provider(actor))
            others[actor] = made
            return made
        }
    }
}
