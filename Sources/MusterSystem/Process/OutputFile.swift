internal import CMusterLinux
internal import Glibc

/// Where a report goes: standard output, standard error or a file.
package final class OutputFile: Sendable {
    private let descriptor: Int32
    private let path: String
    private let isOwned: Bool

    private init(descriptor: Int32, path: String, isOwned: Bool) {
        self.descriptor = descriptor
        self.path = path
        self.isOwned = isOwned
    }

    deinit { if isOwned { close(descriptor) } }

    package static let standardOutput = OutputFile(descriptor: 1, path: "standard output", isOwned: false)
    package static let standardError = OutputFile(descriptor: 2, path: "standard error", isOwned: false)

    /// Creates or empties a file. Errors: the path cannot be written.
    package static func create(_ path: String) throws(FileFault) -> OutputFile {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileFault(path: path, errno: errno, doing: "write") }
        return OutputFile(descriptor: descriptor, path: path, isOwned: true)
    }

    /// Columns of the terminal, nil where it is none.
    package var terminalWidth: Int? {
        let width = cml_terminal_width(descriptor)
        return width > 0 ? Int(width) : nil
    }

    /// Lines of the terminal, nil where it is none.
    package var terminalHeight: Int? {
        let height = cml_terminal_height(descriptor)
        return height > 0 ? Int(height) : nil
    }

    /// Writes all bytes. Returns false where the reader has gone (a broken pipe); errors: a full disk and the like.
    @discardableResult
    package func write(_ bytes: [UInt8]) throws(FileFault) -> Bool {
        var written = 0
        while written < bytes.count {
            let outcome = unsafe bytes.withUnsafeBytes { raw in
                // Invariant: written < count, so the range lies inside the array.
                unsafe Glibc.write(descriptor, raw.baseAddress! + written, raw.count - written)
            }
            if outcome >= 0 {
                written += outcome
            } else if errno == EPIPE {
                return false
            } else if errno == EAGAIN {
                var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&poller, 1, 1000)
            } else if errno != EINTR {
                throw FileFault(path: path, errno: errno, doing: "write")
            }
        }
        return true
    }
}

extension OutputFile {
    /// Puts bytes in a file's place as a whole: whoever reads it sees the old ones or the new ones, also after a crash
    /// (write under another name, fsync, rename, fsync of the folder). What a link leads to is replaced, not the link; a
    /// device or a pipe is written to as it is. Errors: it cannot be written; the old file stays.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(FileFault) {
        guard let target = try replaceable(path) else {
            try create(path).write(bytes)
            return
        }
        let (temporary, descriptor) = try beside(target, path)
        do throws(FileFault) {
            let file = OutputFile(descriptor: descriptor, path: path, isOwned: true)
            try file.write(bytes)
            guard fsync(descriptor) == 0 else { throw FileFault(path: path, errno: errno, doing: "write") }
            guard unsafe rename(temporary, target) == 0 else {
                throw FileFault(path: path, errno: errno, doing: "replace")
            }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
        let folderDescriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that cannot be opened for reading can hold a file all the same; the name is then as safe as can be.
        if folderDescriptor >= 0 {
            fsync(folderDescriptor)
            close(folderDescriptor)
        }
    }

    /// Finds out whether ``replace(_:with:)`` can begin; what is there stays as it is. Errors: it cannot.
    package static func checkReplaceable(_ path: String) throws(FileFault) {
        guard let target = try replaceable(path) else {
            guard unsafe access(path, W_OK) == 0 else { throw FileFault(path: path, errno: errno, doing: "write") }
            return
        }
        let (temporary, descriptor) = try beside(target, path)
        close(descriptor)
        unsafe unlink(temporary)
    }

    /// The name to put a new file under, all links followed; nil where there is a device or a pipe. Errors: a folder.
    private static func replaceable(_ path: String) throws(FileFault) -> String? {
        switch try FileFacts.of(path)?.kind {
        case .stream: return nil
        case .directory: throw FileFault(path: path, errno: EISDIR, doing: "write")
        case .regular, nil:
            guard let resolved = unsafe realpath(path, nil) else { return path }
            // Invariant: realpath gave a string that ends with a zero, and that is freed once.
            defer { unsafe free(resolved) }
            return unsafe String(cString: resolved)
        }
    }

    /// A new file in the same folder. Errors: it cannot be made.
    private static func beside(
        _ target: String, _ path: String
    ) throws(FileFault) -> (name: String, descriptor: Int32) {
        let name = target + ".muster-\(getpid())"
        let descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw FileFault(path: path, errno: errno, doing: "write") }
        return (name, descriptor)
    }
}
