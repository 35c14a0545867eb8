internal import CMusterScan
internal import Glibc
internal import MusterSystem

/// Counts by key: open addressing with slots of 32 bytes, keys one after the other in an arena. Entries are numbered in
/// the order in which they came, so that other columns can stand beside the counts.
@safe
struct KeyTable: ~Copyable {
    /// One key. Free where `count` is 0.
    struct Slot {
        var hash: UInt64 = 0
        var count: UInt64 = 0
        var length: UInt32 = 0
        /// Number of the entry.
        var entry: UInt32 = 0
        /// Where the key begins in the arena.
        var offset: UInt64 = 0
    }

    /// A key on its way into the table. Its bytes must stay until it is there.
    @safe
    struct Pending {
        var start: UnsafePointer<UInt8>
        var count: Int
        var hash: UInt64
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var mask: Int
    private(set) var count = 0
    private var arena: UnsafeMutablePointer<UInt8>
    private var arenaUsed = 0
    private var arenaCapacity: Int
    let hash: KeyHash

    private static let smallest = 1024
    /// Slots that ``forEach(_:)`` takes one after the other; a divisor of ``smallest``.
    private static let runLength = 16

    init(hash: KeyHash) {
        self.hash = hash
        mask = Self.smallest - 1
        let bytes = Self.smallest * MemoryLayout<Slot>.stride
        unsafe slots = LargeMemory.zeroed(bytes, isFilled: true).bindMemory(to: Slot.self, capacity: Self.smallest)
        arenaCapacity = 16_384
        unsafe arena = LargeMemory.zeroed(arenaCapacity, isFilled: false)
            .bindMemory(to: UInt8.self, capacity: arenaCapacity)
    }

    deinit {
        unsafe LargeMemory.release(slots, slotBytes)
        unsafe LargeMemory.release(arena, arenaCapacity)
    }

    /// Bytes of all keys.
    var keyBytes: Int { arenaUsed }
    /// Has the slot of a hash fetched into the cache.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        unsafe cms_prefetch(slots + (Int(truncatingIfNeeded: hash) & mask))
    }

    /// Has the bytes of the key that a hash leads to fetched: once its slot is there.
    @inline(__always)
    func prefetchKey(_ hash: UInt64) {
        let slot = unsafe slots + (Int(truncatingIfNeeded: hash) & mask)
        if unsafe slot.pointee.hash == hash {
            unsafe cms_prefetch(arena + Int(truncatingIfNeeded: slot.pointee.offset))
        }
    }

    /// Adds `amount` (over 0) to a key's count and returns the number of its entry.
    @inline(__always)
    @discardableResult
    mutating func add(_ key: Pending, _ amount: UInt64) -> Int {
        var index = Int(truncatingIfNeeded: key.hash) & mask
        while true {
            // Invariant: index <= mask, and one slot in four is free, so the search ends.
            let slot = unsafe slots + index
            if unsafe slot.pointee.count == 0 { break }
            if unsafe slot.pointee.hash == key.hash && Int(slot.pointee.length) == key.count
                && Self.isEqual(arena + Int(truncatingIfNeeded: slot.pointee.offset), key.start, key.count)
            {
                unsafe slot.pointee.count &+= amount
                return unsafe Int(slot.pointee.entry)
            }
            index = (index &+ 1) & mask
        }
        return insert(key, amount)
    }

    /// Whether two keys of one length are the same. Most are short: a few words, one over the other, hold all
    /// their bytes.
    @inline(__always)
    private static func isEqual(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        // Invariant: every load lies inside of both keys.
        if count > 32 { return unsafe memcmp(a, b, count) == 0 }
        if count > 16 {
            let end = count &- 16
            return unsafe ByteScan.load64(a) == ByteScan.load64(b) && ByteScan.load64(a + 8) == ByteScan.load64(b + 8)
                && ByteScan.load64(a + end) == ByteScan.load64(b + end)
                && ByteScan.load64(a + end + 8) == ByteScan.load64(b + end + 8)
        }
        if count >= 8 {
            return unsafe ByteScan.load64(a) == ByteScan.load64(b)
                && ByteScan.load64(a + (count &- 8)) == ByteScan.load64(b + (count &- 8))
        }
        if count >= 4 {
            return unsafe ByteScan.load32(a) == ByteScan.load32(b)
                && ByteScan.load32(a + (count &- 4)) == ByteScan.load32(b + (count &- 4))
        }
        if count == 0 { return true }
        return unsafe a[0] == b[0] && a[count &>> 1] == b[count &>> 1] && a[count &- 1] == b[count &- 1]
    }

    @inline(never)
    private mutating func insert(_ key: Pending, _ amount: UInt64) -> Int {
        if (count + 1) * 4 > (mask + 1) * 3 { grow() }
        if arenaUsed + key.count > arenaCapacity { growArena(key.count) }
        var index = Int(truncatingIfNeeded: key.hash) & mask
        while unsafe slots[index].count != 0 { index = (index &+ 1) & mask }
        unsafe (arena + arenaUsed).update(from: key.start, count: key.count)
        unsafe slots[index] = Slot(
            hash: key.hash, count: amount, length: UInt32(truncatingIfNeeded: key.count),
            entry: UInt32(truncatingIfNeeded: count), offset: UInt64(arenaUsed))
        arenaUsed += key.count
        count += 1
        return count - 1
    }

