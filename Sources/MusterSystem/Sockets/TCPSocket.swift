internal import CMusterLinux
internal import Glibc
package import MusterCore

/// A TCP connection lent by a loop for the time of one dialogue: operations complete, descriptors stay hidden.
///
/// Sockets are recycled: dissolving a connection by `connect(AF_UNSPEC)` frees port and state at once and costs less than
/// a close, a new socket and its registration. A dialogue that ends with our side owing a FIN calls ``finish()``.
package struct TCPSocket {
    let loop: Reactor
    let slot: Int32

    private var descriptor: Int32 { unsafe loop.slots[Int(slot)].descriptor }

    private var ready: Readiness {
        get { unsafe loop.slots[Int(slot)].ready }
        nonmutating set { unsafe loop.slots[Int(slot)].ready = newValue }
    }

    /// Connects before the deadline: done when the kernel says that the connection is established, not before.
    package func connect(to endpoint: Endpoint, until deadline: Instant) async throws(SocketFault) {
        try begin(endpoint)
        var until = deadline
        while true {
            switch await loop.waitWatched(slot, for: .writable, until: until) {
            case .ready:
                guard try isEstablished(endpoint) else { continue }
                // One that came only while we looked for the cause of its silence is late all the same.
                if until > deadline { throw .timedOut }
                return
            case .cancelled: throw .cancelled
            case .timedOut:
                guard until == deadline, let later = timeOfSecondTry() else {
                    throw silence(endpoint, deadline)
                }
                until = later
            }
        }
    }

    /// Whether our own firewall drops what we send shows only when the kernel sends the SYN again, after a second: silence
    /// until a shorter deadline is no proof against the host, so it is waited beyond until then. Others that answer prove
    /// nothing, for a rule may be about one address. Nil where nothing more is to be learned.
    @inline(never)
    private func timeOfSecondTry() -> Instant? {
        let time = unsafe loop.slots[Int(slot)].lentAt + 1_100_000_000
        guard unsafe time > loop.now else { return nil }
        let facts = loop.calls.facts(descriptor)
        return facts.isConnecting && facts.timeouts == 0 ? Instant(nanoseconds: time) : nil
    }

    /// Sends the SYN. What the kernel says at once is our own side's: nothing has come back yet.
    @inline(never)
    private func begin(_ endpoint: Endpoint) throws(SocketFault) {
        // What epoll said of the socket before, unconnected or in its last dialogue, means nothing any more.
        ready = []
        if case .v6 = endpoint.address { loop.calls.receiveNotices(descriptor, v6: true, true) }
        let outcome = loop.calls.connect(descriptor, to: endpoint)
        guard outcome == 0 || outcome == -EINPROGRESS else { throw SocketFault(errno: -outcome, local: true) }
    }

    /// Whether the connection stands; false where something happened, but the SYN is still unanswered.
    @inline(never)
    private func isEstablished(_ endpoint: Endpoint) throws(SocketFault) -> Bool {
        let facts = loop.calls.facts(descriptor)
        if facts.isConnecting {
            // Woken by the error queue alone: what lies there may be of no consequence (RFC 1122 §4.2.3.9).
            if let notice = loop.calls.takeNotice(descriptor, about: endpoint) { loop.notices[slot] = notice }
            ready = []
            return false
        }
        if facts.isClosed {
            try throwConnectError(endpoint, facts)
        } else {
            unsafe loop.slots[Int(slot)].isSound = ready.isDisjoint(with: .trouble)
        }
        if endpoint.port >= Self.firstEphemeralPort, loop.calls.localEndpoint(descriptor) == endpoint {
            // Our own SYN met itself: the kernel drew the target's port for us, and nobody else is there (RFC 9293 §3.5).
            throw .refused
        }
        if case .v6 = endpoint.address { loop.calls.receiveNotices(descriptor, v6: true, false) }
        unsafe loop.slots[Int(slot)].roundTrip = facts.roundTrip
        return true
    }

    /// Why the connection is closed already. Nothing where it stood before: that is told to whoever uses it.
    private func throwConnectError(_ endpoint: Endpoint, _ facts: ConnectionFacts) throws(SocketFault) {
        let error = loop.calls.takeError(descriptor)
        if let notice = loop.calls.takeNotice(descriptor, about: endpoint) { throw fault(notice, facts) }
        // Taking a message takes its error as well, also where both came after the look that found the SYN unanswered: then
        // the connection never stood.
        if error == 0, let notice = loop.notices[slot] { throw fault(notice, facts) }
        guard error == ECONNRESET || error == EPIPE || error == 0 else {
            // The message may have come, and been taken, while the SYN was still unanswered.
            if let notice = loop.notices[slot], (error == ECONNREFUSED) == (notice.meaning == .portUnreachable) {
                throw fault(notice, facts)
            }
            throw SocketFault(errno: error, local: false)
        }
        unsafe loop.slots[Int(slot)].pendingError = ECONNRESET
    }

    /// "Host unreachable" from this machine itself is a neighbour that did not answer, to whom the kernel does not send
    /// again; where it did, and nothing left, our own firewall said so.
    private func fault(_ notice: ICMPNotice, _ facts: ConnectionFacts) -> SocketFault {
        notice.isOwn && facts.triedInVain ? .heldBack : .reported(notice)
    }

    /// The lowest port that the kernel draws for our side.
    private static let firstEphemeralPort = ResourceLimits.firstLocalPort

    /// What passing the deadline means.
    @inline(never)
    private func silence(_ endpoint: Endpoint?, _ deadline: Instant) -> SocketFault {
        if loop.calls.facts(descriptor).isHeldBack { return .heldBack }
        if let endpoint {
            if let notice = loop.calls.takeNotice(descriptor, about: endpoint) ?? loop.notices[slot] {
                return .reported(notice)
            }
        }
        return loop.timeoutFault(slot, deadline)
    }

    /// Sends all bytes before the deadline.
    package func send(_ bytes: [UInt8], until deadline: Instant) async throws(SocketFault) {
        var sent = 0
        while sent < bytes.count {
            try throwPendingError()
            let outcome = unsafe bytes.withUnsafeBytes { raw in
                // Invariant: sent < count, so the range lies inside the array.
                unsafe loop.calls.send(descriptor, UnsafeRawBufferPointer(rebasing: raw[sent...]))
            }
            if outcome >= 0 {
                sent += Int(outcome)
            } else if outcome == -Int64(EAGAIN) {
                try useUp(.writable)
                try await expect(.writable, until: deadline)
            } else {
                // A firewall of our own; anything else is what the connection ended by.
                throw SocketFault(errno: Int32(-outcome), local: outcome == -Int64(EPERM) || outcome == -Int64(EACCES))
            }
        }
    }

    /// Hands the next bytes to `body` as soon as there are some; nil where the peer has closed its side.
    ///
    /// The bytes lie in the loop's buffer and are gone when `body` returns.
    @inlinable
    package func receive<R>(until deadline: Instant, _ body: (Span<UInt8>) -> R) async throws(SocketFault) -> R? {
        guard let bytes = unsafe try await receiveBytes(until: deadline) else { return nil }
        // Invariant: the bytes stay in the loop's buffer until somebody suspends, and `body` cannot.
        return body(unsafe bytes.span)
    }

    @usableFromInline
    func receiveBytes(until deadline: Instant) async throws(SocketFault) -> UnsafeBufferPointer<UInt8>? {
        while true {
            try await expect([.readable, .peerClosed], until: deadline)
            switch try takeBytes() {
            case .bytes(let bytes): return unsafe bytes
            case .end: return nil
            case .nothing: continue
            }
        }
    }

    /// Appends what comes next, or as much of it as keeps the array within `limit`; false where the peer has closed its side.
    /// For dialogues that are held by the thousand: it takes less memory while it waits.
    package func receive(
        into bytes: inout [UInt8], upTo limit: Int, until deadline: Instant
    ) async throws(SocketFault) -> Bool {
        while true {
            try await expect([.readable, .peerClosed], until: deadline)
            switch try takeBytes() {
            case .bytes(let new):
                unsafe bytes.append(contentsOf: new.prefix(max(0, limit - bytes.count)))
                return true
            case .end: return false
            case .nothing: continue
            }
        }
    }

    /// What lies at the socket.
    @safe
    private enum Taken {
        /// In the loop's buffer, until somebody suspends.
        case bytes(UnsafeBufferPointer<UInt8>)
        case end, nothing
    }

    private func takeBytes() throws(SocketFault) -> Taken {
        let outcome = unsafe loop.calls.receive(descriptor, into: loop.scratch)
        if outcome > 0 {
            // A short read empties the socket, and the next byte makes a new edge; but not where it stopped at a mark.
            if unsafe outcome == loop.scratch.count || ready.contains(.urgent) {
                loop.readAgain(slot)
            } else {
                ready.remove(.readable)
            }
            // Invariant: the kernel wrote `outcome` bytes.
            return unsafe .bytes(
                UnsafeBufferPointer(
                    start: loop.scratch.baseAddress!.assumingMemoryBound(to: UInt8.self), count: Int(outcome)))
        }
        try throwPendingError()
        if outcome == 0 { return .end }
        guard outcome == -Int64(EAGAIN) else { throw SocketFault(errno: Int32(-outcome), local: false) }
        try useUp([.readable, .peerClosed])
        return .nothing
    }

    /// The kernel had nothing to give or no room, so whatever was latched came before: it is used up, the next wait
    /// suspends, and what comes from now on makes a new edge.
    private func useUp(_ readiness: Readiness) throws(SocketFault) {
        ready.subtract(readiness)
        guard !ready.isDisjoint(with: .trouble) else { return }
        ready.subtract(.trouble)
        unsafe loop.slots[Int(slot)].isSound = false
        // Where the connection still stands, the error queue alone made the noise.
        guard loop.calls.facts(descriptor).isClosed else {
            _ = loop.calls.drainNotices(descriptor)
            return
        }
        let error = loop.calls.takeError(descriptor)
        if error != 0 { throw SocketFault(errno: error, local: false) }
    }

    /// Waits until the peer has closed or sent more; for servers that wait for the other side to end.
    package func waitForPeer(until deadline: Instant) async throws(SocketFault) {
        try await expect([.readable, .peerClosed], until: deadline)
    }

    /// The kernel's smoothed round trip in microseconds when the connection was made, 0 where unknown.
    package var roundTrip: UInt32 { unsafe loop.slots[Int(slot)].roundTrip }

    /// Ends our side of the dialogue by a FIN, so that the peer reads an orderly end. The connection is dissolved with
    /// the loan all the same, so neither side keeps a TIME_WAIT.
    package func finish() { loop.calls.shutdownWrite(descriptor) }

    /// Ends by a RST when it is closed (servers only; a recycled socket always does).
    package func resetOnClose() { cml_linger_reset(descriptor) }

    /// Our own end of the connection.
    package var localEndpoint: Endpoint? { unsafe endpoint(cml_local_endpoint) }

    /// The other end of the connection.
    package var peerEndpoint: Endpoint? { unsafe endpoint(cml_peer_endpoint) }

    private func endpoint(_ query: (Int32, UnsafeMutablePointer<cml_endpoint>) -> Int32) -> Endpoint? {
        var raw = cml_endpoint()
        return unsafe query(descriptor, &raw) == 0 ? Endpoint(raw) : nil
    }

    private func expect(_ interest: Readiness, until deadline: Instant) async throws(SocketFault) {
        switch await loop.waitWatched(slot, for: interest, until: deadline) {
        case .ready: return
        case .cancelled: throw .cancelled
        case .timedOut: throw silence(nil, deadline)
        }
    }

    /// What ended the connection before anybody used it.
    private func throwPendingError() throws(SocketFault) {
        let error = unsafe loop.slots[Int(slot)].pendingError
        if error != 0 { throw SocketFault(errno: error, local: false) }
    }
}

