import MusterTesting
import Testing

@testable import MusterSystem

@Suite struct TableTests {
    @Test("A query table agrees with a dictionary", arguments: 0..<20)
    func queryTable(seed: Int) {
        var dice = Dice(seed)
        var table = QueryTable()
        var dictionary: [UInt16: Int32] = [:]
        // Few different low bits make long runs of neighbours that wrap around the end.
        let ids = (0..<400).map { _ in
            seed % 2 == 0
                ? UInt16.random(in: 0 ... .max, using: &dice)
                : UInt16.random(in: 0..<256, using: &dice) << 8 | UInt16.random(in: 250...255, using: &dice)
        }
        for step in 0..<20_000 {
            let id = ids.randomElement(using: &dice)!
            let wantsMore = Int.random(in: 0..<600, using: &dice) > dictionary.count
            if wantsMore, dictionary[id] == nil {
                table.insert(id, Int32(step))
                dictionary[id] = Int32(step)
            } else {
                table.remove(id)
                dictionary[id] = nil
            }
            let probe = ids.randomElement(using: &dice)!
            // The macro is too slow for every step.
            guard table.count == dictionary.count, table[probe] == dictionary[probe] else {
                Issue.record("step \(step), id \(probe): \(table.count) against \(dictionary.count)")
                return
            }
        }
        for id in ids { #expect(table[id] == dictionary[id]) }
        #expect(table.slots.sorted() == dictionary.values.sorted())
    }

    @Test("Neighbouring ids, the most a socket may have many times over, are kept apart")
    func neighbours() {
        var table = QueryTable()
        let ids = UInt16.max - 2047 ... .max
        for id in ids { table.insert(id, Int32(id)) }
        #expect(table.count == 2048)
        #expect(ids.allSatisfy { table[$0] == Int32($0) })
        #expect(table[0] == nil)
        for id in ids { table.remove(id) }
        #expect(table.count == 0)
        #expect(table.slots.isEmpty)
    }

    @Test("Random ids are spread over all sixteen bits")
    func randomIDs() {
        var ids = RandomIDs()
        var seen = Set<UInt16>()
        for _ in 0..<20_000 { seen.insert(ids.next()) }
        // 20,000 draws of 65,536 leave 17,231 different ones on average; 16,000 is twelve deviations away.
        #expect(seen.count > 16_000)
        #expect(seen.reduce(0, |) == .max)
        #expect(seen.reduce(.max, &) == 0)
    }

    @Test("Jobs run in the order they came, through every growth of the queue")
    func jobOrder() async throws {
        let count = 5000
        let order = try await onLoop { loop in
            let order = Shared<[Int]>([])
            await withDiscardingTaskGroup { group in
                // All are enqueued on the loop's own thread before the first of them runs.
                for index in 0..<count {
                    group.addTask(executorPreference: loop) { order.change { $0.append(index) } }
                }
            }
            return order.value
        }
        #expect(order == Array(0..<count))
    }

    @Test("Jobs that keep the queue half full wrap around without loss")
    func jobWrap() async throws {
        let total = try await onLoop { loop in
            let total = Shared(0)
            await withDiscardingTaskGroup { group in
                for _ in 0..<700 {
                    group.addTask(executorPreference: loop) {
                        for _ in 0..<50 {
                            await Task.yield()
                            total.change { $0 += 1 }
                        }
                    }
                }
            }
            return total.value
        }
        #expect(total == 35_000)
    }

    @Test("Only stalls that overlap the time in question count, and only notable ones are kept")
    func loopLag() {
        var lag = LoopLag()
        let notable = LoopLag.notable
        lag.note(from: 0, to: notable - 1)
        #expect(lag.notableCount == 0)
        #expect(lag.worst == notable - 1)
        #expect(lag.longest(since: 0) == 0)
        lag.note(from: 100, to: 100 + 2 * notable)
        lag.note(from: 10 * notable, to: 11 * notable)
        #expect(lag.notableCount == 2)
        #expect(lag.worst == 2 * notable)
        #expect(lag.longest(since: 0) == 2 * notable)
        #expect(lag.longest(since: 100 + notable / 2) == 2 * notable - notable / 2)
        #expect(lag.longest(since: 100 + 2 * notable) == notable)
        #expect(lag.longest(since: 11 * notable) == 0)
    }

    @Test("The latest stalls push out the oldest")
    func loopLagRing() {
        var lag = LoopLag()
        lag.note(from: 0, to: 1000 * LoopLag.notable)
        for index in Int64(0)..<32 {
            let start = (2000 + 2 * index) * LoopLag.notable
            lag.note(from: start, to: start + LoopLag.notable)
        }
        #expect(lag.longest(since: 0) == LoopLag.notable)
        #expect(lag.worst == 1000 * LoopLag.notable)
        #expect(lag.notableCount == 33)
        lag.note(from: 5, to: 1)
        #expect(lag.notableCount == 33)
    }
}
