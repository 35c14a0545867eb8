internal import Synchronization

/// Performs an asynchronous body without threads and without time of its own: all its tasks run on a ``ManualExecutor``,
/// and whenever all of them wait, the hands of the ``ManualClock`` move on to the next sleeper.
package struct Rehearsal: Sendable {
    package let clock = ManualClock()
    package let executor: ManualExecutor

    package init(seed: Int? = nil) { executor = ManualExecutor(seed: seed) }

    /// Nothing could move the body on: every task waits, and nobody sleeps.
    package struct Stuck: Error {}

    /// Performs the body to its end.
    ///
    /// - Parameter cancelAfter: So many jobs are run before the body is cancelled; never where nil.
    package func perform<Outcome: Sendable>(
        cancelAfter: Int? = nil, _ body: @escaping @Sendable () async -> Outcome
    ) throws -> Outcome {
        let result = Returned<Outcome>()
        // Not structured: a body that hangs is to fail its test, not to hang it.
        let task = Task(executorPreference: executor) { result.fill(await body()) }
        var jobs = 0
        while true {
            if jobs == cancelAfter { task.cancel() }
            jobs += 1
            if executor.runOne() { continue }
            if let outcome = result.content { return outcome }
            guard clock.advanceToNextSleeper() else { throw Stuck() }
        }
    }
}

/// What the body returned, once it has.
private final class Returned<Outcome: Sendable>: Sendable {
    private let outcome = Mutex<Outcome?>(nil)

    var content: Outcome? { outcome.withLock { $0 } }

    func fill(_ value: Outcome) { outcome.withLock { $0 = value } }
}
