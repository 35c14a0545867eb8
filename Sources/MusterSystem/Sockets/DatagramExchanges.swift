internal import CMusterLinux
internal import Glibc
internal import MusterCore

/// Queries and answers over UDP of one loop, told apart by the 16-bit id at their start (RFC 1035 §4.1.1).
///
/// A server that is asked often has a few connected sockets whose ports change as they are used up; one that is asked once
/// has one, which is recycled. Answers land in buffers of a pool and are handed out without a copy.
@safe
package final class DatagramExchanges {
    /// The sockets toward one server.
    final class Channel {
        var sockets: [DatagramSocket] = []
        var next = 0
        var inFlight = 0
    }

    private static let bufferSize = 2048

    // The loop owns its exchanges and outlives them.
    unowned(unsafe) let loop: Reactor
    private var channels: [Endpoint: Channel] = [:]
    /// The server that was asked last: most often the next one too.
    private var latest: (server: Endpoint, channel: Channel)?
    @exclusivity(unchecked) private var idleChannels = 0
    @exclusivity(unchecked) private var ids = RandomIDs()
    // Buffers: blocks of a batch each, free ones on a stack, links for the mail of a waiter.
    @exclusivity(unchecked) private var blocks: [UnsafeMutableRawPointer] = unsafe []
    @exclusivity(unchecked) private var free: [Int32] = []
    @exclusivity(unchecked) private var links: [Int32] = []

    init(_ loop: Reactor) { unsafe self.loop = loop }

    deinit {
        for index in unsafe blocks.indices { unsafe blocks[index].deallocate() }
    }

    /// Begins an exchange: `encode` writes exactly `byteCount` bytes, starting with the id it is given.
    func begin(
        _ server: Endpoint, _ byteCount: Int, _ encode: (UInt16, inout MutableSpan<UInt8>) -> Void
    ) throws(SocketFault) -> DatagramExchange {
        let socket = try place(server)
        let slot = unsafe loop.takeSlot(.timer)
        let id = socket.add(waiter: slot, byteCount: byteCount, encode)
        return DatagramExchange(socket: socket, slot: slot, id: id)
    }

    /// The next datagram for the waiter of an exchange, valid until its task suspends or asks again.
    func next(_ slot: Int32, until deadline: Instant) async throws(SocketFault) -> UnsafeBufferPointer<UInt8> {
        releaseRead(slot)
        while true {
            if let buffer = try takeMailOrError(slot) {
                unsafe loop.slots[Int(slot)].mailRead = buffer
                return unsafe bytes(of: buffer)
            }
            switch unsafe await loop.waitWatched(slot, for: .readable, until: deadline) {
            case .cancelled: throw .cancelled
            case .timedOut: throw unsafe loop.timeoutFault(slot, deadline)
            case .ready: continue
            }
        }
    }

    private func takeMailOrError(_ slot: Int32) throws(SocketFault) -> Int32? {
        if let buffer = takeMail(slot) { return buffer }
        let error = unsafe loop.slots[Int(slot)].mailError
        if error != 0 { throw SocketFault(errno: error, local: error == EPERM) }
        unsafe loop.slots[Int(slot)].ready.remove(.readable)
        return nil
    }

    /// Ends an exchange; answers that still come are dropped.
    func end(_ exchange: DatagramExchange) {
        let slot = exchange.slot
        releaseRead(slot)
        while let buffer = takeMail(slot) { unsafe free.append(buffer) }
        unsafe loop.slots[Int(slot)].mailError = 0
        unsafe loop.emptySlot(slot)
        exchange.socket.remove(exchange.id)
        settle(exchange.socket)
    }

    private func releaseRead(_ slot: Int32) {
        let buffer = unsafe loop.slots[Int(slot)].mailRead
        guard buffer >= 0 else { return }
        unsafe loop.slots[Int(slot)].mailRead = -1
        unsafe free.append(buffer)
    }

    // MARK: Sockets

    private func place(_ server: Endpoint) throws(SocketFault) -> DatagramSocket {
        let channel: Channel
        if let latest, latest.server == server {
            channel = latest.channel
            if channel.inFlight == 0 { unsafe idleChannels -= 1 }
        } else if let known = channels[server] {
            channel = known
            latest = (server, known)
            if channel.inFlight == 0 { unsafe idleChannels -= 1 }
        } else {
            channel = Channel()
            channels[server] = channel
        }
        channel.inFlight += 1
        // One socket takes a whole batch, then the next one its turn; another is opened before one gets crowded.
        let crowd = channel.sockets.count < 4 ? 64 : DatagramSocket.mostInFlight
        if channel.next < channel.sockets.count {
            let socket = channel.sockets[channel.next]
            if socket.hasOpenBatch, !socket.isRetired, socket.inFlight < crowd { return socket }
        }
        for _ in 0..<channel.sockets.count {
            channel.next = (channel.next + 1) % channel.sockets.count
            let socket = channel.sockets[channel.next]
            if !socket.isRetired, socket.inFlight < crowd { return socket }
        }
        do throws(SocketFault) {
            let socket = try open(server, channel)
            channel.sockets.append(socket)
            return socket
        } catch {
            // A crowded socket is better than none.
            if let socket = channel.sockets.first(where: {
                !$0.isRetired && $0.inFlight < DatagramSocket.mostInFlight
            }) {
                return socket
            }
            channel.inFlight -= 1
            if channel.inFlight == 0 { drop(server, channel, wasIdle: false) }
            throw error
        }
    }

    private func open(_ server: Endpoint, _ channel: Channel) throws(SocketFault) -> DatagramSocket {
        let v6 = if case .v6 = server.address { true } else { false }
        let slot = unsafe try loop.takeSocket(v6 ? .datagram6 : .datagram4)
        let outcome = unsafe loop.slots[Int(slot)].descriptor
        let connected =
            switch server.address {
            case .v4(let address): cml_connect(outcome, false, 0, UInt64(address), server.port)
            case .v6(let high, let low): cml_connect(outcome, true, high, low, server.port)
            }
        guard connected == 0 else {
            unsafe loop.recycle(slot)
            throw SocketFault(errno: -connected, local: true)
        }
        // A recycled socket may still hold what an earlier server sent too late, or its refusal; the connection keeps
        // others out from now on. Bounded, because our server may already send.
        for _ in 0..<4096 {
            if unsafe cml_recv(outcome, loop.scratch.baseAddress!, loop.scratch.count) == -Int64(EAGAIN) { break }
        }
        let socket = DatagramSocket(slot: slot, server: server, channel: channel, exchanges: self)
        unsafe loop.slots[Int(slot)].handler = socket
        return socket
    }

    /// After a query: a used-up socket goes, and of servers that nobody asks only some keep theirs.
    private func settle(_ socket: DatagramSocket) {
        let channel = unsafe socket.channel
        channel.inFlight -= 1
        if socket.isRetired, socket.inFlight == 0 {
            channel.sockets.removeAll { $0 === socket }
            close(socket)
        }
        guard channel.inFlight == 0 else { return }
        if unsafe idleChannels >= 64 { drop(socket.server, channel, wasIdle: false) } else { unsafe idleChannels += 1 }
    }

    private func drop(_ server: Endpoint, _ channel: Channel, wasIdle: Bool) {
        for socket in channel.sockets { close(socket) }
        channels[server] = nil
        if latest?.server == server { latest = nil }
        if wasIdle { unsafe idleChannels -= 1 }
    }

    private func close(_ socket: DatagramSocket) {
        socket.close()
        unsafe loop.slots[Int(socket.slot)].handler = nil
        unsafe loop.recycle(socket.slot)
    }

    /// Gives back the sockets of servers that nobody asks at the moment.
    func dropIdle() {
        for (server, channel) in channels where channel.inFlight == 0 { drop(server, channel, wasIdle: true) }
    }

    // MARK: Buffers and mail

    func drawID() -> UInt16 { unsafe ids.next() }

    /// Receives a batch into free buffers and gives each datagram to the waiter that `route` names; others are dropped.
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
                unsafe cml_recv_batch(
                    descriptor, UnsafeRawPointer(pointers).assumingMemoryBound(to: UnsafeMutableRawPointer?.self),
                    UInt32(Self.bufferSize), UnsafeMutableRawPointer(lengths).assumingMemoryBound(to: UInt32.self),
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
            if let waiter = route(unsafe bytes(of: buffer).span) {
                deliver(buffer, to: waiter)
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