extension TCPSocket {
    /// Ends the loan. Not to be used afterwards.
    package func giveBack() { loop.recycle(slot) }
}

extension Endpoint {
    init(_ raw: cml_endpoint) {
        self.init(
            raw.is_v6 ? .v6(high: raw.high, low: raw.low) : .v4(UInt32(truncatingIfNeeded: raw.low)), port: raw.port)
    }

    var raw: cml_endpoint {
        switch address {
        case .v4(let value): cml_endpoint(high: 0, low: UInt64(value), port: port, is_v6: false)
        case .v6(let high, let low): cml_endpoint(high: high, low: low, port: port, is_v6: true)
        }
    }
}

extension Reactor {
    /// Lends a TCP socket of the current loop, not connected yet, until ``TCPSocket/giveBack()``, for dialogues that are held
    /// by the thousand; others say ``withSocket(toward:connectOnly:_:)``.
    ///
    /// A dialogue that ends with the connection (`connectOnly`) costs less: its socket hears of nothing else, so it must not
    /// receive. Errors: our own side's where no socket is to be had.
    package static func lendSocket(toward address: IPAddress, connectOnly: Bool) throws(SocketFault) -> TCPSocket {
        guard let loop = Reactor.current else { preconditionFailure("a socket needs a loop") }
        let v6 = if case .v6 = address { true } else { false }
        return TCPSocket(
            loop: loop,
            slot: try loop.takeSocket(connectOnly ? (v6 ? .connect6 : .connect4) : (v6 ? .stream6 : .stream4)))
    }

