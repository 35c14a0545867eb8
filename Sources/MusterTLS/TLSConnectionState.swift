import NIOCore
import NIOSSL

/// How far a TLS connection is.
package enum TLSStep: Sendable, Hashable {
    /// The handshake goes on: send what is queued, receive more.
    case handshaking
    /// The peer's chain is at hand, and nothing goes on until `decide`; clients only.
    case needsVerdict
    /// Data may go both ways.
    case established
    /// The handshake failed, or later a record did; the fault's text says why. An alert may still be queued.
    case failed
    /// Over: both sides said so, the transport ended, or `close` was called.
    case closed
}

/// What the handler's callbacks write and the connection reads; it refers to neither, so that no cycle forms.
final class TLSConnectionState {
    var step = TLSStep.handshaking
    var outbound = ByteBuffer()
    var plaintext = ByteBuffer()
    /// Bytes of plaintext that ever came.
    private(set) var deliveredBytes = 0
    var peerClosed = false
    var applicationProtocol: String?
    var fault: String?
    var presentedChain: [[UInt8]] = []
    var verdict: EventLoopPromise<NIOSSLVerificationResult>?
    var hello = ServerHelloReader()

    private let role: TLSRole

    init(role: TLSRole) {
        self.role = role
    }

    func queueOutbound(_ piece: ByteBuffer) {
        Self.append(piece, to: &outbound)
    }

    func queuePlaintext(_ piece: ByteBuffer) {
        deliveredBytes += piece.readableBytes
        Self.append(piece, to: &plaintext)
    }

    func handshakeCompleted(applicationProtocol: String?) {
        guard step == .handshaking else { return }
        step = .established
        self.applicationProtocol = applicationProtocol
    }

    func peerClosedItsSide() {
        peerClosed = true
    }

    /// The handler is done with the connection: both sides closed, unless a failure was noted before.
    func handlerClosed() {
        if step == .established { step = .closed }
    }

    /// The chain is at hand; whoever decides completes the promise.
    func needsVerdict(on certificates: [NIOSSLCertificate], _ promise: EventLoopPromise<NIOSSLVerificationResult>) {
        // BoringSSL parsed them, so it has their octets: there is nothing that could fail here.
        presentedChain = certificates.compactMap { try? $0.toDERBytes() }
        verdict = promise
        step = .needsVerdict
    }

    func caught(_ error: any Error) {
        if step == .established, (error as? NIOSSLError) == .uncleanShutdown {
            step = .closed
        } else {
            fail(TLSFailure.text(of: error, opening: hello.opening, role: role))
        }
    }

    /// Only the first failure counts: what follows is its consequence.
    func fail(_ text: String) {
        guard step != .failed, step != .closed else { return }
        step = .failed
        fault = fault ?? text
    }

    private static func append(_ piece: ByteBuffer, to queue: inout ByteBuffer) {
        if queue.readableBytes == 0 {
            queue = piece
        } else {
            var piece = piece
            queue.writeBuffer(&piece)
        }
    }
}

/// Which side of the connection is ours.
enum TLSRole {
    case client, server
}
