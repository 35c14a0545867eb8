/// Why a stream gave no more bytes.
package enum StreamFault: Error, Hashable, Sendable {
    /// The reader asked for it.
    case cancelled
    /// The file cannot be read further: the system's reason, or where compressed data is damaged.
    case failed(FileFault)
}

/// Bytes from a beginning to an end, such as a pipe's or a compressed file's. Used by one thread at a time; what it holds
/// open is closed with it.
package protocol ByteStream: AnyObject {
    /// Fills the buffer and returns how many bytes came: fewer than it holds only before the end or a fault, 0 at the end.
    ///
    /// Bytes before a fault are given first, the fault by the next call. `isCancelled` is asked at least every 20 ms
    /// while there is nothing to do but wait, and often in between. Once it is true, a file or a pipe as it stands gives
    /// the bytes so far, if there are any; what decompresses drops them.
    /// Errors: cancelled, or the data cannot be read further.
    func read(into buffer: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool) throws(StreamFault) -> Int

    /// Bytes taken from the file so far, compressed as they are there: how far the reading has come.
    var consumed: Int64 { get }

    /// What was tolerated: `1,024 bytes of garbage at the end were ignored`; nil where nothing was.
    var note: String? { get }
}

extension ByteStream {
    package var note: String? { nil }

    /// Up to `count` bytes, fewer only before the end or a fault.
    package func bytes(_ count: Int, isCancelled: () -> Bool) throws(StreamFault) -> [UInt8] {
        var fault: StreamFault?
        // Invariant: `read` returns at most the buffer's size, all of it filled.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
            do throws(StreamFault) {
                filled = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer), isCancelled: isCancelled)
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        return bytes
    }
}
