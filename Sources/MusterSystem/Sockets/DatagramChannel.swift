internal import CMusterLinux
internal import MusterCore

/// The way to one server: its pace, the queries that wait for their turn, and the sockets that they leave by.
///
/// All that becomes sendable in a turn of the loop leaves at its end, as far as the window has room.
@safe
final class DatagramChannel: ReadinessHandler {
    let server: Endpoint
    // The loop owns the exchanges, they hold the channel.
    unowned(unsafe) let exchanges: DatagramExchanges
    @exclusivity(unchecked) var pace: ServerPace
    @exclusivity(unchecked) private var fresh = DatagramQueue()
    /// Queries that are sent again, before all others.
    @exclusivity(unchecked) private var again = DatagramQueue()
    /// Queries that leave whether there is room or not.
    @exclusivity(unchecked) private var due = DatagramQueue()
    private(set) var sockets: [DatagramSocket] = []
    /// The one that the next query leaves by, unless it has had its share.
    private var current: DatagramSocket?
    /// Exchanges that have begun and not ended.
    @exclusivity(unchecked) var exchangeCount = 0
    @exclusivity(unchecked) private var isFlushPlanned = false
    private var isClosed = false

    private var loop: Reactor { unsafe exchanges.loop }

    init(_ server: Endpoint, _ exchanges: DatagramExchanges) {
        self.server = server
        unsafe self.exchanges = exchanges
        unsafe pace = unsafe ServerPace(loops: exchanges.loop.loopCount)
    }

    // MARK: Queries

    /// Queues a query: `encode` writes it with its id.
    func enqueue(_ index: Int32, _ byteCount: Int, _ encode: (UInt16, inout MutableSpan<UInt8>) -> Void) {
        let query = unsafe exchanges.query(index)
        if let socket = unsafe query.pointee.socket, socket.isFlooded { unsafe abandon(socket, query) }
        unsafe query.pointee.ticket &+= 1
        unsafe query.pointee.isWaiting = true
        unsafe query.pointee.queuedAt = loop.now
        let (id, ticket) = unsafe (query.pointee.id, query.pointee.ticket)
        if unsafe query.pointee.isDue {
            unsafe query.pointee.isDue = false
            unsafe due.push(query: index, ticket: ticket, byteCount: byteCount) { encode(id, &$0) }
        } else if unsafe query.pointee.tries > 0 {
            unsafe again.push(query: index, ticket: ticket, byteCount: byteCount) { encode(id, &$0) }
        } else {
            unsafe fresh.push(query: index, ticket: ticket, byteCount: byteCount) { encode(id, &$0) }
        }
        planFlush()
    }

    /// Waits no longer for the datagram of a query that is in flight: its place is free.
    func giveUp(_ index: Int32) {
        let query = unsafe exchanges.query(index)
        guard unsafe query.pointee.holdsPlace else { return }
        unsafe query.pointee.holdsPlace = false
        // Where strangers write, an answer may be lost by them: that says nothing about the server's pace. A few are enough,
        // for a receive buffer holds few large datagrams.
        let isLost = unsafe loop.now - query.pointee.sentAt >= pace.timeout && query.pointee.strangerCount == 0
        unsafe pace.gaveUp(isLost: isLost, cohort: query.pointee.cohort)
        unsafe query.pointee.cohort = -1
        flushWaiting()
    }

    /// Whether the server answers somebody while a query that was queued at `instant` waits for its turn: then the wait is
    /// our doing. Where it answers nobody, or the window has been found not to matter, it is not.
    func isPaced(since instant: Int64) -> Bool { unsafe pace.lastAnswer >= instant && !pace.isIndifferent }

    /// After a query has ended: its place is free for the next one.
    func settle(_ socket: DatagramSocket?) {
        unsafe exchangeCount -= 1
        if let socket { closeIfDone(socket) }
        flushWaiting()
    }

