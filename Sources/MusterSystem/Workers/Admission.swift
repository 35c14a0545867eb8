internal import Synchronization

/// A bound on how many are inside at a time. Whoever comes beyond it waits, in the order of coming.
final class Admission: Sendable {
    private struct State {
        var inside = 0
        /// Who waits, by ticket. Tickets are given in order, so the next to enter has the lowest.
        var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var nextTicket: UInt64 = 0
        /// No ticket below it waits.
        var firstTicket: UInt64 = 0
    }

    /// Where in the line a submitter stands, for its cancellation to find; written and read under the lock.
    private final class Place: Sendable { let ticket = Atomic<UInt64>(.max) }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) {
        precondition(capacity > 0, "nobody could enter")
        self.capacity = capacity
    }

    var insideCount: Int { state.withLock { $0.inside } }
    var waitingCount: Int { state.withLock { $0.waiters.count } }

    /// Returns once there is room; each success is answered by one ``leave()``. Errors: the task is cancelled before.
    func enter() async throws(CancellationError) {
        if Task.isCancelled { throw CancellationError() }
        if state.withLock({ takePlace(&$0) }) { return }
        let place = Place()
        let isAdmitted = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                if let answer = admit(place, waiter) { waiter.resume(returning: answer) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: place.ticket.load(ordering: .relaxed)) }
            waiter?.resume(returning: false)
        }
        if !isAdmitted { throw CancellationError() }
    }

    /// Whoever waits came before.
    private func takePlace(_ state: inout State) -> Bool {
        guard state.inside < capacity, state.waiters.isEmpty else { return false }
        state.inside += 1
        return true
    }

    /// Whether the holder of the place may enter at once; nil where it has to wait and is kept.
    ///
    /// Invariant: a waiter is resumed by whoever takes it out of `waiters`, or by the caller where it was never put in, so
    /// exactly once. A task is marked as cancelled before its handler runs: either the mark is seen here, under the lock,
    /// or the handler finds the waiter.
    private func admit(_ place: Place, _ waiter: CheckedContinuation<Bool, Never>) -> Bool? {
        state.withLock { state in
            if Task.isCancelled { return false }
            if takePlace(&state) { return true }
            state.waiters[state.nextTicket] = waiter
            place.ticket.store(state.nextTicket, ordering: .relaxed)
            state.nextTicket += 1
            return nil
        }
    }

    /// Gives the place to whoever has waited longest.
    func leave() {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            while !state.waiters.isEmpty {
                defer { state.firstTicket += 1 }
                if let waiter = state.waiters.removeValue(forKey: state.firstTicket) { return waiter }
            }
            state.inside -= 1
            return nil
        }
        next?.resume(returning: true)
    }
}
