import CMusterLimits
import Synchronization

/// Task groups on the threads that all tasks share. A task that waits for a socket is suspended until a thread with epoll
/// resumes it; what computes or blocks does so on the shared threads.
enum TaskGroupContender {
    static let unbounded = Contender(
        name: "group", title: "a task group, unbounded", heart: .task, width: .unbounded, reach: reach
    ) { ledger in
        try await SocketWaiting.with(ledger) { waiting in
            await withTaskGroup { group in
                // A child for each item at once, without a bound: that is the model.
                for index in 0..<ledger.items {
                    group.addTask { await waiting.perform(index, ledger) }
                }
            }
        }
    }

    static let windowed = Contender(
        name: "group-window", title: "a task group with a window", heart: .task, reach: reach
    ) { ledger in
        try await SocketWaiting.with(ledger) { waiting in
            await fanOut(ledger, on: nil) { await waiting.perform($0, ledger) }
        }
    }

    /// Does the items in a group that adds a child where one has ended.
    static func fanOut(
        _ ledger: Ledger, on executor: (any TaskExecutor)?, _ perform: @escaping @Sendable (Int) async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            var next = 0
            while next < min(ledger.window, ledger.items) {
                let index = next
                group.addTask(executorPreference: executor) { await perform(index) }
                next += 1
            }
            while await group.next() != nil {
                guard next < ledger.items else { continue }
                let index = next
                group.addTask(executorPreference: executor) { await perform(index) }
                next += 1
            }
        }
    }

    /// A fixed number of children that take the next item, which is how a discarding group is kept to a window.
    static let discarding = Contender(
        name: "group-discarding", title: "a discarding task group of as many children as the window", heart: .task,
        reach: reach
    ) { ledger in
        try await SocketWaiting.with(ledger) { waiting in
            let counter = Counter()
            await withDiscardingTaskGroup { group in
                // As many children as the window has places.
                for _ in 0..<min(ledger.window, ledger.items) {
                    group.addTask {
                        while let index = counter.next(below: ledger.items) { await waiting.perform(index, ledger) }
                    }
                }
            }
        }
    }

    /// What blocks a thread has one of those that there are.
    @Sendable
    private static func reach(_ assignment: Assignment, _ flight: Int, _ cores: Int) -> Int {
        assignment.kind == LIM_WORK_READS ? min(flight, cores) : flight
    }

    private final class Counter: Sendable {
        private let taken = Atomic<Int>(0)

        func next(below end: Int) -> Int? {
            let index = taken.add(1, ordering: .relaxed).oldValue
            return index < end ? index : nil
        }
    }
}
