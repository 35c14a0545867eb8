import MusterCore
import MusterSystem
import MusterTLS
import MusterTesting

@testable import MusterProbes

/// One authority for all tests: its root is what they trust beside the system's.
enum TestAuthority {
    static let authority = made { () throws(TLSFault) in try LabAuthority(now: Int64(SystemClock.wallSeconds)) }

    /// An environment that trusts it; one for all, since reading the system's roots takes its time.
    static let environment = ProbeEnvironment.local(roots: [authority.rootPEM])
    /// One that does not.
    static let strangers = ProbeEnvironment.local()

    /// One that trusts it and knows names.
    static func environment(hosts: [String: [IPAddress]]) -> ProbeEnvironment {
        .local(hosts: hosts, roots: [authority.rootPEM])
    }

    private static func made<Value>(_ make: () throws(TLSFault) -> Value) -> Value {
        do {
            return try make()
        } catch {
            fatalError("the authority cannot be made: \(error)")
        }
    }
}

/// What a TLS server does once the client's request is there.
enum TLSStepAfterRequest: Sendable {
    case answer(String)
    /// Sends bytes one record each.
    case trickle(String)
    case silence
    case reset
    /// The end of the connection without a notice of TLS.
    case end
}

/// A web server over TLS on loopback that follows a script.
enum TLSScript {
    static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok!"

    /// Serves while `body` runs. The names are the certificate's.
    static func serve<R: Sendable>(
        names: [String] = ["web1.test"], addresses: [[UInt8]] = [], flaw: LabAuthority.Flaw = .none,
        onlyTLS12: Bool = false, requiresClientCertificate: Bool = false, _ step: TLSStepAfterRequest = .answer(answer),
        _ body: @escaping @Sendable (ScriptedServer) async throws -> R
    ) async throws -> R {
        let chain = try TestAuthority.authority.chain(dnsNames: names, ipAddresses: addresses, flaws: [flaw])
        let context = try TLSServerContext(
            chain: chain.certificates, privateKeyPEM: chain.privateKeyPEM, onlyTLS12: onlyTLS12,
            requiresClientCertificate: requiresClientCertificate)
        return try await ScriptedServer.run(body: body) { socket, log in
            let tls = TLSServer(context: context, thread: Reactor.local { TLSThread() })
            defer { tls.close() }
            do throws(SocketFault) {
                try await converse(socket, tls, log, step)
            } catch {
                // The client has ended in its own way.
            }
        }
    }

    private static func converse(
        _ socket: TCPSocket, _ tls: TLSServer, _ log: ScriptLog, _ step: TLSStepAfterRequest
    ) async throws(SocketFault) {
        let number = log.open()
        let deadline = SystemClock.now.advanced(by: .seconds(120))
        var request: [UInt8] = []
        while !request.containsSequence(Array("\r\n\r\n".utf8)) {
            let bytes = try await socket.receive(until: deadline) { bytes in bytes.indices.map { bytes[$0] } }
            guard let bytes else { return }
            log.append(bytes, to: number)
            tls.receive(bytes.span)
            tls.drainPlaintext { part in for index in part.indices { request.append(part[index]) } }
            try await flush(tls, socket, deadline)
            if tls.step == .failed || tls.step == .closed { return }
        }
        log.signal()
        switch step {
        case .answer(let text):
            tls.send(Array(text.utf8))
            tls.closeNotify()
            try await flush(tls, socket, deadline)
        case .trickle(let text):
            for byte in text.utf8 {
                tls.send([byte])
                try await flush(tls, socket, deadline)
                await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(1)))
            }
        case .silence: break
        case .reset: return socket.resetOnClose()
        case .end: socket.finish()
        }
        while try await socket.receive(until: deadline, { _ in true }) != nil {}
    }

    private static func flush(_ tls: TLSServer, _ socket: TCPSocket, _ deadline: Instant) async throws(SocketFault) {
        var bytes: [UInt8] = []
        tls.drainOutbound { part in for index in part.indices { bytes.append(part[index]) } }
        if !bytes.isEmpty { try await socket.send(bytes, until: deadline) }
    }

    /// The first flight of a server with a good chain, to be sent in parts; it answers no hello in particular, so that a
    /// client gets no further than reading it.
    static func firstFlight() throws -> [UInt8] {
        let thread = TLSThread()
        let client = try TLSClient(context: try TLSClientContext(), thread: thread, serverName: "web1.test")
        defer { client.close() }
        let server = TLSServer(
            context: try TestAuthority.authority.serverContext(dnsNames: ["web1.test"]), thread: thread)
        defer { server.close() }
        client.drainOutbound { server.receive($0) }
        var flight: [UInt8] = []
        server.drainOutbound { part in flight = part.indices.map { part[$0] } }
        return flight
    }
}
