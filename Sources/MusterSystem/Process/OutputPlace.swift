internal import CMusterLinux
internal import Glibc

/// The place of an output: a name in a folder that is held open. What it names is looked at before it is used and, where
/// others may write in the folder, compared after.
final class OutputPlace: Sendable {
    /// What stands there, of the kinds that can be written to.
    enum Occupant: Sendable {
        case nothing
        case file(HeldEntry)
        case fifo
        case device
    }

    let folder: HeldEntry
    let name: String
    /// As the user wrote it.
    let path: String

    init(_ folder: HeldEntry, _ name: String, path: String) {
        self.folder = folder
        self.name = name
        self.path = path
    }

    /// How often is looked again where it changes between the look and the use.
    static let tries = 8

    /// What stands there now. Errors: something that is not written to, or that others can have put there.
    func look(to purpose: String = "write") throws(FileFault) -> Occupant {
        let entry: HeldEntry
        do throws(HeldEntryFault) {
            entry = try folder.entry(name)
        } catch {
            if error.number == ENOENT { return .nothing }
            throw FileFault(path: path, errno: error.number, doing: purpose)
        }
        func refused(_ why: String) -> FileFault { FileFault(path: path, hint: "cannot \(purpose): it \(why)") }
        switch entry.facts.kind {
        case .folder: throw FileFault(path: path, errno: EISDIR, doing: purpose)
        case .link: throw refused("has just become a link; name the file that it leads to")
        case .socket: throw refused("is a socket; name a file")
        case .foreignDevice: throw refused("is a device, and neither /dev/null, /dev/full nor a terminal; name a file")
        case .device: return .device
        case .file, .fifo: break
        }
        // As the kernel does where fs.protected_regular and fs.protected_fifos are set.
        guard !folder.facts.isShared || entry.facts.isOurs || entry.facts.user == folder.facts.user else {
            throw refused("belongs to another user, in a folder where anybody may write; name another file")
        }
        if entry.facts.kind == .fifo { return .fifo }
        if entry.facts.links > 1, folder.facts.isOpenToOthers {
            throw refused("has several names, in a folder where others may write; remove it, or name another file")
        }
        return .file(entry)
    }

    /// Opens the file for writing as it is there, emptied, or makes it. `afterLook` is for tests.
    /// Errors: as of ``look(to:)``, or it has several names.
    func emptied(afterLook: () -> Void = {}) throws(FileFault) -> Int32 {
        for _ in 0..<Self.tries {
            let occupant = try look()
            afterLook()
            switch occupant {
            case .nothing:
                let made = unsafe cml_place_create(folder.descriptor, name, OutputReaders.all.mode, false)
                if made >= 0 { return made }
                guard made == -EEXIST else { throw FileFault(path: path, errno: -made, doing: "write") }
            case .file(let entry):
                guard let opened = try opened(entry) else { continue }
                if ftruncate(opened, 0) == 0 { return opened }
                let number = errno
                close(opened)
                throw FileFault(path: path, errno: number, doing: "write")
            case .fifo, .device: throw FileFault(path: path, hint: "cannot write: it has just become another thing")
            }
        }
        throw restless
    }

    /// What changes whenever it is looked at.
    var restless: FileFault {
        FileFault(path: path, hint: "cannot write: it is replaced again and again; name a file that nobody else writes")
    }

    /// Opens a file that was looked at, for writing or also for appending; nil where it is another one by now.
    /// Errors: it may not be opened, or has several names.
    func opened(
        _ entry: HeldEntry, appending: Bool = false, to purpose: String = "write"
    ) throws(FileFault) -> Int32? {
        let folder = folder.descriptor
        let descriptor = unsafe appending ? cml_place_append(folder, name) : cml_place_write(folder, name)
        // Gone, or a link or a FIFO by now.
        if [-ENOENT, -ELOOP, -ENXIO].contains(descriptor) { return nil }
        guard descriptor >= 0 else { throw FileFault(path: path, errno: -descriptor, doing: purpose) }
        guard let facts = PlaceFacts.of(descriptor), facts.kind == .file, isSame(facts, entry.facts) else {
            close(descriptor)
            return nil
        }
        guard facts.links == 1 else {
            close(descriptor)
            throw FileFault(
                path: path, hint: "cannot \(purpose): it has several names (hard links); name another file")
        }
        return descriptor
    }

    /// Whether what was opened is what was looked at. Where nobody else may write it is not asked for, as some file
    /// systems tell other numbers each time.
    private func isSame(_ facts: PlaceFacts, _ looked: PlaceFacts) -> Bool {
        !folder.facts.isOpenToOthers || facts.identity == looked.identity
    }

    /// Whether the name stands for a file of ours that was just put there.
    func holds(_ descriptor: Int32) -> Bool {
        guard folder.facts.isOpenToOthers else { return true }
        var raw = cml_place_facts()
        guard unsafe cml_place_facts_at(folder.descriptor, name, &raw) == 0 else { return false }
        return PlaceFacts.of(descriptor)?.identity == PlaceFacts(raw).identity
    }

    /// Errors: what is there may not be written by us.
    func checkWritable() throws(FileFault) {
        let outcome = unsafe cml_place_may_write(folder.descriptor, name)
        guard outcome == 0 else { throw FileFault(path: path, errno: -outcome, doing: "write") }
    }

    /// Opens a device or a FIFO; nil where a FIFO has no reader. Errors: it cannot be opened, or is another thing by now.
    func openedStream(_ kind: PlaceFacts.Kind) throws(FileFault) -> Int32? {
        let descriptor = unsafe cml_place_write(folder.descriptor, name)
        if descriptor == -ENXIO, kind == .fifo { return nil }
        guard descriptor >= 0 else { throw FileFault(path: path, errno: -descriptor, doing: "write") }
        guard PlaceFacts.of(descriptor)?.kind == kind else {
            close(descriptor)
            throw FileFault(path: path, hint: "cannot write: it has just become another thing")
        }
        return descriptor
    }
}

/// Folders for files that are opened by their paths.
package enum OwnFolder {
    /// Errors: it is no folder, or others may write in it, so that a name there can be a link of theirs.
    package static func check(_ path: String) throws(FileFault) {
        guard case .place(let place) = try OutputWalk.find(path + "/file") else { return }
        if place.folder.facts.isOpenToOthers {
            throw FileFault(path: path, hint: "others may write in it; name a folder of your own")
        }
    }
}
