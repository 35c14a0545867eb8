import Dispatch

/// A parallel loop. It has as many items in flight as there are cores, whatever the window.
enum ConcurrentPerformContender {
    static let contender = Contender(
        name: "perform", title: "Dispatch: concurrentPerform", heart: .dispatch, width: .cores
    ) { ledger in
        DispatchQueue.concurrentPerform(iterations: ledger.items) { ledger.perform($0) }
    }
}
