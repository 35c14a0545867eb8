import MusterCore
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("The axis of a timeline")
struct TimelineAxisTests {
    private static let second: Int64 = 1_000_000
    private static let hour: Int64 = 3_600_000_000
    private static let day: Int64 = 86_400_000_000
    /// 2026-11-29T00:00:00Z.
    private static let now: Int64 = 1_795_910_400_000_000

    private static let steady: [Int64] = (0..<98).map { now + Int64($0) * second }

    private static func tally(_ times: [Int64], every: Int64? = nil) -> LogTally {
        let tally = LogTally(LogQuestions(every: every), seed: 1)
        for time in times {
            tally.timeline.count(time)
            (tally.first, tally.last) = (min(tally.first, time), max(tally.last, time))
        }
        tally.fitting = UInt64(times.count)
        tally.matched = tally.fitting
        return tally
    }

    private static func report(_ tally: LogTally) -> LogAnswersTimeline {
        let report = LogAnswers(limit: 10).report(tally, sources: [], kinds: [:])
        return (
            report.timeline?.points.map { (time: $0.time, count: $0.count) } ?? [], report.timeline?.step ?? 0,
            report.notes
        )
    }

    private typealias LogAnswersTimeline = (points: [(time: Int64, count: Int)], step: Int64, notes: [String])

    @Test(
        "has a step for every instant from the first line to the last, in the shortest steps of which there are at most 4,096",
        arguments: [
            // Three lines of four weeks, two of 160 minutes, two of 23:59 hours, one; a quiet month.
            ([0, 36 * hour, 27 * day + 12 * hour], 600 * second), ([0, 160 * 60 * second], 5 * second),
            ([0, 23 * hour + 59 * 60 * second], 60 * second), ([0], second), ([0, 4_095 * second], second),
            ([0, 4_096 * second], 5 * second),
        ] as [([Int64], Int64)])
    func whole(_ offsets: [Int64], _ step: Int64) {
        let timeline = Self.report(Self.tally(offsets.map { Self.now + $0 }))
        #expect(timeline.step == step)
        #expect(timeline.points.first?.time == Self.now)
        #expect(timeline.points.count == Int(offsets[offsets.count - 1] / step) + 1)
        #expect(timeline.points.count <= 4_096)
        for (before, after) in zip(timeline.points, timeline.points.dropFirst()) {
            #expect(after.time == before.time + step)
        }
        #expect(timeline.points.reduce(0) { $0 + $1.count } == offsets.count)
        #expect(timeline.notes.isEmpty)
    }

    @Test(
        "sets apart few lines whose clock is wrong, and says so",
        arguments: [
            ([7_000_000], "1 line is set apart", "1970-01-01T00:00:07Z"),
            ([4_102_444_800_000_000], "1 line is set apart", "2100-01-01T00:00:00Z"),
            (
                [7_000_000, 8_000_000], "2 lines are set apart",
                "the first 1970-01-01T00:00:07Z, the last 1970-01-01T00:00:08Z"
            ),
        ] as [([Int64], String, String)])
    func wrongClock(_ wrong: [Int64], _ count: String, _ when: String) {
        let good = (0..<300).map { Self.now + Int64($0) * Self.second }
        for times in [good + wrong, wrong + good] {
            let timeline = Self.report(Self.tally(times))
            #expect(timeline.step == Self.second)
            #expect(timeline.points.count == 300)
            #expect(timeline.points.first?.time == Self.now)
            #expect(timeline.notes.count == 1)
            #expect(timeline.notes[0].hasPrefix(count) && timeline.notes[0].contains(when), "\(timeline.notes)")
        }
    }

    @Test("sets apart wrong clocks at both ends at once")
    func bothEnds() {
        let good = (0..<50).map { Self.now + Int64($0) * Self.hour }
        let timeline = Self.report(Self.tally(good + [0, 4_102_444_800_000_000]))
        #expect(timeline.points.count == 49 * 60 + 1 && timeline.step == 60 * Self.second)
        #expect(timeline.notes.count == 2)
    }

    @Test(
        "keeps what is far for a log that is quiet, or where nobody knows which clock is right",
        arguments: [
            [0, now], [0, now, 2 * now], [now, now + 26 * day, now + 27 * day],
            // Two in a hundred, and a year that is not over.
            [now - 400 * day, now - 400 * day] + steady, [now - 360 * day] + steady,
        ] as [[Int64]])
    func quiet(_ times: [Int64]) {
        let timeline = Self.report(Self.tally(times))
        #expect(timeline.notes.isEmpty)
        #expect(timeline.points.reduce(0) { $0 + $1.count } == times.count)
        #expect(timeline.points.count <= 4_096)
    }

    @Test("is that of one run when tallies are merged in any order", arguments: 0..<20)
    func merged(_ seed: Int) {
        var dice = Dice(seed)
        let span = Int64.random(in: 1...(40 * Self.day), using: &dice)
        var times = (0..<5_000).map { _ in Self.now + Int64.random(in: 0...span, using: &dice) }
        if seed % 2 == 0 { times.append(Int64(seed) * Self.second) }
        let whole = Self.report(Self.tally(times))
        #expect(whole.notes.count == (seed % 2 == 0 ? 1 : 0))
        times.shuffle(using: &dice)
        let cut = Int.random(in: 1..<5_000, using: &dice)
        let (left, right) = (Self.tally(Array(times[..<cut])), Self.tally(Array(times[cut...])))
        left.merge(right)
        let joined = Self.report(left)
        #expect(joined.step == whole.step && joined.notes == whole.notes)
        #expect(joined.points.map(\.time) == whole.points.map(\.time))
        #expect(joined.points.map(\.count) == whole.points.map(\.count))
    }

    @Test("has exactly the steps that were asked for, or is refused with their number")
    func chosen() throws {
        let answers = LogAnswers(limit: 10)
        let ends = { (seconds: Int64) in Self.tally([Self.now, Self.now + seconds * Self.second], every: Self.second) }
        let most = ends(99_999)
        #expect(answers.refusal(most) == nil)
        #expect(Self.report(most).points.count == 100_000)
        let more = ends(149_999)
        let refusal = try #require(answers.refusal(more))
        #expect(refusal.hasPrefix("--every: that would be 150000 steps, and 100000 are the most; ask for 5s or longer"))
        #expect(Self.report(more).points.isEmpty && Self.report(more).notes == [refusal])
        // Also where there are so many steps with lines that they were not all kept.
        let full = Self.tally((0..<120_000).map { Self.now + $0 * Self.second }, every: Self.second)
        #expect(answers.refusal(full)?.contains("120000 steps") == true)
    }

    @Test("traps at no time", arguments: [nil, 1, 86_400_000_000, .max] as [Int64?])
    func extremes(_ every: Int64?) {
        let times: [Int64] = [.min + 1, .min / 2, -1, 0, 1, .max / 2, .max]
        for count in 1...times.count {
            let tally = Self.tally(Array(times.suffix(count)), every: every)
            let timeline = Self.report(tally)
            #expect(timeline.points.count <= 100_000)
            #expect(timeline.points.isEmpty == (LogAnswers(limit: 1).refusal(tally) != nil))
        }
    }
}

extension TimeTally {
    /// Counts a line.
    fileprivate mutating func count(_ time: Int64) {
        var other = TimeTally(every: step, measures: measures.names)
        let number = TimeTally.floorDivide(time, step)
        other.restore(number: number, count: 1, classes: [0, 1, 0, 0, 0, 0], sums: [], histograms: [], sketches: [])
        merge(other)
    }
}
