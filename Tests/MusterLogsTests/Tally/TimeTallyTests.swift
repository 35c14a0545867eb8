import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Steps of time")
struct TimeTallyTests {
    private static func numbers(_ tally: TimeTally) -> Set<Int64> { Set(tally.entries.keys) }

    private static func tally(_ times: [Int64], every: Int64?) -> TimeTally {
        var tally = TimeTally(every: every, measures: MeasureNames())
        for time in times { _ = tally.entry(time) }
        return tally
    }

    /// From the least time there is to the greatest, in microseconds and in steps of any length.
    @Test(
        "Any times stay bounded and trap nowhere, in any order and any split",
        arguments: [nil, 1, 999_999, 7_000_000, 86_400_000_000, Int64.max / 3] as [Int64?], 0..<3)
    func extremes(_ every: Int64?, _ seed: Int) {
        var dice = Dice(seed)
        var times: [Int64] = [.min + 1, .max, 0, -1, 1, .min / 2, .max / 2]
        for _ in 0..<(every == 86_400_000_000 && seed == 0 ? 101_000 : 6_000) {
            times.append(Int64.random(in: (.min + 1)...Int64.max, using: &dice) >> Int64(seed * 20))
        }
        let whole = Self.tally(times, every: every)
        #expect(whole.entries.count <= whole.limit)
        let (left, right) = (
            Self.tally(Array(times[..<50]), every: every), Self.tally(Array(times[50...]), every: every)
        )
        var joined = [left, right]
        joined[0].merge(right)
        joined[1].merge(left)
        for tally in joined + [Self.tally(times.shuffled(using: &dice), every: every)] {
            #expect(tally.step == whole.step)
            #expect(Self.numbers(tally) == Self.numbers(whole))
        }
        #expect(Self.numbers(whole) == Set(times.map { TimeTally.floorDivide($0, whole.step) }))
    }

    @Test(
        "A step covers the times from its beginning to the next",
        arguments: [1, 3, 1_000_000, 86_400_000_000] as [Int64])
    func division(_ step: Int64) {
        for time in [-2 * step, -step - 1, -step, -1, 0, 1, step - 1, step, 5 * step + 1] as [Int64] {
            let number = TimeTally.floorDivide(time, step)
            #expect(number * step <= time && time < (number + 1) * step)
        }
        #expect(TimeTally.floorDivide(.min + 1, 1) == .min + 1)
    }
}
