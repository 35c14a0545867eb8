package import MusterCore
package import MusterEngine
internal import Synchronization

/// A clock whose hands only the test turns.
package final class ManualClock: Sendable {
    private struct Sleeper {
        var id: Int
        var deadline: Instant
        var continuation: CheckedContinuation<Bool, Never>

        /// Whether it is due before another; of two at the same instant, the one that lay down first.
        func isBefore(_ deadline: Instant, _ id: Int) -> Bool { (self.deadline, self.id) < (deadline, id) }
    }

    private struct State {
        var now = Instant(nanoseconds: 0)
        /// The next to wake last, so that waking moves nobody.
        var sleepers: [Sleeper] = []
        var nextID = 0

        /// The position of a sleeper, or where it would have to be.
        func place(_ deadline: Instant, _ id: Int) -> Int {
            var (low, high) = (0, sleepers.count)
            while low < high {
                let middle = (low + high) / 2
                if sleepers[middle].isBefore(deadline, id) { high = middle } else { low = middle + 1 }
            }
            return low
        }
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

    /// Waits for a while; false where the task was cancelled first.
    package func sleep(for duration: Duration) async -> Bool { await sleep(until: now.advanced(by: duration)) }

    /// Waits until the hands pass an instant; false where the task was cancelled first.
    package func sleep(until deadline: Instant) async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { lieDown(Sleeper(id: id, deadline: deadline, continuation: $0)) }
        } onCancel: {
            getUp(deadline, id)?.resume(returning: false)
        }
    }

    /// Turns the hands to the next sleeper's instant and wakes all who are due; false where nobody sleeps.
    @discardableResult
    package func advanceToNextSleeper() -> Bool {
        let due: [Sleeper] = state.withLock { state in
            guard let next = state.sleepers.last else { return [] }
            state.now = max(state.now, next.deadline)
            let first = state.sleepers.lastIndex { $0.deadline > state.now }.map { $0 + 1 } ?? 0
            defer { state.sleepers.removeSubrange(first...) }
            return state.sleepers[first...].reversed()
        }
        for sleeper in due { sleeper.continuation.resume(returning: true) }
        return !due.isEmpty
    }

    private func lieDown(_ sleeper: Sleeper) {
        let answer: Bool? = state.withLock { state in
            // Asked under the lock: who is cancelled after this finds the sleeper in its place.
            if Task.isCancelled { return false }
            if sleeper.deadline <= state.now { return true }
            state.sleepers.insert(sleeper, at: state.place(sleeper.deadline, sleeper.id))
            return nil
        }
        if let answer { sleeper.continuation.resume(returning: answer) }
    }

    private func getUp(_ deadline: Instant, _ id: Int) -> CheckedContinuation<Bool, Never>? {
        state.withLock { state in
            // The place of its right-hand neighbour: it is itself just before that.
            let place = state.place(deadline, id) - 1
            guard place >= 0, state.sleepers[place].id == id else { return nil }
            return state.sleepers.remove(at: place).continuation
        }
    }
}
