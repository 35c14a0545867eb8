internal import CMusterLinux

/// Slots are lent and given back, with the socket they keep or empty, on the loop's thread only.
extension Reactor {
    /// A slot of the kind: an idle one, or a new one without a descriptor.
    func takeSlot(_ kind: SlotKind) -> Int32 {
        var index = unsafe idle[kind.rawValue]
        if index >= 0 {
            unsafe idle[kind.rawValue] = unsafe slots[Int(index)].nextIdle
        } else {
            index = unsafe idle[SlotKind.empty.rawValue]
            if index >= 0 {
                unsafe idle[SlotKind.empty.rawValue] = unsafe slots[Int(index)].nextIdle
            } else {
                index = addSlot()
            }
            unsafe slots[Int(index)].kind = kind
        }
        let slot = unsafe slots + Int(index)
        unsafe slot.pointee.ready = []
        unsafe slot.pointee.isCancelled = false
        unsafe slot.pointee.generation &+= 1
        unsafe slot.pointee.lentAt = now
        unsafe slot.pointee.keptWaiting = 0
        unsafe slot.pointee.isSound = false
        unsafe slot.pointee.pendingError = 0
        unsafe slot.pointee.roundTrip = 0
        return index
    }

    /// Gives a slot back, to be lent again with its descriptor.
    func keepSlot(_ index: Int32) {
        unsafe slots[Int(index)].generation &+= 1
        let kind = unsafe slots[Int(index)].kind.rawValue
        unsafe slots[Int(index)].nextIdle = idle[kind]
        unsafe idle[kind] = index
    }

    /// Gives a slot back empty; its descriptor, if any, is closed.
    func emptySlot(_ index: Int32) {
        if unsafe slots[Int(index)].descriptor >= 0 { unsafe calls.close(slots[Int(index)].descriptor) }
        unsafe slots[Int(index)].descriptor = -1
        unsafe slots[Int(index)].handler = nil
        unsafe slots[Int(index)].kind = .empty
        keepSlot(index)
    }

    /// The same for a copy of a descriptor that stays open elsewhere: closing it would leave it registered, and its events
    /// would go to whoever has the slot next.
    func emptySharedSlot(_ index: Int32) {
        _ = unsafe cml_epoll_remove(epoll, slots[Int(index)].descriptor)
        emptySlot(index)
    }

    private func addSlot() -> Int32 {
        if unsafe slotCount == slotCapacity {
            let larger = UnsafeMutablePointer<Slot>.allocate(capacity: slotCapacity * 2)
            unsafe larger.moveInitialize(from: slots, count: slotCount)
            unsafe slots.deallocate()
            unsafe slots = larger
            slotCapacity *= 2
        }
        unsafe (slots + slotCount).initialize(to: Slot())
        unsafe slotCount += 1
        unsafe wheel.grow(to: slotCapacity)
        return unsafe Int32(slotCount - 1)
    }

    func dropIdleSockets() {
        datagrams.dropIdle()
        endAllLingering()
        for kind in SlotKind.recycled {
            while unsafe idle[kind.rawValue] >= 0 {
                let index = unsafe idle[kind.rawValue]
                unsafe idle[kind.rawValue] = unsafe slots[Int(index)].nextIdle
                emptySlot(index)
            }
        }
    }

    /// The number of sockets that wait for reuse.
    var idleSocketCount: Int {
        var count = 0
        for kind in SlotKind.recycled {
            var index = unsafe idle[kind.rawValue]
            while index >= 0 {
                count += 1
                index = unsafe slots[Int(index)].nextIdle
            }
        }
        return count
    }
}
