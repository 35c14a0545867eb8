import Glibc
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Keys in a table")
struct KeyTableTests {
    @Test("Keys of all lengths that differ in one byte are different keys")
    func lengths() {
        var dice = Dice(1)
        let group = GroupTally(["k"], MeasureNames(), hash: KeyHash(seed: dice.next()))
        var expected: [[UInt8]: UInt64] = [:]
        for length in 0...40 {
            let key = (0..<length).map { _ in UInt8.random(in: 0...255, using: &dice) }
            for index in 0...length {
                var changed = key
                if index < length { changed[index] ^= 1 << UInt8.random(in: 0...7, using: &dice) }
                for key in [changed, changed, key] {
                    expected[key, default: 0] += 1
                    _ = group.insert(key, 1)
                }
            }
        }
        #expect(Self.counts(group) == expected)
        #expect(group.table.count == expected.count)
    }

    @Test("A key is found by its bytes alone, and nothing behind it is read")
    func endOfMemory() {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let memory = unsafe mmap(nil, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let start = unsafe memory else {
            Issue.record("no memory")
            return
        }
        defer { unsafe munmap(start, 2 * page) }
        #expect(unsafe mprotect(start + page, page, PROT_NONE) == 0)
        var table = KeyTable(hash: KeyHash(seed: 7))
        for length in 0...100 {
            let key = (0..<length).map { UInt8($0) }
            // Invariant: the key ends where the readable page does.
            let place = unsafe (start + page - length).assumingMemoryBound(to: UInt8.self)
            for index in 0..<length { unsafe place[index] = key[index] }
            let entry = unsafe table.add(.init(start: place, count: length, hash: table.hash(place, length)), 1)
            #expect(entry == length)
            Chunk.with(key + [UInt8](repeating: 0xff, count: 9)) { chunk in
                let copy = unsafe UnsafePointer(chunk.base)
                let hash = unsafe table.hash(copy, length)
                #expect(unsafe hash == table.hash(place, length))
                #expect(unsafe table.add(.init(start: copy, count: length, hash: hash), 1) == entry)
            }
        }
        #expect(table.count == 101)
    }

    /// A word that equals the constant of the hash would make all keys with it the same.
    @Test("Keys made to suit the constants of the hash do not collide", arguments: [16, 17, 32, 40])
    func chosenKeys(_ length: Int) {
        let hash = KeyHash(seed: 3)
        let constant = (0..<8).map { UInt8(truncatingIfNeeded: 0xe703_7ed1_a0b4_28db as UInt64 >> UInt64(8 * $0)) }
        for place in 0...length - 8 {
            for isSwapped in [false, true] {
                var hashes: Set<UInt64> = []
                for number in 0..<50 {
                    var key = [UInt8](repeating: UInt8(number), count: length)
                    let word = isSwapped ? Array(constant[4...] + constant[..<4]) : constant
                    // As two halves too, which short keys are read by.
                    key.replaceSubrange(place..<place + 4, with: word[..<4])
                    let second = length == 16 && place == 0 ? 8 : place + 4
                    key.replaceSubrange(second..<second + 4, with: word[4...])
                    hashes.insert(Chunk.with(key) { unsafe hash(UnsafePointer($0.base), length) })
                }
                #expect(hashes.count == 50, "at \(place)")
            }
        }
    }

    @Test("Every key of a table is visited once", arguments: [0, 1, 700, 3_000, 50_000])
    func visits(_ count: Int) {
        let group = GroupTally(["k"], MeasureNames(), hash: KeyHash(seed: 5))
        for number in 0..<count { _ = group.insert(Array("\(number)".utf8), 1) }
        var seen = [Int](repeating: 0, count: count)
        group.table.forEach { _, _, entry in seen[entry] += 1 }
        #expect(seen.allSatisfy { $0 == 1 })
    }

    /// A smaller table that they go to would else be crowded at one end, and every search there long.
    @Test("The first keys that are visited lie all over the slots", arguments: [40_000, 90_000])
    func spread(_ count: Int) {
        let group = GroupTally(["k"], MeasureNames(), hash: KeyHash(seed: 5))
        for number in 0..<count { _ = group.insert(Array("\(number)".utf8), 1) }
        // The lowest bits of the hash say where a key lies, in the smaller tables too.
        for slots in [1 << 17, 1 << 16, 1 << 15] where slots <= count * 2 {
            var parts = [Int](repeating: 0, count: 8)
            var visited = 0
            group.table.forEach { key, _, _ in
                visited += 1
                if visited <= 8_000 { parts[Int(key.hash % UInt64(slots)) / (slots / 8)] += 1 }
            }
            #expect(parts.allSatisfy { $0 > 500 && $0 < 1_500 }, "\(parts)")
        }
    }

    static func counts(_ group: GroupTally) -> [[UInt8]: UInt64] {
        var counts: [[UInt8]: UInt64] = [:]
        for entry in group.table.top(.max) { counts[entry.key] = entry.count }
        return counts
    }

    // MARK: Bounds

    @Test("Tallies that were pruned, joined in any grouping, bound the true counts", arguments: 0..<12)
    func prunedAndJoined(_ seed: Int) {
        var dice = Dice(seed)
        var exact: [[UInt8]: UInt64] = [:]
        var (allowed, groups): (UInt64, [GroupTally]) = (0, [])
        for _ in 0..<4 {
            let group = GroupTally(["k"], MeasureNames(), hash: KeyHash(seed: dice.next()))
            let (limit, rounds) = (Int.random(in: 5...40, using: &dice), Int.random(in: 0...5, using: &dice))
            var count: UInt64 = 0
            for _ in 0..<rounds {
                let part = GroupTally(["k"], MeasureNames(), hash: KeyHash(seed: 1))
                for _ in 0..<300 {
                    let key = Array("\(Int.random(in: 0...Int.random(in: 0...200, using: &dice), using: &dice))".utf8)
                    exact[key, default: 0] += 1
                    _ = part.insert(key, 1)
                    count += 1
                }
                group.merge(part)
                group.prune(to: limit)
                #expect(group.floor * UInt64(limit) <= count)
                #expect(group.table.count <= limit)
            }
            allowed += group.floor
            groups.append(group)
        }
        let order = groups.shuffled(using: &dice)
        if Bool.random(using: &dice) {
            for other in order.dropFirst() { order[0].merge(other) }
        } else {
            order[2].merge(order[3])
            order[0].merge(order[1])
            order[0].merge(order[2])
        }
        #expect(order[0].floor == allowed)
        var missing = exact
        for entry in order[0].table.top(.max) {
            let count = missing.removeValue(forKey: entry.key) ?? 0
            let error = order[0].error(entry.number)
            #expect(entry.count >= count && entry.count - error <= count && error <= allowed)
        }
        #expect(missing.values.allSatisfy { $0 <= allowed })
    }
}