    /// Lends a TCP socket of the current loop, not connected yet, for the time of `body`.
    ///
    /// Errors: what `body` throws, and our own side's where no socket is to be had. Cancelling the task ends every wait of the
    /// dialogue with ``SocketFault/cancelled``.
    @inlinable
    package static func withSocket<R>(
        toward address: IPAddress, _ body: (TCPSocket) async throws(SocketFault) -> R
    ) async throws(SocketFault) -> R {
        let socket = try lendSocket(toward: address, connectOnly: false)
        defer { socket.giveBack() }
        return try await body(socket)
    }

    /// A slot with a socket that is registered with epoll, recycled or new.
    func takeSocket(_ kind: SlotKind) throws(SocketFault) -> Int32 {
        let slot = takeSlot(kind)
        guard unsafe slots[Int(slot)].descriptor < 0 else { return slot }
        var descriptor = calls.socket(v6: kind.isV6, stream: !kind.isDatagram)
        if descriptor == -EMFILE || descriptor == -ENFILE {
            relieveDescriptors()
            descriptor = calls.socket(v6: kind.isV6, stream: !kind.isDatagram)
        }
        guard descriptor >= 0 else {
            emptySlot(slot)
            throw SocketFault(errno: -descriptor, local: true)
        }
        // Not yet bound or connected, a socket reports HUP at once; the slot's latch is cleared when it connects.
        let outcome = calls.register(epoll, descriptor, events: kind.registration, slot: UInt32(slot))
        unsafe slots[Int(slot)].descriptor = descriptor
        guard outcome == 0 else {
            emptySlot(slot)
            throw SocketFault(errno: -outcome, local: true)
        }
        return slot
    }

