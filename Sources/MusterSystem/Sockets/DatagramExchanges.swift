internal import CMusterLinux
internal import Glibc
internal import MusterCore

/// Queries and answers over UDP of one loop, told apart by the 16-bit id at their start (RFC 1035 §4.1.1).
///
/// Each server is asked at a pace of its own (``ServerPace``), over connected sockets with random ports, each for a few
/// queries. Answers land in buffers of a pool and are handed out without a copy.
@safe
package final class DatagramExchanges {
    private static let bufferSize = 2048
    /// How soon a query that waits looks again whether waiting helps, in nanoseconds.
    private static let chanceInterval: Int64 = 100_000_000

    // The loop owns its exchanges and outlives them.
    unowned(unsafe) let loop: Reactor
    private var channels: [Endpoint: DatagramChannel] = [:]
    /// The server that was asked last: most often the next one too.
    private var latest: DatagramChannel?
    @exclusivity(unchecked) private var idleChannels = 0
    @exclusivity(unchecked) private var ids = RandomIDs()
    // Queries: one piece of memory, free ones on a stack.
    @exclusivity(unchecked) private var queries = UnsafeMutablePointer<DatagramQuery>.allocate(capacity: 64)
    private var queryCapacity = 64
    private var queryCount = 0
    @exclusivity(unchecked) private var freeQueries: [Int32] = []
    /// What queries failed by, until they end.
    private var faults: [Int32: SocketFault] = [:]
    // Buffers: blocks of a batch each, free ones on a stack, links for the mail of a waiter.
    @exclusivity(unchecked) private var blocks: [UnsafeMutableRawPointer] = unsafe []
    @exclusivity(unchecked) private var free: [Int32] = []
    @exclusivity(unchecked) private var links: [Int32] = []

    init(_ loop: Reactor) { unsafe self.loop = loop }

    deinit {
        for index in unsafe blocks.indices { unsafe blocks[index].deallocate() }
        unsafe queries.deinitialize(count: queryCount)
        unsafe queries.deallocate()
    }

    /// Begins an exchange: `encode` writes exactly `byteCount` bytes, starting with the id it is given.
    func begin(
        _ server: Endpoint, _ byteCount: Int, _ deadline: Instant, apart: Bool = false,
        _ encode: (UInt16, inout MutableSpan<UInt8>) -> Void
    ) -> DatagramExchange {
        let channel = channel(to: server)
        unsafe channel.exchangeCount += 1
        let index = takeQuery()
        let query = unsafe query(index)
        unsafe query.pointee.slot = unsafe loop.takeSlot(.timer)
        unsafe query.pointee.id = unsafe ids.next()
        unsafe query.pointee.deadline = deadline
        unsafe query.pointee.isApart = apart
        unsafe query.pointee.beganAt = unsafe loop.now
        channel.enqueue(index, byteCount, encode)
        return DatagramExchange(channel: channel, query: index)
    }

    /// The next datagram for a query, valid until its task suspends or asks again; nil where it is to be sent again.
    func next(_ index: Int32, _ channel: DatagramChannel) async throws(SocketFault) -> UnsafeBufferPointer<UInt8>? {
        let slot = unsafe query(index).pointee.slot
        releaseRead(slot)
        while true {
            if let buffer = try takeMailOrFault(index, slot) {
                unsafe loop.slots[Int(slot)].mailRead = buffer
                unsafe query(index).pointee.seen += 1
                return unsafe bytes(of: buffer)
            }
            switch unsafe await loop.waitWatched(slot, for: .readable, until: wakeTime(index)) {
            case .cancelled: throw .cancelled
            case .timedOut: if try mustSend(index, channel) { return nil }
            case .ready: continue
            }
        }
    }

    private func takeMailOrFault(_ index: Int32, _ slot: Int32) throws(SocketFault) -> Int32? {
        if let buffer = takeMail(slot) { return buffer }
        if unsafe loop.slots[Int(slot)].mailError != 0, let fault = faults[index] { throw fault }
        unsafe loop.slots[Int(slot)].ready.remove(.readable)
        return nil
    }

    /// When a query has to be looked at if nothing comes.
    private func wakeTime(_ index: Int32) -> Instant {
        let query = unsafe query(index)
        let deadline = unsafe query.pointee.deadline
        let now = unsafe loop.now
        guard unsafe query.pointee.isWaiting else {
            return unsafe min(deadline, Instant(nanoseconds: query.pointee.nextLook))
        }
        let chance = unsafe query.pointee.lastChance
        return min(deadline, Instant(nanoseconds: chance > now ? chance : now + Self.chanceInterval))
    }

    /// Whether it is time to send a query again, or a waiting one without a place. Errors: its deadline has passed.
    private func mustSend(_ index: Int32, _ channel: DatagramChannel) throws(SocketFault) -> Bool {
        let query = unsafe query(index)
        let now = unsafe loop.now
        if unsafe query.pointee.deadline.nanoseconds < now { throw timeoutFault(index, channel) }
        // Where the server answers nobody, or the window is not the reason for what is lost, waiting helps nobody: every
        // query leaves in time to be judged, and twice.
        let isPaced = channel.isPaced(since: unsafe query.pointee.beganAt)
        guard unsafe query.pointee.isWaiting else {
            if unsafe query.pointee.placeUntil < now { channel.giveUp(index) }
            unsafe query.pointee.isDue = unsafe !isPaced && query.pointee.tries == 1 && query.pointee.nextTry < now
            return unsafe query.pointee.nextTry < now
        }
        unsafe query.pointee.isDue = unsafe !isPaced && query.pointee.lastChance < now
        return unsafe query.pointee.isDue
    }

    /// What passing the deadline means: the server's silence, or that the window or the loop kept the query waiting.
    private func timeoutFault(_ index: Int32, _ channel: DatagramChannel) -> SocketFault {
        let query = unsafe query(index)
        let (slot, deadline) = unsafe (query.pointee.slot, query.pointee.deadline)
        // What a flood made us do is not our doing.
        if unsafe query.pointee.isFlooded { return .timedOut }
        let kept = unsafe max(0, loop.now - query.pointee.queuedAt)
        if unsafe query.pointee.tries == 0, kept > 0 { return .late }
        var waited = unsafe query.pointee.waited
        if unsafe query.pointee.isWaiting, channel.isPaced(since: unsafe query.pointee.queuedAt) { waited += kept }
        if unsafe query.pointee.tries >= DatagramQuery.enoughTries { waited = 0 }
        let allowed = unsafe deadline.nanoseconds - query.pointee.beganAt
        // While we were kept from looking we could not ask again either.
        let ours = unsafe max(waited, loop.takenTime(slot))
        if ours * 4 > max(allowed, 4 * LoopLag.notable) { return .late }
        return .timedOut
    }

    /// Ends an exchange; answers that still come are dropped.
    func end(_ index: Int32, _ channel: DatagramChannel, answered: Bool) {
        let query = unsafe query(index)
        let slot = unsafe query.pointee.slot
        releaseRead(slot)
        while let buffer = takeMail(slot) { unsafe free.append(buffer) }
        if unsafe loop.slots[Int(slot)].mailError != 0 {
            unsafe loop.slots[Int(slot)].mailError = 0
            faults[index] = nil
        }
        unsafe loop.emptySlot(slot)
        if answered { unsafe note(query, channel) } else { channel.giveUp(index) }
        let socket = unsafe query.pointee.socket
        if let socket { unsafe socket.remove(query.pointee.id) }
        freeQuery(index)
        channel.settle(socket)
        if unsafe channel.exchangeCount == 0 { becameIdle(channel) }
    }

    /// Tells the pace of an answer. A stall of ours is not the server's.
    private func note(_ query: UnsafeMutablePointer<DatagramQuery>, _ channel: DatagramChannel) {
        let now = unsafe loop.now
        var sentAt = unsafe query.pointee.sentAt
        if now - sentAt > LoopLag.notable { sentAt = unsafe min(now, sentAt + loop.lag.longest(since: sentAt)) }
        unsafe channel.pace.answered(
            sentAt: sentAt, at: now, tries: query.pointee.tries, inFlight: query.pointee.holdsPlace,
            cohort: query.pointee.cohort)
    }

    private func releaseRead(_ slot: Int32) {
        let buffer = unsafe loop.slots[Int(slot)].mailRead
        guard buffer >= 0 else { return }
        unsafe loop.slots[Int(slot)].mailRead = -1
        unsafe free.append(buffer)
    }

    // MARK: Channels

    private func channel(to server: Endpoint) -> DatagramChannel {
        let channel: DatagramChannel
        if let latest, latest.server == server {
            channel = latest
        } else if let known = channels[server] {
            channel = known
        } else {
            channel = DatagramChannel(server, self)
            channels[server] = channel
            latest = channel
            return channel
        }
        latest = channel
        if unsafe channel.exchangeCount == 0 { unsafe idleChannels -= 1 }
        return channel
    }

    /// Of servers that nobody asks only some keep their sockets, and what is known of them.
    private func becameIdle(_ channel: DatagramChannel) {
        if unsafe idleChannels >= 64 { drop(channel) } else { unsafe idleChannels += 1 }
    }

    private func drop(_ channel: DatagramChannel) {
        channel.close()
        channels[channel.server] = nil
        if latest === channel { latest = nil }
    }

    /// Gives back the sockets of servers that nobody asks at the moment.
    func dropIdle() {
        for channel in channels.values where unsafe channel.exchangeCount == 0 {
            drop(channel)
            unsafe idleChannels -= 1
        }
    }

    // MARK: Queries

    /// Invariant: valid until the next query begins, and used by the loop's thread only.
    func query(_ index: Int32) -> UnsafeMutablePointer<DatagramQuery> { unsafe queries + Int(index) }

    func id(of index: Int32) -> UInt16 { unsafe query(index).pointee.id }

    private func takeQuery() -> Int32 {
        if let index = unsafe freeQueries.popLast() { return index }
        if queryCount == queryCapacity {
            let larger = UnsafeMutablePointer<DatagramQuery>.allocate(capacity: queryCapacity * 2)
            unsafe larger.moveInitialize(from: queries, count: queryCount)
            unsafe queries.deallocate()
            unsafe queries = larger
            queryCapacity *= 2
        }
        unsafe (queries + queryCount).initialize(to: DatagramQuery())
        queryCount += 1
        return Int32(queryCount - 1)
    }

    private func freeQuery(_ index: Int32) {
        let ticket = unsafe query(index).pointee.ticket &+ 1
        unsafe query(index).pointee = DatagramQuery()
        unsafe query(index).pointee.ticket = ticket
        unsafe freeQueries.append(index)
    }

    /// Ends a query by a fault; the first one stands.
    func fail(_ index: Int32, _ fault: SocketFault) {
        let slot = unsafe query(index).pointee.slot
        guard unsafe loop.slots[Int(slot)].mailError == 0 else { return }
        unsafe loop.slots[Int(slot)].mailError = 1
        faults[index] = fault
        notify(slot)
    }

    /// Has a query that was sent just now looked at when it is to be sent again.
    func rearm(_ query: UnsafeMutablePointer<DatagramQuery>) {
        let due = unsafe min(query.pointee.nextLook, query.pointee.deadline.nanoseconds)
        unsafe loop.moveDeadline(of: query.pointee.slot, to: due)
    }

    // MARK: Buffers and mail

    func drawID() -> UInt16 { unsafe ids.next() }
    private func drawBits() -> UInt32 { unsafe UInt32(ids.next()) << 16 | UInt32(ids.next()) }

    /// Unpredictable bits for whatever else of a query is to be hard to guess, on a loop.
    package static func randomBits() -> UInt32 {
        guard let loop = Reactor.current else { preconditionFailure("random bits come from a loop") }
        return loop.datagrams.drawBits()
    }

    /// Receives a batch into free buffers and gives each datagram to the query that `route` names; others are dropped.
    /// Returns how many came, or -errno.
    func receiveBatch(_ descriptor: Int32, _ route: (Span<UInt8>) -> Int32?) -> Int32 {
        let batch = Int(CML_BATCH)
        if unsafe free.count < batch { addBlock() }
        let first = unsafe free.count - batch
        var pointers: [64 of UnsafeMutableRawPointer?] = unsafe .init(repeating: nil)
        var lengths: [64 of UInt32] = .init(repeating: 0)
        for index in 0..<batch { unsafe pointers[index] = pointer(to: free[first + index]) }
        let found = unsafe withUnsafePointer(to: &pointers) { pointers in
            unsafe withUnsafeMutablePointer(to: &lengths) { lengths in
                // Invariant: an InlineArray is laid out as its elements one after the other.
                unsafe loop.calls.receiveBatch(
                    descriptor, UnsafeRawPointer(pointers).assumingMemoryBound(to: UnsafeMutableRawPointer?.self),
                    size: UInt32(Self.bufferSize),
                    UnsafeMutableRawPointer(lengths).assumingMemoryBound(to: UInt32.self),
                    Int32(batch))
            }
        }
        guard found > 0 else { return found }
        let taken = unsafe Array(free[first..<first + Int(found)])
        unsafe free.removeSubrange(first..<first + Int(found))
        for index in 0..<Int(found) {
            let buffer = taken[index]
            let length = min(Int(lengths[index]), Self.bufferSize)
            // The length is kept in front of the bytes' place: buffers have a header of 8 bytes.
            unsafe (pointer(to: buffer) - 8).storeBytes(of: length, as: Int.self)
            let addressee = route(unsafe bytes(of: buffer).span)
            if let index = addressee, unsafe query(index).pointee.seen < DatagramQuery.mostStrangers {
                unsafe deliver(buffer, to: query(index).pointee.slot)
            } else {
                unsafe free.append(buffer)
            }
        }
        return found
    }

    /// Wakes a waiter, or makes its next wait end at once.
    func notify(_ waiter: Int32) {
        unsafe loop.slots[Int(waiter)].ready.insert(.readable)
        if unsafe loop.slots[Int(waiter)].interest.contains(.readable) { unsafe loop.wake(waiter, .ready) }
    }

    private func deliver(_ buffer: Int32, to waiter: Int32) {
        unsafe links[Int(buffer)] = -1
        var last = unsafe loop.slots[Int(waiter)].mail
        if last < 0 {
            unsafe loop.slots[Int(waiter)].mail = buffer
        } else {
            var length = 1
            while unsafe links[Int(last)] >= 0 {
                last = unsafe links[Int(last)]
                length += 1
            }
            // Forged answers may come by the thousand; a few are looked at in a turn, the rest dropped.
            guard length < 16 else { return unsafe free.append(buffer) }
            unsafe links[Int(last)] = buffer
        }
        notify(waiter)
    }

    private func takeMail(_ slot: Int32) -> Int32? {
        let buffer = unsafe loop.slots[Int(slot)].mail
        guard buffer >= 0 else { return nil }
        unsafe loop.slots[Int(slot)].mail = links[Int(buffer)]
        return buffer
    }

    private func addBlock() {
        let batch = Int(CML_BATCH)
        unsafe blocks.append(.allocate(byteCount: batch * (Self.bufferSize + 8), alignment: 64))
        for index in 0..<batch { unsafe free.append(Int32(links.count + index)) }
        unsafe links.append(contentsOf: repeatElement(-1, count: batch))
    }

    private func pointer(to buffer: Int32) -> UnsafeMutableRawPointer {
        let (block, index) = Int(buffer).quotientAndRemainder(dividingBy: Int(CML_BATCH))
        return unsafe blocks[block] + index * (Self.bufferSize + 8) + 8
    }

    /// Invariant: the length in front was stored when the buffer was filled and is at most its size.
    private func bytes(of buffer: Int32) -> UnsafeBufferPointer<UInt8> {
        let start = unsafe pointer(to: buffer)
        let count = unsafe (start - 8).load(as: Int.self)
        return unsafe UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count)
    }
}
