internal import CMusterLinux
internal import Glibc

/// A file, a FIFO, a device or standard input, from its beginning to its end. A FIFO without a writer is waited for.
package final class FileStream: ByteStream {
    /// Longest time between two looks at whether the reader gave up, in milliseconds.
    static let patience: Int32 = 20
    /// Bytes read in one call of a file that never has to be waited for.
    private static let piece = 1 << 20

    package let path: String
    package let identity: FileIdentity
    package private(set) var consumed: Int64 = 0
    let descriptor: Int32
    private let isOwned: Bool
    private let mayWait: Bool
    /// Bytes that were looked at before they were read.
    private var ahead: [UInt8] = []
    private var hasEnded = false
    private var fault: FileFault?

    private init(path: String, descriptor: Int32, isOwned: Bool, facts: FileFacts) {
        self.path = path
        self.descriptor = descriptor
        self.isOwned = isOwned
        identity = facts.identity
        mayWait = facts.kind == .stream
    }

    deinit { if isOwned { close(descriptor) } }

    /// Opens a file; `-` is standard input. Errors: there is none, it may not be read, it is a directory, or another than
    /// was `expected`.
    package static func open(
        _ path: String, expecting expected: FileIdentity? = nil
    ) throws(FileFault) -> FileStream {
        if path == "-" {
            return FileStream(
                path: "standard input", descriptor: 0, isOwned: false, facts: try FileFacts.ofStandardInput())
        }
        let descriptor = unsafe cml_file_open(path)
        guard descriptor >= 0 else { throw FileFault(path: path, errno: -descriptor, doing: "open") }
        do throws(FileFault) {
            let facts = try FileFacts.of(descriptor: descriptor, path: path)
            guard facts.kind != .directory else { throw FileFault(path: path, errno: EISDIR, doing: "read") }
            try facts.check(expected, path)
            cml_file_sequential(descriptor)
            return FileStream(path: path, descriptor: descriptor, isOwned: true, facts: facts)
        } catch {
            close(descriptor)
            throw error
        }
    }

    package func read(
        into buffer: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool
    ) throws(StreamFault) -> Int {
        var filled = unsafe takeAhead(into: buffer)
        // Invariant: filled < count, so the rest begins inside the buffer.
        while filled < buffer.count, !hasEnded, fault == nil {
            if isCancelled() {
                if filled == 0 { throw .cancelled }
                break
            }
            unsafe filled += step(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        }
        if filled == 0, let fault { throw .failed(fault) }
        return filled
    }

    /// The next bytes, up to `count`, which stay there to be read; fewer only before the end or a fault.
    package func peek(_ count: Int, isCancelled: () -> Bool) throws(StreamFault) -> [UInt8] {
        if ahead.count < count {
            let before = ahead
            ahead = []
            do throws(StreamFault) {
                ahead = before + (try bytes(count - before.count, isCancelled: isCancelled))
            } catch {
                ahead = before
                // A fault comes again when these bytes were read.
                if error == .cancelled || before.isEmpty { throw error }
            }
            if ahead.count < count, isCancelled() { throw .cancelled }
        }
        return Array(ahead.prefix(count))
    }

    private func takeAhead(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        if ahead.isEmpty { return 0 }
        let count = min(ahead.count, buffer.count)
        // Invariant: both have at least `count` bytes.
        unsafe buffer.copyBytes(from: ahead[..<count])
        ahead.removeFirst(count)
        return count
    }

    /// One read, or one wait for something to read: 0 where nothing came of it.
    private func step(into rest: UnsafeMutableRawBufferPointer) -> Int {
        guard let start = rest.baseAddress else { return 0 }
        if mayWait, cml_wait_readable(descriptor, -1, Self.patience) == 0 { return 0 }
        let got = unsafe cml_file_read(descriptor, start, min(rest.count, Self.piece))
        switch got {
        case 1...: consumed &+= got
        case 0: hasEnded = true
        // Somebody else who shares the pipe was faster.
        case Int64(-EAGAIN): break
        default: fault = FileFault(path: path, errno: Int32(-got), doing: "read")
        }
        return Int(max(got, 0))
    }
}
