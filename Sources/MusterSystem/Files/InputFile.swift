internal import CMusterLinux
internal import Glibc

/// A file that is open for reading at any place, by several threads at once. It stays the same file when its path is
/// renamed, deleted or taken by another.
package final class InputFile: Sendable {
    package let path: String
    package let identity: FileIdentity
    /// Bytes when it was opened; it may have grown or shrunk since.
    package let size: Int64
    /// False for a pipe, a device or a directory: these cannot be read at a place.
    package let isRegular: Bool
    private let descriptor: Int32

    private init(path: String, descriptor: Int32, facts: FileFacts) {
        self.path = path
        self.descriptor = descriptor
        identity = facts.identity
        size = facts.size
        isRegular = facts.kind == .regular
    }

    deinit { close(descriptor) }

    /// Opens a file without waiting for anybody, so that a FIFO does not hold it up. Errors: there is none, it may not be
    /// read, or it is another than was `expected`.
    package static func open(
        _ path: String, expecting expected: FileIdentity? = nil
    ) throws(FileFault) -> InputFile {
        let descriptor = unsafe cml_file_open(path)
        guard descriptor >= 0 else { throw FileFault(path: path, errno: -descriptor, doing: "open") }
        do throws(FileFault) {
            let facts = try FileFacts.of(descriptor: descriptor, path: path)
            try facts.check(expected, path)
            cml_file_sequential(descriptor)
            return InputFile(path: path, descriptor: descriptor, facts: facts)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// What is true of it now. Errors: the file system fails.
    package func currentFacts() throws(FileFault) -> FileFacts {
        try FileFacts.of(descriptor: descriptor, path: path)
    }

    /// Fills the buffer with what stands at an offset and returns how many bytes there were: fewer than asked for only
    /// where the file ends, which it may do earlier than ``size`` says. Errors: the file system fails.
    package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
        guard let start = buffer.baseAddress, offset >= 0, offset <= .max - Int64(buffer.count) else { return 0 }
        // Invariant: the buffer has as many bytes as it says.
        let got = unsafe cml_file_read_at(descriptor, start, buffer.count, offset)
        guard got >= 0 else { throw FileFault(path: path, errno: Int32(-got), doing: "read") }
        return Int(got)
    }

    /// The same as bytes of its own: up to `count`, fewer where the file ends.
    package func bytes(at offset: Int64, count: Int) throws(FileFault) -> [UInt8] {
        var fault: FileFault?
        // Invariant: `read` returns at most the buffer's size, all of it filled.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
            do throws(FileFault) {
                filled = try unsafe read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        return bytes
    }
}
