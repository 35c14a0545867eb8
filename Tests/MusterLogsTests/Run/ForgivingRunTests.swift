import Glibc
import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Runs over logs that are not as they should be")
struct ForgivingRunTests {
    private static let questions = LogQuestions(groups: [["k"]], hasTimeline: false)

    private static func source(_ path: String) throws -> LogSource {
        try LogSource(path: path, facts: try #require(try FileFacts.of(path)))
    }

    private static func run(_ prepared: PreparedSources, _ options: LogRunOptions) async throws -> LogRun.Outcome {
        try await WorkerPool.withPool(2) { pool in
            try await LogRun(questions: questions, options: options).run(prepared, on: pool, progress: LogProgress())
        }
    }

    @Test("A file that was truncated since it was looked at is told", arguments: [LogfmtLine.format, CRILine.format])
    func truncated(_ format: LogFormat) async throws {
        let folder = TemporaryFolder()
        let line = "2024-05-01T10:00:00Z stdout F k=1\n"
        let path = try folder.file("log", Array(String(repeating: line, count: 500).utf8))
        let prepared = try PreparedSources.prepare([try Self.source(path)], .named(format), wanted: ["k"]) { false }
        let whole = try await Self.run(prepared, LogRunOptions(size: .init(chunk: 100, line: 100)))
        #expect(whole.notes.isEmpty && whole.tally.fitting == 500)
        #expect(unsafe truncate(path, off_t(line.utf8.count * 7)) == 0)
        let outcome = try await Self.run(prepared, LogRunOptions(size: .init(chunk: 100, line: 100)))
        #expect(outcome.notes == [0: WorkList.truncated])
        #expect(outcome.tally.fitting == 7)
    }

    @Test(
        "A range that the file ends in is cut, and one that it ends behind is not",
        arguments: [1, 30, 60, 119, 120, 121])
    func cut(_ size: Int64) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("log", Array(String(repeating: "k=1\n", count: 30).utf8))
        let file = try InputFile.open(path)
        #expect(unsafe truncate(path, off_t(size)) == 0)
        let buffer = ChunkBuffer(.init(chunk: 60, line: 50))
        for range in [0..<60, 60..<120] as [Range<Int64>] {
            let loaded = try buffer.load(file, range, source: 0, keepsPartialLine: false)
            #expect(loaded.isCut == (size < range.upperBound))
        }
    }

    @Test(
        "The zeros that a log begins with after it was truncated under its writer are no part of a key",
        arguments: [1, 100, 4_096, 70_000, 300_000], [16, 1_000, 1 << 20])
    func hole(_ zeros: Int, _ chunk: Int) async throws {
        let folder = TemporaryFolder()
        let lines = "k=1 a=b\nk=2\nk=1\n"
        let path = try folder.file("log", [UInt8](repeating: 0, count: zeros) + Array(lines.utf8))
        let list = InputList.resolve([folder.path + "/*"])
        #expect(list.faults.isEmpty && list.sources.map(\.path) == [path])
        let prepared = try PreparedSources.prepare(list.sources, .automatic, wanted: ["k"]) { false }
        #expect(prepared.faults.isEmpty && prepared.titles == ["logfmt"])
        let outcome = try await Self.run(prepared, LogRunOptions(size: .init(chunk: chunk, line: 200)))
        #expect(KeyTableTests.counts(outcome.tally.groups[0]) == [Array("1".utf8): 2, Array("2".utf8): 1])
        #expect(outcome.tally.bad == 0 && outcome.offsets == [Int64(zeros + lines.utf8.count)])
    }

    @Test("A file of zeros holds no lines")
    func zeros() throws {
        let folder = TemporaryFolder()
        let path = try folder.file("log", [UInt8](repeating: 0, count: 100_000))
        let prepared = try PreparedSources.prepare([try Self.source(path)], .automatic, wanted: []) { false }
        #expect(prepared.empty == [path] && prepared.faults.isEmpty)
    }

