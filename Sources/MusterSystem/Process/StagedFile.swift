internal import CMusterLinux
internal import Glibc
internal import Synchronization

/// A new file beside the one whose place it is to take, `NAME.muster-PID`. It is gone with its last reference unless it was
/// finished; only a process that is killed leaves it.
final class StagedFile: Sendable {
    /// For whoever writes it, and closes it.
    let descriptor: Int32
    private let temporary: String
    private let target: String
    /// As the user wrote it.
    private let path: String
    private let isFinished = Atomic<Bool>(false)

    private init(descriptor: Int32, temporary: String, target: String, path: String) {
        self.descriptor = descriptor
        self.temporary = temporary
        self.target = target
        self.path = path
    }

    deinit { if !isFinished.load(ordering: .relaxed) { unsafe unlink(temporary) } }

    /// Nil where a device or a pipe is at the path. Errors: a folder, or a file that may not be written.
    static func begin(_ path: String) throws(FileFault) -> StagedFile? {
        let facts = try FileFacts.of(path)
        switch facts?.kind {
        case .stream: return nil
        case .directory: throw FileFault(path: path, errno: EISDIR, doing: "write")
        case .regular, nil: break
        }
        let target = OutputPath.target(of: path)
        // A file that is protected stays, though its folder would let it be replaced.
        if facts != nil, unsafe access(target, W_OK) != 0 { throw FileFault(path: path, errno: errno, doing: "write") }
        let temporary = target + ".muster-\(getpid())"
        // Left by a process that had our number and was killed; O_EXCL, so that nobody else has it open.
        unsafe unlink(temporary)
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else {
            let isForbidden = [EACCES, EPERM, EROFS].contains(errno)
            throw FileFault(path: path, errno: errno, doing: isForbidden ? "write a new file beside it" : "write")
        }
        if facts != nil { takeRights(of: target, descriptor) }
        return StagedFile(descriptor: descriptor, temporary: temporary, target: target, path: path)
    }

    /// The new file is for the same readers as the old one.
    private static func takeRights(of target: String, _ descriptor: Int32) {
        var old = stat()
        guard unsafe stat(target, &old) == 0 else { return }
        // Who may not give files away keeps it; the mode then opens it to no more than the old one's.
        if fchown(descriptor, old.st_uid, old.st_gid) != 0 { fchown(descriptor, .max, old.st_gid) }
        fchmod(descriptor, old.st_mode & 0o777)
    }

    /// Makes it durable and gives it its name. The descriptor has to be open still. Errors: it cannot; the old file stays.
    func finish() throws(FileFault) {
        guard !isFinished.load(ordering: .relaxed) else { return }
        guard fsync(descriptor) == 0 else { throw FileFault(path: path, errno: errno, doing: "write") }
        guard unsafe rename(temporary, target) == 0 else {
            throw FileFault(path: path, errno: errno, doing: "replace")
        }
        isFinished.store(true, ordering: .relaxed)
        let folder = unsafe open(OutputPath.folder(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that cannot be opened for reading can hold a file all the same; the name is then as safe as can be.
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}