    /// Takes a query, with an id of its own, away from a socket whose port others know.
    private func abandon(_ socket: DatagramSocket, _ query: UnsafeMutablePointer<DatagramQuery>) {
        unsafe query.pointee.strangers += socket.strangerCount - query.pointee.earlierStrangers
        unsafe socket.remove(query.pointee.id)
        unsafe query.pointee.socket = nil
        unsafe query.pointee.id = unsafe exchanges.drawID()
        closeIfDone(socket)
    }

    private func closeIfDone(_ socket: DatagramSocket) {
        guard socket.inFlight == 0, socket.isRetired || socket !== current else { return }
        if socket === current { current = nil }
        sockets.removeAll { $0 === socket }
        socket.close()
    }

    private func flushWaiting() { if unsafe fresh.count > 0 || again.count > 0 { planFlush() } }

    func close() {
        isClosed = true
        for socket in sockets { socket.close() }
        sockets = []
        current = nil
    }

    // MARK: Sending

    func becameReady(_ readiness: Readiness) {}

    func planFlush() {
        guard unsafe !isFlushPlanned else { return }
        unsafe isFlushPlanned = true
        loop.flushLater(self)
    }

    func flush() {
        unsafe isFlushPlanned = false
        guard !isClosed else { return }
        for socket in sockets where socket.mayHaveMore { socket.receive() }
        let now = cml_now_ns()
        while let entry = unsafe due.pop() { unsafe leave(entry, due.bytes(of: entry), now) }
        while unsafe pace.hasRoom {
            if let entry = unsafe again.pop() {
                unsafe leave(entry, again.bytes(of: entry), now)
            } else if let entry = unsafe fresh.pop() {
                unsafe leave(entry, fresh.bytes(of: entry), now)
            } else {
                break
            }
        }
        for socket in sockets where socket.hasPending { socket.sendPending() }
    }

    private func leave(_ entry: DatagramQueue.Entry, _ bytes: UnsafeRawPointer, _ now: Int64) {
        let query = unsafe exchanges.query(entry.query)
        guard unsafe query.pointee.ticket == entry.ticket else { return }
        do throws(SocketFault) {
            let socket =
                if let known = unsafe query.pointee.socket { known } else {
                    unsafe try place(isApart: query.pointee.isApart)
                }
            unsafe socket.append(entry.query, query, bytes, entry.byteCount)
        } catch {
            return unsafe exchanges.fail(entry.query, error)
        }
        if isPaced(since: unsafe query.pointee.queuedAt) {
            unsafe query.pointee.waited += max(0, now - query.pointee.queuedAt)
        }
        unsafe query.pointee.cohort = unsafe pace.sent(isFirst: query.pointee.tries == 0)
        unsafe query.pointee.isWaiting = false
        unsafe query.pointee.holdsPlace = true
        unsafe query.pointee.placeUntil = unsafe now + pace.timeout
        unsafe query.pointee.tries += 1
        unsafe query.pointee.sentAt = now
        let left = unsafe query.pointee.deadline.nanoseconds - now
        let patience = unsafe pace.patience(tries: query.pointee.tries, left: left)
        unsafe query.pointee.nextTry = patience.map { unsafe now + query.pointee.spread($0) } ?? .max
        unsafe exchanges.rearm(query)
    }

    // MARK: Sockets

    /// The socket for the next query: the current one as long as it has not had its share, else a new one.
    private func place(isApart: Bool) throws(SocketFault) -> DatagramSocket {
        if !isApart, let current, !current.isRetired { return current }
        do throws(SocketFault) {
            let socket = unsafe try DatagramSocket.open(self, exchanges)
            sockets.append(socket)
            let last = current
            current = socket
            if let last { closeIfDone(last) }
            return socket
        } catch {
            // A crowded socket is better than none, but not for whoever needs a port of its own.
            guard !isApart,
                let crowded = sockets.first(where: { $0.isSound && $0.inFlight < DatagramSocket.mostInFlight })
            else { throw error }
            return crowded
        }
    }
}
