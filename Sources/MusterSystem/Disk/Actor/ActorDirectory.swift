internal import CMusterLinux
internal import Glibc

/// A directory that a disk server holds open.
final class ActorDirectory: DiskDirectory {
    let path: String
    private let number: ActorRequest.Number
    private let link: ActorLink
    private let user: UInt32

    /// Takes a number over and gives it back at its own end.
    init(path: String, number: ActorRequest.Number, link: ActorLink, user: UInt32) {
        self.path = path
        self.number = number
        self.link = link
        self.user = user
    }

    deinit { link.release(number) }

    func facts() throws(DiskFault) -> EntryFacts {
        guard let facts = try link.facts(.facts(number), "look at", path) else {
            throw DiskFault(code: EPROTO, call: "look at", path: path)
        }
        return facts
    }

    func facts(_ name: String) throws(DiskFault) -> EntryFacts? {
        try link.facts(.entryFacts(number, name), "look at", place(name))
    }

    func listing() throws(DiskFault) -> DirectoryListing { try link.listing(.listing(number), "list", path) }

    func rename(_ name: String, to directory: any DiskDirectory, as other: String) throws(DiskFault) {
        // A directory that another process has open is on another device.
        guard let target = directory as? ActorDirectory, target.link === link else {
            let code = EntryName.isValid(name) && EntryName.isValid(other) ? EXDEV : EINVAL
            throw DiskFault(code: code, call: "rename", path: place(name))
        }
        try link.perform(.rename(number, name, to: target.number, as: other), "rename", place(name))
    }

    func replace(_ name: String, with other: String) throws(DiskFault) {
        try link.perform(.replace(number, name, with: other), "replace", place(name))
    }

    func remove(_ name: String) throws(DiskFault) {
        try link.perform(.remove(number, name), "remove", place(name))
    }

    func create(_ name: String, mode: UInt32) throws(DiskFault) -> any DiskFile {
        let file = link.newNumber()
        let given = try link.file(.create(number, name, as: file, mode: mode), "create", place(name))
        do throws(DiskFault) {
            return try ActorFile(place(name), file, link, given, for: user, isForWriting: true, "create")
        } catch {
            // It was made for nobody. The fault that is told is the first one.
            try? remove(name)
            throw error
        }
    }

    func open(_ name: String, forWriting: Bool) throws(DiskFault) -> any DiskFile {
        let file = link.newNumber()
        let given = try link.file(.open(number, name, as: file, forWriting: forWriting), "open", place(name))
        return try ActorFile(place(name), file, link, given, for: user, isForWriting: forWriting, "open")
    }

    func setMode(_ mode: UInt32) throws(DiskFault) {
        try link.perform(.setMode(number, mode), "set the mode of", path)
    }

    func setOwner(user: UInt32, group: UInt32) throws(DiskFault) {
        try link.perform(.setOwner(number, user: user, group: group), "set the owner of", path)
    }

    func synchronize() throws(DiskFault) { try link.perform(.synchronize(number), "synchronize", path) }
}
