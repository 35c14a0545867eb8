/// The queries in flight on one datagram socket, by their 16-bit id: open addressing with linear probing, removal by
/// shifting back, so that no tombstones gather.
struct QueryTable {
    private struct Entry {
        var id: UInt16 = 0
        /// -1 where the place is free.
        var slot: Int32 = -1
    }

    private var entries = [Entry](repeating: Entry(), count: 8)
    private(set) var count = 0

    private var mask: Int { entries.count - 1 }

    subscript(id: UInt16) -> Int32? {
        var place = Int(id) & mask
        while entries[place].slot >= 0 {
            if entries[place].id == id { return entries[place].slot }
            place = (place + 1) & mask
        }
        return nil
    }

    mutating func insert(_ id: UInt16, _ slot: Int32) {
        if (count + 1) * 2 > entries.count { grow() }
        var place = Int(id) & mask
        while entries[place].slot >= 0 { place = (place + 1) & mask }
        entries[place] = Entry(id: id, slot: slot)
        count += 1
    }

    mutating func remove(_ id: UInt16) {
        var place = Int(id) & mask
        while entries[place].slot >= 0, entries[place].id != id { place = (place + 1) & mask }
        guard entries[place].slot >= 0 else { return }
        count -= 1
        var next = (place + 1) & mask
        while entries[next].slot >= 0 {
            // An entry may move back only if that does not take it before its own place.
            let home = Int(entries[next].id) & mask
            if (next - home) & mask >= (next - place) & mask {
                entries[place] = entries[next]
                place = next
            }
            next = (next + 1) & mask
        }
        entries[place] = Entry()
    }

    /// The slots of all queries.
    var slots: [Int32] { entries.compactMap { $0.slot >= 0 ? $0.slot : nil } }

    private mutating func grow() {
        let old = entries
        entries = [Entry](repeating: Entry(), count: old.count * 4)
        count = 0
        for entry in old where entry.slot >= 0 { insert(entry.id, entry.slot) }
    }
}
