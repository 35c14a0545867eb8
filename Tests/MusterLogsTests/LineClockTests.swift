import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Instants of lines")
struct LineClockTests {
    static var berlin: TimeZoneRules {
        get throws { try TimeZoneRules(name: "Berlin", source: Array("CET-1CEST,M3.5.0,M10.5.0/3".utf8)) }
    }

    @Test("Every local time is what the zone says, whatever was asked before")
    func instants() throws {
        let zone = try Self.berlin
        var dice = Dice(3)
        var clock = LineClock(zone)
        for _ in 0..<20_000 {
            // 2026-10-20 to 2026-10-30, and far away.
            let isNear = Bool.random(using: &dice)
            let local = Int64.random(in: isNear ? 1_792_454_400...1_793_318_400 : -1 << 33...1 << 33, using: &dice)
            let micros = local * 1_000_000 + Int64.random(in: 0..<1_000_000, using: &dice)
            let expected = zone.instant(ofLocal: local) * 1_000_000 + (micros - local * 1_000_000)
            let found = clock.instant(LineTime.local(micros), nil, at: 0)
            if found != expected { Issue.record("\(micros): \(found), not \(expected)") }
            let shift = clock.shift(at: found)
            if shift != zone.span(at: expected / 1_000_000 - (expected < 0 ? 1 : 0)).offset * 1_000_000 {
                Issue.record("\(found) is shown with \(shift)")
            }
        }
    }

    @Test("An instant stays what it is, and no number traps")
    func far() throws {
        var clock = LineClock(try Self.berlin)
        for time in [RowBatch.noTime, -5, 0, 1 << 58] { #expect(clock.instant(time, nil, at: 0) == time) }
        for shift in 58...63 {
            for step: Int64 in -2...2 {
                let time = (Int64(1) << Int64(shift)) &+ step
                _ = clock.instant(time, SourceYears(latest: 0), at: 0)
                _ = clock.instant(time, SourceYears(turns: [.init(offset: 0, year: 2024)], end: 1), at: 0)
                _ = clock.shift(at: time)
            }
        }
    }

    @Test(
        "Keys show what clocks in the zone show",
        arguments: [
            ("day", "2026-07-01"), ("hour", "2026-07-01T00"), ("minute", "2026-07-01T00:30"), ("hour_of_day", "00"),
            ("weekday", "Wed"), ("time", "2026-07-01T00:30:00+02:00"),
        ])
    func keys(name: String, expected: String) throws {
        let questions = LogQuestions(groups: [[name]], hasTimeline: false, zone: try Self.berlin)
        let tally = LogTally(questions, seed: 1)
        let reading = try LogfmtLine.format.reading(questions.wanted)
        let counter = LineCounter([reading], questions)
        try counter.count(
            Array("ts=2026-06-30T22:30:00Z a=b\nts=\"2026-07-01 00:30:00\" a=b\n".utf8), source: 0, position: 0,
            into: tally)
        let report = LogAnswers(limit: 9).report(tally, sources: [], kinds: [:])
        #expect(report.tables[0].rows.map(\.keys) == [[expected]])
        #expect(report.tables[0].total == 2 && report.zone == questions.zone)
        #expect(questions.signature.contains("zone Berlin"))
        #expect(!LogQuestions(groups: [["path"]], zone: try Self.berlin).signature.contains("zone"))
    }

    @Test("A tally carries zone, year and time field, and one of before has none of them")
    func tally() throws {
        let questions = LogQuestions(
            groups: [["day"]], filter: try LogFilter("time >= 2026-07-01", zone: try Self.berlin),
            zone: try Self.berlin,
            year: 2026, timeField: try TimeField("x:%F %T"))
        let position = Position(
            fingerprint: Fingerprint([1]), identity: .init(device: 1, inode: 2), offset: 7, year: 2025)
        let source = TallySource(name: "a", format: "json", position: position)
        let file = TallyFile(tally: LogTally(questions, seed: 1), sources: [source], kinds: [:])
        let back = try TallyFile(file.encoded(), seed: 2)
        let found = back.tally.questions
        #expect(found.zone == questions.zone && found.year == 2026 && found.timeField == questions.timeField)
        #expect(found.signature == questions.signature && back.sources == [source])
        #expect(back.encoded() == file.encoded())
    }
}
