import MusterCore
import MusterSystem
import MusterTesting
import MusterWire
import Synchronization

/// A DNS server on loopback whose answers a test makes, over UDP and, where it has a script for it, over TCP on the same
/// port.
struct NameScript: Sendable {
    /// A query as it came.
    struct Asked: Sendable {
        var message: DNSMessage
        var source: Endpoint
        /// Counted from 0, over UDP.
        var number: Int

        /// In lower case: a question comes in a random one.
        var name: String { message.question?.name.description.lowercased() ?? "" }
        var type: DNSRecordType? { message.question?.type }

        /// An answer with these records, each for the name that was asked for unless it names another.
        func answer(_ code: DNSResponseCode = .noError, _ records: [DNSRecord] = []) -> DNSMessage {
            DNSMessage(answering: message, responseCode: code, answers: records)
        }

        /// The same with data for the name that was asked for.
        func answer(_ data: DNSRecordData..., ttl: UInt32 = 60) -> DNSMessage {
            let name = message.question?.name ?? .root
            return answer(.noError, data.map { DNSRecord(name: name, ttl: ttl, data: $0) })
        }
    }

    /// What is sent back over UDP; empty for nothing.
    var datagram: @Sendable (Asked) -> [UInt8]
    /// What a connection does once the query is there, nil where nothing listens.
    var stream: (@Sendable (Asked) -> [ScriptStep])?

    init(
        datagram: @escaping @Sendable (Asked) -> [UInt8], stream: (@Sendable (Asked) -> [ScriptStep])? = nil
    ) {
        self.datagram = datagram
        self.stream = stream
    }

    /// A server that answers every query alike.
    init(_ answer: @escaping @Sendable (Asked) -> DNSMessage) { self.init(datagram: { answer($0).encoded() }) }

    /// A server that never answers.
    static let silent = NameScript(datagram: { _ in [] })

    /// The steps that send a message over TCP.
    static func framed(_ message: DNSMessage) -> [ScriptStep] {
        [.send(DNSStreamDecoder.framed(message.encoded())), .hold]
    }

    /// A running server, and what it was asked.
    final class Server: Sendable {
        let endpoint: Endpoint
        let log: ScriptLog
        private let queries = Mutex<[Asked]>([])

        init(_ endpoint: Endpoint, _ log: ScriptLog) {
            self.endpoint = endpoint
            self.log = log
        }

        /// The queries, each once however often it was sent.
        var asked: [Asked] {
            var seen: Set<Sent> = []
            return queries.withLock { $0 }.filter { asked in
                let sent = Sent(source: asked.source, id: asked.message.id, question: asked.message.question)
                return seen.insert(sent).inserted
            }
        }

        /// How often anything was sent.
        var datagramCount: Int { queries.withLock { $0.count } }

        private struct Sent: Hashable {
            var source: Endpoint
            var id: UInt16
            var question: DNSQuestion?
        }

        /// `web.test A`, one a query over UDP.
        var questions: [String] { asked.map { "\($0.name) \($0.type?.text ?? "?")" } }

        fileprivate func note(_ message: DNSMessage, from source: Endpoint) -> Asked {
            let asked = queries.withLock { queries in
                queries.append(Asked(message: message, source: source, number: queries.count))
                return queries[queries.count - 1]
            }
            log.signal()
            return asked
        }
    }

    /// Serves on a loop of its own while `body` runs on another.
    func serve<R: Sendable>(_ body: @escaping @Sendable (Server) async throws -> R) async throws -> R {
        try await Duet.play(body) { ready in
            for tries in 1... {
                do throws(SocketFault) {
                    return try await open(ready)
                } catch {
                    // The TCP port of this number may be somebody else's: take another.
                    guard error == .noPort, tries < 100 else { throw error }
                }
            }
        }
    }

    private func open(_ ready: @escaping @Sendable (Server) -> Void) async throws(SocketFault) {
        let log = ScriptLog()
        let loopback = Endpoint(.v4(0x7F00_0001), port: 0)
        guard let stream else { return try await answer(at: loopback, log, ready) }
        try await Listener.withListener(on: loopback) { listener throws(SocketFault) in
            let endpoint = listener.endpoint
            let result: Result<Void, SocketFault> = await withTaskGroup(of: Result<Void, SocketFault>.self) { group in
                group.addTask {
                    do throws(SocketFault) {
                        return .success(try await answer(at: endpoint, log, ready))
                    } catch {
                        return .failure(error)
                    }
                }
                group.addTask {
                    do throws(SocketFault) {
                        return .success(
                            try await listener.serve { socket in await Self.converse(socket, log, stream) })
                    } catch {
                        return .failure(error)
                    }
                }
                let first = await group.next() ?? .success(())
                group.cancelAll()
                return first
            }
            try result.get()
        }
    }

    private func answer(
        at endpoint: Endpoint, _ log: ScriptLog, _ ready: @escaping @Sendable (Server) -> Void
    ) async throws(SocketFault) {
        let running = Mutex<Server?>(nil)
        try await DatagramServer.serve(
            on: endpoint,
            ready: { bound in
                let server = Server(bound, log)
                running.withLock { $0 = server }
                ready(server)
            }
        ) { query, source, _, room in
            guard let server = running.withLock({ $0 }), let message = try? DNSMessage(parsing: query) else { return 0 }
            let bytes = datagram(server.note(message, from: source))
            for index in bytes.indices { room[index] = bytes[index] }
            return bytes.count
        }
    }

    private static func converse(
        _ socket: TCPSocket, _ log: ScriptLog, _ stream: @Sendable (Asked) -> [ScriptStep]
    ) async {
        let connection = ScriptedConnection(socket, log)
        do throws(SocketFault) {
            while true {
                var decoder = DNSStreamDecoder()
                decoder.receive(connection.received.span)
                if let bytes = decoder.next(), let message = try? DNSMessage(parsing: bytes.span) {
                    let asked = Asked(
                        message: message, source: socket.peerEndpoint ?? Endpoint(.v4(0), port: 0), number: 0)
                    return await connection.perform(stream(asked))
                }
                guard try await connection.receiveMore() else { return }
            }
        } catch {
            // The client has ended in its own way.
        }
    }
}

/// Names that tests write themselves.
func named(_ text: String) -> DNSName {
    guard let name = try? DNSName(text) else { preconditionFailure("\(text) is no name") }
    return name
}

/// A name below another one, which may be the root.
func named(below owner: String) -> DNSName { named(owner == "." ? "x" : "x.\(owner)") }
