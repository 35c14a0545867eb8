internal import Glibc

/// The file system as a rotation of logs sees it: every system call of a rotation goes through here, so that tests can end the
/// process before any of them, make it fail, or forget what was not synchronized.
///
/// Names have no slash, and no link is followed but on the way to a directory: work is done in directories that are held
/// open. Any thread may call. Errors are those of the system; names that are empty, `.`, `..` or hold a slash or a zero are refused (EINVAL).
package protocol Disk: Sendable {
    /// Opens a directory by its path, part by part. A link is followed only where nobody but root or who works here could
    /// have made it or changed the way to it; else ELOOP.
    func openDirectory(_ path: String) throws(DiskFault) -> any DiskDirectory
    /// Makes one (mkdir(2)) with a mode that the umask does not lessen. ESTALE where somebody put another in its place.
    func makeDirectory(_ path: String, mode: UInt32) throws(DiskFault)
    /// What stands at a path, itself no link that is followed, and who may change it; nil where nothing does.
    func entry(at path: String) throws(DiskFault) -> DiskEntry?
}

package protocol DiskDirectory: AnyObject, Sendable {
    /// As it was opened.
    var path: String { get }
    /// Of itself.
    func facts() throws(DiskFault) -> EntryFacts
    /// Whether others than its owner may change its names, by its mode or an access list. Groups of root's do not count.
    func isShared() throws(DiskFault) -> Bool
    /// Whether an access control list (acl(5)) says who may do what, besides its mode.
    func hasAccessList() throws(DiskFault) -> Bool
    /// All names but `.` and `..`, in no order. Names that are no UTF-8 are left out; ``listing()`` counts them.
    func names() throws(DiskFault) -> [String]
    /// The same names, and how many there are that no `String` can be.
    func listing() throws(DiskFault) -> DirectoryListing
    /// Nil where there is none.
    func facts(_ name: String) throws(DiskFault) -> EntryFacts?
    /// Where a link leads. An error for what is none.
    func target(_ name: String) throws(DiskFault) -> String
    /// Renames an entry, into another directory too; never over one that is there (RENAME_NOREPLACE).
    func rename(_ name: String, to directory: any DiskDirectory, as other: String) throws(DiskFault)
    /// Puts the file `other` in the place of the file `name`, in one step: for the state file alone.
    func replace(_ name: String, with other: String) throws(DiskFault)
    /// EISDIR for a directory.
    func remove(_ name: String) throws(DiskFault)
    /// A new file (O_EXCL) to write and read, of the caller's own, with a mode that the umask does not lessen.
    func create(_ name: String, mode: UInt32) throws(DiskFault) -> any DiskFile
    /// An existing regular file, to read and, if so asked, to write. ELOOP for a link, EISDIR for a directory, EINVAL for
    /// a FIFO and the like.
    func open(_ name: String, forWriting: Bool) throws(DiskFault) -> any DiskFile
    /// Of itself, as ``DiskFile`` does it.
    func setMode(_ mode: UInt32) throws(DiskFault)
    func setOwner(user: UInt32, group: UInt32) throws(DiskFault)
    /// Waits until names in it are on the device (fsync).
    func synchronize() throws(DiskFault)
}

extension DiskDirectory {
    /// As the mode says.
    package func isShared() throws(DiskFault) -> Bool {
        let facts = try facts()
        return facts.mode & 0o002 != 0 || (facts.mode & 0o020 != 0 && facts.group != 0)
    }

    /// A disk that knows no lists.
    package func hasAccessList() throws(DiskFault) -> Bool { false }

    package func names() throws(DiskFault) -> [String] { try listing().names }

    /// A directory that cannot say, as that of another process.
    package func target(_ name: String) throws(DiskFault) -> String {
        throw DiskFault(code: ENOTSUP, call: "read the link", path: place(name))
    }
}

/// What a directory holds.
package struct DirectoryListing: Sendable, Hashable {
    /// In no order.
    package var names: [String]
    /// Entries whose names are no UTF-8.
    package var unreadable: Int

    package init(names: [String] = [], unreadable: Int = 0) {
        self.names = names
        self.unreadable = unreadable
    }
}

