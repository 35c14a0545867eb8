import MusterCore
import MusterSystem
import MusterTLS
import MusterTesting
import MusterWire

/// A server of the model network that says the same to everybody.
final class ScriptedPeer: ModelPeer {
    enum Deed: Sendable { case say(String), close, reset }

    private let greeting: [Deed]
    private let answer: [Deed]
    private var request: [UInt8] = []
    private var hasAnswered = false

    /// - Parameters:
    ///   - greeting: What it does as soon as the connection is there.
    ///   - answer: What it does once the head of a request has come.
    init(greeting: [Deed] = [], answer: [Deed] = []) {
        self.greeting = greeting
        self.answer = answer
    }

    func opened(_ connection: ModelConnection) { perform(greeting, connection) }

    func received(_ bytes: [UInt8], _ connection: ModelConnection) {
        request += bytes
        guard !hasAnswered, request.suffix(4) == Array("\r\n\r\n".utf8)[...] else { return }
        hasAnswered = true
        perform(answer, connection)
    }

    private func perform(_ deeds: [Deed], _ connection: ModelConnection) {
        for deed in deeds {
            switch deed {
            case .say(let text): connection.send(Array(text.utf8))
            case .close: connection.close()
            case .reset: connection.reset()
            }
        }
    }
}

/// The same over TLS.
final class SecurePeer: ModelPeer {
    private let tls: TLSServer
    private let answer: String
    private var request: [UInt8] = []

    init(_ context: TLSServerContext, answer: String) {
        tls = TLSServer(context: context, thread: Reactor.local { TLSThread() })
        self.answer = answer
    }

    deinit { tls.close() }

    func received(_ bytes: [UInt8], _ connection: ModelConnection) {
        tls.receive(bytes)
        tls.drainPlaintext { part in for index in part.indices { request.append(part[index]) } }
        if request.suffix(4) == Array("\r\n\r\n".utf8)[...] {
            request = []
            tls.send(Array(answer.utf8))
            tls.closeNotify()
        }
        flush(connection)
    }

    func ended(_ connection: ModelConnection) {
        tls.receiveEnd()
        flush(connection)
        connection.close()
    }

    private func flush(_ connection: ModelConnection) {
        var bytes: [UInt8] = []
        tls.drainOutbound { part in for index in part.indices { bytes.append(part[index]) } }
        if !bytes.isEmpty { connection.send(bytes) }
    }
}

/// A DNS server over TCP.
final class NamePeer: ModelPeer {
    private let answer: @Sendable ([UInt8]) -> [[UInt8]]
    private var decoder = DNSStreamDecoder()

    init(_ answer: @escaping @Sendable ([UInt8]) -> [[UInt8]]) { self.answer = answer }

    func received(_ bytes: [UInt8], _ connection: ModelConnection) {
        decoder.receive(bytes.span)
        while let message = decoder.next() {
            for reply in answer(message) { connection.send(DNSStreamDecoder.framed(reply)) }
        }
    }
}
