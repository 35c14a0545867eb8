internal import CMusterLinux
internal import Glibc

/// A descriptor that is closed at its end, unless somebody takes it over.
struct OwnedDescriptor: ~Copyable, Sendable {
    private let value: Int32

    /// Takes an open descriptor over.
    init(_ value: Int32) { self.value = value }

    deinit { close(value) }

    /// Gives it away: whoever asks closes it.
    consuming func take() -> Int32 {
        let value = value
        discard self
        return value
    }
}

/// Bytes, and the descriptor that came with them.
struct Message: ~Copyable, Sendable {
    var bytes: [UInt8]
    var descriptor: OwnedDescriptor?
}

/// An end of a connection between two processes that keeps messages apart. It is closed at its own end.
package final class MessageSocket: Sendable {
    /// Bytes of a message, at most.
    static let capacity = 32 << 10

    /// Why a message was not sent or taken.
    struct Refusal: Error {
        /// errno: EPIPE where the other side has ended, EPROTO where it says what cannot be.
        var code: Int32
    }

    let descriptor: Int32

    /// Takes a descriptor over.
    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Both ends of a new connection. Errors: the system has no room for it.
    static func pair() throws(Refusal) -> (MessageSocket, MessageSocket) {
        var ends: [Int32] = [-1, -1]
        // Invariant: there is room for two.
        let outcome = unsafe cml_message_pair(&ends)
        guard outcome == 0 else { throw Refusal(code: -outcome) }
        return (MessageSocket(descriptor: ends[0]), MessageSocket(descriptor: ends[1]))
    }

    /// Sends a message, with a copy of a descriptor where there is one. Without waiting: EAGAIN where the other side takes
    /// none.
    func send(_ bytes: [UInt8], descriptor other: Int32 = -1, waiting: Bool) throws(Refusal) {
        // Invariant: there are as many bytes as the buffer says.
        let outcome = unsafe bytes.withUnsafeBytes { raw in
            unsafe cml_message_send(descriptor, raw.baseAddress, raw.count, other, waiting)
        }
        if outcome == -ECONNRESET { throw Refusal(code: EPIPE) }
        guard outcome == 0 else { throw Refusal(code: -outcome) }
    }

    /// Waits for a message. Errors: EPIPE at the end; EPROTO where one is longer than ``capacity`` or has several
    /// descriptors.
    func receive() throws(Refusal) -> Message {
        var given: Int32 = -1
        let (got, bytes) = unsafe withUnsafeTemporaryAllocation(byteCount: Self.capacity, alignment: 1) { room in
            let got = unsafe cml_message_receive(descriptor, room.baseAddress, room.count, &given)
            // Invariant: `got` bytes were filled, no more than there is room for.
            return (got, unsafe [UInt8](room.prefix(Int(max(got, 0)))))
        }
        let message = Message(bytes: bytes, descriptor: given < 0 ? nil : OwnedDescriptor(given))
        if got == 0 || got == Int64(-ECONNRESET) { throw Refusal(code: EPIPE) }
        guard got > 0 else { throw Refusal(code: Int32(clamping: -got)) }
        return message
    }

    /// Whether there is something to take, or the end, within a time in milliseconds.
    func isReadable(within milliseconds: Int32) -> Bool { cml_wait_readable(descriptor, -1, milliseconds) != 0 }

    /// Says no more and hears no more; the other side finds the end.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
