import NIOCore
import NIOSSL

/// One TLS server connection, for the lab: bytes in, bytes out, in the shape of ``TLSClient``.
///
/// Asks for no client certificate. Used on the thread of its ``TLSThread`` only; every way ends in ``close()``.
package final class TLSServer {
    package typealias Step = TLSStep

    private let connection: TLSConnection

    package init(context: TLSServerContext, thread: TLSThread) {
        connection = TLSConnection(role: .server, thread: thread)
        connection.start(NIOSSLServerHandler(context: context.context))
    }

    /// How far the connection is; never ``TLSStep/needsVerdict``.
    package var step: TLSStep { connection.state.step }

    /// What failed, in a short text for a person; nil unless it failed.
    package var fault: String? { connection.state.fault }

    /// Whether the client's close_notify was seen.
    package var peerClosed: Bool { connection.state.peerClosed }

    /// The application protocol that both agreed on; nil if there is none.
    package var alpn: String? { connection.state.applicationProtocol }

    /// Takes ciphertext from the client, in pieces of any size; at most 512 KiB before the connection is established.
    package func receive(_ bytes: Span<UInt8>) {
        connection.receive(bytes)
    }

    /// The same for bytes in an array.
    package func receive(_ bytes: [UInt8]) {
        receive(bytes.span)
    }

    /// The client's end of the transport: fails a handshake, closes an established connection.
    package func receiveEnd() {
        connection.receiveEnd()
    }

    /// Takes plaintext for the client; held until the connection is established.
    ///
    /// - Returns: Whether it was taken: not when the connection failed or is closed, and not when more than 4 MiB would
    ///   be queued.
    @discardableResult
    package func send(_ plaintext: [UInt8]) -> Bool {
        connection.send(plaintext.span)
    }

    /// Hands out the ciphertext for the client and forgets it; the body is not called if there is none.
    package func drainOutbound<Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let bytes = connection.takeOutbound()
        if bytes.readableBytes > 0 { try body(bytes.readableBytesUInt8Span) }
    }

    /// Hands out the plaintext from the client and forgets it; the body is not called if there is none.
    package func drainPlaintext<Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let bytes = connection.takePlaintext()
        if bytes.readableBytes > 0 { try body(bytes.readableBytesUInt8Span) }
    }

    /// Says that we send no more, and still receives; ignored unless established.
    package func closeNotify() {
        connection.closeNotify()
    }

    /// Drops everything at once, what is queued included; nothing is sent. Must be called, may be called again.
    package func close() {
        connection.close()
    }
}
