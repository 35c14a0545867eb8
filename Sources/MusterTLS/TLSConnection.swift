import NIOCore
import NIOEmbedded
import NIOSSL

/// What a client and a server have in common: bytes in, bytes out, around one NIOSSL handler.
///
/// Used on its thread only; `close` leaves nothing behind.
final class TLSConnection {
    /// Ciphertext or plaintext a connection holds at most, each way, before it fails or refuses more: 4 MiB.
    static let maximumQueuedBytes = 4 << 20
    /// Ciphertext a peer may send before the connection is established: 512 KiB.
    static let maximumHandshakeBytes = 512 << 10
    /// Ciphertext a peer may send once the connection is established, beyond ``expansion`` times its data: 512 KiB. Else
    /// tickets, new keys and padding without end would keep whoever waits for data, for there is always something to read.
    static let maximumOverheadBytes = 512 << 10
    /// Of records with few bytes of data each.
    private static let expansion = 4

    let state: TLSConnectionState

    private let loop: EmbeddedEventLoop
    private let channel: WireChannel
    private var isTornDown = false
    private var receivedInHandshake = 0
    private var receivedSince = 0
    private var sentInHandshake = 0

    init(role: TLSRole, thread: TLSThread) {
        state = TLSConnectionState(role: role)
        loop = thread.loop
        channel = WireChannel(state: state, eventLoop: loop)
    }

    deinit {
        assert(isTornDown, "a TLS connection was dropped without close()")
    }

    /// Puts the handler to work: a client's first message is queued at once.
    func start(_ handler: NIOSSLHandler) {
        do {
            try channel.pipeline.syncOperations.addHandlers([handler, WireTap(state: state)])
        } catch {
            preconditionFailure("a new pipeline refused its handlers: \(error)")
        }
        channel.pipeline.syncOperations.fireChannelActive()
    }

    private var isOver: Bool { state.step == .failed || state.step == .closed }

    func receive(_ bytes: Span<UInt8>) {
        guard !isOver, !state.peerClosed, !bytes.isEmpty else { return }
        guard isWithinBounds(adding: bytes) else { return }
        if state.step == .established { receivedSince += bytes.count }
        channel.pipeline.syncOperations.fireChannelRead(NIOAny(buffer(with: bytes)))
        channel.pipeline.syncOperations.fireChannelReadComplete()
        // A chain that NIOSSL cannot hand out fails the handshake one turn of the loop later.
        if state.step == .handshaking { loop.run() }
        if receivedSince > Self.maximumOverheadBytes + Self.expansion * state.deliveredBytes {
            state.fail("the peer sent more than \(Self.maximumOverheadBytes >> 10) KiB around its data")
        }
    }

    private func isWithinBounds(adding bytes: Span<UInt8>) -> Bool {
        if state.step != .established {
            state.hello.read(bytes)
            receivedInHandshake += bytes.count
            if receivedInHandshake > Self.maximumHandshakeBytes {
                state.fail("the peer sent more than \(Self.maximumHandshakeBytes >> 10) KiB in the handshake")
            }
        } else if state.plaintext.readableBytes + bytes.count > Self.maximumQueuedBytes {
            state.fail("more than \(Self.maximumQueuedBytes >> 20) MiB were received and not read")
        }
        return !isOver
    }

    func receiveEnd() {
        guard !isOver, !state.peerClosed else { return }
        channel.transportEnded()
    }

    func decide(_ accept: Bool) {
        guard state.step == .needsVerdict, let verdict = state.verdict else { return }
        state.verdict = nil
        state.step = .handshaking
        if !accept { state.fault = "the certificate was refused" }
        verdict.succeed(accept ? .certificateVerified : .failed)
        loop.run()
    }

    func send(_ plaintext: Span<UInt8>) -> Bool {
        guard !isOver else { return false }
        let queued = state.outbound.readableBytes + (state.step == .established ? 0 : sentInHandshake)
        guard queued + plaintext.count <= Self.maximumQueuedBytes else { return false }
        guard !plaintext.isEmpty else { return true }
        if state.step != .established { sentInHandshake += plaintext.count }
        channel.pipeline.syncOperations.writeAndFlush(NIOAny(buffer(with: plaintext)), promise: nil)
        return true
    }

    private func buffer(with bytes: Span<UInt8>) -> ByteBuffer {
        var buffer = channel.allocator.buffer(capacity: bytes.count)
        // Octets have no padding between them, which is what makes reading a span as raw bytes unsafe.
        unsafe buffer.writeBytes(bytes.bytes)
        return buffer
    }

    /// What was queued for the peer; the queue is empty from here on, so that what a caller then causes is kept.
    func takeOutbound() -> ByteBuffer {
        let bytes = state.outbound
        state.outbound = ByteBuffer()
        return bytes
    }

    /// The same for what came from the peer.
    func takePlaintext() -> ByteBuffer {
        let bytes = state.plaintext
        state.plaintext = ByteBuffer()
        return bytes
    }

    /// Ends our side without a timer, where closing everything would arm one.
    func closeNotify() {
        guard state.step == .established else { return }
        channel.pipeline.close(mode: .output, promise: nil)
    }

    func close() {
        guard !isTornDown else { return }
        isTornDown = true
        state.step = .closed
        channel.tearDown()
        state.verdict?.succeed(.failed)
        state.verdict = nil
        state.outbound = ByteBuffer()
        state.plaintext = ByteBuffer()
        loop.run()
    }
}
