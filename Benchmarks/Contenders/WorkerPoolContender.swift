import CMusterLimits
import MusterSystem

/// A task group with a window whose children prefer an executor with a thread for each of them (SE-0417): tasks that may
/// block.
enum WorkerPoolContender {
    static let contender = Contender(
        name: "group-workers", title: "a task group on a worker pool, a thread for each place of the window",
        heart: .task, cost: 5e-6
    ) { ledger in
        await WorkerPool.withPool(ledger.window) { pool in
            await TaskGroupContender.fanOut(ledger, on: pool) { ledger.perform($0) }
        }
    }
}
