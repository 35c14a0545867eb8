internal import CMusterLinux
internal import Glibc

/// A file that lines are added to, each of them on the device before anything is built on it, by one process at a time.
package final class AppendedFile: Sendable {
    package let path: String
    private let descriptor: Int32

    private init(_ path: String, _ descriptor: Int32) throws(FileFault) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            if number == EWOULDBLOCK { throw FileFault(path: path, hint: "another process is writing it") }
            throw FileFault(path: path, errno: number, doing: "lock")
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        // At once, though a child that is just being started may still have a copy of the descriptor.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Makes a new file that its owner alone may read, and the folders on the way to it; its name is on the device then.
    /// Errors: it is there already, or cannot be made.
    package static func create(_ path: String) throws(FileFault) -> AppendedFile {
        guard case .place(let place) = try OutputWalk.find(path, makingFolders: true) else { throw irregular(path) }
        let folder = place.folder.descriptor
        let descriptor = unsafe cml_place_create(folder, place.name, OutputReaders.owner.mode, true)
        guard descriptor >= 0 else { throw FileFault(path: path, errno: -descriptor, doing: "write") }
        let file = try AppendedFile(path, descriptor)
        cml_place_synchronize_folder(folder)
        return file
    }

    /// Opens a file that is there, of one name and of ours or root's, and makes it its owner's alone. Errors: there is none,
    /// it is no such file, others may have written it, or another process writes it.
    package static func open(_ path: String) throws(FileFault) -> AppendedFile {
        guard case .place(let place) = try OutputWalk.find(path, to: "open") else { throw irregular(path) }
        for _ in 0..<OutputPlace.tries {
            switch try place.look(to: "open") {
            case .nothing: throw FileFault(path: path, errno: ENOENT, doing: "open")
            case .fifo, .device: throw irregular(path)
            case .file(let entry):
                guard let descriptor = try place.opened(entry, appending: true, to: "open") else { continue }
                try check(path, descriptor)
                return try AppendedFile(path, descriptor)
            }
        }
        throw place.restless
    }

    /// What stands in it is acted on. Errors: others may have written it; the descriptor is closed then.
    private static func check(_ path: String, _ descriptor: Int32) throws(FileFault) {
        guard let facts = PlaceFacts.of(descriptor), !facts.isOpenToOthers else {
            close(descriptor)
            throw FileFault(
                path: path,
                hint: "cannot open: others may have written it; look through it, then make a copy that is yours alone")
        }
        // Whoever can read it can lock it. Another's is left as it is.
        if facts.mode & 0o077 != 0 { fchmod(descriptor, facts.mode & OutputReaders.owner.mode) }
    }

    private static func irregular(_ path: String) -> FileFault { FileFault(path: path, hint: "is no regular file") }

    /// All that is in it. Errors: it cannot be read, or is larger than `limit`.
    package func bytes(limit: Int = 1 << 30) throws(FileFault) -> [UInt8] {
        // What is added goes to the end, wherever it is read.
        lseek(descriptor, 0, SEEK_SET)
        return try FileReading.bytes(descriptor: descriptor, path: path, limit: limit)
    }

    /// Forgets what is behind so many bytes.
    package func truncate(to size: Int) throws(FileFault) {
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            throw FileFault(path: path, errno: errno, doing: "shorten")
        }
    }

    /// Adds bytes and waits until they are on the device. Errors: a full disk and the like; nothing was added then.
    package func append(_ bytes: [UInt8]) throws(FileFault) {
        let before = lseek(descriptor, 0, SEEK_END)
        do throws(FileFault) {
            try write(bytes)
            guard fdatasync(descriptor) == 0 else { throw FileFault(path: path, errno: errno, doing: "write") }
        } catch {
            // Half a line would spoil the next one; where this fails too, the reader drops it.
            if before >= 0 { _ = ftruncate(descriptor, before) }
            throw error
        }
    }

    private func write(_ bytes: [UInt8]) throws(FileFault) {
        var written = 0
        while written < bytes.count {
            let outcome = unsafe bytes.withUnsafeBytes { raw in
                // Invariant: written < count, so the range lies inside the array.
                unsafe Glibc.write(descriptor, raw.baseAddress! + written, raw.count - written)
            }
            if outcome >= 0 {
                written += outcome
            } else if errno != EINTR {
                throw FileFault(path: path, errno: errno, doing: "write")
            }
        }
    }
}
