import MusterCore
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Steps of time")
struct TimeTallyTests {
    private static func numbers(_ tally: TimeTally) -> Set<Int64> { Set(tally.entries.keys) }

    private static func tally(_ times: [Int64], every: Int64?) -> TimeTally {
        var tally = TimeTally(every: every, measures: MeasureNames())
        for time in times { tally.turn(to: time) }
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

    private static let hour: Int64 = 3_600_000_000

    private static func zone(_ source: String) throws -> TimeZoneRules {
        try TimeZoneRules(name: source, source: Array(source.utf8))
    }

    @Test(
        "Steps begin at round times by the zone's clocks in winter, weeks on Mondays",
        arguments: [
            ("UTC0", 0), ("IST-5:30", 330), ("NST3:30NDT,M3.2.0,M11.1.0", -210), ("CET-1CEST,M3.5.0,M10.5.0/3", 60),
            // Clocks that go back for the winter, and summer at the turn of the year.
            ("IST-1GMT0,M10.5.0,M3.5.0/1", 0), ("NZST-12NZDT,M9.5.0,M4.1.0/3", 720), ("LMT0:53:28", -53.466_666_7),
        ] as [(String, Double)], [1, 6, 24, 48, 168] as [Int64])
    func local(_ zone: (source: String, minutes: Double), _ hours: Int64) throws {
        let step = hours * Self.hour
        let tally = TimeTally(every: step, measures: MeasureNames(), zone: try Self.zone(zone.source))
        let offset = Int64((zone.minutes * 60).rounded()) * 1_000_000
        var dice = Dice(Int(hours))
        for _ in 0..<500 {
            let time = Int64.random(in: -1 << 51...1 << 51, using: &dice)
            let beginning = tally.beginning(tally.number(at: time))
            #expect(beginning <= time && time - beginning < step)
            let monday = hours == 168 ? 4 * 24 * Self.hour : 0
            #expect((beginning + offset - monday).isMultiple(of: step))
        }
    }

    @Test("Tallies of two zones are joined where each step lies in one of the other")
    func zones() throws {
        func tally(_ source: String, every: Int64?) throws -> TimeTally {
            var tally = TimeTally(every: every, measures: MeasureNames(), zone: try Self.zone(source))
            tally.turn(to: 1_795_910_400_000_000)
            return tally
        }
        let cases: [(String, Int64?, Bool)] = [
            ("CET-1", Self.hour, true), ("IST-5:30", Self.hour, false), ("IST-5:30", Self.hour / 2, true),
            ("CET-1", 6 * Self.hour, false), ("BST-6", 6 * Self.hour, true), ("IST-5:30", nil, true),
        ]
        for (source, every, isAligned) in cases {
            let (here, there) = (try tally("UTC0", every: every), try tally(source, every: every))
            #expect(here.canMerge(there) == isAligned && there.canMerge(here) == isAligned, "\(source)")
            guard isAligned else { continue }
            var joined = here
            joined.merge(there)
            #expect(Self.numbers(joined) == Self.numbers(here))
        }
    }
}
