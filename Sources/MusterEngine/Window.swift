internal import Synchronization

/// How many targets may be in flight: as many as there are workers, until our own side runs short of something.
///
/// One window for all lanes, for they share what runs short: a lane that waits is let in when another makes room. Running
/// short shrinks it to below what was in flight at that moment, a stalled loop halves it, once a stall. Every full window
/// of checks that go well widens it by one again, or doubles it where it is narrower than half of what it was before the
/// stalls. Workers beyond it are parked in the order in which they came.
final class Window: Sendable {
    /// How a check left the window; a late one says in which epoch it came in.
    enum Ending: Equatable { case well, short, late(since: Int) }

    private struct State {
        var limit: Int
        var parked: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        var nextID = 0
        var goodSinceChange = 0
        /// Up to here it doubles.
        var doubling: Int
        var least: Int
    }

    /// So many checks at least have to go well before a narrow window is widened: else every second try at one place
    /// would be one too many.
    private static let leastGood = 16

    private let width: Int
    private let active = Atomic<Int>(0)
    /// Whether the window is narrower than its width. As long as it is not, there is a place for every worker and nobody
    /// takes the lock. Sequentially consistent, like `active`: who leaves without seeing the window narrow is seen to have
    /// left by whoever is about to be parked.
    private let isNarrow = Atomic<Bool>(false)
    /// How often a stall has halved the window: who came in before the last time met the same stall.
    private let stalls = Atomic<Int>(0)
    private let state: Mutex<State>

    init(width: Int) {
        self.width = width
        state = Mutex(State(limit: width, doubling: 0, least: width))
    }

    /// What a late check has to say of when it came in.
    var epoch: Int { stalls.load(ordering: .relaxed) }
    /// How many checks are in the window.
    var inFlight: Int { active.load(ordering: .relaxed) }

    /// The narrowest the window has been.
    var least: Int { state.withLock { $0.least } }

    /// Takes a place if there is one.
    func tryEnter() -> Bool {
        if !isNarrow.load(ordering: .sequentiallyConsistent) {
            active.add(1, ordering: .sequentiallyConsistent)
            return true
        }
        return state.withLock { take(&$0) }
    }

    /// Takes a place, waiting for one; false where the task was cancelled first.
    @inline(never)
    func enter() async -> Bool {
        if tryEnter() { return true }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { park(id, $0) }
        } onCancel: {
            unpark(id)
        }
    }

    /// Gives the place back.
    func leave(_ ending: Ending) {
        if ending == .well {
            active.subtract(1, ordering: .sequentiallyConsistent)
            if !isNarrow.load(ordering: .sequentiallyConsistent) { return }
        }
        let resumed = state.withLock { state in
            switch ending {
            case .well: widen(&state)
            case .short:
                shrink(&state, to: min(state.limit, active.load(ordering: .sequentiallyConsistent)) - 1)
                // So many are too many: it comes near it with care.
                state.doubling = 0
            case .late(let epoch) where epoch == stalls.load(ordering: .relaxed):
                stalls.add(1, ordering: .relaxed)
                if state.limit > state.doubling { state.doubling = state.limit / 2 }
                shrink(&state, to: min(state.limit, active.load(ordering: .sequentiallyConsistent)) / 2)
            case .late: break
            }
            if ending != .well { active.subtract(1, ordering: .sequentiallyConsistent) }
            return admit(&state)
        }
        for continuation in resumed { continuation.resume(returning: true) }
    }

    private func take(_ state: inout State) -> Bool {
        guard active.load(ordering: .sequentiallyConsistent) < state.limit else { return false }
        active.add(1, ordering: .sequentiallyConsistent)
        return true
    }

    private func shrink(_ state: inout State, to limit: Int) {
        state.limit = max(1, limit)
        state.least = min(state.least, state.limit)
        state.goodSinceChange = 0
        isNarrow.store(state.limit < width, ordering: .sequentiallyConsistent)
    }

    private func widen(_ state: inout State) {
        guard state.limit < width else { return }
        if state.limit < state.doubling {
            // One more for each that goes well: twice as many after a full window.
            state.limit += 1
            return
        }
        state.goodSinceChange += 1
        guard state.goodSinceChange >= max(state.limit, Self.leastGood) else { return }
        state.limit += 1
        state.goodSinceChange = 0
        isNarrow.store(state.limit < width, ordering: .sequentiallyConsistent)
    }

    private func park(_ id: Int, _ continuation: CheckedContinuation<Bool, Never>) {
        let outcome: Bool? = state.withLock { state in
            // Asked under the lock: who is cancelled after this finds the continuation in its place.
            if Task.isCancelled { return false }
            if take(&state) { return true }
            state.parked.append((id, continuation))
            return nil
        }
        if let outcome { continuation.resume(returning: outcome) }
    }

    private func unpark(_ id: Int) {
        let continuation = state.withLock { state in
            state.parked.firstIndex { $0.id == id }.map { state.parked.remove(at: $0).continuation }
        }
        continuation?.resume(returning: false)
    }

    private func admit(_ state: inout State) -> [CheckedContinuation<Bool, Never>] {
        var count = 0
        while count < state.parked.count, take(&state) { count += 1 }
        guard count > 0 else { return [] }
        defer { state.parked.removeFirst(count) }
        return state.parked.prefix(count).map(\.continuation)
    }
}
