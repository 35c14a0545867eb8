internal import CMusterLinux
internal import Glibc

/// Compresses bytes into gzip files (RFC 1952) of one member each, as the program gzip does. It knows no files: compressed
/// bytes go to a closure. One writer serves many files one after the other, for its 268 KB of state are costly to make; it
/// belongs to one thread at a time.
@safe
package final class GzipWriter {
    /// What gzip does where nobody says otherwise.
    package static let usualLevel = 6
    /// Levels from the quickest to the smallest.
    package static let levels = 1...9
    /// Compressed bytes given away at once.
    private static let portion = 64 << 10
    /// Bytes taken at once, far below what zlib's counters hold.
    private static let greatestPiece = 1 << 30

    package let level: Int
    private let state: OpaquePointer
    // Invariant: `portion` bytes, of which the first `filled` wait to be given away.
    private let held: UnsafeMutablePointer<UInt8>
    private var filled = 0
    /// Bytes taken since the beginning of the file.
    private var taken: Int64 = 0

    /// Ready for a first file without a name. The level is one of ``levels``. Errors: there is no memory for it (ENOMEM).
    package init(level: Int = usualLevel) throws(DiskFault) {
        precondition(Self.levels.contains(level))
        guard let state = unsafe cml_deflate_create(Int32(level), Self.memory) else {
            throw DiskFault(code: ENOMEM, call: "compress", path: "")
        }
        self.level = level
        unsafe self.state = state
        unsafe held = .allocate(capacity: Self.portion)
        begin()
    }

    deinit {
        unsafe cml_deflate_destroy(state)
        unsafe held.deallocate()
    }

    /// Begins a file, whatever became of the one before. Its head holds a name without folders, cut after 255 bytes and
    /// where it has a zero, and a time in seconds since 1970, which is left out where it does not fit 32 bits.
    package func begin(name: String? = nil, modified: Int64 = 0) {
        let time = UInt32(exactly: modified) ?? 0
        if let name, !name.isEmpty {
            unsafe cml_deflate_begin(state, name, time)
        } else {
            unsafe cml_deflate_begin(state, nil, time)
        }
        filled = 0
        taken = 0
    }

    /// Compresses bytes; what is ready goes to `output`, in pieces of up to 64 KiB. Errors: those of `output`, after which
    /// the file is lost and the next one can begin.
    package func write<Failure: Error>(
        _ input: UnsafeRawBufferPointer, into output: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        guard let start = input.baseAddress else { return }
        var done = 0
        while done < input.count {
            // Invariant: done < count, so the piece lies inside the buffer.
            let piece = min(input.count - done, Self.greatestPiece)
            done += try unsafe step(start + done, piece, finish: false, output).taken
        }
    }

    /// Ends the file: the rest goes to `output`. Returns length and CRC-32 of what it was made of. Errors: as ``write``.
    package func finish<Failure: Error>(
        into output: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) -> ByteSum {
        while !(try unsafe step(nil, 0, finish: true, output).hasEnded) {}
        try unsafe give(output)
        return ByteSum(length: taken, checksum: unsafe cml_deflate_checksum(state))
    }

    /// Gives away what is held where it fills its place, and compresses once.
    private func step<Failure: Error>(
        _ input: UnsafeRawPointer?, _ count: Int, finish: Bool,
        _ output: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) -> (taken: Int, hasEnded: Bool) {
        if filled == Self.portion { try unsafe give(output) }
        var read = UInt32(count)
        var made = UInt32(Self.portion - filled)
        // Invariant: both counts are what lies behind the pointers.
        let outcome = unsafe cml_deflate_step(
            state, input?.assumingMemoryBound(to: UInt8.self), &read, held + filled, &made, finish)
        precondition(outcome >= 0, "a file was written to after its end")
        filled += Int(made)
        taken &+= Int64(read)
        return (Int(read), outcome == 1)
    }

    private func give<Failure: Error>(
        _ output: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        if filled == 0 { return }
        // Invariant: filled <= portion, all of it written before.
        let bytes = unsafe UnsafeRawBufferPointer(start: held, count: filled)
        filled = 0
        try unsafe output(bytes)
    }

    /// zlib's memLevel. 8 comes to within 0.05 % of the size of 9, and of gzip's own, in 10 % less time. A state for each
    /// file would cost 10 to 50 µs more than one that is reused, of the 110 µs that 20 KB take.
    private static let memory: Int32 = 8
}
