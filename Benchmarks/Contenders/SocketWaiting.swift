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
        var isStopped = false
    }

    private let state = Mutex(State())
    private let epoll: Int32

    private init() throws(BenchmarkFault) {
        epoll = lim_epoll()
        guard epoll >= 0 else { throw BenchmarkFault("epoll_create1: errno \(-epoll)") }
    }

    /// Runs `body` with a thread that waits for its sockets.
    static func with(_ body: (SocketWaiting) async throws -> Void) async throws {
        let waiting = try SocketWaiting()
        let thread = waiting.start()
        defer {
            waiting.state.withLock { $0.isStopped = true }
            if let thread { pthread_join(thread, nil) }
            close(waiting.epoll)
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
        while step == LIM_STEP_READ || step == LIM_STEP_WRITE {
            step = await wait(dialogue.fd, step, until: deadline) ? ledger.advance(&dialogue) : LIM_STEP_DOWN
        }
        ledger.end(index, isUp: step == LIM_STEP_UP)
        ledger.end(&dialogue)
    }

    /// False where the deadline comes first.
    private func wait(_ descriptor: Int32, _ step: lim_step, until deadline: Int64) async -> Bool {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters[descriptor] = Waiter(continuation: continuation, deadline: deadline) }
            if lim_arm(epoll, descriptor, step) < 0 { resume([descriptor], true) }
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
        var lastLook = lim_now_ns()
        while !state.withLock({ $0.isStopped }) {
            let found = unsafe events.withUnsafeMutableBufferPointer {
                unsafe lim_wait(epoll, $0.baseAddress!, Int32($0.count), 10)
            }
            if found > 0 { resume(events[..<Int(found)].map { Int32(bitPattern: $0.slot) }, true) }
            let now = lim_now_ns()
            guard now - lastLook > 10_000_000 else { continue }
            lastLook = now
            resume(state.withLock { state in state.waiters.filter { $0.value.deadline <= now }.map(\.key) }, false)
        }
    }
}
