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
        let folder = folder(of: path)
        try makeFolders(folder)
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFault(path: path, errno: errno, doing: "write") }
        let file = try AppendedFile(path, descriptor)
        let parent = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that cannot be opened for reading can hold a file all the same; the name is then as safe as can be.
        if parent >= 0 {
            fsync(parent)
            close(parent)
        }
        return file
    }

    /// Opens a file that is there. Errors: there is none, it is no regular file, or another process writes it.
    package static func open(_ path: String) throws(FileFault) -> AppendedFile {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileFault(path: path, errno: errno, doing: "open") }
        let file = try AppendedFile(path, descriptor)
        guard try FileFacts.of(descriptor: descriptor, path: path).kind == .regular else {
            throw FileFault(path: path, hint: "is no regular file")
        }
        return file
    }

    /// All that is in it. Errors: it cannot be read, or is larger than `limit`.
    package func bytes(limit: Int = 1 << 30) throws(FileFault) -> [UInt8] {
        // The same file, whatever its name leads to by now.
        try FileReading.bytes("/proc/self/fd/\(descriptor)", limit: limit)
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

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a folder and those that it is in; one that is there is left as it is.
    private static func makeFolders(_ path: String) throws(FileFault) {
        if let facts = try FileFacts.of(path) {
            guard facts.kind == .directory else { throw FileFault(path: path, errno: ENOTDIR, doing: "write into") }
            return
        }
        let parent = folder(of: path)
        if parent != path { try makeFolders(parent) }
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw FileFault(path: path, errno: errno, doing: "make")
        }
    }
}
