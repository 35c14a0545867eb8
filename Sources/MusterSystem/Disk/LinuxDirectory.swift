internal import CMusterLinux
internal import Glibc

/// A directory held open: it stays the same one when its path leads elsewhere.
final class LinuxDirectory: DiskDirectory {
    let path: String
    private let descriptor: Int32

    /// Takes a descriptor over and closes it at its own end.
    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    func facts() throws(DiskFault) -> EntryFacts { try EntryFacts.of(descriptor: descriptor, path: path) }

    func isShared() throws(DiskFault) -> Bool {
        try DiskFault.check(cml_disk_is_shared(descriptor), "look at", path) == 1
    }

    func hasAccessList() throws(DiskFault) -> Bool { cml_list_is_there(descriptor) }

    func facts(_ name: String) throws(DiskFault) -> EntryFacts? {
        try check(name, "look at")
        var raw = cml_entry_facts()
        let outcome = unsafe cml_disk_facts_at(descriptor, name, &raw)
        if outcome == -ENOENT { return nil }
        try DiskFault.check(outcome, "look at", place(name))
        return EntryFacts(raw)
    }

    func target(_ name: String) throws(DiskFault) -> String {
        try check(name, "read the link")
        do throws(HeldEntryFault) {
            let bytes = try HeldEntry.entry(name, in: descriptor).target()
            if let target = String(validating: bytes, as: UTF8.self) { return target }
        } catch {
            throw fault(error.number, "read the link", name)
        }
        throw fault(EILSEQ, "read the link", name)
    }

    func rename(_ name: String, to directory: any DiskDirectory, as other: String) throws(DiskFault) {
        try check(name, "rename")
        try check(other, "rename")
        // A directory of another kind of disk is on another device.
        guard let target = directory as? LinuxDirectory else { throw fault(EXDEV, "rename", name) }
        try unsafe DiskFault.check(
            cml_disk_rename(descriptor, name, target.descriptor, other), "rename", place(name))
    }

    /// How names are changed where the file system cannot refuse to replace one: for a moment the file has both. Errors: as
    /// those of renaming.
    func renameByLink(_ name: String, to directory: LinuxDirectory, as other: String) throws(DiskFault) {
        try unsafe DiskFault.check(
            cml_disk_rename_by_link(descriptor, name, directory.descriptor, other), "rename", place(name))
    }

    func replace(_ name: String, with other: String) throws(DiskFault) {
        try check(name, "replace")
        try check(other, "replace")
        try unsafe DiskFault.check(cml_disk_replace(descriptor, name, other), "replace", place(name))
    }

    func remove(_ name: String) throws(DiskFault) {
        try check(name, "remove")
        try unsafe DiskFault.check(cml_disk_remove(descriptor, name), "remove", place(name))
    }

    func create(_ name: String, mode: UInt32) throws(DiskFault) -> any DiskFile {
        try check(name, "create")
        let file = try unsafe DiskFault.check(cml_disk_create(descriptor, name, mode), "create", place(name))
        return LinuxDiskFile(path: place(name), descriptor: file)
    }

    func open(_ name: String, forWriting: Bool) throws(DiskFault) -> any DiskFile {
        try check(name, "open")
        let file = try unsafe DiskFault.check(cml_disk_open(descriptor, name, forWriting), "open", place(name))
        return LinuxDiskFile(path: place(name), descriptor: file)
    }

    func setMode(_ mode: UInt32) throws(DiskFault) {
        try DiskFault.check(cml_disk_set_mode(descriptor, mode), "set the mode of", path)
    }

    func setOwner(user: UInt32, group: UInt32) throws(DiskFault) {
        try DiskFault.check(cml_disk_set_owner(descriptor, user, group), "set the owner of", path)
    }

    func synchronize() throws(DiskFault) {
        try DiskFault.check(cml_disk_synchronize(descriptor), "synchronize", path)
    }

    private func fault(_ code: Int32, _ call: String, _ name: String) -> DiskFault {
        DiskFault(code: code, call: call, path: place(name))
    }

    /// Refuses what is no name of an entry.
    private func check(_ name: String, _ call: String) throws(DiskFault) {
        guard EntryName.isValid(name) else { throw fault(EINVAL, call, name) }
    }
}

extension LinuxDirectory {
    /// Bytes of names taken at once.
    private static let portion = 32 << 10

    /// Errors: it cannot be read, or holds more than ``FileNames/limit`` names (EOVERFLOW).
    func listing() throws(DiskFault) -> DirectoryListing {
        var outcome: Int32 = 0
        guard let stream = unsafe cml_names_open(descriptor, &outcome) else {
            throw DiskFault(code: -outcome, call: "list", path: path)
        }
        defer { unsafe cml_names_close(stream) }
        var listing = DirectoryListing()
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: Self.portion)
        defer { unsafe buffer.deallocate() }
        while true {
            let count = try unsafe DiskFault.check(cml_names_next(stream, buffer, Self.portion), "list", path)
            if count == 0 { return listing }
            // Invariant: so many bytes of the buffer are names, each of them ended by a zero.
            unsafe listing.take(buffer, count: Int(count))
            guard listing.names.count + listing.unreadable <= FileNames.limit else {
                throw DiskFault(code: EOVERFLOW, call: "list", path: path)
            }
        }
    }
}

extension DirectoryListing {
    /// Adds names that stand one behind the other, each ended by a zero.
    fileprivate mutating func take(_ bytes: UnsafePointer<CChar>, count: Int) {
        var start = 0
        while start < count {
            // Invariant: start lies inside the bytes, and a zero follows there.
            let name = unsafe bytes + start
            if let text = unsafe String(validatingCString: name) { names.append(text) } else { unreadable += 1 }
            unsafe start += strlen(name) + 1
        }
    }
}
