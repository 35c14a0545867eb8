/// When each item of a fan-out would begin if its waiting were all that takes time: so many are in flight, and the next one
/// begins in the place of one that has ended, in order.
///
/// This is the intended start that latencies count from. An item whose place is kept by a stalled one is asked for later by
/// intention; one that begins late because the contender was slow, or had fewer in flight, has waited for it.
package enum IdealSchedule {
    /// Seconds from the beginning, one an item, in ascending order. `waits`: seconds that each item waits for others, 0 or
    /// more. `window`: items in flight at most; 0: all begin at once.
    package static func starts(waits: [Double], window: Int) -> [Double] {
        guard window > 0, window < waits.count else { return waits.map { _ in 0 } }
        // When each place is free, the first one in front: a heap.
        var free = [Double](repeating: 0, count: window)
        return waits.map { wait in
            let start = free[0]
            free[0] = start + max(0, wait)
            sink(&free)
            return start
        }
    }

    /// Moves the first value to where it belongs.
    private static func sink(_ heap: inout [Double]) {
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            if least == place { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
