internal import CMusterLinux
internal import Glibc

/// The text of a file that a program decompresses: `zstd -dc < file`. The program reads the file itself and ends, by its
/// id, with the stream.
package final class ProgramStream: ByteStream {
    /// What the program says is kept up to here, in bytes, for the fault.
    private static let complaintLimit = 1_024

    package let path: String
    private let program: String
    private let file: FileStream
    private let output: Int32
    private var error: Int32
    private let child: Int32
    private var isReaped = false
    private var complaint: [UInt8] = []
    private var hasEnded = false
    private var fault: FileFault?

    /// Starts a program with the file as its standard input. Errors: the program is not on `PATH`, the file cannot be
    /// opened or is another than was `expected`, or the system has no room for another process.
    package init(
        _ path: String, expecting expected: FileIdentity? = nil, program: String, arguments: [String]
    ) throws(FileFault) {
        guard let executable = Self.find(program) else {
            throw FileFault(path: path, hint: "\(program) is needed to read it and is not on PATH; install it")
        }
        self.path = path
        self.program = program
        file = try FileStream.open(path, expecting: expected)
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var output: Int32 = -1
        var error: Int32 = -1
        // Invariant: `words` ends with nil and outlives the call.
        let outcome = unsafe cml_spawn_filter(executable, &words, file.descriptor, &output, &error)
        guard outcome > 0 else { throw FileFault(path: path, errno: -outcome, doing: "start \(program) to read it") }
        child = outcome
        self.output = output
        self.error = error
    }

    deinit {
        if !isReaped { cml_child_end(child) }
        close(output)
        if error >= 0 { close(error) }
    }

    /// Where `PATH` has a program, nil where it has not.
    package static func find(_ program: String) -> String? {
        for folder in (Environment.variable("PATH") ?? "/usr/bin:/bin").split(separator: ":") {
            let path = "\(folder)/\(program)"
            if unsafe access(path, X_OK) == 0, let facts = try? FileFacts.of(path), facts.kind == .regular {
                return path
            }
        }
        return nil
    }

    /// How far the program has read: it shares the open file with us.
    package var consumed: Int64 { max(0, cml_file_position(file.descriptor)) }

    package func read(
        into buffer: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool
    ) throws(StreamFault) -> Int {
        var filled = 0
        while filled < buffer.count, !hasEnded {
            if isCancelled() { throw .cancelled }
            let ready = cml_wait_readable(output, error, FileStream.patience)
            if ready & 2 != 0 { readComplaint() }
            // Invariant: filled < count, so the rest begins inside the buffer.
            if ready & 1 != 0 { unsafe filled += step(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])) }
        }
        if hasEnded, !isReaped { try reap(isCancelled) }
        if filled == 0, let fault { throw .failed(fault) }
        return filled
    }

    private func step(_ rest: UnsafeMutableRawBufferPointer) -> Int {
        guard let start = rest.baseAddress else { return 0 }
        let got = unsafe cml_file_read(output, start, rest.count)
        if got == 0 { hasEnded = true }
        if got < 0, got != Int64(-EAGAIN) {
            hasEnded = true
            fault = FileFault(path: path, errno: Int32(-got), doing: "read from \(program)")
        }
        return Int(max(got, 0))
    }

    /// Takes what the program says, so that it never waits for us, and keeps the beginning.
    private func readComplaint() {
        let (got, bytes) = unsafe withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer in
            let got = unsafe cml_file_read(error, buffer.baseAddress!, buffer.count)
            // Invariant: `got` bytes were filled.
            return (got, unsafe [UInt8](buffer.prefix(Int(max(got, 0)))))
        }
        complaint += bytes.prefix(Self.complaintLimit - complaint.count)
        if got == 0 || (got < 0 && got != Int64(-EAGAIN)) {
            close(error)
            error = -1
        }
    }

    /// Waits for the program's end behind its output and notes a fault where it failed.
    private func reap(_ isCancelled: () -> Bool) throws(StreamFault) {
        var ending: Int32 = 0
        while true {
            let outcome = unsafe cml_child_ended(child, &ending)
            if outcome != 0 { break }
            if isCancelled() { throw .cancelled }
            // It has closed its output, so that it ends at any moment.
            if cml_wait_readable(-1, error, 1) & 2 != 0 { readComplaint() }
        }
        isReaped = true
        while error >= 0, cml_wait_readable(-1, error, 0) & 2 != 0 { readComplaint() }
        guard ending != 0, fault == nil else { return }
        let how = ending > 0 ? "exit status \(ending)" : "signal \(-ending)"
        let said = firstComplaint
        fault = FileFault(path: path, hint: "\(program) failed with \(how)\(said.isEmpty ? "" : ": \(said)")")
    }

    /// The first line of what the program said, without control characters.
    private var firstComplaint: String {
        let line = complaint.drop { $0 <= 0x20 }.prefix { $0 != 0x0a && $0 != 0x0d }
        return String(decoding: line.filter { $0 >= 0x20 && $0 != 0x7f }, as: UTF8.self)
    }
}
