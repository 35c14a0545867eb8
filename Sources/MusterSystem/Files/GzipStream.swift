internal import CMusterLinux
internal import Glibc

/// The text of a gzip file (RFC 1952), of any number of members one behind the other. It is inflated straight into the
/// reader's buffer. As with gzip itself, zeros behind the last member are ignored, and so is anything else, with a note.
@safe
package final class GzipStream: ByteStream {
    private enum Place {
        /// Where a member, garbage or the end follows.
        case betweenMembers
        case inMember
        case ended
        case failed(FileFault)
    }

    /// Compressed bytes read at once.
    private static let piece = 256 << 10
    /// Text asked for at once: how often a reader that gave up is noticed.
    private static let portion = 16 << 20

    package private(set) var note: String?
    private let input: FileStream
    // Invariant: `start <= end <= piece`; the bytes between them were read and not yet inflated.
    private let held: UnsafeMutablePointer<UInt8>
    private var start = 0
    private var end = 0
    private let state: OpaquePointer
    private var place = Place.betweenMembers
    private var members = 0
    /// Bytes of text given so far.
    private var given: Int64 = 0

    /// Reads gzip data from a stream's current place. Errors: there is no memory for it.
    package init(_ input: FileStream) throws(FileFault) {
        guard let state = unsafe cml_inflate_create() else {
            throw FileFault(path: input.path, errno: ENOMEM, doing: "decompress")
        }
        unsafe self.state = state
        self.input = input
        unsafe held = .allocate(capacity: Self.piece)
    }

    deinit {
        unsafe cml_inflate_destroy(state)
        unsafe held.deallocate()
    }

    package var consumed: Int64 { input.consumed }

    package func read(
        into buffer: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool
    ) throws(StreamFault) -> Int {
        var filled = 0
        while filled < buffer.count {
            switch place {
            case .betweenMembers: try nextMember(isCancelled)
            case .inMember:
                // Invariant: filled < count, so the rest begins inside the buffer.
                unsafe filled += try inflate(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]), isCancelled)
            case .ended: return filled
            case .failed(let fault):
                if filled == 0 { throw .failed(fault) }
                return filled
            }
        }
        return filled
    }

    /// Inflates a portion of a member and returns how many bytes of text came.
    private func inflate(
        _ rest: UnsafeMutableRawBufferPointer, _ isCancelled: () -> Bool
    ) throws(StreamFault) -> Int {
        if isCancelled() { throw .cancelled }
        if start == end, !(try refill(isCancelled)) {
            fail("the gzip data is cut off")
            return 0
        }
        guard let output = rest.baseAddress else { return 0 }
        var taken = UInt32(end - start)
        var made = UInt32(min(rest.count, Self.portion))
        // Invariant: both counts are at most what lies behind the pointers.
        let outcome = unsafe cml_inflate_step(
            state, held + start, &taken, output.assumingMemoryBound(to: UInt8.self), &made)
        start += Int(taken)
        given &+= Int64(made)
        switch outcome {
        case 0: break
        case 1: place = .betweenMembers
        default: fail(outcome == -ENOMEM ? "no memory to decompress it" : "the gzip data is damaged")
        }
        return Int(made)
    }

    /// Begins the member that follows, or ends the stream.
    private func nextMember(_ isCancelled: () -> Bool) throws(StreamFault) {
        while end - start < 2, try refill(isCancelled) {}
        if case .failed = place { return }
        if start == end, members > 0 {
            place = .ended
        } else if unsafe end - start >= 2 && held[start] == 0x1f && held[start + 1] == 0x8b {
            members += 1
            place = unsafe cml_inflate_reset(state) == 0 ? .inMember : .ended
        } else if members == 0 {
            fail("this is no gzip data")
        } else {
            try passGarbage(isCancelled)
        }
    }

    /// Ends the stream behind its last member, with a note where more than zeros follow.
    private func passGarbage(_ isCancelled: () -> Bool) throws(StreamFault) {
        repeat {
            for index in start..<end where unsafe held[index] != 0 {
                note = "what follows the gzip data at byte \(position) was ignored: it is no gzip data"
                place = .ended
                return
            }
            start = end
        } while try refill(isCancelled)
        if case .failed = place { return }
        place = .ended
    }

    /// Reads more behind what is held; false at the end. A fault of the file ends the stream with it.
    private func refill(_ isCancelled: () -> Bool) throws(StreamFault) -> Bool {
        if start > 0 {
            // Invariant: both ranges lie inside `held`; `update` allows them to overlap.
            unsafe held.update(from: held + start, count: end - start)
            (start, end) = (0, end - start)
        }
        do throws(StreamFault) {
            let room = unsafe UnsafeMutableRawBufferPointer(start: held + end, count: Self.piece - end)
            let got = try unsafe input.read(into: room, isCancelled: isCancelled)
            end += got
            return got > 0
        } catch .failed(let fault) {
            place = .failed(fault)
            return false
        }
    }

    /// Offset in the compressed stream of the next byte to inflate.
    private var position: Int64 { input.consumed - Int64(end - start) }

    /// Ends the stream with a fault, unless one of the file did.
    private func fail(_ what: String) {
        if case .failed = place { return }
        place = .failed(
            FileFault(path: input.path, hint: "\(what) at byte \(position), after \(given) bytes of text"))
    }
}
