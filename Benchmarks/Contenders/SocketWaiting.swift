import CMusterLimits
import Glibc
import Synchronization

/// Lets tasks on the shared threads wait for sockets: a thread with epoll resumes them.
///
/// Invariant: a continuation is resumed by whoever takes it out of the table, once.
final class SocketWaiting: Sendable {
    private struct Waiter {
        var continuation: CheckedContinuation<Bool, Never>
        var deadline: Int64
    }

    private struct State {
        /// By descriptor.
        var waiters: [Int32: Waiter] = [:]
        /// No deadline comes before it.
        var nextLook = Int64.max
        var isStopped = false
    }

    private let state = Mutex(State())
    private let epoll: Int32
    /// Readable where the thread is to look around.
    private let wake: Int32
    /// Milliseconds: no deadline is further away.
    private let timeout: Int32

    private init(timeout: Int32) throws(BenchmarkFault) {
        self.timeout = timeout
        epoll = lim_epoll()
        wake = lim_bell()
        guard epoll >= 0, wake >= 0, lim_arm(epoll, wake, LIM_STEP_READ, true) == 0 else {
            throw BenchmarkFault("no descriptors for epoll", errno: errno)
        }
    }

    deinit {
        close(wake)
        close(epoll)
    }

    /// Runs `body` with a thread that waits for its sockets.
    static func with(_ ledger: Ledger, _ body: (SocketWaiting) async throws -> Void) async throws {
        let waiting = try SocketWaiting(timeout: Int32(clamping: ledger.work.timeout_ms))
        let thread = waiting.start()
        defer {
            waiting.state.withLock { $0.isStopped = true }
            lim_ring(waiting.wake)
            if let thread { pthread_join(thread, nil) }
        }
        guard thread != nil else { throw BenchmarkFault("the system starts no further thread") }
        try await body(waiting)
    }

    /// An item in a task: its dialogue waits here, all else is done at once.
    func perform(_ index: Int, _ ledger: Ledger) async {
        guard ledger.item(index) == LIM_ITEM_DIALOGUE else { return ledger.perform(index) }
        var dialogue = lim_dialogue()
        ledger.begin(index)
        let deadline = lim_now_ns() + Int64(ledger.work.timeout_ms) * 1_000_000
        var step = ledger.begin(&dialogue, index)
        var isNew = true
        while step == LIM_STEP_READ || step == LIM_STEP_WRITE {
            let isReady = await wait(dialogue.fd, step, isNew, until: deadline)
            step = isReady ? ledger.advance(&dialogue) : LIM_STEP_DOWN
            isNew = false
        }
        ledger.end(index, isUp: step == LIM_STEP_UP)
        ledger.end(&dialogue)
    }

    /// False where the deadline comes first.
    private func wait(_ descriptor: Int32, _ step: lim_step, _ isNew: Bool, until deadline: Int64) async -> Bool {
        await withCheckedContinuation { continuation in
            state.withLock {
                $0.waiters[descriptor] = Waiter(continuation: continuation, deadline: deadline)
                $0.nextLook = min($0.nextLook, deadline)
            }
            if lim_arm(epoll, descriptor, step, isNew) < 0 { resume([descriptor], false) }
        }
    }

    private func resume(_ descriptors: some Sequence<Int32>, _ isReady: Bool) {
        let taken = state.withLock { state in descriptors.compactMap { state.waiters.removeValue(forKey: $0) } }
        for waiter in taken { waiter.continuation.resume(returning: isReady) }
    }

    private func start() -> pthread_t? {
        let me = unsafe Unmanaged.passRetained(self)
        var thread = pthread_t()
        let outcome = unsafe pthread_create(
            &thread, nil,
            { argument in
                // Invariant: the retained instance that was handed over.
                unsafe Unmanaged<SocketWaiting>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, me.toOpaque())
        guard outcome == 0 else {
            unsafe me.release()
            return nil
        }
        return thread
    }

    private func run() {
        var events = [lim_event](repeating: lim_event(), count: 256)
        while let pause = pause() {
            let found = unsafe events.withUnsafeMutableBufferPointer {
                unsafe lim_wait(epoll, $0.baseAddress!, Int32($0.count), pause)
            }
            if found > 0 { resume(events[..<Int(found)].map { Int32(bitPattern: $0.slot) }, true) }
            expire()
        }
    }

    /// Milliseconds until the next deadline, whole ones; nil at the end. One that is set meanwhile is no nearer than the
    /// timeout.
    private func pause() -> Int32? {
        state.withLock { state in
            guard !state.isStopped else { return nil }
            guard state.nextLook < .max else { return timeout }
            let left = (state.nextLook - lim_now_ns() + 999_999) / 1_000_000
            return Int32(max(0, min(Int64(timeout), left)))
        }
    }

    private func expire() {
        let late = state.withLock { state -> [Int32] in
            let now = lim_now_ns()
            guard now >= state.nextLook else { return [] }
            let late = state.waiters.filter { $0.value.deadline <= now }.map(\.key)
            state.nextLook = state.waiters.values.map(\.deadline).filter { $0 > now }.min() ?? .max
            return late
        }
        resume(late, false)
    }
}
