internal import CMusterLinux
internal import Glibc

/// Reads gzip files to find out whether they can be read, and what they hold. One verifier serves many files one after the
/// other; it belongs to one thread at a time.
@safe
package final class GzipVerifier {
    /// Bytes of a file, and of its text, held at once.
    private static let portion = 64 << 10

    private let state: OpaquePointer
    // Invariant: `portion` bytes each; of the first, those from `start` to `end` were read and not yet inflated.
    private let input: UnsafeMutablePointer<UInt8>
    private let text: UnsafeMutablePointer<UInt8>
    private var start = 0
    private var end = 0
    /// Where the file is read next.
    private var offset: Int64 = 0

    /// Errors: there is no memory for it (ENOMEM).
    package init() throws(DiskFault) {
        guard let state = unsafe cml_inflate_create() else {
            throw DiskFault(code: ENOMEM, call: "decompress", path: "")
        }
        unsafe self.state = state
        unsafe input = .allocate(capacity: Self.portion)
        unsafe text = .allocate(capacity: Self.portion)
    }

    deinit {
        unsafe cml_inflate_destroy(state)
        unsafe input.deallocate()
        unsafe text.deallocate()
    }

    /// Length and CRC-32 of what a file holds, in all its members. Nil where it is no gzip file from its first byte to its
    /// last one, its own checksums do not fit, or it holds more than `limit` bytes, beyond which it is not read. Errors: it
    /// cannot be read, or there is no memory (ENOMEM).
    package func sum(of file: any DiskFile, limit: Int64 = .max) throws(DiskFault) -> ByteSum? {
        try unsafe sum(of: file, limit: limit) { _ in }
    }

    /// The same, and `look` sees the text piece by piece: it says nothing before all was found whole. Errors: those of `look`
    /// as well.
    package func sum(
        of file: any DiskFile, limit: Int64 = .max, look: (UnsafeRawBufferPointer) throws(DiskFault) -> Void
    ) throws(DiskFault) -> ByteSum? {
        (start, end, offset) = (0, 0, 0)
        var sum: ByteSum?
        while true {
            if start == end, !(try refill(file)) { return sum }
            let room = limit - (sum?.length ?? 0)
            guard let member = try unsafe member(file, limit: room, look) else { return nil }
            sum = sum?.followed(by: member) ?? member
        }
    }

    /// One member; nil where there is none, or it is damaged or too long.
    private func member(
        _ file: any DiskFile, limit: Int64, _ look: (UnsafeRawBufferPointer) throws(DiskFault) -> Void
    ) throws(DiskFault) -> ByteSum? {
        guard unsafe cml_inflate_reset(state) == 0 else { return nil }
        var length: Int64 = 0
        while true {
            if start == end, !(try refill(file)) { return nil }
            var taken = UInt32(end - start)
            var made = UInt32(Self.portion)
            // Invariant: both counts are what lies behind the pointers.
            let outcome = unsafe cml_inflate_step(state, input + start, &taken, text, &made)
            start += Int(taken)
            length &+= Int64(made)
            if outcome == -ENOMEM { throw DiskFault(code: ENOMEM, call: "decompress", path: "") }
            if outcome < 0 || length > limit { return nil }
            // Invariant: so many bytes of the text were filled just now.
            try unsafe look(UnsafeRawBufferPointer(start: text, count: Int(made)))
            if outcome == 1 { return ByteSum(length: length, checksum: unsafe cml_inflate_checksum(state)) }
        }
    }

    /// Reads on; false at the end of the file.
    private func refill(_ file: any DiskFile) throws(DiskFault) -> Bool {
        // Fewer bytes than asked for were the last.
        if offset > 0, end < Self.portion { return false }
        let room = unsafe UnsafeMutableRawBufferPointer(start: input, count: Self.portion)
        (start, end) = (0, try unsafe file.read(at: offset, into: room))
        offset += Int64(end)
        return end > 0
    }
}
