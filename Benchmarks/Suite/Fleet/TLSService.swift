import CMusterLimits
import MusterCore
import MusterSystem
import MusterTLS

/// Answers requests over TLS with a certificate for every host of the fleet, by one that clients are told to trust.
enum TLSService {
    private static let response = Array(
        "HTTP/1.1 200 OK\r\nServer: limits\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nConnection: close\r\n\r\nhealth: ok.\n"
            .utf8)

    /// Announces the root certificate and the port, and serves until the process ends.
    static func run() async throws {
        _ = ResourceLimits.current()
        try await Reactor.withLoops(1, name: "tls-server") { loops in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loops[0]) { try await serve() }
                try await group.next()
            }
        }
    }

    private static func serve() async throws {
        let authority = try LabAuthority(now: Int64(SystemClock.wallSeconds))
        let context = try authority.serverContext(dnsNames: ["*.fleet.test"])
        try OutputFile.standardOutput.write(Array(authority.rootPEM.utf8))
        try await Listener.withListener(on: Endpoint(.v4(0), port: 0), options: .loopbackDevice) {
            listener throws(SocketFault) in
            lim_announce(listener.endpoint.port)
            try await listener.serve { socket in
                // A client that ends early is owed nothing.
                try? await converse(socket, context)
            }
        }
    }

    private static func converse(_ socket: TCPSocket, _ context: TLSServerContext) async throws(SocketFault) {
        let tls = TLSServer(context: context, thread: Reactor.local { TLSThread() })
        defer { tls.close() }
        let deadline = SystemClock.now.advanced(by: .seconds(30))
        var request: [UInt8] = []
        while try await socket.receive(until: deadline, { tls.receive($0) }) != nil {
            tls.drainPlaintext { bytes in
                for index in bytes.indices { request.append(bytes[index]) }
            }
            let isWhole = request.suffix(4).elementsEqual([13, 10, 13, 10])
            if isWhole {
                tls.send(response)
                tls.closeNotify()
            }
            var outbound: [UInt8] = []
            tls.drainOutbound { bytes in
                outbound.reserveCapacity(bytes.count)
                for index in bytes.indices { outbound.append(bytes[index]) }
            }
            if !outbound.isEmpty { try await socket.send(outbound, until: deadline) }
            if isWhole || tls.step == .failed || tls.step == .closed { return }
        }
    }
}
