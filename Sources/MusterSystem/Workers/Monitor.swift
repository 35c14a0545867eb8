internal import Glibc

/// State that several threads share and wait for: a lock with a condition (Hoare 1974). For threads that may block, such
/// as those of a ``WorkerPool``; never for tasks on a loop or on the cooperative pool.
///
/// Invariant: `state` is touched only by who holds the lock; that makes the class safe to share.
@safe
package final class Monitor<State>: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    package init(_ state: sending State) {
        self.state = state
        unsafe lock = .allocate(capacity: 1)
        unsafe lock.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(lock, nil)
        unsafe condition = .allocate(capacity: 1)
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        // Invariant: whoever waits keeps the monitor alive, so nobody does.
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deallocate()
        unsafe pthread_mutex_destroy(lock)
        unsafe lock.deallocate()
    }

    /// Changes the state and wakes all who wait.
    package func change<R>(_ body: (inout State) throws -> R) rethrows -> R {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        defer { unsafe pthread_cond_broadcast(condition) }
        return try body(&state)
    }

    /// Waits until `body` has something to return; it is asked again after every change. Whoever leaves changes the state,
    /// so all others are woken.
    package func wait<R>(_ body: (inout State) throws -> R?) rethrows -> R {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        while true {
            if let value = try body(&state) {
                unsafe pthread_cond_broadcast(condition)
                return value
            }
            unsafe pthread_cond_wait(condition, lock)
        }
    }
}
