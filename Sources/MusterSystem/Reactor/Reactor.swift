internal import CMusterLinux
internal import Glibc
internal import MusterCore
internal import Synchronization

/// An epoll loop on a thread of its own that is itself a task executor (SE-0417): a check is an ordinary structured child
/// task that runs on the loop's thread, with no hop and no lock between it and its socket.
///
/// Everything but what ``Remote`` holds belongs to the loop's thread and is touched only there; that invariant, kept by
/// `precondition(isCurrent)` where a slot is lent, is what makes the class safe to share.
@safe
package final class Reactor: TaskExecutor, @unchecked Sendable {
    /// What other threads leave for the loop.
    private struct Remote {
        var jobs: [UnownedJob] = []
        var cancellations: [(slot: Int32, generation: UInt32)] = []
        var isSignalled = false
        var dropsIdle = false
        var isStopping = false
    }

    private let remote = Mutex(Remote())
    let epoll: Int32
    private let wakeDescriptor: Int32
    private let name: String
    private var thread = pthread_t()

    // The loop's own. What the hot path touches goes unchecked for overlapping accesses: they are single statements on one
    // thread, and the checks cost as much as the work. Invariant: no such statement calls out while it changes one.
    @exclusivity(unchecked) var slots: UnsafeMutablePointer<Slot>
    var slotCapacity = 256
    @exclusivity(unchecked) var slotCount = 0
    @exclusivity(unchecked) var idle: [9 of Int32] = .init(repeating: -1)
    @exclusivity(unchecked) private var jobs = JobQueue()
    @exclusivity(unchecked) var wheel: TimerWheel
    private var expired: [Int32] = []
    /// Waiters whose tasks the loop watches for cancellation.
    @exclusivity(unchecked) private var watchedCount = 0
    private var nextSweep: Int64 = 0
    @exclusivity(unchecked) private var flushes: [any ReadinessHandler] = []
    /// Slots whose socket was not read empty.
    private var unread: [(slot: Int32, generation: UInt32)] = []
    /// When the events at hand were fetched.
    @exclusivity(unchecked) private(set) var now: Int64
    /// How long the turn before the last fetch kept events from being seen.
    @exclusivity(unchecked) private var lastBusy: Int64 = 0
    package private(set) var lag = LoopLag()
    /// Where received bytes lie until the receiver's next wait.
    let scratch: UnsafeMutableRawBufferPointer
    /// The queries in flight of this loop.
    package private(set) lazy var datagrams = DatagramExchanges(self)
    /// What others keep per loop, by type.
    private var locals: [ObjectIdentifier: AnyObject] = [:]
    /// Loops that share the descriptor limit with this one.
    private let siblings = Mutex<[Reactor]>([])

    private static let wakeSlot = UInt32.max

    /// Errors: the descriptor limit is reached before the loop has its two.
    init(name: String) throws(SocketFault) {
        let epoll = cml_epoll_create()
        guard epoll >= 0 else { throw SocketFault(errno: -epoll, local: true) }
        let wake = cml_eventfd()
        guard wake >= 0 else {
            _ = cml_close(epoll)
            throw SocketFault(errno: -wake, local: true)
        }
        self.epoll = epoll
        self.name = name
        wakeDescriptor = wake
        unsafe slots = .allocate(capacity: slotCapacity)
        unsafe scratch = .allocate(byteCount: 65_536, alignment: 64)
        unsafe now = cml_now_ns()
        unsafe wheel = unsafe TimerWheel(now: now)
        _ = cml_epoll_add(epoll, wake, UInt32(CML_IN) | UInt32(CML_EDGE), Self.wakeSlot)
    }

    deinit {
        for index in unsafe 0..<slotCount where unsafe slots[index].descriptor >= 0 {
            _ = unsafe cml_close(slots[index].descriptor)
        }
        unsafe slots.deinitialize(count: slotCount)
        unsafe slots.deallocate()
        unsafe scratch.deallocate()
        _ = cml_close(wakeDescriptor)
        _ = cml_close(epoll)
    }

    // MARK: Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent { unsafe jobs.push(job) } else { leave { $0.jobs.append(job) } }
    }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { unsafe UnownedTaskExecutor(ordinary: self) }

    /// Whether the caller runs on this loop's thread.
    @inline(__always)
    var isCurrent: Bool { unsafe cml_loop_get() == Unmanaged.passUnretained(self).toOpaque() }

    /// The loop on whose thread the caller runs, nil elsewhere.
    package static var current: Reactor? {
        // Invariant: the pointer is set by `run` for as long as the loop, which it retains, runs.
        unsafe cml_loop_get().map { unsafe Unmanaged<Reactor>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The current loop's own instance of a class, made at the first use on the loop's thread and released there.
    package static func local<T: AnyObject>(_ make: () -> T) -> T {
        guard let loop = Reactor.current else { preconditionFailure("a loop's own value needs a loop") }
        if let known = loop.locals[ObjectIdentifier(T.self)] as? T { return known }
        let made = make()
        loop.locals[ObjectIdentifier(T.self)] = made
        return made
    }

    // MARK: From other threads

    /// Changes what is left for the loop and wakes it where it may sleep.
    private func leave(_ change: (inout Remote) -> Void) {
        let mustSignal = remote.withLock { remote in
            change(&remote)
            defer { remote.isSignalled = true }
            return !remote.isSignalled
        }
        if mustSignal { cml_eventfd_signal(wakeDescriptor) }
    }

    /// Wakes whoever waits in a slot as cancelled; nothing happens if it was given back meanwhile.
    func cancel(_ slot: Int32, generation: UInt32) {
        if isCurrent {
            cancelHere(slot, generation)
        } else {
            leave { $0.cancellations.append((slot, generation)) }
        }
    }

    /// Asks the sibling loops to close the sockets they keep for reuse, because a descriptor is needed here.
    func relieveDescriptors() {
        dropIdleSockets()
        for sibling in siblings.withLock({ $0 }) { sibling.leave { $0.dropsIdle = true } }
    }

    // MARK: Life

    /// Runs `body` with loops on threads of their own and ends them after it.
    package static func withLoops<R: Sendable>(
        _ count: Int, name: String = "muster-loop", _ body: ([Reactor]) async throws -> R
    ) async throws -> R {
        let loops = try (0..<count).map { try Reactor(name: "\(name)-\($0)") }
        var started: [Reactor] = []
        defer {
            for loop in started { loop.stop() }
        }
        for loop in loops {
            let others = loops.filter { $0 !== loop }
            loop.siblings.withLock { $0 = others }
            do {
                try loop.start()
            } catch {
                // What does not run holds none of those that do.
                for loop in loops { loop.siblings.withLock { $0 = [] } }
                throw error
            }
            started.append(loop)
        }
        return try await body(loops)
    }

    /// Errors: the system gives no further thread, or no room for its stack.
    private func start() throws(SocketFault) {
        let me = unsafe Unmanaged.passRetained(self)
        var thread = pthread_t()
        let outcome = unsafe pthread_create(
            &thread, nil,
            { argument in
                // Invariant: the retained reactor that `start` handed over.
                unsafe Unmanaged<Reactor>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, me.toOpaque())
        guard outcome == 0 else {
            unsafe me.release()
            throw outcome == ENOMEM || outcome == EAGAIN ? .noMemory : .other(outcome)
        }
        self.thread = thread
    }

    private func stop() {
        leave { $0.isStopping = true }
        pthread_join(thread, nil)
        siblings.withLock { $0 = [] }
    }

    // MARK: The loop

    private func run() {
        unsafe cml_loop_set(Unmanaged.passUnretained(self).toOpaque())
        unsafe name.withCString { unsafe cml_thread_name($0) }
        let capacity = 512
        let events = UnsafeMutablePointer<cml_event>.allocate(capacity: capacity)
        defer { unsafe events.deallocate() }
        let executor = unsafe asUnownedTaskExecutor()
        var fullLooks = 0
        while true {
            unsafe runJobs(executor)
            flush()
            let before = cml_now_ns()
            unsafe lag.note(from: now, to: before)
            unsafe lastBusy = unsafe before - now
            let timeout = unsafe jobs.isEmpty && flushes.isEmpty && unread.isEmpty ? timeoutMilliseconds(before) : 0
            let found = unsafe cml_epoll_wait(epoll, events, Int32(capacity), timeout)
            unsafe now = cml_now_ns()
            if found == 0, timeout > 0 { unsafe lag.note(from: before + Int64(timeout) * 1_000_000, to: now) }
            for index in 0..<Int(max(found, 0)) {
                let event = unsafe events[index]
                if event.slot != Self.wakeSlot {
                    latch(event.slot, Readiness(rawValue: event.events))
                } else if !takeRemote() {
                    locals = [:]
                    return
                }
            }
            // Answers that are already there win over the deadline, however late we look; but events that never end must
            // not keep time from passing.
            fullLooks = found < capacity ? 0 : fullLooks + 1
            if fullLooks % 16 == 0 { expire() }
            if unsafe watchedCount > 0, unsafe now >= nextSweep { sweepCancelled() }
            resumeReading()
        }
    }

    private func runJobs(_ executor: UnownedTaskExecutor) {
        var budget = 4096
        while budget > 0, let job = unsafe jobs.pop() {
            unsafe job.runSynchronously(on: executor)
            budget -= 1
        }
    }

    private func flush() {
        guard unsafe !flushes.isEmpty else { return }
        // A handler may ask for the next turn's flush while it is in this one's.
        let count = unsafe flushes.count
        for index in 0..<count { unsafe flushes[index].flush() }
        unsafe flushes.removeFirst(count)
    }

    /// Calls the handler's `flush` once the jobs of this turn have run.
    func flushLater(_ handler: any ReadinessHandler) { unsafe flushes.append(handler) }

    private func timeoutMilliseconds(_ now: Int64) -> Int32 {
        var delay = unsafe wheel.delay(now: now)
        if unsafe watchedCount > 0 { delay = min(delay ?? .max, max(0, nextSweep - now)) }
        return delay.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
    }

    /// Wakes the watched waiters whose tasks have been cancelled: a cancellation handler for each wait would cost more than
    /// looking at all of them now and then.
    private func sweepCancelled() {
        nextSweep = unsafe now + Self.sweepInterval
        for index in unsafe 0..<slotCount {
            guard let task = unsafe slots[index].task, unsafe task.isCancelled else { continue }
            unsafe slots[index].isCancelled = true
            wake(Int32(index), .cancelled)
        }
    }

    /// How soon a watched waiter hears of its task's cancellation, in nanoseconds.
    private static let sweepInterval: Int64 = 20_000_000

    /// Takes over what other threads left; false where the loop is to end.
    private func takeRemote() -> Bool {
        cml_eventfd_drain(wakeDescriptor)
        let taken = remote.withLock { remote in
            defer {
                remote.jobs.removeAll(keepingCapacity: remote.jobs.count < 4096)
                remote.cancellations = []
                remote.isSignalled = false
                remote.dropsIdle = false
            }
            return remote
        }
        for job in taken.jobs { unsafe jobs.push(job) }
        for (slot, generation) in taken.cancellations { cancelHere(slot, generation) }
        if taken.dropsIdle { dropIdleSockets() }
        return !taken.isStopping
    }

    private func latch(_ index: UInt32, _ readiness: Readiness) {
        let slot = unsafe slots + Int(index)
        if let handler = unsafe slot.pointee.handler { return handler.becameReady(readiness) }
        unsafe slot.pointee.ready.formUnion(readiness)
        if unsafe !slot.pointee.ready.isDisjoint(with: slot.pointee.interest) { wake(Int32(index), .ready) }
    }

    /// Makes the slot readable again after the loop's next look, so that a peer that sends faster than we read leaves a
    /// turn to the others.
    func readAgain(_ slot: Int32) {
        unsafe slots[Int(slot)].ready.remove(.readable)
        unread.append((slot, generation(slot)))
    }

    private func resumeReading() {
        guard !unread.isEmpty else { return }
        for (slot, generation) in unread where generation == self.generation(slot) { latch(UInt32(slot), .readable) }
        unread.removeAll(keepingCapacity: true)
    }

    private func expire() {
        unsafe wheel.expire(now: now, into: &expired)
        for entry in expired { wake(entry, .timedOut) }
        expired.removeAll(keepingCapacity: true)
    }

    private func cancelHere(_ slot: Int32, _ generation: UInt32) {
        guard unsafe slots[Int(slot)].generation == generation else { return }
        unsafe slots[Int(slot)].isCancelled = true
        wake(slot, .cancelled)
    }

    /// Resumes the waiter of a slot, if there is one.
    func wake(_ slot: Int32, _ cause: Wake) {
        guard let waiter = unsafe slots[Int(slot)].waiter else { return }
        unsafe slots[Int(slot)].waiter = nil
        if unsafe slots[Int(slot)].task != nil {
            unsafe slots[Int(slot)].task = nil
            unsafe watchedCount -= 1
        }
        unsafe slots[Int(slot)].interest = []
        unsafe wheel.disarm(slot)
        unsafe waiter.resume(returning: cause)
    }

    /// Suspends until one of the readinesses, trouble, the deadline or cancellation comes; a readiness that was latched
    /// before counts at once, but cancellation before it: a peer that never stops sending is always ready. Cancellation
    /// has to be brought by ``cancel(_:generation:)``.
    func wait(_ slot: Int32, for interest: Readiness, until deadline: Instant) async -> Wake {
        let interest = interest.union(.trouble)
        if unsafe slots[Int(slot)].isCancelled { return .cancelled }
        if unsafe !slots[Int(slot)].ready.isDisjoint(with: interest) { return .ready }
        // The loop has looked since the deadline passed. What was not there then is late, or else a peer that sends a
        // little in every turn would never meet its deadline.
        if unsafe deadline.nanoseconds < now { return .timedOut }
        return await suspend(slot, interest, deadline)
    }

    /// The same for waits that are made by the thousand: the loop watches the task for cancellation itself.
    func waitWatched(_ slot: Int32, for interest: Readiness, until deadline: Instant) async -> Wake {
        let interest = interest.union(.trouble)
        if Task.isCancelled { return .cancelled }
        if unsafe !slots[Int(slot)].ready.isDisjoint(with: interest) { return .ready }
        if unsafe deadline.nanoseconds < now { return .timedOut }
        unsafe withUnsafeCurrentTask { task in unsafe slots[Int(slot)].task = task }
        if unsafe watchedCount == 0 { nextSweep = unsafe now + Self.sweepInterval }
        unsafe watchedCount += 1
        return await suspend(slot, interest, deadline)
    }

    private func suspend(_ slot: Int32, _ interest: Readiness, _ deadline: Instant) async -> Wake {
        let wake = unsafe await withUnsafeContinuation { waiter in
            unsafe slots[Int(slot)].waiter = waiter
            unsafe slots[Int(slot)].interest = interest
            if deadline != .distantFuture { unsafe wheel.arm(slot, deadline: deadline.nanoseconds) }
        }
        // The event may have come when the turn before began, and its job has waited for the others of this turn.
        if wake == .ready { unsafe slots[Int(slot)].keptWaiting += lastBusy + (cml_now_ns() - now) }
        return wake
    }

    /// What passing a deadline means: the other side's silence, or that we kept the dialogue waiting for more than a
    /// quarter of the time, whether at its own steps or by one long stall.
    func timeoutFault(_ slot: Int32, _ deadline: Instant) -> SocketFault {
        let lentAt = unsafe slots[Int(slot)].lentAt
        let allowed = max(deadline.nanoseconds - lentAt, 0)
        let ours = unsafe max(lag.longest(since: lentAt), slots[Int(slot)].keptWaiting)
        return ours * 4 > max(allowed, 4 * LoopLag.notable) ? .late : .timedOut
    }
}
