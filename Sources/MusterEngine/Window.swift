internal import Synchronization

/// How many targets one lane may have in flight: as many as it has workers, until our own side runs short of something.
///
/// Running short shrinks the window to below what was in flight at that moment; every full window of checks that go well
/// widens it by one again. Workers beyond the window are parked in the order in which they came.
final class Window: Sendable {
    private struct State {
        var limit: Int
        var active = 0
        var parked: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        var nextID = 0
        var goodSinceChange = 0
        var least: Int
    }

    private let width: Int
    private let state: Mutex<State>

    init(width: Int) {
        self.width = width
        state = Mutex(State(limit: width, least: width))
    }

    /// The narrowest the window has been.
    var least: Int { state.withLock { $0.least } }

    /// Takes a place if there is one.
    func tryEnter() -> Bool {
        state.withLock { state in
            guard state.active < state.limit else { return false }
            state.active += 1
            return true
        }
    }

    /// Takes a place, waiting for one; false where the task was cancelled first.
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

    /// Gives the place back. `exhausted` says that the check failed for want of something of ours.
    func leave(exhausted: Bool) {
        let resumed = state.withLock { state in
            if exhausted {
                state.limit = max(1, min(state.limit, state.active) - 1)
                state.least = min(state.least, state.limit)
                state.goodSinceChange = 0
            } else if state.limit < width {
                state.goodSinceChange += 1
                if state.goodSinceChange >= state.limit {
                    state.limit += 1
                    state.goodSinceChange = 0
                }
            }
            state.active -= 1
            return Self.admit(&state)
        }
        for continuation in resumed { continuation.resume(returning: true) }
    }

    private func park(_ id: Int, _ continuation: CheckedContinuation<Bool, Never>) {
        let isCancelled = Task.isCancelled
        let outcome: Bool? = state.withLock { state in
            if isCancelled { return false }
            if state.active < state.limit {
                state.active += 1
                return true
            }
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

    private static func admit(_ state: inout State) -> [CheckedContinuation<Bool, Never>] {
        guard !state.parked.isEmpty else { return [] }
        let count = min(max(0, state.limit - state.active), state.parked.count)
        state.active += count
        defer { state.parked.removeFirst(count) }
        return state.parked.prefix(count).map(\.continuation)
    }
}
