internal import CMusterLinux
internal import Glibc

/// Threads of our own for work that computes (reading logs, compression), as a task executor (SE-0417): what is computed
/// keeps neither a loop nor the threads that all other tasks share from going on, and may wait in system calls.
///
/// Submitters wait when the pool has enough to do, so what is queued stays bounded. Work runs inside the task that submits
/// it: it sees that task's cancellation by `Task.isCancelled`, and should look once a chunk.
package final class WorkerPool: TaskExecutor {
    /// How many threads the pool was asked to have: the most that runs at a time.
    package let width: Int
    private let queue = WorkerQueue()
    private let admission: Admission

    private init(width: Int, capacity: Int) {
        self.width = width
        admission = Admission(capacity: capacity)
    }

    // MARK: Executor

    /// Queues a job of a task that prefers the pool; such jobs are not counted against the capacity.
    package func enqueue(_ job: consuming ExecutorJob) { queue.push(UnownedJob(job)) }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { unsafe UnownedTaskExecutor(ordinary: self) }

    // MARK: Work

    /// How many submissions are running or queued: at most the capacity.
    package var admittedCount: Int { admission.insideCount }
    /// How many submitters wait to be admitted.
    package var waitingCount: Int { admission.waitingCount }

    /// Runs `work` on a thread of the pool once there is room. Submitters are admitted in the order they come; those that are
    /// admitted at the same time may begin in either order.
    ///
    /// Errors: those of `work`; `CancellationError` where the task is cancelled before the work begins: at once where it
    /// waits to be admitted, when its turn comes where it is queued.
    @concurrent
    package func run<R: Sendable>(_ work: @Sendable () throws -> R) async throws -> R {
        try await admission.enter()
        return try await withTaskExecutorPreference(self) { try await perform(work) }
    }

    /// Not bound to any actor, so that the preference decides where it runs.
    @concurrent
    private func perform<R: Sendable>(_ work: @Sendable () throws -> R) async throws -> R {
        defer { admission.leave() }
        try Task.checkCancellation()
        return try work()
    }

    // MARK: Life

    /// The niceness to take beside network checks, so that a loop that wakes gets a core at once. A loop's sleeps of 1 ms
    /// beside two busy workers on two cores were late by (99.9 % of them, worst of all) 5 and 5 ms at 0, 3.5 and 4 ms at
    /// 5, 3 and 4.5 ms at 10; 1 ms is the clock's.
    package static let nicenessBesideChecks: Int32 = 10

    /// Lends a pool of threads, `name-0` and so on, to `body` and ends them after it. Tasks that prefer the pool have to end
    /// inside of `body`.
    ///
    /// `niceness` is how much the threads yield to others, 0 to 19. `capacity` bounds what ``run(_:)`` has running and queued:
    /// four times the width where it is not given.
    package static func withPool<R>(
        _ width: Int, name: String = "muster-worker", niceness: Int32 = 0, capacity: Int? = nil,
        _ body: (WorkerPool) async throws -> R
    ) async rethrows -> R {
        precondition(width > 0, "a pool without threads would never run anything")
        let pool = WorkerPool(width: width, capacity: capacity ?? 4 * width)
        let threads = (0..<width).compactMap { pool.startThread("\(name)-\($0)", niceness) }
        // Fewer do the same work; one has to be there.
        precondition(!threads.isEmpty, "the system starts no thread")
        defer {
            pool.queue.close()
            for thread in threads { pthread_join(thread, nil) }
        }
        return try await body(pool)
    }

    /// What a thread is handed at its start.
    private final class Errand {
        let pool: WorkerPool
        let name: String
        let niceness: Int32

        init(_ pool: WorkerPool, _ name: String, _ niceness: Int32) {
            self.pool = pool
            self.name = name
            self.niceness = niceness
        }
    }

    /// Nil where the system gives no further thread.
    private func startThread(_ name: String, _ niceness: Int32) -> pthread_t? {
        let errand = unsafe Unmanaged.passRetained(Errand(self, name, niceness))
        var thread = pthread_t()
        let outcome = unsafe pthread_create(
            &thread, nil,
            { argument in
                // Invariant: the retained errand that was handed over.
                let errand = unsafe Unmanaged<Errand>.fromOpaque(argument!).takeRetainedValue()
                unsafe errand.name.withCString { unsafe cml_thread_name($0) }
                // On Linux 0 is the calling thread. A system that refuses leaves it as it is, which costs latency only.
                if errand.niceness != 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, errand.niceness) }
                errand.pool.runJobs()
                return nil
            }, errand.toOpaque())
        guard outcome == 0 else {
            unsafe errand.release()
            return nil
        }
        return thread
    }

    private func runJobs() {
        let executor = unsafe asUnownedTaskExecutor()
        while let job = queue.pop() { unsafe job.runSynchronously(on: executor) }
    }
}
