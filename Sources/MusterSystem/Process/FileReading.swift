internal import CMusterLinux
internal import Glibc

/// Why a file cannot be read or written, with the path and the system's reason.
package struct FileFault: Error, Sendable, Hashable {
    package var path: String
    package var hint: String

    init(path: String, errno number: Int32, doing: String) {
        self.path = path
        hint = "cannot \(doing): \(SystemError.text(number))"
    }

    package init(path: String, hint: String) {
        self.path = path
        self.hint = hint
    }

    package var text: String { "\(path): \(hint)" }
}

/// Reads whole files, bounded.
package enum FileReading {
    /// All bytes of a file, or of standard input for `-`. Errors: it cannot be opened or read, or is larger than `limit`.
    package static func bytes(_ path: String, limit: Int = 1 << 30) throws(FileFault) -> [UInt8] {
        let descriptor = path == "-" ? 0 : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault(path: path, errno: errno, doing: "open") }
        defer { if descriptor != 0 { close(descriptor) } }
        return try bytes(descriptor: descriptor, path: path, limit: limit)
    }

    /// The same of a descriptor, from where it stands.
    static func bytes(descriptor: Int32, path: String, limit: Int) throws(FileFault) -> [UInt8] {
        var content: [UInt8] = []
        var size = 65_536
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0, status.st_size > 0 {
            size = min(Int(clamping: status.st_size), limit) &+ 1
            if size <= 0 { size = 65_536 }
        }
        var failure: Int32 = 0
        while failure == 0 {
            var got = 0
            content.append(
                contentsOf: unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
                    got = unsafe read(descriptor, buffer.baseAddress!, size)
                    if got < 0 { failure = errno == EINTR ? 0 : errno }
                    initialized = max(got, 0)
                })
            if content.count > limit { throw FileFault(path: path, hint: "larger than \(limit) bytes") }
            if got == 0 { return content }
        }
        throw FileFault(path: path, errno: failure, doing: "read")
    }

    /// The same as text; bytes that are no UTF-8 are replaced.
    package static func text(_ path: String, limit: Int = 1 << 24) throws(FileFault) -> String {
        String(decoding: try bytes(path, limit: limit), as: UTF8.self)
    }
}
