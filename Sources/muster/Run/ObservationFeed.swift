import MusterCore
import Synchronization

/// The way of observations from the loops to the reports: bounded, so that a slow reader slows the survey down instead of
/// filling memory, and never blocking a loop.
final class ObservationFeed: Sendable {
    private struct State {
        var observations: [Observation] = []
        var footer: RunFooter?
        var isAbandoned = false
        var reader: CheckedContinuation<Void, Never>?
        /// By number, so that one who is cancelled can be found.
        var writers: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWriter = 0
        var abandonWaiter: CheckedContinuation<Void, Never>?
    }

    /// What the reader finds.
    struct Batch {
        var observations: [Observation]
        /// Set once everything has been handed out.
        var footer: RunFooter?
    }

    private static let capacity = 8192
    /// So many wake the reader before its next look at the clock.
    private static let wakeCount = 1024

    private let state = Mutex(State())

    /// Hands an observation over, waiting while the reader is behind; a task that is cancelled waits no longer, and what it
    /// has is taken all the same.
    func send(_ observation: Observation) async {
        while true {
            let (accepted, reader) = put(observation)
            reader?.resume()
            if accepted { return }
            await waitForRoom()
        }
    }

    private func put(_ observation: Observation) -> (accepted: Bool, reader: CheckedContinuation<Void, Never>?) {
        // Asked outside of the lock; who is cancelled later is not kept waiting either.
        let isCancelled = Task.isCancelled
        return state.withLock { state in
            if state.isAbandoned { return (true, nil) }
            guard isCancelled || state.observations.count < Self.capacity else { return (false, state.reader.take()) }
            state.observations.append(observation)
            return (true, state.observations.count == Self.wakeCount ? state.reader.take() : nil)
        }
    }

    private func waitForRoom() async {
        let number = state.withLock { state in
            state.nextWriter += 1
            return state.nextWriter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { enlist($0, as: number) }
        } onCancel: {
            let writer = state.withLock { $0.writers.removeValue(forKey: number) }
            writer?.resume()
        }
    }

    private func enlist(_ writer: CheckedContinuation<Void, Never>, as number: Int) {
        let goesOn = state.withLock { state in
            // Asked under the lock: who is cancelled after this finds the writer in its place.
            if state.isAbandoned || Task.isCancelled || state.observations.count < Self.capacity { return true }
            state.writers[number] = writer
            return false
        }
        if goesOn { writer.resume() }
    }

    /// Says that nothing more comes.
    func finish(_ footer: RunFooter) {
        let reader = state.withLock { state in
            state.footer = footer
            return state.reader.take()
        }
        reader?.resume()
    }

    /// Wakes the reader to what there is: for those who watch the run.
    func tick() {
        let reader = state.withLock { $0.reader.take() }
        reader?.resume()
    }

    /// The reader has nobody to write for: what comes from now on is dropped.
    func abandon() {
        let waiting = state.withLock { state in
            state.isAbandoned = true
            state.observations = []
            defer { state.writers = [:] }
            return state.writers.values + [state.abandonWaiter.take()].compactMap { $0 }
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Returns when the feed is abandoned or has ended.
    func waitUntilAbandoned() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { enlist($0) }
        } onCancel: {
            let waiter = state.withLock { $0.abandonWaiter.take() }
            waiter?.resume()
        }
    }

    private func enlist(_ waiter: CheckedContinuation<Void, Never>) {
        let isOver = state.withLock { state in
            // Asked under the lock: who is cancelled after this finds the waiter in its place.
            if state.isAbandoned || Task.isCancelled { return true }
            state.abandonWaiter = waiter
            return false
        }
        if isOver { waiter.resume() }
    }

    /// The next observations, waiting for a full batch, the next tick or the end.
    func next() async -> Batch {
        await withCheckedContinuation { waitForMore($0) }
        let (batch, writers) = state.withLock { state in
            let batch = Batch(observations: state.observations, footer: state.footer)
            state.observations = []
            state.observations.reserveCapacity(Self.wakeCount)
            defer { state.writers = [:] }
            return (batch, state.writers)
        }
        for writer in writers.values { writer.resume() }
        return batch
    }

    private func waitForMore(_ reader: CheckedContinuation<Void, Never>) {
        let isReady = state.withLock { state in
            if state.footer != nil || state.observations.count >= Self.wakeCount { return true }
            state.reader = reader
            return false
        }
        if isReady { reader.resume() }
    }
}
