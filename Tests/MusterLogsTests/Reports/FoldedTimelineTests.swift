import MusterCore
import MusterTesting
import MusterText
import Testing

@testable import MusterLogs

@Suite("Columns of a timeline")
struct FoldedTimelineTests {
    private static let hour: Int64 = 3_600_000_000
    private static let day: Int64 = 24 * hour

    private static func zone(_ source: String) throws -> TimeZoneRules {
        try TimeZoneRules(name: source, source: Array(source.utf8))
    }

    /// Steps from the one that holds a time (UTC) on, each with one line, as they are counted in the zone.
    private static func report(_ zone: TimeZoneRules, from start: Int64, step: Int64, count: Int64) -> LogReport {
        let shift = zone.winterOffset * 1_000_000
        let first = UTCMoment.floorDivide(start + shift, step).quotient * step - shift
        var report = LogReport(version: "1")
        report.zone = zone
        report.first = start
        report.last = first + (count - 1) * step
        report.timeline = .init(
            step: step, columns: [], points: (0..<count).map { .init(time: first + $0 * step, count: 1) })
        return report
    }

    /// In seconds.
    private static let round: Set<Int64> = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 2 * 86_400,
        7 * 86_400, 14 * 86_400, 28 * 86_400, 56 * 86_400, 112 * 86_400, 224 * 86_400, 448 * 86_400,
    ]

    @Test(
        "hold whole steps, are of round lengths and are named by the clocks of the zone, also where these change",
        arguments: [
            "UTC0", "IST-5:30", "NST3:30NDT,M3.2.0,M11.1.0", "CET-1CEST,M3.5.0,M10.5.0/3", "GMT0BST,M3.5.0/1,M10.5.0",
        ], 0..<12)
    func columns(_ source: String, _ seed: Int) throws {
        let zone = try Self.zone(source)
        var dice = Dice(seed)
        // In 2026 or 2027; at most as many steps as a run has.
        let start = 1_767_225_600_000_000 + Int64.random(in: 0...(700 * Self.day), using: &dice)
        let steps: [Int64] = [1, 5, 10, 60, 300, 600, 3600, 21_600, 86_400]
        let step: Int64 = steps[Int.random(in: 0..<steps.count, using: &dice)] * 1_000_000
        let count = Int64.random(in: 1...4096, using: &dice)
        let report = Self.report(zone, from: start, step: step, count: count)
        let points = try #require(report.timeline?.points)
        let shown = report.shown
        let shift = try #require(shown.timeline).shift
        for limit in [24, 48, 71, 131, 240] {
            let folded = try #require(FoldedTimeline(shown.timeline, limit: limit))
            #expect(folded.columns.count <= limit && Self.round.contains(folded.step / 1_000_000), "\(folded.step)")
            var next = 0
            for column in folded.columns {
                let time: Int64 = column.time - shift
                let end: Int64 = time + folded.step
                let held = points[next...].prefix { $0.time < end }
                #expect(column.count == held.count && (held.first?.time ?? time) >= time)
                next = held.endIndex
                let offset: Int64 = zone.span(at: time / 1_000_000).offset
                let named = folded.shown(column.time)
                #expect(named.local == time + offset * 1_000_000)
                let text: String = offset * 1_000_000 == shift ? "" : " " + TimeZoneRules.text(offset: offset)
                #expect(named.offset == text)
            }
            let first = try #require(folded.columns.first)
            #expect(first.count > 0 && next == points.count)
            // By the clocks of the last line, unless steps begin at round times only in winter.
            let monday: Int64 = folded.step.isMultiple(of: 7 * Self.day) ? 4 * Self.day : 0
            let late: Int64 = UTCMoment.floorDivide(first.time - monday, folded.step).remainder
            let summer: Int64 = shift - zone.winterOffset * 1_000_000
            #expect(late == 0 || late == summer || folded.step == step)
        }
    }

    @Test(
        "are named by as much of their time as is not zero",
        arguments: [
            (day, 0, "2026-11-29"), (day, hour, "2026-11-29 01:00"), (60_000_000, 90_000_000, "00:01:30"),
            (60_000_000, 120_000_000, "00:02"), (500_000, 500_000, "00:00:00.500"), (1, 1, "00:00:00.000001"),
            (1_000_000, 0, "00:00:00"),
        ] as [(Int64, Int64, String)])
    func names(_ step: Int64, _ time: Int64, _ text: String) throws {
        // 2026-11-29.
        let start = 1_795_910_400_000_000 + time
        let timeline = LogReport.Timeline(step: step, columns: [], points: [.init(time: start, count: 1)])
        let folded = try #require(FoldedTimeline(timeline, limit: 10))
        #expect(LogTimelineText.moment(start, span: 0, in: folded) == text)
    }

    @Test("of a length that somebody chose are multiples of it", arguments: [7, 45, 90, 1500, 97_200] as [Int64])
    func chosen(_ seconds: Int64) throws {
        let report = Self.report(.utc, from: 1_795_910_400_000_000, step: seconds * 1_000_000, count: 1_000)
        for limit in [1, 2, 24, 71, 240] {
            let folded = try #require(FoldedTimeline(report.timeline, limit: limit))
            #expect(folded.columns.count <= limit && folded.step.isMultiple(of: seconds * 1_000_000))
            let first = try #require(report.timeline?.points.first)
            let column = try #require(folded.columns.first)
            let offset: Int64 = column.time - first.time
            #expect(offset <= 0 && offset.isMultiple(of: seconds * 1_000_000))
        }
    }
}
