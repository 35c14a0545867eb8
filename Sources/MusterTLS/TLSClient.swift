import NIOCore
import NIOSSL

/// One TLS client connection: bytes in, bytes out.
///
/// No socket, no timer, no task. Used on the thread of its ``TLSThread`` only. The first message is queued when it is
/// made; then, in a loop: send what ``drainOutbound(_:)`` gives, look at ``step``, `receive` what the peer sent. Every
/// way ends in ``close()``, after which nothing of it is left.
package final class TLSClient {
    package typealias Step = TLSStep

    private let connection: TLSConnection
    private let verifies: Bool

    /// - Parameters:
    ///   - serverName: The DNS name to send (SNI, RFC 6066 §3), 1 to 255 octets; nil for none, as with IP addresses.
    ///     A trailing dot is not sent.
    /// - Throws: ``TLSFault/Code/badServerName`` for an IP address, an empty name, one over 255 octets or with a NUL.
    package init(context: TLSClientContext, thread: TLSThread, serverName: String?) throws(TLSFault) {
        let connection = TLSConnection(role: .client, thread: thread)
        let state = connection.state
        let handler: NIOSSLClientHandler
        do {
            handler = try NIOSSLClientHandler(
                context: context.context,
                serverHostname: serverName.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 },
                customVerificationCallback: { state.needsVerdict(on: $0, $1) })
        } catch {
            connection.close()
            throw TLSFault(
                code: .badServerName, location: "server name \"\((serverName ?? "").prefix(80))\"",
                hint: "give a DNS name of 1 to 255 octets, or none for an IP address")
        }
        self.connection = connection
        self.verifies = context.verifies
        connection.start(handler)
    }

    /// How far the connection is.
    package var step: TLSStep { connection.state.step }

    /// The certificates that the peer presented, in DER, leaf first; there from ``TLSStep/needsVerdict`` on, whatever
    /// becomes of the connection, and empty before.
    package var presentedChain: [[UInt8]] { connection.state.presentedChain }

    /// What failed, in a short text for a person; nil unless it failed.
    package var fault: String? { connection.state.fault }

    /// Whether the peer's close_notify was seen: what it had to say was received whole (RFC 8446 §6.1).
    package var peerClosed: Bool { connection.state.peerClosed }

    /// The version that the peer chose, such as `TLS 1.3`; nil before its ServerHello.
    package var version: String? { connection.state.hello.version.map(TLSNames.version) }

    /// The number of the cipher suite that the peer chose; nil before its ServerHello.
    package var cipher: UInt16? { connection.state.hello.cipher }

    /// The registered name of the cipher suite, or its number in hexadecimal; nil before the peer's ServerHello.
    package var cipherName: String? { cipher.map(TLSNames.cipher) }

    /// The application protocol that both agreed on; nil before the connection is established, and if there is none.
    package var alpn: String? { connection.state.applicationProtocol }

    /// Takes ciphertext from the peer, in pieces of any size; at most 512 KiB before the connection is established.
    ///
    /// Ignored once the connection failed or is closed, and after the peer's close_notify.
    package func receive(_ bytes: Span<UInt8>) {
        connection.receive(bytes)
        if step == .needsVerdict, !verifies { connection.decide(true) }
    }

    /// The same for bytes in an array.
    package func receive(_ bytes: [UInt8]) {
        receive(bytes.span)
    }

    /// The peer's end of the transport: fails a handshake; closes an established connection, and without
    /// ``peerClosed`` what was received may be cut short.
    package func receiveEnd() {
        connection.receiveEnd()
    }

    /// Goes on with the handshake, or fails it and queues an alert; ignored unless ``TLSStep/needsVerdict``.
    package func decide(_ accept: Bool) {
        connection.decide(accept)
    }

    /// Takes plaintext for the peer; before the connection is established it is held, and dropped if that fails.
    ///
    /// - Returns: Whether it was taken: not when the connection failed or is closed, and not when more than 4 MiB would
    ///   be queued.
    @discardableResult
    package func send(_ plaintext: [UInt8]) -> Bool {
        connection.send(plaintext.span)
    }

    /// Hands out the ciphertext for the peer and forgets it; the body is not called if there is none.
    package func drainOutbound<Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let bytes = connection.takeOutbound()
        if bytes.readableBytes > 0 { try body(bytes.readableBytesUInt8Span) }
    }

    /// Hands out the plaintext from the peer and forgets it; the body is not called if there is none.
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
