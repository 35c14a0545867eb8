/// Finds things by the hashes of their paths. It knows neither, only that the first was added at place 0, the next at 1, and so
/// on: who asks compares the paths.
struct PathPlaces: Sendable {
    private struct Slot: Sendable {
        var hash: UInt32 = 0
        /// -1: free.
        var place: Int32 = -1

        func first(among count: Int) -> Int { Int(hash) & (count - 1) }
    }

    /// Twice as many as places at least, a power of two.
    private var slots = [Slot](repeating: Slot(), count: 16)
    private var count: Int32 = 0

    /// The place of what has a hash and is meant; nil where none is.
    func place(_ hash: Int, where isMeant: (Int) -> Bool) -> Int? {
        let wanted = Slot(hash: UInt32(truncatingIfNeeded: hash))
        var index = wanted.first(among: slots.count)
        while slots[index].place >= 0 {
            let place = Int(slots[index].place)
            if slots[index].hash == wanted.hash, isMeant(place) { return place }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Adds what is at the next place.
    mutating func add(_ hash: Int) {
        if 2 * (Int(count) + 1) > slots.count { grow(to: 2 * slots.count) }
        put(Slot(hash: UInt32(truncatingIfNeeded: hash), place: count))
        count += 1
    }

    /// Makes room for so many.
    mutating func reserve(_ wanted: Int) {
        var size = slots.count
        while size < 2 * wanted { size *= 2 }
        if size > slots.count { grow(to: size) }
    }

    private mutating func grow(to size: Int) {
        let old = slots
        slots = [Slot](repeating: Slot(), count: size)
        for slot in old where slot.place >= 0 { put(slot) }
    }

    private mutating func put(_ slot: Slot) {
        var index = slot.first(among: slots.count)
        while slots[index].place >= 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = slot
    }
}
