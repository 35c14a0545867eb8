import Glibc
import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Years of logs that have none")
struct YearSurveyTests {
    private let folder = TemporaryFolder()

    /// 2026-11-30.
    private static let now: Int64 = 1_796_000_000

    private func source(_ name: String, _ lines: [String], modified: Int64, compressed: Bool = false) throws
        -> LogSource
    {
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        let path = try folder.file(name, compressed ? GzipBytes.member(text) : text)
        var times = [timespec(tv_sec: Int(modified), tv_nsec: 0), timespec(tv_sec: Int(modified), tv_nsec: 0)]
        #expect(unsafe utimensat(AT_FDCWD, path, &times, 0) == 0)
        return try LogSource(path: path, facts: try #require(try FileFacts.of(path)))
    }

    private static func prepared(
        _ sources: [LogSource], year: Int? = nil, positions: PositionTable? = nil
    ) throws -> PreparedSources {
        try PreparedSources.prepare(
            sources, .named(Syslog3164Line.format), wanted: ["message"], positions: positions, year: year,
            isCancelled: { false })
    }

    /// Days with their numbers of lines, as a run over the sources counts them.
    private static func days(_ prepared: PreparedSources, workers: Int = 2) async throws -> [String: Int] {
        let questions = LogQuestions(groups: [["day"]], hasTimeline: false)
        let outcome = try await RandomLog.run(
            prepared, questions, LogRunOptions(size: .init(chunk: 4_096, line: 1_024)), workers: workers)
        let rows = LogAnswers(limit: 100_000).report(outcome.tally, sources: [], kinds: [:]).tables[0].rows
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.keys[0], count($0.values[0])) })
    }

    private static func count(_ value: LogReport.Value) -> Int {
        if case .count(let count) = value { count } else { 0 }
    }

    private static func line(_ stamp: String) -> String { "\(stamp) 10:00:00 h a: x" }

    @Test(
        "Years go backwards from the file's date, over New Year and the 29th of February",
        arguments: [
            // 2025-02-03: the log of the report.
            (["Nov  3", "Nov  3", "Feb  3"], 1_738_600_000, ["2024-11-03", "2024-11-03", "2025-02-03"]),
            (
                ["Nov 28", "Dec 31", "Jan  1", "Feb  3", "Nov  3"], now,
                ["2025-11-28", "2025-12-31", "2026-01-01", "2026-02-03", "2026-11-03"]
            ),
            // Two hosts around New Year.
            (
                ["Dec 31", "Jan  1", "Dec 31", "Jan  1", "Jan  2"], 1_767_400_000,
                ["2025-12-31", "2026-01-01", "2025-12-31", "2026-01-01", "2026-01-02"]
            ),
            // The file's date is that of a copy: 2026 has no such day.
            (["Feb 28", "Feb 29", "Mar  1"], now, ["2024-02-28", "2024-02-29", "2024-03-01"]),
            (["Dec 30", "Feb 29", "Jan  5"], now, ["2023-12-30", "2024-02-29", "2025-01-05"]),
            // A day ahead of the file's date, because of zones; more is of the year before.
            (["Nov 29"], 1_795_867_200, ["2026-11-29"]), (["Dec  2"], now, ["2025-12-02"]),
            // Years without a line for months.
            (["Jun  1", "Jan  5", "Aug 20", "Mar  1"], now, ["2024-06-01", "2025-01-05", "2025-08-20", "2026-03-01"]),
        ] as [([String], Int64, [String])])
    func backwards(stamps: [String], modified: Int64, days: [String]) async throws {
        var expected: [String: Int] = [:]
        for day in days { expected[day, default: 0] += 1 }
        for compressed in [false, true] {
            let source = try source("log", stamps.map(Self.line), modified: modified, compressed: compressed)
            #expect(try await Self.days(try Self.prepared([source])) == expected, "compressed: \(compressed)")
        }
    }

    @Test("A year that is given is that of the last line")
    func given() async throws {
        let source = try source("log", ["Dec 31", "Jan  1"].map(Self.line), modified: Self.now)
        #expect(try await Self.days(try Self.prepared([source], year: 2006)) == ["2005-12-31": 1, "2006-01-01": 1])
    }

    @Test("No line of a rotated log is later than the log that came after it")
    func rotation() async throws {
        let sources = [
            try source("log.2.gz", ["Mar  3", "Oct  5"].map(Self.line), modified: Self.now, compressed: true),
            try source("log.1", ["Oct  6", "Dec 31", "Jan  4"].map(Self.line), modified: Self.now),
            try source("log", ["Jan  5", "Feb  1"].map(Self.line), modified: Self.now),
        ]
        #expect(
            try await Self.days(try Self.prepared(sources)) == [
                "2025-03-03": 1, "2025-10-05": 1, "2025-10-06": 1, "2025-12-31": 1, "2026-01-04": 1, "2026-01-05": 1,
                "2026-02-01": 1,
            ])
    }

    /// A line of each hour over some years, and more on some days; the day of each with its year.
    private static func long(_ dice: inout Dice, from first: Int, hours: Int) -> (lines: [String], days: [String: Int])
    {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var lines: [String] = []
        var days: [String: Int] = [:]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        for hour in 0..<hours {
            let moment = CivilMoment(Int64(first + hour * 3600) * 1_000_000)
            let isBusy = moment.day == 11 || moment.month == 1 && moment.day == 1
            for _ in 0..<(isBusy ? Int.random(in: 30...60, using: &dice) : 1) {
                lines.append(
                    "\(months[moment.month - 1]) \(moment.day < 10 ? " " : "")\(moment.day) \(two(moment.hour)):00:00 h a: "
                        + String(repeating: "x", count: Int.random(in: 1...150, using: &dice)))
                days["\(moment.year)-\(two(moment.month))-\(two(moment.day))", default: 0] += 1
            }
        }
        return (lines, days)
    }

    @Test("Of a large log every line has its year, though not every line is looked at", arguments: 0..<3)
    func large(seed: Int) async throws {
        var dice = Dice(seed)
        // From 2022-06 on, over two New Years and a leap day.
        let first = 1_655_000_000 + seed * 1_000_000
        let (lines, days) = Self.long(&dice, from: first, hours: 20_000)
        let source = try source("log", lines, modified: Int64(first + 20_000 * 3600))
        #expect(try #require(source.size) > 3 << 20)
        for workers in [1, 3] { #expect(try await Self.days(try Self.prepared([source]), workers: workers) == days) }
    }

    @Test("A run that goes on keeps the years of the first, whatever the file's date is then")
    func resumed() async throws {
        let lines = ["Dec 30", "Dec 31"].map(Self.line)
        let first = try source("log", lines, modified: 1_735_700_000)
        let prepared = try Self.prepared([first])
        #expect(try await Self.days(prepared) == ["2024-12-30": 1, "2024-12-31": 1])
        let size = try #require(first.size)
        let tally = LogTally(LogQuestions(), seed: 1)
        let file = Continuation.file(tally, prepared, offsets: [size], after: nil)
        let position = try #require(file.sources[0].position)
        #expect(position.year == 2024)
        // Grown, and restored from a copy.
        let grown = try source("log", lines + ["Jan  1", "Jan  2"].map(Self.line), modified: Self.now)
        #expect(
            try await Self.days(try Self.prepared([grown], positions: PositionTable([position])))
                == ["2025-01-01": 1, "2025-01-02": 1])
    }

    @Test("Times that say their year are not looked through")
    func unneeded() throws {
        let source = try source("log", ["2024-02-29T12:00:00Z h a: x"], modified: Self.now)
        #expect(try Self.prepared([source]).years.isEmpty)
    }
}
