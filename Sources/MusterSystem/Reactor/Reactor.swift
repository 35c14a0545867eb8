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

    let calls: NetworkCalls
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
    var expired: [Int32] = []
    /// Waiters whose tasks the loop watches for cancellation.
    @exclusivity(unchecked) var watchedCount = 0
    var nextSweep: Int64 = 0
    @exclusivity(unchecked) private var flushes: [any ReadinessHandler] = []
    /// ICMP messages about connections that are still being tried, by slot: they decide where no answer comes.
    var notices: [Int32: ICMPNotice] = [:]
    var lingering = Lingering()
    /// Slots whose socket was not read empty.
    private var unread: [(slot: Int32, generation: UInt32)] = []
    /// When the events at hand were fetched.
    @exclusivity(unchecked) private(set) var now: Int64
    /// How long before the last fetch events may have been there unseen: we were at work, or were kept from looking.
    @exclusivity(unchecked) var unseen: Int64 = 0
    /// How long the machine had slept when we last asked.
    private var asleep: Int64 = 0
    package private(set) var lag = LoopLag()
    /// Where received bytes lie until the receiver's next wait.
    let scratch: UnsafeMutableRawBufferPointer
    /// The queries in flight of this loop.
    package private(set) lazy var datagrams = DatagramExchanges(self)
    /// What others keep per loop, by type.
    private var locals: [ObjectIdentifier: AnyObject] = [:]
    /// The one that was asked for last: most often the next one too.
    private var latestLocal: (type: ObjectIdentifier, value: AnyObject)?
    /// Loops that share the descriptor limit with this one.
    private let siblings = Mutex<[Reactor]>([])

    private static let wakeSlot = UInt32.max

    /// Errors: the descriptor limit is reached before the loop has its two.
    init(name: String, model: (any NetworkModel)? = nil) throws(SocketFault) {
        let epoll = cml_epoll_create()
        guard epoll >= 0 else { throw SocketFault(errno: -epoll, local: true) }
        let wake = cml_eventfd()
        guard wake >= 0 else {
            _ = cml_close(epoll)
            throw SocketFault(errno: -wake, local: true)
        }
        calls = NetworkCalls(model: model)
        self.epoll = epoll
        self.name = name
        wakeDescriptor = wake
        unsafe slots = .allocate(capacity: slotCapacity)
        unsafe scratch = .allocate(byteCount: 65_536, alignment: 64)
        unsafe now = model.map { unsafe $0.clock.pointee } ?? cml_now_ns()
        asleep = model == nil ? cml_asleep_ns() : 0
        unsafe wheel = unsafe TimerWheel(now: now)
        _ = cml_epoll_add(epoll, wake, UInt32(CML_IN) | UInt32(CML_EDGE), Self.wakeSlot)
    }

    deinit {
        for index in unsafe 0..<slotCount where unsafe slots[index].descriptor >= 0 {
            unsafe calls.close(slots[index].descriptor)
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
        let type = ObjectIdentifier(T.self)
        if loop.latestLocal?.type != type {
            let value = loop.locals[type] ?? make()
            loop.locals[type] = value
            loop.latestLocal = (type, value)
        }
        guard let latest = loop.latestLocal else { preconditionFailure("a value was made just now") }
        // Invariant: what lies under a type's identifier was made by a closure that gives that type.
        return unsafe unsafeDowncast(latest.value, to: T.self)
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

    /// Loops that run side by side, this one included.
    var loopCount: Int { siblings.withLock { $0.count } + 1 }

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

    /// Runs `body` with a loop that lives on a model network and its clock, on a thread of its own.
    package static func withLoop<R: Sendable>(
        on model: any NetworkModel, _ body: (Reactor) async throws -> R
    ) async throws -> R {
        let loop = try Reactor(name: "muster-model", model: model)
        try loop.start()
        defer { loop.stop() }
        return try await body(loop)
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
        if let model = calls.model { unsafe cml_clock_set(model.clock) }
        unsafe name.withCString { unsafe cml_thread_name($0) }
        let capacity = 512
        let events = UnsafeMutablePointer<cml_event>.allocate(capacity: capacity)
        defer { unsafe events.deallocate() }
        let executor = unsafe asUnownedTaskExecutor()
        var fullLooks = 0
        var mustLookAgain = false
        // Set once the loop is to end: it waits until then for those who linger.
        var end: Int64?
        while true {
            if let end, unsafe lingering.count == 0 || now >= end {
                locals = [:]
                latestLocal = nil
                return
            }
            unsafe runJobs(executor)
            flush()
            let (found, wasKeptFromLooking) = unsafe look(events, capacity, waits: !mustLookAgain)
            for index in 0..<Int(max(found, 0)) {
                let event = unsafe events[index]
                if event.slot != Self.wakeSlot {
                    latch(event.slot, Readiness(rawValue: event.events))
                } else if !takeRemote(), end == nil {
                    end = unsafe now + Lingering.longest
                }
            }
            // Answers that are already there win over the deadline, however late we look: after a stall we look once more
            // before anything expires. But events that never end must not keep time from passing.
            mustLookAgain = wasKeptFromLooking && !mustLookAgain
            fullLooks = found < capacity ? 0 : fullLooks + 1
            if !mustLookAgain, fullLooks % 16 == 0 { expire() }
            if unsafe watchedCount > 0, unsafe now >= nextSweep { sweep() }
            resumeReading()
        }
    }

    /// Fetches events, waiting for some where nothing else is to do; also tells whether we were kept from looking for so
    /// long that answers may have come meanwhile: by a signal, a stop, a starved processor, or much to do.
    private func look(
        _ events: UnsafeMutablePointer<cml_event>, _ capacity: Int, waits: Bool
    ) -> (found: Int32, wasKeptFromLooking: Bool) {
        let before = cml_now_ns()
        let busy = unsafe before - now
        unsafe lag.note(from: now, to: before)
        let timeout =
            unsafe waits && jobs.isEmpty && flushes.isEmpty && unread.isEmpty ? timeoutMilliseconds(before) : 0
        let found = unsafe calls.wait(epoll, events, capacity: capacity, milliseconds: timeout)
        unsafe now = cml_now_ns()
        // Whatever ended the wait, it was to end by then. Where somebody waits for a socket that is 20 ms at most.
        let due = before + Int64(timeout) * 1_000_000
        let late = unsafe timeout < 0 ? 0 : max(0, now - due)
        lag.note(from: due, to: due + late)
        unsafe unseen = busy + late
        return (found, found < 0 || max(busy, late) >= LoopLag.notable)
    }

    /// Runs what is to run now; not all of a long queue, so that events are looked at now and then.
    private func runJobs(_ executor: UnownedTaskExecutor) {
        var budget = 4096
        while budget > 0, let job = unsafe jobs.pop() {
            unsafe job.runSynchronously(on: executor)
            budget -= 1
            if budget % 64 == 0, unsafe cml_now_ns() - now > Self.longestTurn { return }
        }
    }

    /// In nanoseconds.
    private static let longestTurn: Int64 = 10_000_000

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
    /// looking at all of them now and then. Finds out as well whether the machine was asleep.
    private func sweep() {
        nextSweep = unsafe now + Self.sweepInterval
        let sleptSince = cml_asleep_ns() - asleep
        if sleptSince >= LoopLag.notable { unsafe lag.noteSleep(at: now, length: sleptSince) }
        if sleptSince != 0 { asleep += sleptSince }
        for index in unsafe 0..<slotCount {
            guard let task = unsafe slots[index].task, unsafe task.isCancelled else { continue }
            unsafe slots[index].isCancelled = true
            wake(Int32(index), .cancelled)
        }
    }

    /// How soon a watched waiter hears of its task's cancellation, in nanoseconds.
    static let sweepInterval: Int64 = 20_000_000

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
}
