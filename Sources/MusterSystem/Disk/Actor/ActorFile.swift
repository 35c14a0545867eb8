internal import CMusterLinux
internal import Glibc

/// A file that a disk server has opened for us. What needs the right to have it open is done here; what needs the user's
/// own rights, there.
final class ActorFile: DiskFile {
    private let path: String
    private let number: ActorRequest.Number
    private let link: ActorLink
    let file: LinuxDiskFile

    /// Takes a number over and gives it back at its own end.
    ///
    /// - Throws: EMFILE where no descriptor came; EPROTO for one that is no regular file, or not open as it was asked for;
    ///   EPERM for one to write whose mode lends rights that are not the user's: what root writes would leave it so.
    init(
        _ path: String, _ number: ActorRequest.Number, _ link: ActorLink, _ given: consuming OwnedDescriptor?,
        for user: UInt32, isForWriting: Bool, _ call: String
    ) throws(DiskFault) {
        guard let given else {
            link.release(number)
            throw DiskFault(code: EMFILE, call: call, path: path)
        }
        self.path = path
        self.number = number
        self.link = link
        file = LinuxDiskFile(path: path, descriptor: given.take())
        let facts = try file.facts()
        guard facts.kind == .regular, cml_file_is_for(file.descriptor, isForWriting) else {
            throw DiskFault(code: EPROTO, call: call, path: path)
        }
        if isForWriting, facts.lendsRights(of: user) { throw DiskFault(code: EPERM, call: call, path: path) }
    }

    // The server has it open too: the lock on it ends with both.
    deinit { link.release(number) }

    func facts() throws(DiskFault) -> EntryFacts { try file.facts() }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
        try unsafe file.read(at: offset, into: buffer)
    }

    func nextData(from offset: Int64) throws(DiskFault) -> Int64? { try file.nextData(from: offset) }
    func holes(before size: Int64, beyond least: Int64) throws(DiskFault) -> Int64 {
        try file.holes(before: size, beyond: least)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskFault) {
        try unsafe file.write(bytes, at: offset)
    }

    func truncate(_ size: Int64) throws(DiskFault) { try file.truncate(size) }

    func setMode(_ mode: UInt32) throws(DiskFault) {
        try link.perform(.setMode(number, mode), "set the mode of", path)
    }

    func setOwner(user: UInt32, group: UInt32) throws(DiskFault) {
        try link.perform(.setOwner(number, user: user, group: group), "set the owner of", path)
    }

    func setTimes(access: DiskTime, modification: DiskTime) throws(DiskFault) {
        try link.perform(
            .setTimes(number, access: access, modification: modification), "set the times of", path)
    }

    /// By our own right: a user could give any list to a file of his.
    func takeAccessList(of other: any DiskFile) throws(DiskFault) -> Bool { try file.takeAccessList(of: other) }

    func dropAccessList() throws(DiskFault) { try file.dropAccessList() }

    func lock() throws(DiskFault) -> Bool { try file.lock() }
    func synchronize() throws(DiskFault) { try file.synchronize() }
    func beginSynchronizing() { file.beginSynchronizing() }
}

extension EntryFacts {
    /// Whether who runs the file gets rights that a user does not have anyway: setuid to another, or setgid.
    func lendsRights(of user: UInt32) -> Bool {
        let (setsUser, setsGroup) = (mode & 0o4000 != 0, mode & 0o2010 == 0o2010)
        return (setsUser && self.user != user) || setsGroup
    }
}
