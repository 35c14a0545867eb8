import CMusterLimits
import Dispatch

/// A concurrent queue that a semaphore keeps to the window. Where all threads that it has are blocked Dispatch adds none within
/// such a run, so what waits has no more at work than there are cores.
enum SemaphoreContender {
    static let contender = Contender(
        name: "semaphore", title: "Dispatch: a concurrent queue bounded by a semaphore", heart: .dispatch, cost: 3e-6,
        reach: { assignment, flight, cores in
            assignment.server.isWaitedFor || assignment.kind == LIM_WORK_READS ? min(flight, cores) : flight
        }
    ) { ledger in
        fanOut(ledger)
    }

    private static func fanOut(_ ledger: Ledger) {
        let queue = DispatchQueue(label: "items", attributes: .concurrent)
        let places = DispatchSemaphore(value: ledger.window)
        let group = DispatchGroup()
        for index in 0..<ledger.items {
            places.wait()
            queue.async(group: group) {
                ledger.perform(index)
                places.signal()
            }
        }
        group.wait()
    }
}