/// An open file. It is closed when nobody has it any more.
package protocol DiskFile: AnyObject, Sendable {
    func facts() throws(DiskFault) -> EntryFacts
    /// Bytes at an offset into the buffer; fewer than asked for only where the file ends.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int
    /// Where something stands at an offset or behind it: what is before is a hole, which reads as zeros and takes no room. Nil
    /// where nothing follows.
    func nextData(from offset: Int64) throws(DiskFault) -> Int64?
    /// Bytes of all holes before an offset, of each those beyond its first `least`. Of a file with more than 65,536 holes, all
    /// that is behind those counts as one.
    func holes(before size: Int64, beyond least: Int64) throws(DiskFault) -> Int64
    /// Writes all bytes at an offset.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskFault)
    func truncate(_ size: Int64) throws(DiskFault)
    func setMode(_ mode: UInt32) throws(DiskFault)
    func setOwner(user: UInt32, group: UInt32) throws(DiskFault)
    /// Seconds and nanoseconds of the last access and change of the contents.
    func setTimes(access: DiskTime, modification: DiskTime) throws(DiskFault)
    /// Takes the access control list (acl(5)) of another file over, where that has one; then the mode's bits of the group are
    /// the list's mask. False where this file's disk knows no lists.
    func takeAccessList(of other: any DiskFile) throws(DiskFault) -> Bool
    /// Takes away the access list that its folder gave it, if it did.
    func dropAccessList() throws(DiskFault)
    /// Takes the lock on it (flock(2)), which is exclusive among all processes and given back when the file is closed. False
    /// where another has it; never waits.
    func lock() throws(DiskFault) -> Bool
    /// Waits until contents and facts are on the device (fsync).
    func synchronize() throws(DiskFault)
    /// Has the system begin to bring contents to the device, without a wait: of many files that are begun before the first is
    /// waited for, all share the device's work. It cannot fail; ``synchronize()`` tells.
    func beginSynchronizing()
}

extension DiskFile {
    /// One of a disk that knows no holes.
    package func nextData(from offset: Int64) throws(DiskFault) -> Int64? { offset }
    package func holes(before size: Int64, beyond least: Int64) throws(DiskFault) -> Int64 { 0 }
    /// One of a disk that knows no access lists.
    package func dropAccessList() throws(DiskFault) {}
}

/// What the system says about an entry, links not followed (lstat(2)).
package struct EntryFacts: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case regular, directory, link, other }

    package var kind: Kind
    package var identity: FileIdentity
    /// Permission bits with setuid, setgid and sticky, 0 to 0o7777.
    package var mode: UInt32
    package var user: UInt32
    package var group: UInt32
    package var links: UInt32
    /// Bytes.
    package var size: Int64
    package var access: DiskTime
    package var modification: DiskTime

    package init(
        kind: Kind, identity: FileIdentity, mode: UInt32, user: UInt32, group: UInt32, links: UInt32 = 1,
        size: Int64 = 0, access: DiskTime = DiskTime(), modification: DiskTime = DiskTime()
    ) {
        self.kind = kind
        self.identity = identity
        self.mode = mode
        self.user = user
        self.group = group
        self.links = links
        self.size = size
        self.access = access
        self.modification = modification
    }
}

/// A time of the file system, since 1970 in UTC.
package struct DiskTime: Sendable, Hashable, Comparable {
    package var seconds: Int64
    /// 0 to 999,999,999.
    package var nanoseconds: Int64

    package init(seconds: Int64 = 0, nanoseconds: Int64 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package static func < (left: DiskTime, right: DiskTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

/// A system call that failed.
package struct DiskFault: Error, Sendable, Hashable {
    /// errno, above 0.
    package var code: Int32
    /// What was asked of the system: "rename".
    package var call: String
    /// What it was about.
    package var path: String

    package init(code: Int32, call: String, path: String) {
        self.code = code
        self.call = call
        self.path = path
    }
}