    /// Doubles the slots where they lie, so that no page is taken twice.
    private mutating func grow() {
        let old = mask + 1
        let bytes = old * MemoryLayout<Slot>.stride
        let memory = unsafe LargeMemory.grown(slots, from: bytes, to: 2 * bytes, isFilled: true)
        unsafe slots = memory.bindMemory(to: Slot.self, capacity: 2 * old)
        mask = 2 * old - 1
        // Invariant: from an empty slot on, every key that is taken out finds its place before the slot it had, or in the
        // new half: whatever a search for it passes over was put there before and stays. Those before the first empty
        // slot may have come round from the end, and are put in place last.
        var first = 0
        while unsafe slots[first].count != 0 { first += 1 }
        let aside = (0..<first).map { unsafe slots[$0] }
        unsafe slots.update(repeating: Slot(), count: first)
        for index in first..<old where unsafe slots[index].count != 0 {
            let slot = unsafe slots[index]
            unsafe slots[index].count = 0
            place(slot)
        }
        for slot in aside { place(slot) }
    }

    @inline(__always)
    private mutating func place(_ slot: Slot) {
        var index = Int(truncatingIfNeeded: slot.hash) & mask
        while unsafe slots[index].count != 0 { index = (index &+ 1) & mask }
        unsafe slots[index] = slot
    }

    private mutating func growArena(_ needed: Int) {
        let capacity = max(arenaCapacity * 2, arenaUsed + needed)
        let memory = unsafe LargeMemory.grown(arena, from: arenaCapacity, to: capacity, isFilled: false)
        unsafe arena = memory.bindMemory(to: UInt8.self, capacity: capacity)
        arenaCapacity = capacity
    }

    private var slotBytes: Int { (mask + 1) * MemoryLayout<Slot>.stride }

    /// Adds to the count of every entry that `isMeant`.
    mutating func raise(by amount: UInt64, _ isMeant: (_ entry: Int) -> Bool) {
        for index in 0...mask {
            guard unsafe slots[index].count != 0 && isMeant(Int(slots[index].entry)) else { continue }
            unsafe slots[index].count &+= amount
        }
    }

    // MARK: Reading

    /// Calls `body` for every key in no particular order; the pending key's bytes last as long as the call.
    ///
    /// It leaps from run to run of slots: one slot after the other would fill a smaller table that the keys go to at one end
    /// first, and every search there would pass over all that is crowded there.
    func forEach(_ body: (_ key: Pending, _ count: UInt64, _ entry: Int) throws -> Void) rethrows {
        let runs = (mask + 1) / Self.runLength
        // By the golden section of all, which spreads any number of leaps evenly.
        let section: UInt64 = 0x9e37_79b9_7f4a_7c15
        let leap = Int(section >> UInt64(64 - runs.trailingZeroBitCount)) | 1
        // Invariant: the leap is odd and the number of runs a power of two, so every run comes once.
        func run(_ step: Int) -> UnsafeMutablePointer<Slot> {
            unsafe slots + (step &* leap & (runs - 1)) &* Self.runLength
        }
        for step in 0..<runs {
            // What comes next is fetched meanwhile: slots two runs ahead, keys one run ahead.
            let (this, next, later) = unsafe (run(step), run(step + 1), run(step + 2))
            for index in stride(from: 0, to: Self.runLength, by: 2) { unsafe cms_prefetch(later + index) }
            for index in 0..<Self.runLength where unsafe next[index].count != 0 {
                unsafe cms_prefetch(arena + Int(next[index].offset))
            }
            for index in 0..<Self.runLength {
                let slot = unsafe this[index]
                if slot.count == 0 { continue }
                let key = unsafe Pending(
                    start: UnsafePointer(arena + Int(slot.offset)), count: Int(slot.length), hash: slot.hash)
                try body(key, slot.count, Int(slot.entry))
            }
        }
    }

    /// Keys with their counts, the greatest count first, equal ones by their bytes: the same whatever the order of coming.
    /// At most `limit`.
    func top(_ limit: Int) -> [Entry] {
        if limit <= 0 { return [] }
        // Those that are foremost so far. Once there are as many as are wanted they are a heap with the last of them at its
        // root, so that nearly every other key is compared with that one alone.
        var best: [Int] = []
        best.reserveCapacity(min(limit, count))
        for index in 0...mask where unsafe slots[index].count != 0 {
            if best.count < limit {
                best.append(index)
                if best.count == limit { for at in (0..<limit / 2).reversed() { sink(at, in: &best) } }
            } else if precedes(index, best[0]) {
                best[0] = index
                sink(0, in: &best)
            }
        }
        best.sort { precedes($0, $1) }
        return best.map { entry(at: $0) }
    }

    /// Moves one of a heap down until what is below it precedes it.
    private func sink(_ start: Int, in heap: inout [Int]) {
        var at = start
        while 2 * at + 1 < heap.count {
            let (left, right) = (2 * at + 1, 2 * at + 2)
            let last = right < heap.count && precedes(heap[left], heap[right]) ? right : left
            if precedes(heap[last], heap[at]) { return }
            heap.swapAt(at, last)
            at = last
        }
    }

    /// A key with what is counted for it.
    struct Entry {
        var key: [UInt8]
        var count: UInt64
        var number: Int
    }

    private func entry(at index: Int) -> Entry {
        let slot = unsafe slots[index]
        let key = unsafe UnsafeBufferPointer(start: arena + Int(slot.offset), count: Int(slot.length))
        return Entry(key: unsafe Array(key), count: slot.count, number: Int(slot.entry))
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = unsafe (slots[left], slots[right])
        if a.count != b.count { return a.count > b.count }
        let order = unsafe memcmp(arena + Int(a.offset), arena + Int(b.offset), Int(min(a.length, b.length)))
        return order != 0 ? order < 0 : a.length < b.length
    }
}