    /// Dissolves the connection and keeps the socket for the next one, or closes it where anything of this dialogue could
    /// reach the next.
    ///
    /// What the kernel does and does not forget in `connect(AF_UNSPEC)`:
    /// - *Bytes* that were not read, urgent ones too, and bytes that were not sent: forgotten.
    /// - *The error queue*: kept. An ICMP message that came in SYN_SENT lies there without being asked for (Linux 5.9 and
    ///   later); the next connection would report EPOLLERR at once. So a socket that met any trouble, or whose connection
    ///   was not made, is kept only if the queue was empty.
    /// - *The pending error* (SO_ERROR): connecting clears it. A *soft* one, by ICMP on an established connection, is kept
    ///   and told by SO_ERROR where there is no other: SO_ERROR is asked only of a connection that has closed.
    /// - *Readiness* that epoll has not told yet: epoll asks the socket again when it tells, and what was told before is
    ///   forgotten by ``TCPSocket/connect(to:until:)``.
    /// - *Options*: kept. Only IPV6_RECVERR is ever changed, and set anew for each connection; SO_LINGER is set by servers,
    ///   whose sockets are not kept. No timestamps are asked for.
    /// - *The local port and address*, round trips, window and congestion state: forgotten.
    func recycle(_ slot: Int32) {
        let descriptor = unsafe slots[Int(slot)].descriptor
        let wasSound = unsafe slots[Int(slot)].isSound && slots[Int(slot)].ready.isDisjoint(with: .trouble)
        if !notices.isEmpty { notices[slot] = nil }
        guard calls.disconnect(descriptor) == 0, wasSound || isQueueEmpty(descriptor) else { return emptySlot(slot) }
        keepSlot(slot)
    }

    /// Nothing can come any more once the connection is dissolved, so an empty queue stays empty.
    private func isQueueEmpty(_ descriptor: Int32) -> Bool { !calls.hasNotice(descriptor) }
}
