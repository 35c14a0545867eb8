package import MusterSystem

/// Where lines come from: one file or standard input, looked at and not yet read.
package struct LogSource: Hashable, Sendable {
    /// As it was named or found; `standard input` for `-`.
    package var name: String
    /// What to open; `-` for standard input.
    package var path: String
    package var identity: FileIdentity
    package var compression: Compression
    /// Bytes on disk, compressed as they are there; nil for a pipe or a device.
    package var size: Int64?
    /// The first ``Fingerprint/limit`` bytes, decompressed; empty for a pipe or a device, which can be read only once.
    package var head: [UInt8]
    /// When its content last changed, in seconds since 1970 UTC; nil for a pipe or a device.
    package var modified: Int64?

    /// Looks at a file. Errors: it cannot be opened or read, or the program that decompresses it is not installed.
    package init(path: String, facts: FileFacts) throws(FileFault) {
        name = path == "-" ? "standard input" : path
        self.path = path
        identity = facts.identity
        compression = .none
        head = []
        modified = facts.kind == .regular ? facts.modified : nil
        guard path != "-", facts.kind == .regular else { return }
        let file = try InputFile.open(path)
        identity = file.identity
        size = file.size
        head = try file.bytes(at: 0, count: Fingerprint.limit)
        compression = .recognised(head)
        if compression != .none { head = try Self.beginning(of: path, compression, count: Fingerprint.limit) }
    }

    /// Its first bytes as a number; nil for a pipe or a device.
    package var fingerprint: Fingerprint? { size == nil ? nil : Fingerprint(head) }

    /// Whether it is a file as it stands, so that it can be read at any place.
    package var isPlainFile: Bool { size != nil && compression == .none }

    /// Decompressed bytes from the beginning, up to `count`; what comes before damage where there is any. Errors: it
    /// cannot be opened, or the program is not installed.
    static func beginning(of path: String, _ compression: Compression, count: Int) throws(FileFault) -> [UInt8] {
        let stream = try compression.stream(path)
        do throws(StreamFault) {
            return try stream.bytes(count) { false }
        } catch {
            // Whoever reads it comes to the same fault and tells it.
            return []
        }
    }

    /// The first decompressed bytes, up to `count`, of a file. Errors: it cannot be opened or read.
    func beginning(_ count: Int) throws(FileFault) -> [UInt8] {
        if compression != .none { return try Self.beginning(of: path, compression, count: count) }
        return try InputFile.open(path).bytes(at: 0, count: count)
    }

    /// Opens it for reading, also where it was rotated by renaming since it was looked at. Errors: it cannot be opened,
    /// it was replaced, or its program is not installed.
    package func open() throws(InputFault) -> OpenSource {
        do throws(FileFault) {
            guard size != nil else {
                let input = try FileStream.open(path)
                return .stream(DeferredStream(input, headCount: Compression.magicCount, choose: Self.choose))
            }
            let current = try currentPath()
            if compression != .none { return .stream(try compression.stream(current, expecting: identity)) }
            return .file(try InputFile.open(current, expecting: identity))
        } catch {
            throw InputFault(error)
        }
    }

    /// What to read a pipe with, by its first bytes.
    private static func choose(_ head: [UInt8], _ input: FileStream) throws(FileFault) -> any ByteStream {
        let compression = Compression.recognised(head)
        if let program = compression.program {
            let hint = "this is \(compression.name) data; decompress it first: \(program) -dc | muster logs …"
            throw FileFault(path: input.path, hint: hint)
        }
        return compression == .gzip ? try GzipStream(input) : input
    }

    /// The name the file has now.
    private func currentPath() throws(FileFault) -> String {
        if try FileFacts.of(path)?.identity == identity { return path }
        // What cannot be looked at is not it.
        let moved = RotationName.siblings(of: path).first { (try? FileFacts.of($0))?.identity == identity }
        guard let moved else {
            throw FileFault(path: path, hint: "it was replaced or deleted before it was read; run again")
        }
        return moved
    }
}

/// A source that is open for reading.
package enum OpenSource {
    /// Read at any place, by several readers at once.
    case file(InputFile)
    /// Read from its beginning to its end by one.
    case stream(any ByteStream)
}
