internal import CMusterLinux
package import MusterCore

/// Waits: how they end, and what their deadlines are worth. On the loop's thread only.
extension Reactor {
    /// Ends the waits whose deadlines have passed.
    func expire() {
        unsafe wheel.expire(now: now, into: &expired)
        for entry in expired {
            if unsafe slots[Int(entry)].isLingering {
                endLingering(entry)
                continue
            }
            let deadline = unsafe slots[Int(entry)].moment
            let later = unsafe slots[Int(entry)].task == nil ? deadline : withTimeGivenBack(entry, deadline)
            if unsafe later >= now, later > deadline {
                unsafe wheel.arm(entry, deadline: later)
            } else {
                wake(entry, .timedOut)
            }
        }
        expired.removeAll(keepingCapacity: true)
    }

    /// Has a wait end at another time, `.max` for never; nothing happens where nobody waits.
    func moveDeadline(of slot: Int32, to deadline: Int64) {
        guard unsafe slots[Int(slot)].waiter != nil else { return }
        unsafe slots[Int(slot)].moment = deadline
        unsafe wheel.disarm(slot)
        if deadline != .max { unsafe wheel.arm(slot, deadline: deadline) }
    }

    /// A deadline moved on by the time that we took from the dialogue, which is at most doubled by that.
    private func withTimeGivenBack(_ slot: Int32, _ deadline: Int64) -> Int64 {
        let allowed = unsafe max(deadline - slots[Int(slot)].lentAt, 0)
        return deadline + min(allowed, takenTime(slot))
    }

    /// How long we kept a dialogue waiting, whether at its own steps or by not looking at all, in nanoseconds.
    func takenTime(_ slot: Int32) -> Int64 {
        unsafe max(lag.total(since: slots[Int(slot)].lentAt), slots[Int(slot)].keptWaiting)
    }

    func cancelHere(_ slot: Int32, _ generation: UInt32) {
        guard unsafe slots[Int(slot)].generation == generation else { return }
        unsafe slots[Int(slot)].isCancelled = true
        wake(slot, .cancelled)
    }

    /// Resumes the waiter of a slot, if there is one.
    func wake(_ slot: Int32, _ cause: Wake) {
        guard let waiter = unsafe slots[Int(slot)].waiter else { return endLingering(slot) }
        unsafe slots[Int(slot)].waiter = nil
        if unsafe slots[Int(slot)].task != nil {
            unsafe slots[Int(slot)].task = nil
            unsafe watchedCount -= 1
        }
        unsafe slots[Int(slot)].interest = []
        unsafe slots[Int(slot)].moment = unsafe now - unseen
        unsafe wheel.disarm(slot)
        unsafe waiter.resume(returning: cause)
    }

    /// Suspends until one of the readinesses, trouble, the deadline or cancellation comes; a readiness that was latched
    /// before counts at once, but cancellation before it: a peer that never stops sending is always ready. Cancellation
    /// has to be brought by ``cancel(_:generation:)``.
    func wait(_ slot: Int32, for interest: Readiness, until deadline: Instant) async -> Wake {
        let interest = interest.union(.trouble)
        if unsafe slots[Int(slot)].isCancelled { return .cancelled }
        if unsafe !slots[Int(slot)].ready.isDisjoint(with: interest) { return .ready }
        // The loop has looked since the deadline passed. What was not there then is late, or else a peer that sends a
        // little in every turn would never meet its deadline.
        if unsafe deadline.nanoseconds < now { return .timedOut }
        return await suspend(slot, interest, deadline)
    }

    /// The same for waits that are made by the thousand: the loop watches the task for cancellation itself.
    func waitWatched(_ slot: Int32, for interest: Readiness, until deadline: Instant) async -> Wake {
        let interest = interest.union(.trouble)
        if Task.isCancelled { return .cancelled }
        if unsafe !slots[Int(slot)].ready.isDisjoint(with: interest) { return .ready }
        if unsafe deadline.nanoseconds < now, unsafe withTimeGivenBack(slot, deadline.nanoseconds) < now {
            return .timedOut
        }
        unsafe withUnsafeCurrentTask { task in unsafe slots[Int(slot)].task = task }
        if unsafe watchedCount == 0 { nextSweep = unsafe now + Self.sweepInterval }
        unsafe watchedCount += 1
        return await suspend(slot, interest, deadline)
    }

    private func suspend(_ slot: Int32, _ interest: Readiness, _ deadline: Instant) async -> Wake {
        let wake = unsafe await withUnsafeContinuation { waiter in
            unsafe slots[Int(slot)].waiter = waiter
            unsafe slots[Int(slot)].interest = interest
            unsafe slots[Int(slot)].moment = deadline.nanoseconds
            if deadline != .distantFuture { unsafe wheel.arm(slot, deadline: deadline.nanoseconds) }
        }
        if wake == .ready { noteKeptWaiting(slot) }
        return wake
    }

    /// The event may have come as soon as we stopped looking, and its job has waited for others since. A little waiting is
    /// part of working: a peer that makes us work without end has no excuse in it.
    @inline(__always)
    private func noteKeptWaiting(_ slot: Int32) {
        let kept = unsafe cml_now_ns() - slots[Int(slot)].moment
        if kept >= Self.notableWait { unsafe slots[Int(slot)].keptWaiting += kept }
    }

    /// In nanoseconds.
    private static let notableWait: Int64 = 1_000_000

    /// What passing a deadline means: the other side's silence, or that we took more time from the dialogue than we could
    /// give back.
    func timeoutFault(_ slot: Int32, _ deadline: Instant) -> SocketFault {
        let allowed = unsafe max(deadline.nanoseconds - slots[Int(slot)].lentAt, 0)
        return takenTime(slot) > max(allowed, LoopLag.notable) ? .late : .timedOut
    }

    /// How long this loop was kept from looking at its events since an instant; short turns at work do not count.
    package func stalledTime(since start: Instant) -> Duration { .nanoseconds(lag.total(since: start.nanoseconds)) }
}
