internal import CMusterLinux
internal import Glibc
internal import Synchronization

/// An open file, and the lock on it where it was taken.
final class LinuxDiskFile: DiskFile {
    private let path: String
    /// Open as long as this is.
    let descriptor: Int32
    private let isLocked = Atomic(false)

    /// Takes a descriptor over and closes it at its own end.
    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        // A process that is being started has the descriptor until it becomes its program, and would keep a lock that long.
        if isLocked.load(ordering: .relaxed) { flock(descriptor, LOCK_UN) }
        close(descriptor)
    }

    func facts() throws(DiskFault) -> EntryFacts { try EntryFacts.of(descriptor: descriptor, path: path) }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(DiskFault) -> Int {
        guard let start = buffer.baseAddress else { return 0 }
        // Invariant: the buffer has as many bytes as it says.
        let got = unsafe cml_file_read_at(descriptor, start, buffer.count, offset)
        return Int(try DiskFault.check(got, "read", path))
    }

    func nextData(from offset: Int64) throws(DiskFault) -> Int64? {
        let next = cml_file_next_data(descriptor, offset)
        if next == -Int64(ENXIO) { return nil }
        return try DiskFault.check(next, "read", path)
    }

    func holes(before size: Int64, beyond least: Int64) throws(DiskFault) -> Int64 {
        try DiskFault.check(cml_file_holes(descriptor, size, least, 65_536), "read", path)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskFault) {
        guard let start = bytes.baseAddress else { return }
        // Invariant: there are as many bytes as the buffer says.
        try unsafe DiskFault.check(cml_disk_write_at(descriptor, start, bytes.count, offset), "write", path)
    }

    func truncate(_ size: Int64) throws(DiskFault) {
        try DiskFault.check(cml_disk_truncate(descriptor, size), "truncate", path)
    }

    func setMode(_ mode: UInt32) throws(DiskFault) {
        try DiskFault.check(cml_disk_set_mode(descriptor, mode), "set the mode of", path)
    }

    func setOwner(user: UInt32, group: UInt32) throws(DiskFault) {
        try DiskFault.check(cml_disk_set_owner(descriptor, user, group), "set the owner of", path)
    }

    func setTimes(access: DiskTime, modification: DiskTime) throws(DiskFault) {
        var raw = cml_entry_facts()
        raw.access_seconds = access.seconds
        raw.access_nanoseconds = access.nanoseconds
        raw.modification_seconds = modification.seconds
        raw.modification_nanoseconds = modification.nanoseconds
        try unsafe DiskFault.check(cml_disk_set_times(descriptor, &raw), "set the times of", path)
    }

    func takeAccessList(of other: any DiskFile) throws(DiskFault) -> Bool {
        guard let source = (other as? LinuxDiskFile) ?? (other as? ActorFile)?.file else { return false }
        let outcome = cml_list_copy(source.descriptor, descriptor)
        if outcome == -ENOTSUP { return false }
        try DiskFault.check(outcome, "set the access list of", path)
        return true
    }

    func dropAccessList() throws(DiskFault) {
        try DiskFault.check(cml_list_drop(descriptor), "drop the access list of", path)
    }

    func lock() throws(DiskFault) -> Bool {
        let hasLock = try DiskFault.check(cml_disk_lock(descriptor), "lock", path) == 1
        if hasLock { isLocked.store(true, ordering: .relaxed) }
        return hasLock
    }

    func synchronize() throws(DiskFault) {
        try DiskFault.check(cml_disk_synchronize(descriptor), "synchronize", path)
    }

    func beginSynchronizing() { cml_disk_begin_synchronizing(descriptor) }
}
