import MusterCore
import Testing

@testable import MusterSystem

@Suite(.timeLimit(.minutes(40))) struct LoopTests {
    @Test("A job from another thread always wakes the loop: 10,000 hops between two loops")
    func hops() async throws {
        let hops = try await onLoops(2) { loops in
            let other = loops[1]
            var hops = 0
            for _ in 0..<10_000 {
                // The child starts on the other loop and ends by waking this one.
                await withTaskGroup(of: Bool.self) { group in
                    group.addTask(executorPreference: other) { other.isCurrent }
                    if await group.next() == true { hops += 1 }
                }
                precondition(loops[0].isCurrent)
            }
            return hops
        }
        #expect(hops == 10_000)
    }

    @Test("Many threads leave jobs at once and none is lost")
    func manyEnqueuers() async throws {
        let count = Shared(0)
        try await Reactor.withLoops(2, name: "test") { loops in
            await withDiscardingTaskGroup { group in
                for worker in 0..<8 {
                    group.addTask {
                        for _ in 0..<500 {
                            await withDiscardingTaskGroup { inner in
                                inner.addTask(executorPreference: loops[worker % 2]) { count.change { $0 += 1 } }
                            }
                        }
                    }
                }
            }
        }
        #expect(count.value == 4000)
    }

    @Test("Loops come and go without leaving a thread or descriptor in the way", arguments: [1, 3])
    func comeAndGo(count: Int) async throws {
        for _ in 0..<50 {
            let name = try await onLoops(count) { loops in loops.count }
            #expect(name == count)
        }
    }

    @Test("A body that throws ends the loops and hands its error on")
    func bodyThrows() async throws {
        await #expect(throws: SocketFault.noRoute) {
            try await Reactor.withLoops(2) { _ in throw SocketFault.noRoute }
        }
    }

    @Test("Sleepers wake in the order of their deadlines, not before them")
    func sleepOrder() async throws {
        let order = try await onLoop { loop in
            let order = Shared<[Int]>([])
            let start = SystemClock.now
            await withDiscardingTaskGroup { group in
                for index in (0..<20).reversed() {
                    group.addTask(executorPreference: loop) {
                        let deadline = start.advanced(by: .milliseconds(20 + 3 * index))
                        #expect(await Reactor.sleep(until: deadline))
                        #expect(SystemClock.now > deadline)
                        order.change { $0.append(index) }
                    }
                }
            }
            return order.value
        }
        #expect(order == Array(0..<20))
    }

    @Test("Sleeping until an instant that is past gives the loop a turn and returns")
    func sleepPast() async throws {
        let returned = try await onLoop { _ in
            let first = await Reactor.sleep(until: Instant(nanoseconds: 0))
            let second = await Reactor.sleep(until: Instant(nanoseconds: .min))
            return first && second
        }
        #expect(returned)
    }

    @Test("Cancelling ends a sleep without end, before and during it, and leaves no slot behind")
    func sleepCancelled() async throws {
        try await onLoop { loop in
            let before = loop.lentSlotCount
            #expect(
                await faultWhenCancelledFirst(loop) { () throws(SocketFault) in
                    if await !Reactor.sleep(until: .distantFuture) { throw .cancelled }
                } == .cancelled)
            for _ in 0..<100 {
                #expect(
                    await faultWhenCancelled(loop) { () throws(SocketFault) in
                        if await !Reactor.sleep(until: .distantFuture) { throw .cancelled }
                    } == .cancelled)
            }
            #expect(loop.lentSlotCount == before)
        }
    }

    @Test("A cancellation from another thread reaches the sleeper, and a late one hits nobody else")
    func sleepCancelledFromOutside() async throws {
        try await Reactor.withLoops(1) { loops in
            for _ in 0..<500 {
                let woken = await withTaskGroup(of: Bool.self) { group in
                    // The short sleeper may end at the very moment of the cancellation, its slot be lent to the next.
                    group.addTask(executorPreference: loops[0]) {
                        await Reactor.sleep(until: SystemClock.now)
                        return true
                    }
                    group.addTask(executorPreference: loops[0]) { await Reactor.sleep(until: .distantFuture) }
                    _ = await group.next()
                    group.cancelAll()
                    return await group.next()
                }
                #expect(woken == false)
            }
        }
    }

    @Test("A flush that asks for another gets it in the next turn, even where nothing else happens")
    func flushAgain() async throws {
        let count = try await onLoop { loop in
            let count = Shared(0)
            let probe = FlushProbe { probe in
                let sofar = count.change {
                    $0 += 1
                    return $0
                }
                if sofar < 5 { loop.flushLater(probe) }
            }
            loop.flushLater(probe)
            await Reactor.sleep(until: brief)
            return count.value
        }
        #expect(count == 5)
    }

    @Test("Deadlines pass although every turn brings as many events as the loop takes")
    func busyTurns() async throws {
        try await onLoop { loop in
            let isOver = Shared(false)
            try await withServer(on: loop) { socket in
                // Returns what it gets, for ever.
                while let part = try? await socket.receive(until: .distantFuture, { bytes($0) }) {
                    if await fault({ () throws(SocketFault) in try await socket.send(part, until: patient) }) != nil {
                        return
                    }
                }
            } _: { endpoint in
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<700 {
                        group.addTask {
                            try await Reactor.withSocket(toward: loopback4) { (socket) throws(SocketFault) in
                                try await socket.connect(to: endpoint, until: patient)
                                var rounds = 0
                                while !isOver.value, rounds < 2000 {
                                    try await socket.send([7], until: patient)
                                    _ = try await socket.receive(count: 1, until: patient)
                                    rounds += 1
                                }
                                return rounds < 2000
                            }
                        }
                    }
                    await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(100)))
                    isOver.change { $0 = true }
                    for try await endedByTimer in group { #expect(endedByTimer, "the timer never came") }
                }
            }
        }
    }
}
