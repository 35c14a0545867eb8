internal import MusterCore

/// Connections that we have ended by a FIN while the peer may still want to say something. Each stays until the peer has
/// ended too, but only for a moment, and only so many: dissolving one earlier costs the peer a RST.
struct Lingering {
    /// In nanoseconds.
    static let longest: Int64 = 100_000_000
    static let most = 256

    private var slots: [(slot: Int32, generation: UInt32)] = []
    private var first = 0
    private(set) var count = 0

    mutating func append(_ slot: Int32, _ generation: UInt32) {
        // Those that have ended meanwhile are still in the list; once they are most of it, it begins anew.
        if first > Self.most {
            slots.removeFirst(first)
            first = 0
        }
        slots.append((slot, generation))
        count += 1
    }

    /// The oldest entry, which may have ended already; nil where there is none.
    mutating func takeOldest() -> (slot: Int32, generation: UInt32)? {
        guard first < slots.count else { return nil }
        first += 1
        return slots[first - 1]
    }

    mutating func noteEnd() {
        count -= 1
        if count == 0 {
            slots.removeAll(keepingCapacity: true)
            first = 0
        }
    }
}

extension TCPSocket {
    /// Ends the loan by a FIN, and the connection when the peer has ended too or a moment has passed. Not to be used
    /// afterwards. The peer reads an orderly end even if it speaks first.
    package func giveBackOrderly() {
        finish()
        loop.linger(slot)
    }
}

extension Reactor {
    func linger(_ slot: Int32) {
        unsafe slots[Int(slot)].isLingering = true
        unsafe slots[Int(slot)].interest = .trouble
        // No borrower waits any more: the deadline is the list's.
        unsafe wheel.arm(slot, deadline: now + Lingering.longest)
        lingering.append(slot, generation(slot))
        while lingering.count > Lingering.most, let oldest = lingering.takeOldest() {
            if generation(oldest.slot) == oldest.generation { endLingering(oldest.slot) }
        }
    }

    /// Dissolves a connection that lingers; nothing happens to others.
    func endLingering(_ slot: Int32) {
        guard unsafe slots[Int(slot)].isLingering else { return }
        unsafe slots[Int(slot)].isLingering = false
        unsafe slots[Int(slot)].interest = []
        unsafe wheel.disarm(slot)
        // That both sides have ended is no trouble.
        unsafe slots[Int(slot)].ready.remove(.hungUp)
        recycle(slot)
        lingering.noteEnd()
    }

    /// Dissolves all of them, for want of their descriptors.
    func endAllLingering() {
        while let oldest = lingering.takeOldest() {
            if generation(oldest.slot) == oldest.generation { endLingering(oldest.slot) }
        }
    }
}
