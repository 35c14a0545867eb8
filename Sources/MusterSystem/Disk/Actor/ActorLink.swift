internal import CMusterLinux
internal import Glibc
internal import Synchronization

/// The connection to a disk server, and the server's process where it is one of its own: that ends with the connection.
///
/// A question and its answer are one turn, and turns do not mix: any thread may ask. What the server says may be anything.
/// Where it is nothing that could be said, or where it has ended, nothing is asked any more.
final class ActorLink: Sendable {
    /// Milliseconds to wait for an answer until the server's process is looked at.
    private static let patience: Int32 = 1_000
    /// Names in a directory: as many as ``LinuxDirectory`` lists.
    static let nameLimit = FileNames.limit

    private let channel: Mutex<Channel>
    private let numbers = Atomic<ActorRequest.Number>(0)
    /// Takes the process over.
    init(socket: MessageSocket, child: Int32?) {
        channel = Mutex(Channel(socket: socket, child: child))
    }

    // Every question has its answer, so that the process is in the middle of nothing.
    deinit { channel.withLock { $0.end() } }

    /// The server's process, where it is one of its own and was not ended.
    var process: Int32? { channel.withLock { $0.child } }

    /// For something that is opened next.
    func newNumber() -> ActorRequest.Number { numbers.add(1, ordering: .relaxed).newValue }

    /// The server's first word: whether it is who it is to be.
    func greet() throws(MessageSocket.Refusal) {
        try channel.withLock { channel throws(MessageSocket.Refusal) in
            guard case .done = try channel.receive().answer else { throw channel.broken(EPROTO) }
        }
    }

    func perform(_ request: ActorRequest, _ call: String, _ path: String) throws(DiskFault) {
        try turn(call, path) { channel throws(MessageSocket.Refusal) in
            try channel.send(request)
            guard case .done = try channel.receive().answer else { throw channel.broken(EPROTO) }
        }
    }

    func facts(_ request: ActorRequest, _ call: String, _ path: String) throws(DiskFault) -> EntryFacts? {
        try turn(call, path) { channel throws(MessageSocket.Refusal) in
            try channel.send(request)
            guard case .facts(let facts) = try channel.receive().answer else { throw channel.broken(EPROTO) }
            return facts
        }
    }

    /// Nil where the file came without a descriptor: there was no room for another one here.
    func file(_ request: ActorRequest, _ call: String, _ path: String) throws(DiskFault) -> OwnedDescriptor? {
        try turn(call, path) { channel throws(MessageSocket.Refusal) in
            try channel.send(request)
            var reply = try channel.receive()
            guard case .file = reply.answer else { throw channel.broken(EPROTO) }
            return reply.descriptor.take()
        }
    }

    func listing(_ request: ActorRequest, _ call: String, _ path: String) throws(DiskFault) -> DirectoryListing {
        try turn(call, path) { channel throws(MessageSocket.Refusal) in
            try channel.send(request)
            var all = DirectoryListing()
            while true {
                guard case .names(let piece, let isLast) = try channel.receive().answer else {
                    throw channel.broken(EPROTO)
                }
                all.names += piece.names
                all.unreadable = piece.unreadable
                // A listing ends: each piece but the last has a name.
                guard all.names.count + all.unreadable <= Self.nameLimit, isLast || !piece.names.isEmpty else {
                    throw channel.broken(EPROTO)
                }
                if isLast { return all }
            }
        }
    }

    /// Gives back what has a number. There is nobody to hear of a fault, and after one there is nothing to give back.
    func release(_ number: ActorRequest.Number) { try? perform(.release(number), "release", "") }

    private func turn<Value: Sendable & ~Copyable>(
        _ call: String, _ path: String,
        _ body: (inout Channel) throws(MessageSocket.Refusal) -> sending Value
    ) throws(DiskFault) -> Value {
        do throws(MessageSocket.Refusal) {
            return try channel.withLock { channel throws(MessageSocket.Refusal) in try body(&channel) }
        } catch {
            throw DiskFault(code: error.code, call: call, path: path)
        }
    }
}

extension ActorLink {
    /// An answer that is no fault.
    private struct Reply: ~Copyable {
        var answer: ActorAnswer
        var descriptor: OwnedDescriptor?
    }

    /// What one turn works with.
    private struct Channel: Sendable {
        let socket: MessageSocket
        /// Not reaped yet.
        private(set) var child: Int32?
        /// Why nothing is asked any more.
        private var fault: Int32?

        init(socket: MessageSocket, child: Int32?) {
            self.socket = socket
            self.child = child
        }

        /// Ends the connection, and the process that has nobody to serve.
        mutating func end() {
            socket.end()
            if let child { cml_child_end(child) }
            child = nil
        }

        /// Ends it because of the server.
        mutating func broken(_ code: Int32) -> MessageSocket.Refusal {
            let code = fault ?? code
            fault = code
            end()
            return MessageSocket.Refusal(code: code)
        }

        mutating func send(_ request: ActorRequest) throws(MessageSocket.Refusal) {
            if let fault { throw MessageSocket.Refusal(code: fault) }
            let bytes = request.bytes
            // Longer than any path.
            guard bytes.count <= MessageSocket.capacity else { throw MessageSocket.Refusal(code: ENAMETOOLONG) }
            do throws(MessageSocket.Refusal) {
                // A server that takes its questions has room for one.
                try socket.send(bytes, waiting: false)
            } catch {
                throw broken(error.code == EAGAIN ? EPROTO : error.code)
            }
        }

        /// Errors: the server says so, has ended, or says what is no answer. A descriptor that comes with a fault is closed.
        mutating func receive() throws(MessageSocket.Refusal) -> Reply {
            if let fault { throw MessageSocket.Refusal(code: fault) }
            // Whoever has the user's rights can stop it, and we would wait for ever.
            while !socket.isReadable(within: ActorLink.patience) {
                if let child, cml_child_is_stopped(child) { throw broken(EPIPE) }
            }
            var message: Message
            do throws(MessageSocket.Refusal) { message = try socket.receive() } catch { throw broken(error.code) }
            guard let answer = try? ActorAnswer(message.bytes) else { throw broken(EPROTO) }
            if case .fault(let code) = answer { throw MessageSocket.Refusal(code: code) }
            return Reply(answer: answer, descriptor: message.descriptor.take())
        }
    }
}
