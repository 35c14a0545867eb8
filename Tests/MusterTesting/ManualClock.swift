package import MusterCore
package import MusterEngine
internal import Synchronization

/// A clock whose hands only the test turns.
package final class ManualClock: Sendable {
    private struct Sleeper {
        var id: Int
        var deadline: Instant
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var now = Instant(nanoseconds: 0)
        var sleepers: [Sleeper] = []
        var nextID = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var now: Instant { state.withLock { $0.now } }

    /// How many wait at the moment.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// The clock as the engine takes it.
    package var engineClock: EngineClock {
        EngineClock(now: { self.now }, sleep: { await self.sleep(until: $0) })
    }

    /// Waits until the hands pass an instant; false where the task was cancelled first.
    package func sleep(until deadline: Instant) async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { lieDown(Sleeper(id: id, deadline: deadline, continuation: $0)) }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(returning: false)
        }
    }

    /// Turns the hands to the next sleeper's instant and wakes all who are due; false where nobody sleeps.
    @discardableResult
    package func advanceToNextSleeper() -> Bool {
        let due: [Sleeper] = state.withLock { state in
            guard let next = state.sleepers.map(\.deadline).min() else { return [] }
            state.now = max(state.now, next)
            defer { state.sleepers.removeAll { $0.deadline <= state.now } }
            return state.sleepers.filter { $0.deadline <= state.now }
        }
        for sleeper in due { sleeper.continuation.resume(returning: true) }
        return !due.isEmpty
    }

    private func lieDown(_ sleeper: Sleeper) {
        let isCancelled = Task.isCancelled
        let answer: Bool? = state.withLock { state in
            if isCancelled { return false }
            if sleeper.deadline <= state.now { return true }
            state.sleepers.append(sleeper)
            return nil
        }
        if let answer { sleeper.continuation.resume(returning: answer) }
    }
}
