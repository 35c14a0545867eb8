internal import CMusterLinux
internal import Glibc

/// Where a report goes: standard output, standard error or a file.
///
/// Where a reader sets the pace (a pipe, a socket, a terminal), a write waits for it, but never where nothing can end the
/// wait: see ``Patience``.
package final class OutputFile: Sendable {
    private let descriptor: Int32
    private let path: String
    private let isOwned: Bool
    /// One of `CML_PACE_…`.
    private let pace: Int32
    /// The same pipe or terminal, opened by us so that writing to it never waits; below 0 where there is none.
    private let free: Int32
    private let patience: Patience
    /// Set where the bytes take a file's place in the end.
    private let staged: StagedFile?

    init(
        descriptor: Int32, path: String, isOwned: Bool, patience: Patience = .ofProcess, staged: StagedFile? = nil
    ) {
        self.descriptor = descriptor
        self.path = path
        self.isOwned = isOwned
        self.patience = patience
        self.staged = staged
        pace = cml_pace_of(descriptor)
        free = pace == CML_PACE_PIPE || pace == CML_PACE_TERMINAL ? cml_open_again(descriptor) : -1
    }

    deinit {
        if free >= 0 { close(free) }
        if isOwned { close(descriptor) }
    }

    package static let standardOutput = OutputFile(descriptor: 1, path: "standard output", isOwned: false)
    package static let standardError = OutputFile(descriptor: 2, path: "standard error", isOwned: false)

    /// Creates or empties a file; `fifo:PATH` is a FIFO, whose reader is waited for. A link is followed, and what others
    /// can have put there is written to, only as ``OutputWalk`` and ``OutputPlace`` allow. Errors: the path cannot be written.
    package static func create(_ path: String, patience: Patience = .ofProcess) throws(FileFault) -> OutputFile {
        let name = OutputName(path)
        switch try OutputWalk.find(name.path) {
        case .descriptor(let number): return try copy(of: number, path: name.path, patience)
        case .place(let place):
            if let stream = try stream(place, name, patience) { return stream }
            return OutputFile(descriptor: try place.emptied(), path: name.path, isOwned: true, patience: patience)
        }
    }

    private static func copy(
        of number: Int32, path: String, _ patience: Patience
    ) throws(FileFault) -> OutputFile {
        let descriptor = cml_place_descriptor(number)
        guard descriptor >= 0 else { throw FileFault(path: path, errno: -descriptor, doing: "write") }
        return OutputFile(descriptor: descriptor, path: path, isOwned: true, patience: patience)
    }

    /// A device or a FIFO, which is written to as it is; nil where a file goes there. Errors: a FIFO that is not called one,
    /// or the other way round.
    private static func stream(
        _ place: OutputPlace, _ name: OutputName, _ patience: Patience
    ) throws(FileFault) -> OutputFile? {
        guard let kind = try streamKind(place, name) else { return nil }
        var watch = ReaderWatch(patience)
        while true {
            if let descriptor = try place.openedStream(kind) {
                return OutputFile(descriptor: descriptor, path: name.path, isOwned: true, patience: patience)
            }
            // Opened without waiting, for nothing but a reader would end that.
            if watch.sawSilence() { throw FileFault(path: name.path, hint: "cannot write: nobody reads it") }
            usleep(UInt32(Patience.look) * 1000)
        }
    }

    private static func streamKind(_ place: OutputPlace, _ name: OutputName) throws(FileFault) -> PlaceFacts.Kind? {
        switch (try place.look(), name.isFIFO) {
        case (.fifo, true): return .fifo
        case (.fifo, false):
            throw FileFault(
                path: name.path, hint: "cannot write: it is a FIFO; write fifo:\(name.path) to wait for its reader")
        case (_, true): throw FileFault(path: name.path, hint: "cannot write: it is no FIFO; leave fifo: out")
        case (.device, false): return .device
        case (.file, false), (.nothing, false): return nil
        }
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

    /// Writes all bytes. Returns false where the reader has gone (a broken pipe); errors: a full disk and the like, or a
    /// reader that took nothing when the run was to end.
    @discardableResult
    package func write(_ bytes: [UInt8]) throws(FileFault) -> Bool {
        var written = 0
        var watch = ReaderWatch(patience)
        while written < bytes.count {
            let outcome = writeSome(bytes, from: written)
            switch Int32(clamping: -outcome) {
            case ..<1:
                written += Int(outcome)
                watch.sawProgress()
            case EPIPE: return false
            case EAGAIN:
                if watch.sawSilence() {
                    throw FileFault(path: path, hint: "cut short: its reader takes nothing, and the run is to end")
                }
                _ = cml_await_room(descriptor, Patience.look)
            case EINTR: break
            case let number: throw FileFault(path: path, errno: number, doing: "write")
            }
        }
        return true
    }

    /// Writes what goes at once, and drops the rest: for a live line, which no run waits for.
    package func offer(_ bytes: [UInt8]) {
        // One that cannot be shown is no loss.
        _ = writeSome(bytes, from: 0)
    }

    /// Writes a part; below 0 it is -errno, where EAGAIN means that the reader takes nothing now.
    private func writeSome(_ bytes: [UInt8], from start: Int) -> Int64 {
        let pace = pace
        let free = free
        return unsafe bytes.withUnsafeBytes { raw in
            // Invariant: start <= count, so the range lies inside the array.
            let rest = unsafe UnsafeRawBufferPointer(rebasing: raw[start...])
            guard let base = rest.baseAddress else { return 0 }
            if free >= 0 || pace == CML_PACE_OWN {
                let outcome = unsafe Glibc.write(free >= 0 ? free : descriptor, base, rest.count)
                return outcome < 0 ? -Int64(errno) : Int64(outcome)
            }
            guard cml_await_room(descriptor, 0) > 0 else { return -Int64(EAGAIN) }
            return unsafe cml_write_paced(descriptor, pace, base, rest.count)
        }
    }
}

extension OutputFile {
    /// A file whose bytes take the place of those at a path with ``finish()``, as a whole: whoever reads it sees the old
    /// ones or the new ones, also after a crash. A descriptor, a device or a FIFO is written to as it is. Errors: it cannot
    /// be written; what is there stays as it is.
    package static func stage(
        _ path: String, for readers: OutputReaders = .all, patience: Patience = .ofProcess
    ) throws(FileFault) -> OutputFile {
        let name = OutputName(path)
        switch try OutputWalk.find(name.path) {
        case .descriptor(let number): return try copy(of: number, path: name.path, patience)
        case .place(let place):
            if let stream = try stream(place, name, patience) { return stream }
            let staged = try StagedFile.begin(place, for: readers)
            return OutputFile(
                descriptor: staged.descriptor, path: name.path, isOwned: true, patience: patience, staged: staged)
        }
    }

    /// Puts a staged file in its place; nothing for others. Errors: it cannot; what was there stays.
    package func finish() throws(FileFault) { try staged?.finish() }

    /// Stages bytes and puts them in a file's place at once. Errors: it cannot be written; the old file stays.
    package static func replace(
        _ path: String, with bytes: [UInt8], for readers: OutputReaders = .all, patience: Patience = .ofProcess
    ) throws(FileFault) {
        let file = try stage(path, for: readers, patience: patience)
        try file.write(bytes)
        try file.finish()
    }

    /// Finds out whether ``replace(_:with:for:patience:)`` can begin; what is there stays as it is. Errors: it cannot.
    package static func checkReplaceable(_ path: String, for readers: OutputReaders = .all) throws(FileFault) {
        let name = OutputName(path)
        switch try OutputWalk.find(name.path) {
        // The copy goes with the one who holds it.
        case .descriptor(let number): _ = try copy(of: number, path: name.path, .ofProcess)
        case .place(let place):
            if try streamKind(place, name) != nil { return try place.checkWritable() }
            _ = try StagedFile.begin(place, for: readers)
        }
    }
}
