import Glibc
import MusterCore
import Testing

@testable import MusterSystem

/// Ways in which a peer or an address can be asked for.
private let hasIPv6 =
    (try? FileReading.text("/proc/net/if_inet6").contains("00000000000000000000000000000001")) ?? false

@Suite(.timeLimit(.minutes(40))) struct TCPTests {
    /// Sends everything back until the other side ends.
    @Sendable
    private static func echoing(_ socket: TCPSocket) async {
        while let part = try? await socket.receive(until: patient, { bytes($0) }) {
            guard (try? await socket.send(part, until: patient)) != nil else { return }
        }
    }

    @Sendable
    private static func silent(_ socket: TCPSocket) async {
        _ = try? await socket.receiveAll(until: .distantFuture)
    }

    private static func dialogue(_ address: IPAddress) async throws {
        try await onLoop { loop in
            try await withServer(on: loop, at: address, echoing) { endpoint in
                #expect(endpoint.address == address)
                let answer = try await Reactor.withSocket(toward: address) { (socket) throws(SocketFault) in
                    try await socket.connect(to: endpoint, until: patient)
                    #expect(socket.peerEndpoint == endpoint)
                    #expect(socket.localEndpoint?.address == address)
                    try await socket.send([1, 2, 3], until: patient)
                    return try await socket.receive(count: 3, until: patient)
                }
                #expect(answer == [1, 2, 3])
            }
        }
    }

    @Test("A dialogue over IPv4")
    func dialogue4() async throws { try await Self.dialogue(loopback4) }

    @Test("A dialogue over IPv6", .enabled(if: hasIPv6, "this machine has no ::1"))
    func dialogue6() async throws { try await Self.dialogue(loopback6) }

    /// The port of a server that lives, at an address where it does not listen: as long as it lives nobody else gets that
    /// port from the system.
    private static func refusing(beside server: Endpoint) -> Endpoint {
        Endpoint(.v4(0x7F54_0001), port: server.port)
    }

    @Test("A closed port refuses, again and again on a recycled socket")
    func refused() async throws {
        try await onLoop { loop in
            try await withServer(on: loop, Self.silent) { server in
                let refusing = Self.refusing(beside: server)
                for _ in 0..<50 {
                    let end = await fault { () throws(SocketFault) in
                        try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                            try await socket.connect(to: refusing, until: patient)
                        }
                    }
                    #expect(end == .refused)
                }
            }
            #expect(loop.idleSocketCount == 1)
        }
    }

    @Test("A black hole is a timeout, and its socket connects elsewhere afterwards")
    func blackHole() async throws {
        try await onLoop { loop in
            try await withServer(on: loop, options: .blackHole, Self.silent) { hole in
                try await withServer(on: loop, Self.echoing) { server in
                    for _ in 0..<3 {
                        let end = await fault { () throws(SocketFault) in
                            try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                                try await socket.connect(to: hole, until: brief)
                            }
                        }
                        #expect(end == .timedOut || end == .late)
                        let answer = try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                            try await socket.connect(to: server, until: patient)
                            try await socket.send([9], until: patient)
                            return try await socket.receive(count: 1, until: patient)
                        }
                        #expect(answer == [9])
                    }
                    #expect(loop.idleSocketCount == 1)
                }
            }
        }
    }

    @Test("A deadline that has passed ends every wait")
    func deadlinePast() async throws {
        try await onLoop { loop in
            try await withServer(on: loop, options: .blackHole, Self.silent) { hole in
                let end = await fault { () throws(SocketFault) in
                    try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                        try await socket.connect(to: hole, until: past)
                    }
                }
                #expect(end == .timedOut || end == .late)
            }
            try await withServer(on: loop, Self.silent) { server in
                let end = await fault { () throws(SocketFault) in
                    try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                        try await socket.connect(to: server, until: patient)
                        _ = try await socket.receive(until: past) { $0.count }
                    }
                }
                #expect(end == .timedOut || end == .late)
            }
        }
    }

    @Test("Ten megabytes go through both ways, in parts")
    func largeTransfer() async throws {
        try await onLoops(2) { loops in
            try await withServer(on: loops[1]) { socket in
                let all = try? await socket.receive(count: 10 << 20, until: patient)
                if let all { try? await socket.send(all, until: patient) }
                _ = try? await socket.receiveAll(until: patient)
            } _: { server in
                // A period that no power of two divides shows bytes that are lost or come twice.
                let period = (0..<4093).map { UInt8(truncatingIfNeeded: $0 &* 167 >> 3) }
                var data: [UInt8] = []
                while data.count < 10 << 20 { data += period }
                data.removeLast(data.count - (10 << 20))
                let back = try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                    try await socket.connect(to: server, until: patient)
                    try await socket.send(data, until: patient)
                    return try await socket.receive(count: data.count, until: patient)
                }
                let isSame = back == data
                #expect(isSame)
            }
        }
    }

    @Test("A send that nobody reads ends at its deadline")
    func sendDeadline() async throws {
        try await onLoop { loop in
            try await withServer(on: loop) { socket in
                await Reactor.sleep(until: .distantFuture)
            } _: { server in
                let end = await fault { () throws(SocketFault) in
                    try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                        try await socket.connect(to: server, until: patient)
                        try await socket.send([UInt8](repeating: 1, count: 64 << 20), until: brief)
                    }
                }
                #expect(end == .timedOut || end == .late)
            }
        }
    }

    @Test("The peer's orderly end is nil, what it sent before is all there")
    func orderlyEnd() async throws {
        try await onLoop { loop in
            try await withServer(on: loop) { socket in
                try? await socket.send([5, 6], until: patient)
                socket.finish()
                await Self.silent(socket)
            } _: { server in
                try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                    try await socket.connect(to: server, until: patient)
                    let all = try await socket.receiveAll(until: patient)
                    #expect(all == [5, 6])
                    let again = try await socket.receive(until: patient) { $0.count }
                    #expect(again == nil)
                    try await socket.waitForPeer(until: patient)
                }
            }
        }
    }

    @Test("A peer that resets is a reset")
    func reset() async throws {
        try await onLoop { loop in
            try await withServer(on: loop) { socket in
                _ = try? await socket.receive(count: 1, until: patient)
                socket.resetOnClose()
            } _: { server in
                let end = await fault { () throws(SocketFault) in
                    try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                        try await socket.connect(to: server, until: patient)
                        try await socket.send([1], until: patient)
                        _ = try await socket.receive(until: patient) { $0.count }
                    }
                }
                #expect(end == .reset)
            }
        }
    }

    @Test("A peer that says nothing is a timeout of the receive")
    func halfOpen() async throws {
        try await onLoop { loop in
            try await withServer(on: loop, Self.silent) { server in
                let end = await fault { () throws(SocketFault) in
                    try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                        try await socket.connect(to: server, until: patient)
                        _ = try await socket.receive(until: brief) { $0.count }
                    }
                }
                #expect(end == .timedOut || end == .late)
            }
        }
    }

    @Test("finish() makes the peer read an orderly end, although the loan ends at once")
    func finishIsOrderly() async throws {
        let ends = try await onLoop { loop in
            let ends = Shared<[Bool]>([])
            try await withServer(on: loop) { socket in
                let end = await fault { () throws(SocketFault) in
                    let all = try await socket.receiveAll(until: patient)
                    #expect(all == [1])
                }
                ends.change { $0.append(end == nil) }
            } _: { server in
                for count in 1...50 {
                    try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                        try await socket.connect(to: server, until: patient)
                        try await socket.send([1], until: patient)
                        socket.finish()
                    }
                    while ends.value.count < count { await turns(1) }
                }
            }
            return ends.value
        }
        #expect(ends == Array(repeating: true, count: 50))
    }

    @Test("No TIME_WAIT is left after 1,000 checks", arguments: [false, true])
    func noTimeWait(finishes: Bool) async throws {
        try await onLoop { loop in
            let states = try await withServer(on: loop, Self.echoing) { server in
                for _ in 0..<1000 {
                    try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                        try await socket.connect(to: server, until: patient)
                        try await socket.send([1], until: patient)
                        let answer = try await socket.receive(count: 1, until: patient)
                        #expect(answer == [1])
                        if finishes { socket.finish() }
                    }
                }
                return try socketStates(port: server.port)
            }
            // 06 is TIME_WAIT.
            #expect(!states.contains("06"), "\(states.count { $0 == "06" }) of them")
        }
    }

    // MARK: Cancellation

    enum Step: CaseIterable { case connect, receive, send, waitForPeer }

    private static func perform(
        _ step: Step, _ socket: TCPSocket, _ server: Endpoint, _ hole: Endpoint
    ) async throws(SocketFault) {
        try await socket.connect(to: step == .connect ? hole : server, until: .distantFuture)
        switch step {
        case .connect: break
        case .receive: _ = try await socket.receive(until: .distantFuture) { $0.count }
        case .send: try await socket.send([UInt8](repeating: 0, count: 64 << 20), until: .distantFuture)
        case .waitForPeer: try await socket.waitForPeer(until: .distantFuture)
        }
    }

    @Test("Cancelling ends every wait of a dialogue, before and during it", arguments: Step.allCases)
    func cancellation(step: Step) async throws {
        try await onLoop { loop in
            try await withServer(on: loop, options: .blackHole, Self.silent) { hole in
                try await withServer(on: loop) { _ in
                    await Reactor.sleep(until: .distantFuture)
                } _: { server in
                    let body = { @Sendable () async throws(SocketFault) -> Void in
                        try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                            try await Self.perform(step, socket, server, hole)
                        }
                    }
                    for _ in 0..<3 {
                        #expect(await faultWhenCancelledFirst(loop, body) == .cancelled)
                        #expect(await faultWhenCancelled(loop, body) == .cancelled)
                    }
                    #expect(loop.idleSocketCount == 1)
                }
            }
        }
    }

    @Test("Cancelling ends a server that waits to accept, before and during it")
    func acceptCancelled() async throws {
        try await onLoop { loop in
            let before = loop.lentSlotCount
            let body = { @Sendable () async throws(SocketFault) -> Void in
                try await Listener.withListener(on: Endpoint(loopback4, port: 0)) { (listener) throws(SocketFault) in
                    try await listener.serve { _ in }
                }
            }
            #expect(await faultWhenCancelledFirst(loop, body) == .cancelled)
            #expect(await faultWhenCancelled(loop, body) == .cancelled)
            #expect(loop.lentSlotCount == before)
        }
    }

    @Test("Cancelling only the child task that serves ends it, though the listener was lent to its parent")
    func serveCancelledInside() async throws {
        try await onLoop { loop in
            let end = try await Listener.withListener(on: Endpoint(loopback4, port: 0)) {
                (listener) throws(SocketFault) in
                await faultWhenCancelled(loop) { () throws(SocketFault) in try await listener.serve { _ in } }
            }
            #expect(end == .cancelled)
        }
    }

    @Test("A server at its limit serves no more at once, all in the end, and can be cancelled there")
    func serveLimit() async throws {
        try await onLoop { loop in
            let (most, current, served) = (Shared(0), Shared(0), Shared(0))
            try await withServer(on: loop, limit: 3) { socket in
                let now = current.change {
                    $0 += 1
                    return $0
                }
                most.change { $0 = max($0, now) }
                _ = try? await socket.receiveAll(until: patient)
                current.change { $0 -= 1 }
                served.change { $0 += 1 }
            } _: { server in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<40 {
                        group.addTask {
                            try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                                try await socket.connect(to: server, until: patient)
                                await turns(3)
                                socket.finish()
                                await turns(1)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                while served.value < 40 { await turns(1) }
                #expect(most.value <= 3)
                // Now three that stay, so that the server is cancelled while it waits for one to end.
                await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                                try await socket.connect(to: server, until: patient)
                                _ = try await socket.receive(until: .distantFuture) { $0.count }
                            }
                        }
                    }
                    while current.value < 3 { await turns(1) }
                    group.cancelAll()
                    while (try? await group.next()) != nil {}
                }
            }
        }
    }

    @Test("A server that is cancelled at its limit ends, its connections with it")
    func cancelledAtLimit() async throws {
        try await onLoop { loop in
            let current = Shared(0)
            let end = try await Reactor.withSocket(toward: loopback4) {
                (socket) async throws(SocketFault) -> SocketFault? in
                let address = Shared<Endpoint?>(nil)
                return await withTaskGroup(of: SocketFault?.self) { group in
                    group.addTask {
                        await fault { () throws(SocketFault) in
                            try await Listener.withListener(on: Endpoint(loopback4, port: 0)) {
                                (listener) throws(SocketFault) in
                                address.change { $0 = listener.endpoint }
                                try await listener.serve(limit: 1) { socket in
                                    current.change { $0 += 1 }
                                    _ = try? await socket.receive(until: .distantFuture) { $0.count }
                                }
                            }
                        }
                    }
                    while address.value == nil { await turns(1) }
                    if let server = address.value { _ = try? await socket.connect(to: server, until: patient) }
                    while current.value == 0 { await turns(1) }
                    await turns(5)
                    group.cancelAll()
                    return await group.next() ?? nil
                }
            }
            #expect(end == .cancelled)
        }
    }

    // MARK: Peers that never stop

    /// Serves one connection that it leaves alone, and lends a function that sends up to `size` bytes on it at once.
    private static func withFlood(
        _ loop: Reactor, _ size: Int,
        _ body: (@escaping @Sendable (TCPSocket, Instant) async throws(SocketFault) -> Void, Endpoint) async throws ->
            Void
    ) async throws {
        let descriptor = Shared<Int32>(-1)
        let part = [UInt8](repeating: 1, count: size)
        try await withServer(on: loop) { socket in
            descriptor.change { $0 = unsafe loop.slots[Int(socket.slot)].descriptor }
            await Reactor.sleep(until: .distantFuture)
        } _: { server in
            let flooded = { @Sendable (socket: TCPSocket, deadline: Instant) async throws(SocketFault) -> Void in
                while descriptor.value < 0 { await turns(1) }
                let flood = { while unsafe send(descriptor.value, part, part.count, 0x40) == part.count, size > 1 {} }
                flood()
                // The next bytes are there before a receive returns, so that the peer never pauses.
                let limit = SystemClock.now.advanced(by: .seconds(5))
                while SystemClock.now < limit { _ = try await socket.receive(until: deadline) { _ in flood() } }
            }
            try await body(flooded, server)
        }
    }

    /// Room for several reads, before the connection settles its window.
    private static func widen(_ loop: Reactor, _ socket: TCPSocket) {
        var size: Int32 = 4 << 20
        _ = unsafe setsockopt(loop.slots[Int(socket.slot)].descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
    }

    @Test("A peer that never stops sending cannot outlive the deadline", arguments: [1, 65_536])
    func endlessSender(size: Int) async throws {
        try await onLoop { loop in
            try await Self.withFlood(loop, size) { flooded, server in
                let end = await fault { () throws(SocketFault) in
                    try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                        Self.widen(loop, socket)
                        try await socket.connect(to: server, until: patient)
                        try await flooded(socket, brief)
                    }
                }
                #expect(end == .timedOut || end == .late)
            }
        }
    }

    @Test("A peer that never stops sending keeps neither the loop from others nor cancellation from its reader")
    func endlessSenderIsFair() async throws {
        try await onLoop { loop in
            try await Self.withFlood(loop, 65_536) { flooded, server in
                let end = await faultWhenCancelled(loop) { () throws(SocketFault) in
                    try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                        Self.widen(loop, socket)
                        try await socket.connect(to: server, until: patient)
                        try await flooded(socket, .distantFuture)
                    }
                }
                #expect(end == .cancelled)
            }
        }
    }

    // MARK: Recycling

    @Test("2,000 connections over few sockets each get their own peer's bytes, never an earlier one's")
    func recycling() async throws {
        try await onLoops(2) { loops in
            // Each server says its own name, then ends, resets, or stays; some clients leave without reading.
            func speaking(_ name: UInt8) -> @Sendable (TCPSocket) async -> Void {
                { socket in
                    guard let asked = try? await socket.receive(count: 4, until: patient), asked.count == 4 else {
                        return
                    }
                    try? await socket.send([name] + asked, until: patient)
                    if asked[3] % 3 == 0 { return socket.resetOnClose() }
                    if asked[3] % 3 == 1 { socket.finish() }
                    _ = try? await socket.receiveAll(until: patient)
                }
            }
            try await withServer(on: loops[0], speaking(1)) { first in
                try await withServer(on: loops[1], speaking(2)) { second in
                    let good = try await withThrowingTaskGroup(of: Int.self) { group in
                        for worker in 0..<8 {
                            group.addTask {
                                var good = 0
                                for round in 0..<250 {
                                    let number = UInt32(worker * 250 + round)
                                    let isFirst = (worker + round) % 2 == 0
                                    let question = (0..<4).map {
                                        UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * $0))
                                    }
                                    let answer = try await Reactor.withSocket(toward: loopback4) {
                                        (socket) throws(SocketFault) -> [UInt8] in
                                        try await socket.connect(to: isFirst ? first : second, until: patient)
                                        try await socket.send(question, until: patient)
                                        if round % 5 == 4 { return [isFirst ? 1 : 2] + question }
                                        return try await socket.receive(count: 5, until: patient)
                                    }
                                    if answer == [isFirst ? 1 : 2] + question { good += 1 }
                                }
                                return good
                            }
                        }
                        return try await group.reduce(0, +)
                    }
                    #expect(good == 2000)
                    #expect(loops[0].idleSocketCount <= 8)
                }
            }
        }
    }

    @Test("Success, refusal, timeout, cancellation and reset all leave slots and sockets flat")
    func flat() async throws {
        try await onLoop { loop in
            try await withServer(on: loop, Self.echoing) { server in
                let gone = Self.refusing(beside: server)
                try await withServer(on: loop, options: .blackHole, Self.silent) { hole in
                    var after: [Int] = []
                    for _ in 0..<4 {
                        for step in 0..<25 {
                            _ = await fault { () throws(SocketFault) in
                                try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                                    let target = step % 5 == 0 ? gone : step % 5 == 1 ? hole : server
                                    try await socket.connect(to: target, until: step % 5 == 1 ? past : patient)
                                    if step % 5 == 2 { throw .cancelled }
                                    try await socket.send([1], until: patient)
                                    _ = try await socket.receive(count: 1, until: patient)
                                }
                            }
                        }
                        // Until the server has seen its last client go.
                        while try socketStates(port: server.port).contains("01") { await turns(1) }
                        await turns(20)
                        after.append(loop.lentSlotCount)
                        #expect(loop.idleSocketCount == 1)
                    }
                    #expect(Set(after).count == 1, "\(after)")
                }
            }
        }
    }

    @Test("Sockets kept for reuse are closed when a sibling needs their descriptors")
    func relief() async throws {
        try await onLoops(2) { loops in
            try await withServer(on: loops[0], Self.echoing) { server in
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 {
                        group.addTask {
                            _ = try? await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                                try await socket.connect(to: server, until: patient)
                                await turns(3)
                            }
                        }
                    }
                }
                #expect(loops[0].idleSocketCount == 20)
                await withDiscardingTaskGroup { group in
                    group.addTask(executorPreference: loops[1]) { loops[1].relieveDescriptors() }
                }
                while loops[0].idleSocketCount > 0 { await turns(1) }
            }
        }
    }

    // MARK: Listeners

    @Test("An address that is not ours, or a port that is taken, is our own fault")
    func cannotListen() async throws {
        try await onLoop { loop in
            let foreign = await fault { () throws(SocketFault) in
                try await Listener.withListener(on: Endpoint(.v4(0x0808_0808), port: 0)) { _ in }
            }
            #expect(foreign == .noPort)
            let taken = try await Listener.withListener(on: Endpoint(loopback4, port: 0)) { (one) throws(SocketFault) in
                await fault { () throws(SocketFault) in try await Listener.withListener(on: one.endpoint) { _ in } }
            }
            #expect(taken == .noPort)
            #expect(loop.lentSlotCount == 0)
        }
    }

    @Test("Steering sends each 127.0.0.x to the member of its interval")
    func steering() async throws {
        try await onLoop { loop in
            let any = Endpoint(.v4(0), port: 0)
            try await Listener.withListener(on: any, options: [.reusePort, .loopbackDevice]) {
                (first) throws(SocketFault) in
                let shared = Endpoint(.v4(0), port: first.endpoint.port)
                try await Listener.withListener(on: shared, options: [.reusePort, .loopbackDevice]) {
                    (second) throws(SocketFault) in
                    // 300 intervals of one address each, alternating, make a tree with far jumps.
                    let base: UInt32 = 0x7f00_0100
                    let starts = [0] + (0..<300).map { base + $0 }
                    try second.steer(starts: starts, members: starts.indices.map { UInt8($0 % 2) })
                    let wrong = await withTaskGroup(of: Int?.self) { group in
                        for (member, listener) in [first, second].enumerated() {
                            group.addTask {
                                _ = await fault { () throws(SocketFault) in
                                    try await listener.serve { socket in
                                        try? await socket.send([UInt8(member)], until: patient)
                                        _ = try? await socket.receiveAll(until: patient)
                                    }
                                }
                                return nil
                            }
                        }
                        group.addTask {
                            var wrong = 0
                            for offset in UInt32(0)..<300 {
                                let target = Endpoint(.v4(base + offset), port: shared.port)
                                let member = try? await Reactor.withSocket(toward: target.address) {
                                    (socket) throws(SocketFault) in
                                    try await socket.connect(to: target, until: patient)
                                    return try await socket.receive(count: 1, until: patient)
                                }
                                if member != [UInt8((offset + 1) % 2)] { wrong += 1 }
                            }
                            return wrong
                        }
                        while let end = await group.next() {
                            if let end {
                                group.cancelAll()
                                return end
                            }
                        }
                        return -1
                    }
                    #expect(wrong == 0)
                }
            }
        }
    }
}
