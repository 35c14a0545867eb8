import Glibc
package import MusterCore
package import MusterSystem

/// A network without a kernel: sockets, paths and hosts in memory, on a clock that moves only when its loop waits. The same
/// seed gives the same run.
///
/// Set up before its loop starts, and touched by that loop's thread alone from then on, which is why it may be shared.
@safe
package final class ModelNetwork: NetworkModel, @unchecked Sendable {
    /// Something that will happen.
    private struct Event {
        var time: Int64
        var order: Int
        var action: () -> Void
    }

    package let clock: UnsafeMutablePointer<Int64>
    /// How packets to an address fare.
    package var path: (IPAddress) -> ModelPath = { _ in ModelPath(delay: 1_000_000) }
    /// What is at an endpoint; where nothing is said, the port is closed.
    package var service: (Endpoint) -> ModelService = { _ in .closed }
    /// The errno that a call is to fail with; 0: none. The call's name is that of the system call.
    package var fault: (String) -> Int32 = { _ in 0 }
    /// Whether sends take a part of what they are given now and then.
    package var sendsInParts = false
    /// When the loop is stopped, and for how long, in nanoseconds; the network goes on meanwhile. The earliest first.
    package var stops: [(time: Int64, length: Int64)] = []
    package private(set) var story: [String] = []

    private var dice: Dice
    private var events: [Event] = []
    private var order = 0
    private var sockets: [Int32: ModelSocket] = [:]
    private var nextDescriptor: Int32 = 100_000
    private var listed: [ModelSocket] = []
    private var nextPort: UInt16 = 40_000

    package init(seed: Int) {
        dice = Dice(seed)
        unsafe clock = .allocate(capacity: 1)
        unsafe clock.initialize(to: 1_000_000_000)
    }

    deinit { unsafe clock.deallocate() }

    package var now: Int64 { unsafe clock.pointee }
    /// Sockets that are open.
    package var socketCount: Int { sockets.count }

    // MARK: Time

    private func tell(_ text: @autoclosure () -> String) {
        if story.count < 20_000 { story.append("\(now / 1000) µs: \(text())") }
    }

    /// Lets something happen later.
    package func schedule(at time: Int64, _ action: @escaping () -> Void) {
        order += 1
        let event = Event(time: max(time, now), order: order, action: action)
        // The list is short: a search for the place is all it takes.
        var low = 0
        var high = events.count
        while low < high {
            let middle = (low + high) / 2
            let other = events[middle]
            // The latest first, so that the next one is at the end.
            if (other.time, other.order) > (event.time, event.order) { low = middle + 1 } else { high = middle }
        }
        events.insert(event, at: low)
    }

    package func wait(most count: Int, milliseconds: Int32) -> [NetworkEvent]? {
        let limit = milliseconds < 0 ? Int64.max : now + Int64(milliseconds) * 1_000_000
        while true {
            let found = takeEvents(count)
            if !found.isEmpty || now >= limit { return found }
            // Who waits for ever has nothing in flight to be stopped in.
            let next = min(events.last?.time ?? .max, milliseconds < 0 ? .max : stops.first?.time ?? .max)
            guard next <= limit, next != .max else {
                if milliseconds < 0 { return nil }
                unsafe clock.pointee = limit
                return []
            }
            advance(to: max(now, next))
            if milliseconds >= 0, let stop = stops.first, stop.time <= now {
                stops.removeFirst()
                tell("stopped for \(stop.length / 1_000_000) ms")
                advance(to: now + stop.length)
            }
        }
    }

    /// What happens at one instant is seen together.
    private func advance(to time: Int64) {
        while let event = events.last, event.time <= time {
            events.removeLast()
            unsafe clock.pointee = max(now, event.time)
            event.action()
        }
        unsafe clock.pointee = time
    }

    /// Edge-triggered: what changed is told once, as it is by then.
    private func takeEvents(_ count: Int) -> [NetworkEvent] {
        var found: [NetworkEvent] = []
        while found.count < count, !listed.isEmpty {
            let socket = listed.removeFirst()
            socket.isListed = false
            guard let slot = socket.slot, socket.readiness != 0 else { continue }
            found.append(NetworkEvent(readiness: socket.readiness, slot: slot))
        }
        return found
    }

    private func changed(_ socket: ModelSocket) {
        guard socket.slot != nil, !socket.isListed else { return }
        socket.isListed = true
        listed.append(socket)
    }

    private func chance(_ share: Double) -> Bool { share > 0 && Double.random(in: 0..<1, using: &dice) < share }

    private func way(_ path: ModelPath) -> Int64 {
        path.delay + (path.jitter > 0 ? Int64.random(in: 0...path.jitter, using: &dice) : 0)
    }

    // MARK: Sockets

    package func socket(v6: Bool, stream: Bool) -> Int32 {
        let error = fault("socket")
        if error != 0 { return -error }
        nextDescriptor += 1
        sockets[nextDescriptor] = ModelSocket(nextDescriptor, isStream: stream, isV6: v6)
        return nextDescriptor
    }

    package func close(_ descriptor: Int32) {
        guard let socket = sockets.removeValue(forKey: descriptor) else { return }
        leave(socket)
        socket.slot = nil
    }

    package func register(_ descriptor: Int32, events: UInt32, slot: UInt32) -> Int32 {
        let error = fault("epoll_ctl")
        if error != 0 { return -error }
        guard let socket = sockets[descriptor] else { return -EBADF }
        socket.slot = slot
        changed(socket)
        return 0
    }

    package func connect(_ descriptor: Int32, to endpoint: Endpoint) -> Int32 {
        guard let socket = sockets[descriptor] else { return -EBADF }
        let path = path(endpoint.address)
        let error = fault("connect")
        tell("connect \(descriptor) to \(endpoint.text)")
        if error != 0 { return -error }
        if path.refusal != 0 { return -path.refusal }
        guard socket.state == .unconnected else { return -EISCONN }
        socket.remote = endpoint
        nextPort = nextPort == 60_000 ? 40_000 : nextPort + 1
        socket.localPort = nextPort
        socket.generation += 1
        guard socket.isStream else {
            socket.state = .established
            return 0
        }
        socket.state = .connecting
        socket.error = 0
        transmitSYN(socket, socket.generation, path, tries: 0, at: now)
        return -EINPROGRESS
    }

    private func transmitSYN(_ socket: ModelSocket, _ generation: Int, _ path: ModelPath, tries: Int, at time: Int64) {
        // The kernel sends again after 1, 3, 7, … seconds until it gives up.
        let again = time + 1_000_000_000 << Int64(tries)
        schedule(at: again) { [self] in
            guard socket.generation == generation, socket.state == .connecting else { return }
            if tries == 6 {
                socket.fail(.heldOut)
                return changed(socket)
            }
            socket.timeouts += 1
            socket.isHeldBack = path.isHeldBack
            transmitSYN(socket, generation, path, tries: tries + 1, at: again)
        }
        guard !path.isHeldBack, !chance(path.loss), let remote = socket.remote else { return }
        if let notice = path.notice {
            return later(socket, generation, way(path) + way(path)) { $0.fail(.reported(notice)) }
        }
        guard !chance(path.loss) else { return }
        switch service(remote) {
        case .silent: break
        case .closed, .datagrams: later(socket, generation, way(path) + way(path)) { $0.fail(.refused) }
        case .stream(let make), .server(_, let make):
            let there = way(path)
            later(socket, generation, there + way(path)) { [self] socket in
                guard socket.state == .connecting else { return }
                socket.state = .established
                socket.timeouts = 0
                socket.roundTrip = there * 2
                let peer = make()
                socket.peer = peer
                tell("established \(socket.descriptor)")
                schedule(at: now + there) { [self] in
                    if socket.generation == generation { peer.opened(connection(socket, generation)) }
                }
            }
        }
    }

    private func connection(_ socket: ModelSocket, _ generation: Int) -> ModelConnection {
        ModelConnection(network: self, socket: socket, generation: generation)
    }

    /// Changes a socket later, unless it has gone on to another connection.
    private func later(
        _ socket: ModelSocket, _ generation: Int, _ delay: Int64, _ change: @escaping (ModelSocket) -> Void
    ) {
        schedule(at: now + delay) { [self] in
            guard socket.generation == generation, sockets[socket.descriptor] === socket else { return }
            change(socket)
            changed(socket)
        }
    }

    /// What a peer sends arrives in order; a lost packet is sent again.
    func deliver(
        to socket: ModelSocket, _ generation: Int, after delay: Int64, _ change: @escaping (ModelSocket) -> Void
    ) {
        guard socket.generation == generation, let remote = socket.remote else { return }
        let path = path(remote.address)
        var arrival = now + delay + way(path)
        while chance(path.loss) { arrival += 200_000_000 + way(path) * 2 }
        arrival = max(arrival, socket.lastArrivalHere)
        socket.lastArrivalHere = arrival
        later(socket, generation, arrival - now) { if $0.state == .established { change($0) } }
    }

    package func disconnect(_ descriptor: Int32) -> Int32 {
        guard let socket = sockets[descriptor] else { return -EBADF }
        let error = fault("disconnect")
        if error != 0 { return -error }
        leave(socket)
        socket.dissolve()
        changed(socket)
        return 0
    }

    /// The peer reads an end.
    private func leave(_ socket: ModelSocket) {
        let generation = socket.generation
        guard let peer = socket.peer, socket.state == .established, !socket.hasShutDown else { return }
        socket.peer = nil
        peer.ended(connection(socket, generation))
    }

    package func shutdownWrite(_ descriptor: Int32) {
        guard let socket = sockets[descriptor], socket.state == .established, !socket.hasShutDown else { return }
        socket.hasShutDown = true
        guard let peer = socket.peer, let remote = socket.remote else { return }
        let generation = socket.generation
        let arrival = max(now + way(path(remote.address)), socket.lastArrivalThere)
        schedule(at: arrival) { [self] in
            if socket.generation == generation { peer.ended(connection(socket, generation)) }
        }
    }

    // MARK: Bytes

    package func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int64 {
        guard let socket = sockets[descriptor], let remote = socket.remote else { return -Int64(EBADF) }
        let error = fault("send")
        if error != 0 { return -Int64(error) }
        if socket.error != 0 {
            defer { socket.error = 0 }
            return -Int64(socket.error)
        }
        guard socket.state == .established, !socket.hasShutDown else {
            return -Int64(socket.state == .connecting ? EAGAIN : EPIPE)
        }
        var count = min(bytes.count, ModelSocket.sendRoom - socket.outstanding)
        if count > 1, sendsInParts, chance(0.5) { count = Int.random(in: 1...count, using: &dice) }
        guard count > 0 else { return -Int64(EAGAIN) }
        let part = unsafe [UInt8](bytes[..<count])
        socket.outstanding += count
        let path = path(remote.address)
        let generation = socket.generation
        var arrival = now + way(path)
        while chance(path.loss) { arrival += 200_000_000 + way(path) * 2 }
        arrival = max(arrival, socket.lastArrivalThere)
        socket.lastArrivalThere = arrival
        schedule(at: arrival) { [self] in
            guard socket.generation == generation, let peer = socket.peer else { return }
            peer.received(part, connection(socket, generation))
            later(socket, generation, way(path)) { $0.outstanding = max(0, $0.outstanding - count) }
        }
        return Int64(count)
    }

    package func receive(_ descriptor: Int32, into bytes: UnsafeMutableRawBufferPointer) -> Int64 {
        guard let socket = sockets[descriptor] else { return -Int64(EBADF) }
        let error = fault("recv")
        if error != 0 { return -Int64(error) }
        if !socket.isStream {
            if socket.error != 0 {
                defer { socket.error = 0 }
                return -Int64(socket.error)
            }
            guard !socket.datagrams.isEmpty else { return -Int64(EAGAIN) }
            let datagram = socket.datagrams.removeFirst()
            unsafe bytes.copyBytes(from: datagram.prefix(bytes.count))
            return Int64(datagram.count)
        }
        if !socket.incoming.isEmpty {
            let count = min(bytes.count, socket.incoming.count)
            unsafe bytes.copyBytes(from: socket.incoming[..<count])
            socket.incoming.removeFirst(count)
            return Int64(count)
        }
        if socket.error != 0 {
            defer { socket.error = 0 }
            return -Int64(socket.error)
        }
        if socket.hasPeerEnded || socket.state == .closed { return 0 }
        return -Int64(EAGAIN)
    }

    package func takeError(_ descriptor: Int32) -> Int32 {
        guard let socket = sockets[descriptor] else { return EBADF }
        defer { socket.error = 0 }
        return socket.error
    }

    package func facts(_ descriptor: Int32) -> ConnectionFacts {
        sockets[descriptor]?.facts
            ?? ConnectionFacts(state: 7, roundTrip: 0, timeouts: 0, unacknowledged: 0, retransmitted: 0, attempts: 0)
    }

    package func localEndpoint(_ descriptor: Int32) -> Endpoint? {
        guard let socket = sockets[descriptor], socket.state != .unconnected else { return nil }
        return Endpoint(.v4(0x0a00_0001), port: socket.localPort)
    }

    package func takeNotice(_ descriptor: Int32) -> (notice: ICMPNotice, id: UInt16?)? {
        guard let socket = sockets[descriptor], !socket.notices.isEmpty else { return nil }
        // Its error goes with it.
        if socket.notices.count == 1 { socket.error = 0 }
        defer {
            if socket.closesWithNotice {
                socket.state = .closed
                changed(socket)
            }
        }
        return socket.notices.removeFirst()
    }

    /// Puts an ICMP message into the error queue of whoever is connecting to an endpoint, without ending it; or so that it
    /// ends it after the last look at the connection before the message is taken.
    package func poison(_ endpoint: Endpoint, _ notice: ICMPNotice, closesWhenTaken: Bool = false) {
        for socket in sockets.values where socket.remote == endpoint {
            socket.notices.append((notice, nil))
            socket.closesWithNotice = closesWhenTaken
            changed(socket)
        }
    }

    // MARK: Datagrams

    /// Sends one datagram. Gives 0, or -errno.
    package func sendDatagram(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32 {
        guard let socket = sockets[descriptor], let remote = socket.remote else { return -EBADF }
        let path = path(remote.address)
        let error = fault("sendmmsg")
        if error != 0 { return -error }
        if path.refusal != 0 { return -path.refusal }
        if path.isHeldBack { return -EPERM }
        guard !chance(path.loss) else { return 0 }
        let generation = socket.generation
        if let notice = path.notice {
            later(socket, generation, way(path) * 2) { Self.refuse($0, notice, bytes) }
            return 0
        }
        switch service(remote) {
        case .silent, .stream: break
        case .closed:
            let notice = ICMPNotice(meaning: .portUnreachable, sender: remote.address, isOwn: false)
            later(socket, generation, way(path) * 2) { Self.refuse($0, notice, bytes) }
        case .datagrams(let answer), .server(let answer, _):
            for reply in answer(bytes) where !chance(path.loss) {
                for _ in 0...(chance(path.duplicates) ? 1 : 0) {
                    later(socket, generation, way(path) * 2) { $0.datagrams.append(reply) }
                }
            }
        }
        return 0
    }

    private static func refuse(_ socket: ModelSocket, _ notice: ICMPNotice, _ datagram: [UInt8]) {
        let id = datagram.count < 2 ? nil : UInt16(datagram[0]) << 8 | UInt16(datagram[1])
        socket.notices.append((notice, id))
        socket.error = notice.meaning == .portUnreachable ? ECONNREFUSED : EHOSTUNREACH
    }
}
