internal import CMusterLinux
package import MusterCore

/// The clocks of the system.
package enum SystemClock {
    /// Monotonic, not adjusted; does not count time asleep.
    package static var now: Instant { Instant(nanoseconds: cml_now_ns()) }
    /// Seconds since 1970.
    package static var wallSeconds: Double { cml_wall_seconds() }
    /// User and system time of the whole process so far.
    package static var processorTime: Duration { .nanoseconds(cml_cpu_ns()) }
}

extension Reactor {
    /// Sleeps on the current loop's timer wheel; returns early, with false, when the task is cancelled.
    @discardableResult
    package static func sleep(until deadline: Instant) async -> Bool {
        guard let loop = Reactor.current else { preconditionFailure("sleeping needs a loop") }
        let slot = loop.takeSlot(.timer)
        let generation = loop.generation(slot)
        let wake = await withTaskCancellationHandler {
            // At least one turn, so that a loop of short sleeps lets others run.
            unsafe await loop.wait(slot, for: [], until: max(deadline, Instant(nanoseconds: loop.now)))
        } onCancel: {
            loop.cancel(slot, generation: generation)
        }
        loop.emptySlot(slot)
        return wake != .cancelled
    }

    func generation(_ slot: Int32) -> UInt32 { unsafe slots[Int(slot)].generation }
}
