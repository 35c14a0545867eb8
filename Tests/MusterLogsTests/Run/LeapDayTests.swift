import Glibc
import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("29 February in years that are given")
struct LeapDayTests {
    private let folder = TemporaryFolder()

    /// 2026-11-30.
    private static let now: Int64 = 1_796_000_000

    private func source(_ name: String, _ days: [String], compressed: Bool = false) throws -> LogSource {
        let text = Array(days.map { "\($0) 10:00:00 h a: x\n" }.joined().utf8)
        let path = try folder.file(name, compressed ? GzipBytes.member(text) : text)
        var times = [timespec(tv_sec: Int(Self.now), tv_nsec: 0), timespec(tv_sec: Int(Self.now), tv_nsec: 0)]
        #expect(unsafe utimensat(AT_FDCWD, path, &times, 0) == 0)
        return try LogSource(path: path, facts: try #require(try FileFacts.of(path)))
    }

    /// The days of the lines in their order, `-` where they have none, and what the report says about it.
    private static func days(_ sources: [LogSource], year: Int?) async throws -> (days: [String], remarks: [String]) {
        let questions = LogQuestions(groups: [["day"]], hasTimeline: false, year: year)
        let prepared = try PreparedSources.prepare(
            sources, .named(Syslog3164Line.format), wanted: questions.wanted, year: year, isCancelled: { false })
        let outcome = try await RandomLog.run(prepared, questions, LogRunOptions(), workers: 2)
        // As it is after it was kept in a file.
        let file = TallyFile(tally: outcome.tally, sources: [.init(name: "log", format: "", position: nil)], kinds: [:])
        var tally = outcome.tally
        if sources.count == 1 { tally = try TallyFile(file.encoded(), seed: 3).tally }
        let rows = LogAnswers(limit: 100).report(tally, sources: [], kinds: [:]).tables[0].rows
        return (
            rows.filter { $0.values[0] != .count(0) }.map { $0.keys[0] }.sorted(),
            BoundQuestions.remarks(tally, prepared.readings)
        )
    }

    @Test(
        "has no time where the year has no such day, and a note says so", arguments: [false, true],
        [
            (2026, ["-", "2026-02-28", "2026-03-01"]), (2024, ["2024-02-28", "2024-02-29", "2024-03-01"]),
            (1900, ["-", "1900-02-28", "1900-03-01"]), (nil, ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ] as [(Int?, [String])])
    func given(_ compressed: Bool, _ year: (given: Int?, days: [String])) async throws {
        for days in [["Feb 28", "Feb 29", "Mar  1"], ["Feb 28", "Mar  1", "Feb 29"]] {
            let found = try await Self.days([try source("log", days, compressed: compressed)], year: year.given)
            #expect(found.days == year.days)
            let note = "1 line has no time: 29 February, in a year that has none (--year \(year.given ?? 0))."
            #expect(found.remarks == (year.days[0] == "-" ? [note] : []))
        }
    }

    @Test("does not move the years before it")
    func years() async throws {
        let found = try await Self.days([try source("log", ["Dec 31", "Feb 29", "Mar  1", "Jan  1"])], year: 2027)
        #expect(found.days == ["-", "2025-12-31", "2026-03-01", "2027-01-01"])
        let rotated = [
            try source("log.1", ["Feb 28", "Feb 29"]), try source("log", ["Feb 29", "Mar  1"]),
        ]
        let both = try await Self.days(rotated, year: 2026)
        #expect(both.days == ["-", "2026-02-28", "2026-03-01"])
        #expect(both.remarks == ["2 lines have no time: 29 February, in a year that has none (--year 2026)."])
    }

    @Test("A year that is given holds for lines that were not looked through beforehand")
    func later() throws {
        var clock = LineClock(.utc)
        func day(_ month: Int, _ day: Int, _ years: SourceYears) throws -> String? {
            let micros = try #require(YearlessTime.micros(month: month, day: day, clock: 0))
            let time = clock.instant(
                LineTime.number(.init(value: micros, isLocal: true, isYearless: true)), years, at: 1 << 40)
            if time == RowBatch.noTime { return nil }
            let moment = CivilMoment(time)
            return "\(moment.year)-\(moment.month)-\(moment.day)"
        }
        let years = SourceYears(turns: [.init(offset: 0, year: 2006)], end: 100, given: 2006)
        #expect(try day(12, 31, years) == "2006-12-31" && day(3, 1, years) == "2006-3-1" && day(2, 29, years) == nil)
        #expect(clock.takeDayless() == 1 && clock.takeDayless() == 0)
        // 2006-03-01T12:00:00Z: the log that came after begins there.
        let rotated = SourceYears(latest: 1_141_214_400_000_000, given: 2006)
        #expect(try day(3, 1, rotated) == "2006-3-1" && day(3, 2, rotated) == "2005-3-2" && day(2, 29, rotated) == nil)
    }

    @Test("A year that is given is that of times without one in a named field, too")
    func timeField() throws {
        let questions = LogQuestions(groups: [["day"]], year: 2006, timeField: try TimeField("at:%b %d %H:%M"))
        let tally = LogTally(questions, seed: 1)
        let reading = try LogfmtLine.format.reading(questions.wanted)
        try LineCounter([reading], questions).count(
            Array("at=\"Mar 01 10:00\" k=1\nat=\"Feb 29 10:00\" k=1\n".utf8), source: 0, position: 0, into: tally)
        let rows = LogAnswers(limit: 9).report(tally, sources: [], kinds: [:]).tables[0].rows
        #expect(rows.map { $0.keys[0] }.sorted() == ["-", "2006-03-01"] && tally.dayless == 1)
    }
}
