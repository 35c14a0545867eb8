internal import Synchronization

/// Runs its jobs only when the test says so, one at a time and on the test's own thread, so that a test knows when all
/// tasks are idle.
///
/// With a seed the next job is drawn by lot: other seeds are other interleavings.
package final class ManualExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// Jobs before this one have been run; only where nothing is drawn by lot.
        var head = 0
        var mostWaiting = 0
        var dice: Dice?

        mutating func next() -> UnownedJob? {
            guard head < jobs.count else { return nil }
            if dice != nil {
                jobs.swapAt(Int.random(in: 0..<jobs.count, using: &dice!), jobs.count - 1)
                return jobs.removeLast()
            }
            head += 1
            let job = jobs[head - 1]
            if head == jobs.count || head > 65_536 {
                jobs.removeFirst(head)
                head = 0
            }
            return job
        }
    }

    private let state: Mutex<State>

    package init(seed: Int? = nil) { state = Mutex(State(dice: seed.map { Dice($0) })) }

    /// The most jobs that have waited at a time: a bound for the tasks that were alive and ready to run.
    package var mostWaiting: Int { state.withLock { $0.mostWaiting } }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { state in
            state.jobs.append(job)
            state.mostWaiting = max(state.mostWaiting, state.jobs.count - state.head)
        }
    }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { unsafe UnownedTaskExecutor(ordinary: self) }

    /// Runs one job; false where none waits.
    package func runOne() -> Bool {
        guard let job = state.withLock({ $0.next() }) else { return false }
        // Invariant: we are the executor, and we outlive this call.
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        return true
    }
}