    @Test(
        "A test of a field that a format has not matches no line, negated or not",
        arguments: [
            ("level=info", "ab"), ("not level=info", "c"), ("level!=info", "c"), ("status=200", ""),
            ("status!=200", ""),
            ("not status=200", ""), ("not (status=200 and level=info)", "c"), ("status=200 or level=info", "ab"),
            ("not (status=200 or level=info)", ""), ("exists(status)", ""), ("!exists(status)", "abc"),
            ("not (not status > 1)", ""), ("status not in (1, 2) or level=warn", "c"),
        ])
    func forgiving(_ filter: String, _ letters: String) throws {
        let reading = TabularLine.reading([LogField("level")])
        let bound = try LogFilter(filter).bound(to: reading, isForgiving: true)
        let found = TabularLine.with(reading, [["0", "info"], ["0", "info"], ["0", "warn"]]) { batch in
            var selection = Selection(all: batch)
            bound.select(batch, &selection)
            return String((0..<3).filter { selection.contains($0) }.map { Array("abc")[$0] })
        }
        #expect(found == letters)
    }

    @Test("A filter may name fields that only some formats have, and each is told once; one that none has is a fault")
    func mixed() throws {
        let access = TabularLine.reading([LogField("status", .number)])
        let other = TabularLine.reading([LogField("level")])
        let questions = LogQuestions(filter: try LogFilter("status>=500 or status=404"))
        #expect(BoundQuestions.faults(questions, [access, other, other]).isEmpty)
        let remarks = BoundQuestions.remarks(LogTally(questions, seed: 1), [access, other, other])
        #expect(remarks.count == 1 && remarks[0].contains("no field \"status\""))
        #expect(BoundQuestions.faults(questions, [other, other]).count == 1)
    }

    @Test(
        "A field that no line has is told, with what may have been meant",
        arguments: [
            ("http.statsu", #"No line has the field "http.statsu"; did you mean "http.status"?"#),
            ("nothing.like.it", #"No line has the field "nothing.like.it"."#), ("http.status", nil), ("tags.0", nil),
            ("day", nil),
        ] as [(String, String?)])
    func unseen(_ name: String, _ remark: String?) throws {
        let lines = #"{"ts":"2026-11-29T10:00:00Z","http":{"status":200}}"# + "\n" + #"{"tags":["a"]}"# + "\n"
        for questions in [
            LogQuestions(groups: [[name]]), LogQuestions(filter: try LogFilter("exists(\(name))")),
            LogQuestions(measures: MeasureNames(distinct: [name])),
        ] {
            var keys = SampledKeys()
            keys.take(Array(lines.utf8))
            let reading = try JSONLine.format.reading(questions.wanted)
            let tally = LogTally(questions, seed: 1)
            try LineCounter([reading], questions).count(Array(lines.utf8), source: 0, position: 0, into: tally)
            let expected = [remark].compactMap { $0 }
            #expect(BoundQuestions.remarks(tally, [reading], names: keys.names) == expected)
            // A tally that was kept says the same, and one joined with lines that have the field says nothing.
            let source = TallySource(name: "log", format: "json", position: nil)
            var file = try TallyFile(TallyFile(tally: tally, sources: [source], kinds: [:]).encoded(), seed: 2)
            #expect(BoundQuestions.remarks(file.tally, [reading], names: keys.names) == expected)
            let other = LogTally(questions, seed: 1)
            other.seen = [name]
            try file.merge(TallyFile(tally: other, sources: [], kinds: [:]), countCopies: false)
            #expect(BoundQuestions.remarks(file.tally, []).isEmpty)
        }
    }

    @Test("JSON without a status asks for levels, messages and keys that repeat, and draws no status")
    func ownQuestions() throws {
        let folder = TemporaryFolder()
        let lines = (0..<12).map { number in
            #"{"t":"2026-11-29T10:00:\#(10 + number)Z","lvl":"info","msg":"m\#(number % 3)","ctx":{"part":"p\#(number % 2)"},"#
                + #""id":"\#(number)","unit":"u"}"# + "\n"
        }
        let path = try folder.file("log", Array(lines.joined().utf8))
        let prepared = try PreparedSources.prepare(
            [try Self.source(path)], .automatic, wanted: DefaultQuestions.wanted
        ) { false }
        let questions = DefaultQuestions.fill(LogQuestions(), .top, prepared)
        #expect(questions.groups == [["level"], ["message"], ["ctx.part"]])
        let tally = LogTally(questions, seed: 1)
        let reading = try JSONLine.format.reading(questions.wanted)
        try LineCounter([reading], questions).count(Array(lines.joined().utf8), source: 0, position: 0, into: tally)
        #expect(LogAnswers(limit: 5).report(tally, sources: [], kinds: [:]).statuses.isEmpty)
    }
}
