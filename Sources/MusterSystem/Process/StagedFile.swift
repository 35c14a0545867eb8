internal import CMusterLinux
internal import Glibc
internal import Synchronization

/// A new file that is to take the place of another, or of none. Where the file system can, it has no name until it is
/// finished, so that nothing is left whatever ends the process; else it is `.muster-` and 32 random digits beside the place,
/// and only a process that is killed leaves it.
final class StagedFile: Sendable {
    /// For whoever writes it, and closes it.
    let descriptor: Int32
    private let place: OutputPlace
    private let readers: OutputReaders
    /// Nil where it has none yet.
    private let temporary: String?
    private let isFinished = Atomic<Bool>(false)

    private init(descriptor: Int32, place: OutputPlace, readers: OutputReaders, temporary: String?) {
        self.descriptor = descriptor
        self.place = place
        self.readers = readers
        self.temporary = temporary
    }

    deinit {
        if let temporary, !isFinished.load(ordering: .relaxed) {
            _ = unsafe cml_disk_remove(place.folder.descriptor, temporary)
        }
    }

    /// `namesIt` is for tests: as on a file system without files that have no name. Errors: a file that may not be written,
    /// or a folder that nothing can be made in.
    static func begin(
        _ place: OutputPlace, for readers: OutputReaders, namesIt: Bool = false
    ) throws(FileFault) -> StagedFile {
        var isThere = false
        if case .file(let old) = try place.look() {
            try check(old, place, readers)
            isThere = true
        }
        let folder = place.folder.descriptor
        // For a file of no name the mode counts once it gets one.
        let nameless = namesIt ? -EOPNOTSUPP : cml_place_create_nameless(folder, readers.mode)
        if nameless >= 0 {
            return StagedFile(descriptor: nameless, place: place, readers: readers, temporary: nil)
        }
        let temporary = temporaryName()
        // What is to be as closed as the old one is never more open.
        let mode = isThere ? OutputReaders.owner.mode : readers.mode
        let descriptor = unsafe cml_place_create(folder, temporary, mode, false)
        guard descriptor >= 0 else {
            let isForbidden = [-EACCES, -EPERM, -EROFS].contains(descriptor)
            throw FileFault(
                path: place.path, errno: -descriptor, doing: isForbidden ? "write a new file beside it" : "write")
        }
        return StagedFile(descriptor: descriptor, place: place, readers: readers, temporary: temporary)
    }

    private static func check(_ old: HeldEntry, _ place: OutputPlace, _ readers: OutputReaders) throws(FileFault) {
        // A file that is protected stays, though its folder would let it be replaced.
        try place.checkWritable()
        // It would be its owner's afterwards, or be lost to him.
        if readers == .owner, !old.facts.isOurs {
            throw FileFault(
                path: place.path, hint: "cannot write: it belongs to another user; run as that user")
        }
    }

    private static func temporaryName() -> String {
        let digits = [RandomSeed.draw(), RandomSeed.draw()].map { number in
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        return ".muster-" + digits.joined()
    }

    /// Makes it durable and gives it its name, with the rights of the file that stands there by now. The descriptor has to
    /// be open still. Errors: it cannot; the old file stays.
    func finish() throws(FileFault) {
        guard !isFinished.load(ordering: .relaxed) else { return }
        guard fsync(descriptor) == 0 else { throw FileFault(path: place.path, errno: errno, doing: "write") }
        for _ in 0..<OutputPlace.tries {
            switch try place.look(to: "replace") {
            case .nothing:
                let outcome = nameWhereNothingIs()
                if outcome == -EEXIST { continue }
                try end(outcome)
            case .file(let old):
                try Self.check(old, place, readers)
                do throws(HeldEntryFault) {
                    try FileRights.take(from: old, for: readers, by: descriptor)
                } catch {
                    throw FileFault(path: place.path, errno: error.number, doing: "keep the rights of the old file")
                }
                try end(replace())
            case .fifo, .device:
                throw FileFault(path: place.path, hint: "cannot replace: it is no file any more")
            }
            return
        }
        throw place.restless
    }

    private func nameWhereNothingIs() -> Int32 {
        let folder = place.folder.descriptor
        guard let temporary else { return unsafe cml_place_name(descriptor, folder, place.name) }
        return unsafe cml_disk_rename(folder, temporary, folder, place.name)
    }

    private func replace() -> Int32 {
        let folder = place.folder.descriptor
        if let temporary { return unsafe cml_disk_replace(folder, place.name, temporary) }
        let temporary = Self.temporaryName()
        let named = unsafe cml_place_name(descriptor, folder, temporary)
        guard named == 0 else { return named }
        let outcome = unsafe cml_disk_replace(folder, place.name, temporary)
        if outcome != 0 { _ = unsafe cml_disk_remove(folder, temporary) }
        return outcome
    }

    private func end(_ outcome: Int32) throws(FileFault) {
        guard outcome == 0 else { throw FileFault(path: place.path, errno: -outcome, doing: "replace") }
        isFinished.store(true, ordering: .relaxed)
        cml_place_synchronize_folder(place.folder.descriptor)
        guard place.holds(descriptor) else {
            throw FileFault(path: place.path, hint: "was replaced by somebody else just now")
        }
    }
}
