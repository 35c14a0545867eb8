internal import Glibc

/// The jobs of a pool, between whoever leaves them and the threads that run them. Idle threads sleep in the kernel.
///
/// Invariant: `jobs`, `idle` and `isClosed` are touched only by who holds `lock`; that makes the class safe to share.
@safe
final class WorkerQueue: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var jobs = JobQueue()
    private var idle = 0
    private var isClosed = false

    init() {
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe condition = .allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        // Invariant: the threads have been joined, so nobody waits.
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deallocate()
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
    }

    /// Leaves a job and wakes an idle thread for it.
    func push(_ job: UnownedJob) {
        unsafe pthread_mutex_lock(lock)
        precondition(!isClosed, "a task outlived the pool that it prefers")
        jobs.push(job)
        if idle > 0 { unsafe pthread_cond_signal(condition) }
        unsafe pthread_mutex_unlock(lock)
    }

    /// The oldest job, once there is one; nil where the queue is closed and empty.
    func pop() -> UnownedJob? {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while true {
            if let job = jobs.pop() { return job }
            if isClosed { return nil }
            idle += 1
            unsafe pthread_cond_wait(condition, lock)
            idle -= 1
        }
    }

    /// Lets the threads end once they have run what is there.
    func close() {
        unsafe pthread_mutex_lock(lock)
        isClosed = true
        unsafe pthread_cond_broadcast(condition)
        unsafe pthread_mutex_unlock(lock)
    }
}
