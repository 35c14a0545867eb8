internal import CMusterLinux
package import MusterCore

/// The system calls that a loop makes for its sockets, in one table: the kernel's, or those of a model network that a test
/// hands in. Each gives what the kernel would: a value, or -errno.
@safe
struct NetworkCalls {
    /// Nil for the kernel; looking whether it is costs less than can be measured.
    let model: (any NetworkModel)?

    // MARK: Readiness

    func register(_ epoll: Int32, _ descriptor: Int32, events: UInt32, slot: UInt32) -> Int32 {
        if let model { return model.register(descriptor, events: events, slot: slot) }
        return cml_epoll_add(epoll, descriptor, events, slot)
    }

    /// Waits for events at most so long (-1: for ever) and gives how many there are.
    func wait(_ epoll: Int32, _ events: UnsafeMutablePointer<cml_event>, capacity: Int, milliseconds: Int32) -> Int32 {
        guard let model else { return unsafe cml_epoll_wait(epoll, events, Int32(capacity), milliseconds) }
        // What other threads leave comes first; where the model has nothing to come, only they can wake us.
        let left = unsafe cml_epoll_wait(epoll, events, Int32(capacity), 0)
        if left > 0 { return left }
        guard let found = model.wait(most: capacity, milliseconds: milliseconds) else {
            return unsafe cml_epoll_wait(epoll, events, Int32(capacity), -1)
        }
        for (index, event) in found.prefix(capacity).enumerated() {
            unsafe events[index] = cml_event(events: event.readiness, slot: event.slot)
        }
        return Int32(min(found.count, capacity))
    }

    // MARK: Sockets

    func socket(v6: Bool, stream: Bool) -> Int32 {
        if let model { return model.socket(v6: v6, stream: stream) }
        return cml_socket(v6, stream)
    }

    func close(_ descriptor: Int32) {
        if let model { return model.close(descriptor) }
        _ = cml_close(descriptor)
    }

    /// Gives a socket its own port; a model network has none.
    func bind(_ descriptor: Int32, v6: Bool, port: UInt16) -> Int32 {
        model == nil ? cml_bind_port(descriptor, v6, port) : 0
    }

    func connect(_ descriptor: Int32, to endpoint: Endpoint) -> Int32 {
        if let model { return model.connect(descriptor, to: endpoint) }
        return switch endpoint.address {
        case .v4(let address): cml_connect(descriptor, false, 0, UInt64(address), endpoint.port)
        case .v6(let high, let low): cml_connect(descriptor, true, high, low, endpoint.port)
        }
    }

    func disconnect(_ descriptor: Int32) -> Int32 {
        if let model { return model.disconnect(descriptor) }
        return cml_disconnect(descriptor)
    }

    func shutdownWrite(_ descriptor: Int32) {
        if let model { return model.shutdownWrite(descriptor) }
        _ = cml_shutdown_write(descriptor)
    }

    func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int64 {
        if let model { return unsafe model.send(descriptor, bytes) }
        return unsafe cml_send(descriptor, bytes.baseAddress!, bytes.count)
    }

    func receive(_ descriptor: Int32, into bytes: UnsafeMutableRawBufferPointer) -> Int64 {
        if let model { return unsafe model.receive(descriptor, into: bytes) }
        return unsafe cml_recv(descriptor, bytes.baseAddress!, bytes.count)
    }

    /// The pending error, which it clears; 0 where there is none.
    func takeError(_ descriptor: Int32) -> Int32 {
        if let model { return model.takeError(descriptor) }
        return cml_socket_error(descriptor)
    }

    func facts(_ descriptor: Int32) -> ConnectionFacts {
        if let model { return model.facts(descriptor) }
        var raw = cml_tcp_facts()
        unsafe cml_tcp_facts_of(descriptor, &raw)
        return ConnectionFacts(
            state: raw.state, roundTrip: raw.round_trip, timeouts: raw.timeouts, unacknowledged: raw.unacknowledged,
            retransmitted: raw.retransmitted, attempts: raw.total_retransmitted)
    }

