import CMusterLimits
import Dispatch
import Synchronization

/// A heartbeat of 1 ms: how late its beats come tells how long everything else of its kind would have waited.
final class Pulse: Sendable {
    private let delays = Mutex<[Int64]>([])
    private let isStopped = Atomic<Bool>(false)

    private static let interval: Int64 = 1_000_000

    func stop() { isStopped.store(true, ordering: .releasing) }

    /// The 99th percentile in nanoseconds; -1 where there was no beat.
    var late: Int64 {
        let sorted = delays.withLock { $0.sorted() }
        return sorted.isEmpty ? -1 : sorted[(sorted.count * 99 + 99) / 100 - 1]
    }

    /// Beats until it is stopped; `sleep` waits until an instant in nanoseconds of the monotonic clock.
    func beat(_ sleep: (Int64) async -> Void) async {
        while !isStopped.load(ordering: .acquiring) {
            let due = lim_now_ns() + Self.interval
            await sleep(due)
            note(due)
        }
    }

    /// The same on a queue, until it is stopped; `group` is left after the last beat.
    func beat(on queue: DispatchQueue, _ group: DispatchGroup) {
        let due = lim_now_ns() + Self.interval
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(Self.interval))) { [self] in
            note(due)
            if isStopped.load(ordering: .acquiring) { group.leave() } else { beat(on: queue, group) }
        }
    }

    private func note(_ due: Int64) {
        let late = lim_now_ns() - due
        // The beats that should have come meanwhile are late too.
        delays.withLock { delays in
            for delay in stride(from: late, through: 0, by: -Int(Self.interval)) { delays.append(delay) }
        }
    }
}

extension Contender {
    /// Runs it, with a heartbeat beside it where the work asks for one.
    func runBeating(_ ledger: Ledger) async throws {
        guard ledger.work.beats != 0 else { return try await start(ledger) }
        let pulse = Pulse()
        switch heart {
        case .none, .own: try await start(ledger)
        case .thread:
            let beating = unsafe lim_heart_start()
            defer { ledger.heartbeat = unsafe lim_heart_stop(beating) }
            try await start(ledger)
        case .task:
            try await withThrowingTaskGroup(of: Void.self) { group in
                // One child, which ends when the work has.
                group.addTask {
                    await pulse.beat { due in
                        // The only fault of a sleep is to be cancelled, and nobody cancels it.
                        try? await Task.sleep(for: .nanoseconds(due - lim_now_ns()), tolerance: .zero)
                    }
                }
                defer { pulse.stop() }
                try await start(ledger)
            }
            ledger.heartbeat = pulse.late
        case .dispatch:
            let group = DispatchGroup()
            group.enter()
            pulse.beat(on: .global(), group)
            defer { ledger.heartbeat = pulse.late }
            defer { Self.end(pulse, group) }
            try await start(ledger)
        }
    }

    /// Task groups begin on the threads that all tasks share, as they do in a program; whatever blocks its caller begins on
    /// the main thread, and takes none of those away.
    private func start(_ ledger: Ledger) async throws {
        if heart == .task { try await startShared(ledger) } else { try await run(ledger) }
    }

    @concurrent
    private func startShared(_ ledger: Ledger) async throws { try await run(ledger) }

    private static func end(_ pulse: Pulse, _ group: DispatchGroup) {
        pulse.stop()
        group.wait()
    }
}
