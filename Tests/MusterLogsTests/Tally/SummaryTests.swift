import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Tables, sketches and distributions, against plain counting")
struct SummaryTests {
    static let noMeasures = MeasureNames()

    @Test("A table counts as a dictionary does, and its top is what sorting gives", arguments: 0..<6)
    func table(_ seed: Int) {
        var dice = Dice(seed)
        var expected: [[UInt8]: UInt64] = [:]
        let group = GroupTally(["k"], Self.noMeasures, hash: KeyHash(seed: dice.next()))
        for _ in 0..<8_000 {
            let length = [0, 1, 2, 3, 4, 7, 8, 9, 16, 17, 33, 5_000].randomElement(using: &dice) ?? 0
            let key = [UInt8](repeating: UInt8.random(in: 0...40, using: &dice), count: length)
            let amount = UInt64.random(in: 1...3, using: &dice)
            expected[key, default: 0] += amount
            _ = group.insert(key, amount)
        }
        let sorted = expected.sorted {
            $0.value != $1.value ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key)
        }
        for limit in [0, 1, 7, sorted.count - 1, sorted.count, .max] {
            let top = group.table.top(limit)
            #expect(top.map(\.key) == sorted.prefix(limit).map(\.key))
            #expect(top.map(\.count) == sorted.prefix(limit).map(\.value))
        }
    }

    @Test(
        "Distinct keys are exact while few and within 3 % beyond", arguments: [0, 1, 1_024, 1_025, 20_000, 1_000_000])
    func distinct(_ count: Int) {
        var dice = Dice(count)
        var (whole, left, right) = (DistinctSketch(), DistinctSketch(), DistinctSketch())
        for index in 0..<count {
            let hash = dice.next()
            whole.add(hash)
            if index % 3 > 0 { left.add(hash) }
            if index % 3 < 2 { right.add(hash) }
        }
        let error = abs(whole.estimate - count)
        #expect(count <= DistinctSketch.exactLimit ? error == 0 : Double(error) <= 0.03 * Double(count))
        var other = right
        other.merge(left)
        left.merge(right)
        #expect(left == whole && other == whole)
    }

    @Test("Quantiles lie within 1/128 of the exact ones, and parts join to the whole", arguments: 0..<8)
    func quantiles(_ seed: Int) {
        var dice = Dice(seed)
        var (whole, left, right) = (ValueHistogram(), ValueHistogram(), ValueHistogram())
        var values: [Int64] = []
        for _ in 0..<2_000 {
            let value = Int64.random(in: -5...Int64.max >> Int64.random(in: 0...62, using: &dice), using: &dice)
            values.append(max(0, value))
            whole.add(value)
            if Bool.random(using: &dice) { left.add(value) } else { right.add(value) }
        }
        values.sort()
        for share in [0, 0.01, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = Double(values[max(1, Int((share * 2_000).rounded(.up))) - 1])
            #expect(abs((whole.quantile(share) ?? -1) - exact) <= exact / 128)
        }
        left.merge(right)
        #expect(left == whole)
        #expect(ValueHistogram().quantile(0.5) == nil)
    }

    /// Entries by number of the step.
    private func counts(_ tally: TimeTally) -> [Int64: UInt64] { tally.entries.mapValues { tally.counts[$0] } }

    private func tally(_ times: [Int64], every: Int64?) -> TimeTally {
        // Also times that none would be taken for unless it was said.
        let questions = LogQuestions(groups: [], every: every, timeField: try? TimeField("ts:iso"))
        var scratch = Scratch()
        func iso(_ time: Int64) -> String {
            unsafe scratch.make(CivilMoment.longest) { unsafe CivilMoment(time * 1_000_000).write(to: $0, .full) }
                .string
        }
        let text = times.map { "k=1 ts=\(iso($0))\n" }.joined()
        let tally = LogTally(questions, seed: 1)
        do {
            try LineCounter([try RandomLog.reading(questions)], questions).count(
                Array(text.utf8), source: 0, position: 0, into: tally)
        } catch { Issue.record(error) }
        return tally.timeline
    }

    @Test(
        "Lines over time come to the same steps in any order and any split",
        arguments: [60, 4_096, 4_097, 100_000, 3_000_000_000, 90_000_000_000], [nil, 7_000_000] as [Int64?])
    func time(_ span: Int64, _ every: Int64?) {
        var dice = Dice(Int(span))
        // Seconds since 1970, some of them before it.
        let times = (0..<6_000).map { _ in Int64.random(in: -span / 3...span, using: &dice) }
        let whole = tally(times, every: every)
        #expect(whole.entries.count <= whole.limit)
        var expected: [Int64: UInt64] = [:]
        for time in times { expected[TimeTally.floorDivide(time * 1_000_000, whole.step), default: 0] += 1 }
        #expect(counts(whole) == expected)
        let order = times.shuffled(using: &dice)
        let cut = Int.random(in: 0...order.count, using: &dice)
        var (left, right) = (tally(Array(order[..<cut]), every: every), tally(Array(order[cut...]), every: every))
        let first = left
        left.merge(right)
        right.merge(first)
        for joined in [tally(order, every: every), left, right] {
            #expect(joined.step == whole.step && counts(joined) == expected)
        }
        // Not longer than it must be.
        if every == nil, whole.step > 1_000_000 {
            let shorter = TimeTally.automaticSteps.last { $0 < whole.step } ?? 0
            let steps = Set(
                times.map {
                    TimeTally.floorDivide($0 * 1_000_000, whole.step > 86_400_000_000 ? whole.step / 2 : shorter)
                })
            #expect(steps.count > whole.limit)
        }
    }
}