    func localEndpoint(_ descriptor: Int32) -> Endpoint? {
        if let model { return model.localEndpoint(descriptor) }
        var raw = cml_endpoint()
        return unsafe cml_local_endpoint(descriptor, &raw) == 0 ? Endpoint(raw) : nil
    }

    /// Whether ICMP messages about an established connection go to the error queue as well (IPv6).
    func receiveNotices(_ descriptor: Int32, v6: Bool, _ on: Bool) {
        if model != nil { return }
        _ = cml_receive_notices(descriptor, v6, on)
    }

    /// The oldest ICMP message about packets to an endpoint; those about others are dropped. Nil once there is none.
    func takeNotice(_ descriptor: Int32, about endpoint: Endpoint) -> ICMPNotice? {
        if let model { return model.takeNotice(descriptor)?.notice }
        return ICMPNotice.take(from: descriptor, about: endpoint)
    }

    /// Whether anything lay in the error queue; it is gone then.
    func hasNotice(_ descriptor: Int32) -> Bool {
        if let model { return model.takeNotice(descriptor) != nil }
        var raw = cml_notice()
        return unsafe cml_take_notice(descriptor, &raw) != 0
    }

    /// Empties the error queue; false where it did not end.
    func drainNotices(_ descriptor: Int32) -> Bool {
        if let model {
            while model.takeNotice(descriptor) != nil {}
            return true
        }
        return ICMPNotice.drain(descriptor)
    }

    // MARK: Datagrams

    /// Message i of `count` lies at offsets[i], lengths[i] of the arena. Gives how many were taken.
    func sendBatch(
        _ descriptor: Int32, _ arena: UnsafeRawPointer, _ offsets: UnsafePointer<UInt32>,
        _ lengths: UnsafePointer<UInt32>, _ count: Int32
    ) -> Int32 {
        guard let model else { return unsafe cml_send_batch(descriptor, arena, offsets, lengths, count) }
        for index in 0..<Int(min(count, Int32(CML_BATCH))) {
            let bytes = unsafe UnsafeRawBufferPointer(
                start: arena + Int(offsets[index]), count: Int(lengths[index]))
            let outcome = unsafe model.sendDatagram(descriptor, Array(bytes))
            if outcome != 0 { return index > 0 ? Int32(index) : outcome }
        }
        return min(count, Int32(CML_BATCH))
    }

    /// Fills buffers of a size with a datagram each. Gives how many came.
    func receiveBatch(
        _ descriptor: Int32, _ buffers: UnsafePointer<UnsafeMutableRawPointer?>, size: UInt32,
        _ lengths: UnsafeMutablePointer<UInt32>, _ count: Int32
    ) -> Int32 {
        guard let model else { return unsafe cml_recv_batch(descriptor, buffers, size, lengths, count) }
        var found: Int32 = 0
        while found < count, let buffer = unsafe buffers[Int(found)] {
            let room = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: Int(size))
            let outcome = unsafe model.receive(descriptor, into: room)
            if outcome < 0 { return found > 0 ? found : Int32(outcome) }
            unsafe lengths[Int(found)] = UInt32(outcome)
            found += 1
        }
        return found
    }

    /// The oldest ICMP message about a datagram to a server, with the id that the datagram began with where that came
    /// along. Messages about others are told as nil; `isEmpty` says that there was none.
    func takeDatagramNotice(
        _ descriptor: Int32, about server: Endpoint
    ) -> (notice: ICMPNotice?, id: UInt16?, isEmpty: Bool) {
        if let model {
            guard let taken = model.takeNotice(descriptor) else { return (nil, nil, true) }
            return (taken.notice, taken.id, false)
        }
        var raw = cml_notice()
        var id: UInt16 = 0
        let outcome = unsafe cml_take_datagram_notice(descriptor, &raw, &id)
        guard outcome > 0 else { return (nil, nil, true) }
        guard Endpoint(raw.destination) == server else { return (nil, nil, false) }
        return (ICMPNotice(raw), outcome == 2 ? id : nil, false)
    }

    /// Asks for so much room for what is received, in bytes.
    func receiveRoom(_ descriptor: Int32, _ bytes: Int32) {
        if model == nil { cml_receive_room(descriptor, bytes) }
    }
}

