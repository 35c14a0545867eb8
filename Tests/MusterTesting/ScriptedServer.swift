package import MusterCore
package import MusterSystem
internal import Synchronization

/// What a scripted server does with a connection, step by step.
package enum ScriptStep: Sendable {
    /// Sends bytes in one piece.
    case send([UInt8])
    /// Sends bytes one at a time.
    case trickle([UInt8])
    /// Sends bytes over and over, until the peer ends.
    case sendForever([UInt8])
    /// Waits until the peer has sent so many bytes, counted from the beginning.
    case receiveCount(Int)
    /// Waits until the peer has sent these bytes.
    case receiveThrough([UInt8])
    /// Lets the bytes before and after it travel apart.
    case gap
    /// Tells the test that the script is here.
    case signal
    /// Says nothing until the peer ends.
    case hold
    /// Ends by a RST.
    case reset

    package static func send(_ text: String) -> ScriptStep { .send(Array(text.utf8)) }
    package static func trickle(_ text: String) -> ScriptStep { .trickle(Array(text.utf8)) }
    package static func receive(through text: String) -> ScriptStep { .receiveThrough(Array(text.utf8)) }
    package static func receive(count: Int) -> ScriptStep { .receiveCount(count) }
    /// Waits for the head of a request.
    package static let receiveHead = ScriptStep.receive(through: "\r\n\r\n")
}

/// What a scripted server saw, for the test to look at and to wait for.
package final class ScriptLog: Sendable {
    private let received = Mutex<[[UInt8]]>([])
    private let signals = AsyncStream.makeStream(of: Void.self)

    package init() {}

    /// The bytes of each connection, in the order in which they were accepted.
    package var connections: [[UInt8]] { received.withLock { $0 } }
    package var connectionCount: Int { received.withLock { $0.count } }
    /// What came first, as text.
    package var text: String { String(decoding: connections.first ?? [], as: UTF8.self) }

    /// Waits for the next ``ScriptStep/signal``; only one may wait.
    package func nextSignal() async {
        for await _ in signals.stream { return }
    }

    package func signal() { signals.continuation.yield() }

    package func open() -> Int {
        received.withLock { received in
            received.append([])
            return received.count - 1
        }
    }

    package func append(_ bytes: [UInt8], to connection: Int) { received.withLock { $0[connection] += bytes } }
    func bytes(of connection: Int) -> [UInt8] { received.withLock { $0[connection] } }
}

/// One connection that follows a script and then ends by a FIN.
package struct ScriptedConnection {
    private let socket: TCPSocket
    private let log: ScriptLog
    /// Counted from 0.
    package let number: Int

    /// A peer that never ends must not keep the test.
    private static let limit = Duration.seconds(120)

    package init(_ socket: TCPSocket, _ log: ScriptLog) {
        self.socket = socket
        self.log = log
        number = log.open()
    }

    package func perform(_ steps: [ScriptStep]) async {
        do throws(SocketFault) {
            for step in steps { if try await !perform(step) { return } }
            socket.finish()
            try await drain()
        } catch {
            // The peer has ended in its own way: the script is over.
        }
    }

    /// False where the script ends.
    private func perform(_ step: ScriptStep) async throws(SocketFault) -> Bool {
        let deadline = SystemClock.now.advanced(by: Self.limit)
        switch step {
        case .send(let bytes): try await socket.send(bytes, until: deadline)
        case .trickle(let bytes):
            for byte in bytes {
                try await socket.send([byte], until: deadline)
                await gap()
            }
        case .sendForever(let bytes):
            while true { try await socket.send(bytes, until: deadline) }
        case .receiveCount(let count):
            while received.count < count { guard try await receiveMore() else { return false } }
        case .receiveThrough(let wanted):
            while !received.containsSequence(wanted) { guard try await receiveMore() else { return false } }
        case .gap: await gap()
        case .signal: log.signal()
        case .hold: try await drain()
        case .reset:
            socket.resetOnClose()
            return false
        }
        return true
    }

    /// What the peer has sent so far.
    package var received: [UInt8] { log.bytes(of: number) }

    /// False where the peer has ended.
    package func receiveMore() async throws(SocketFault) -> Bool {
        let deadline = SystemClock.now.advanced(by: Self.limit)
        guard let bytes = try await socket.receive(until: deadline, { bytes in bytes.indices.map { bytes[$0] } }) else {
            return false
        }
        log.append(bytes, to: number)
        return true
    }

    private func drain() async throws(SocketFault) { while try await receiveMore() {} }

    /// Long enough for the other loop to read what is there, where it has time to; nothing depends on it.
    private func gap() async { await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(1))) }
}

/// A TCP server on loopback whose connections follow scripts.
package struct ScriptedServer: Sendable {
    package let endpoint: Endpoint
    package let log: ScriptLog

    package var port: UInt16 { endpoint.port }

    /// An address of this machine where nothing listens on the server's port, and nothing else can meanwhile.
    package var refusingAddress: String { "127.83.0.1" }

    /// Serves on a loop of its own while `body` runs on another; the n-th connection follows the n-th script, further
    /// ones the last.
    package static func run<R: Sendable>(
        _ scripts: [[ScriptStep]], on address: IPAddress = .v4(0x7F00_0001), options: Listener.Options = [],
        _ body: @escaping @Sendable (ScriptedServer) async throws -> R
    ) async throws -> R {
        try await run(on: address, options: options, body: body) { socket, log in
            let connection = ScriptedConnection(socket, log)
            await connection.perform(scripts[min(connection.number, scripts.count - 1)])
        }
    }

    /// The same with a function for the connections.
    package static func run<R: Sendable>(
        on address: IPAddress = .v4(0x7F00_0001), options: Listener.Options = [],
        body: @escaping @Sendable (ScriptedServer) async throws -> R,
        serving serve: @escaping @Sendable (TCPSocket, ScriptLog) async -> Void
    ) async throws -> R {
        let log = ScriptLog()
        return try await Duet.play(body) { ready in
            try await Listener.withListener(on: Endpoint(address, port: 0), options: options) {
                listener throws(SocketFault) in
                ready(ScriptedServer(endpoint: listener.endpoint, log: log))
                try await listener.serve { socket in await serve(socket, log) }
            }
        }
    }
}

/// A server on one loop and its client on another.
package enum Duet {
    /// Runs `client` once the server has said that it is ready, and ends the server after it.
    package static func play<Server: Sendable, R: Sendable>(
        _ client: @escaping @Sendable (Server) async throws -> R,
        server: @escaping @Sendable (_ ready: @escaping @Sendable (Server) -> Void) async throws -> Void
    ) async throws -> R {
        let (opened, opening) = AsyncStream.makeStream(of: Server.self)
        return try await Reactor.withLoops(2, name: "test") { loops in
            try await withThrowingTaskGroup(of: R?.self) { group in
                group.addTask(executorPreference: loops[0]) {
                    defer { opening.finish() }
                    do {
                        try await server { opening.yield($0) }
                    } catch let fault as SocketFault where fault == .cancelled {
                        // Cancellation is how a server ends.
                    }
                    return nil
                }
                group.addTask(executorPreference: loops[1]) {
                    for await server in opened { return try await client(server) }
                    return nil
                }
                defer { group.cancelAll() }
                while let result = try await group.next() {
                    if let result { return result }
                }
                throw SocketFault.cancelled
            }
        }
    }
}

extension [UInt8] {
    /// Whether these bytes occur in this order without others between.
    package func containsSequence(_ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first else { return true }
        guard count >= wanted.count else { return false }
        for start in 0...(count - wanted.count) where self[start] == first {
            if self[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
        }
        return false
    }
}
