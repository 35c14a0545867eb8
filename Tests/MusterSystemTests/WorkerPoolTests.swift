import Glibc
import MusterCore
import Synchronization
import Testing

@testable import MusterSystem

@Suite(.timeLimit(.minutes(40))) struct WorkerPoolTests {
    @Test("Never more than the width runs at a time, and all of it does when there is enough", arguments: [1, 2, 5])
    func width(width: Int) async throws {
        let running = Shared((now: 0, most: 0))
        let all = Latch()
        let count = try await WorkerPool.withPool(width, capacity: 3 * width) { pool in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<(8 * width) {
                    group.addTask {
                        try await pool.run {
                            let now = running.change { running in
                                running.now += 1
                                running.most = max(running.most, running.now)
                                return running.now
                            }
                            // Whoever finds the pool full lets the others go on: without enough threads nobody would.
                            if now == width { all.open() } else { all.wait() }
                            running.change { $0.now -= 1 }
                            return 1
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
        }
        #expect(count == 8 * width)
        #expect(running.value == (now: 0, most: width))
    }

    @Test("Submitters that wait are let in in the order in which they came")
    func order() async throws {
        let order = Shared<[Int]>([])
        try await WorkerPool.withPool(2, capacity: 1) { pool in
            let blocker = Latch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        try await pool.run {
                            if index == 0 { blocker.wait() }
                            order.change { $0.append(index) }
                        }
                    }
                    await settled { pool.admittedCount + pool.waitingCount == index + 1 }
                }
                blocker.open()
                try await group.waitForAll()
            }
        }
        #expect(order.value == Array(0..<20))
    }

    @Test("Jobs begin in the order in which they were left")
    func jobOrder() async throws {
        let order = Shared<[Int]>([])
        await WorkerPool.withPool(1) { pool in
            await withDiscardingTaskGroup { group in
                for index in 0..<3000 { group.addTask(executorPreference: pool) { order.change { $0.append(index) } } }
            }
        }
        #expect(order.value == Array(0..<3000))
    }

    @Test("Submitters beyond the capacity wait and are let in one for one")
    func bound() async throws {
        try await WorkerPool.withPool(2, capacity: 5) { pool in
            let blocker = Latch()
            let most = Shared(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        try await pool.run {
                            blocker.wait()
                            most.change { $0 = max($0, pool.admittedCount) }
                        }
                    }
                }
                await settled { pool.waitingCount == 35 }
                #expect(pool.admittedCount == 5)
                blocker.open()
                try await group.waitForAll()
            }
            #expect(most.value <= 5)
            #expect(pool.admittedCount == 0 && pool.waitingCount == 0)
        }
    }

    @Test("Who is cancelled while it waits leaves at once, and its place goes to nobody")
    func cancelledWaiting() async throws {
        try await WorkerPool.withPool(1, capacity: 1) { pool in
            let blocker = Latch()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.run { blocker.wait() } }
                await settled { pool.admittedCount == 1 }
                // All end while the only thread is still taken.
                let faults = await withTaskGroup(of: Bool.self) { waiters in
                    for _ in 0..<100 { waiters.addTask { await isCancelled { try await pool.run {} } } }
                    await settled { pool.waitingCount == 100 }
                    waiters.cancelAll()
                    return await waiters.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(faults == 100)
                #expect(pool.admittedCount == 1 && pool.waitingCount == 0)
                blocker.open()
                try await group.waitForAll()
            }
            #expect(try await pool.run { 7 } == 7)
        }
    }

    @Test("Who is cancelled before it submits, or while it is queued, runs nothing")
    func cancelledQueued() async throws {
        try await WorkerPool.withPool(1, capacity: 4) { pool in
            let blocker = Latch()
            let ran = Shared(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.run { blocker.wait() } }
                await settled { pool.admittedCount == 1 }
                await withTaskGroup(of: Bool.self) { queued in
                    queued.addTask { await isCancelled { try await pool.run { ran.change { $0 = true } } } }
                    await settled { pool.admittedCount == 2 }
                    queued.cancelAll()
                    queued.addTask { await isCancelled { try await pool.run { ran.change { $0 = true } } } }
                    #expect(await queued.next() == true)
                    blocker.open()
                    #expect(await queued.next() == true)
                }
                try await group.waitForAll()
            }
            #expect(!ran.value)
            #expect(pool.admittedCount == 0)
        }
    }

    @Test("Work that runs sees its task's cancellation")
    func cancelledRunning() async throws {
        let looks = try await WorkerPool.withPool(1) { pool in
            let begun = Shared(false)
            return try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    try await pool.run {
                        var looks = 0
                        while !Task.isCancelled {
                            begun.change { $0 = true }
                            looks += 1
                            sched_yield()
                        }
                        return looks
                    }
                }
                await settled { begun.value }
                group.cancelAll()
                return try #require(try await group.next())
            }
        }
        #expect(looks > 0)
    }

    @Test("Cancelling while places come free loses neither a place nor a submitter", arguments: 0..<8)
    func cancellationRaces(seed: Int) async throws {
        await WorkerPool.withPool(2, capacity: 2) { pool in
            let ran = Shared(0)
            let refused = Shared(0)
            await withDiscardingTaskGroup { groups in
                for number in 0..<200 {
                    groups.addTask {
                        await withDiscardingTaskGroup { group in
                            group.addTask {
                                if await isCancelled({ try await pool.run { ran.change { $0 += 1 } } }) {
                                    refused.change { $0 += 1 }
                                }
                            }
                            for _ in 0..<((number &* 7 &+ seed) % 5) { await Task.yield() }
                            if number % 3 != 0 { group.cancelAll() }
                        }
                    }
                }
            }
            #expect(ran.value + refused.value == 200)
            #expect(ran.value >= 67)
            #expect(pool.admittedCount == 0 && pool.waitingCount == 0)
        }
    }

    @Test("What work throws reaches its submitter, and what the body throws its caller")
    func errors() async throws {
        do {
            try await WorkerPool.withPool(2) { pool in
                do {
                    try await pool.run { throw SocketFault.timedOut }
                    Issue.record("the error of the work was lost")
                } catch {
                    #expect(error as? SocketFault == .timedOut)
                }
                #expect(pool.admittedCount == 0)
                throw SocketFault.noRoute
            }
        } catch {
            #expect(error as? SocketFault == .noRoute)
            return
        }
        Issue.record("the error of the body was lost")
    }

    @Test("The threads bear their names, run the work, and are gone afterwards")
    func threads() async throws {
        let name = "wp-\(getpid() % 10_000)"
        let (seen, ranOn) = try await WorkerPool.withPool(3, name: name) { pool in
            // Each thread runs one of these, so all have set their names.
            let all = Latch()
            let begun = Shared(0)
            let ranOn = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await pool.run {
                            if begun.change({
                                $0 += 1; return $0
                            }) == 3 {
                                all.open()
                            } else {
                                all.wait()
                            }
                            return try FileReading.text("/proc/thread-self/comm").trimmedEnd
                        }
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            return (threadNames(name), ranOn)
        }
        #expect(seen.sorted() == (0..<3).map { "\(name)-\($0)" })
        #expect(ranOn == Set(seen))
        #expect(threadNames(name) == [])
    }

    @Test("The submitter's own loop runs on while its work is in the pool, and goes on there")
    func fromLoop() async throws {
        let onPool = try await onLoop { loop in
            try await WorkerPool.withPool(1) { pool in
                let blocker = Latch()
                return try await withThrowingTaskGroup(of: Bool.self) { group in
                    group.addTask(executorPreference: loop) {
                        let onLoop = try await pool.run {
                            blocker.wait()
                            return loop.isCurrent
                        }
                        #expect(loop.isCurrent)
                        return !onLoop
                    }
                    // Runs on the same loop: it would never come to this if the loop were waiting.
                    await turns(3)
                    blocker.open()
                    return try await group.reduce(true) { $0 && $1 }
                }
            }
        }
        #expect(onPool)
    }

    @Test("Child tasks that prefer the pool run on its threads")
    func preference() async throws {
        let name = "wq-\(getpid() % 10_000)"
        let names = try await WorkerPool.withPool(1, name: name) { pool in
            try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<10 {
                    group.addTask(executorPreference: pool) {
                        await Task.yield()
                        return try FileReading.text("/proc/thread-self/comm").trimmedEnd
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
        }
        #expect(names == ["\(name)-0"])
    }

    @Test("10,000 small submissions from many tasks are all done, and nothing runs afterwards")
    func many() async throws {
        let done = Shared(0)
        try await WorkerPool.withPool(3) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        for _ in 0..<200 { try await pool.run { done.change { $0 += 1 } } }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(done.value == 10_000)
    }

    @Test("A loop's heartbeat goes on beside a pool that is fully busy")
    func heartbeat() async throws {
        let longest = try await onLoop { loop in
            await WorkerPool.withPool(2, niceness: WorkerPool.nicenessBesideChecks) { pool in
                let isDone = Shared(false)
                return await withThrowingTaskGroup(of: Void.self) { group in
                    // More than the threads that other tasks share: they too would be taken.
                    for _ in 0..<8 {
                        group.addTask(executorPreference: loop) {
                            while !isDone.value { try await pool.run { compute(for: .milliseconds(400)) } }
                        }
                    }
                    await settled { pool.admittedCount == 8 }
                    var longest: Duration = .zero
                    for _ in 0..<200 {
                        let due = SystemClock.now.advanced(by: .milliseconds(1))
                        await Reactor.sleep(until: due)
                        longest = max(longest, due.duration(to: SystemClock.now))
                    }
                    isDone.change { $0 = true }
                    group.cancelAll()
                    while await group.nextResult() != nil {}
                    return longest
                }
            }
        }
        // Work on the loop keeps it for 400 ms.
        #expect(longest < .milliseconds(250))
    }
}

/// Computes until so much time has passed or the task is cancelled.
private func compute(for time: Duration) {
    let end = SystemClock.now.advanced(by: time)
    var value: UInt64 = 1
    while SystemClock.now < end, !Task.isCancelled {
        for _ in 0..<1000 { value = value &* 6_364_136_223_846_793_005 &+ 1 }
        precondition(value != 0)
    }
}

/// Lets others run until something is so.
private func settled(_ condition: () -> Bool) async { while !condition() { await Task.yield() } }

/// Whether it ends with `CancellationError`; other errors are no cancellation.
private func isCancelled(_ body: () async throws -> Void) async -> Bool {
    do {
        try await body()
        return false
    } catch {
        return error is CancellationError
    }
}

/// A gate that threads wait at, in the kernel, until it is opened for good.
private final class Latch: Sendable {
    private let ends: (read: Int32, write: Int32)
    private let isOpen = Atomic(false)

    init() {
        var ends: [Int32] = [-1, -1]
        let outcome = unsafe pipe(&ends)
        precondition(outcome == 0)
        self.ends = (ends[0], ends[1])
    }

    deinit {
        open()
        close(ends.read)
    }

    func wait() {
        var byte: UInt8 = 0
        _ = unsafe read(ends.read, &byte, 1)
    }

    func open() { if !isOpen.exchange(true, ordering: .relaxed) { close(ends.write) } }
}

extension String {
    fileprivate var trimmedEnd: String { String(split(separator: "\n").first ?? "") }
}

/// The names of this process's threads that begin so.
private func threadNames(_ prefix: String) -> [String] {
    var names: [String] = []
    guard let directory = unsafe opendir("/proc/self/task") else { return [] }
    defer { unsafe closedir(directory) }
    while let entry = unsafe readdir(directory) {
        let task = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
            unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
        }
        // A thread may have ended meanwhile.
        guard let name = try? FileReading.text("/proc/self/task/\(task)/comm").trimmedEnd else { continue }
        if name.hasPrefix(prefix) { names.append(name) }
    }
    return names
}