/// What the kernel knows of a TCP connection (`TCP_INFO`).
package struct ConnectionFacts: Sendable, Hashable {
    /// As Linux numbers them: 1 ESTABLISHED, 2 SYN_SENT, 7 CLOSE, 8 CLOSE_WAIT.
    package var state: UInt8
    /// Smoothed round trip in microseconds, 0 where unknown.
    package var roundTrip: UInt32
    /// Retransmission timeouts since something was last acknowledged.
    package var timeouts: UInt8
    /// Segments that were sent and not acknowledged.
    package var unacknowledged: UInt32
    /// How many of them were sent again and left this machine.
    package var retransmitted: UInt32
    /// How often the kernel has tried to send something again, in all. It does not while a neighbour is looked for.
    package var attempts: UInt32

    package init(
        state: UInt8, roundTrip: UInt32, timeouts: UInt8, unacknowledged: UInt32, retransmitted: UInt32,
        attempts: UInt32
    ) {
        self.state = state
        self.roundTrip = roundTrip
        self.timeouts = timeouts
        self.unacknowledged = unacknowledged
        self.retransmitted = retransmitted
        self.attempts = attempts
    }

    /// No answer to our SYN yet.
    var isConnecting: Bool { state == 2 || state == 3 }
    var isClosed: Bool { state == 7 }
    /// The kernel tried again and not one segment got past our own firewall or queue: a segment that leaves counts as
    /// retransmitted, one that our own side drops does not.
    var triedInVain: Bool { timeouts > 0 && attempts > 0 && retransmitted == 0 }
    /// The same of what is not acknowledged yet.
    var isHeldBack: Bool { triedInVain && unacknowledged > 0 }
}

/// What can happen on a descriptor of a model network.
package struct NetworkEvent: Sendable {
    /// As epoll's bits.
    package var readiness: UInt32
    package var slot: UInt32

    package init(readiness: UInt32, slot: UInt32) {
        self.readiness = readiness
        self.slot = slot
    }
}

/// A network without a kernel, on whose clock its loop lives. It is called on that loop's thread alone.
package protocol NetworkModel: AnyObject, Sendable {
    /// Where the time stands, in nanoseconds; the loop reads it there.
    var clock: UnsafeMutablePointer<Int64> { get }
    func register(_ descriptor: Int32, events: UInt32, slot: UInt32) -> Int32
    /// Moves the time on to the next event, or as far as the timeout; nil where it is to wait for ever and nothing will come.
    func wait(most count: Int, milliseconds: Int32) -> [NetworkEvent]?
    func socket(v6: Bool, stream: Bool) -> Int32
    func close(_ descriptor: Int32)
    func connect(_ descriptor: Int32, to endpoint: Endpoint) -> Int32
    func disconnect(_ descriptor: Int32) -> Int32
    func shutdownWrite(_ descriptor: Int32)
    func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int64
    func receive(_ descriptor: Int32, into bytes: UnsafeMutableRawBufferPointer) -> Int64
    func takeError(_ descriptor: Int32) -> Int32
    func facts(_ descriptor: Int32) -> ConnectionFacts
    func localEndpoint(_ descriptor: Int32) -> Endpoint?
    /// With the first two bytes of the datagram it is about.
    func takeNotice(_ descriptor: Int32) -> (notice: ICMPNotice, id: UInt16?)?
    /// Gives 0 or -errno.
    func sendDatagram(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32
}
