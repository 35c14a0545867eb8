import Glibc
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("A run over logs, against a plain slow reader")
struct LogRunTests {
    @Test("Counts are the same whatever the chunks, the workers and the kind of source", arguments: 0..<40)
    func anyChunks(_ seed: Int) async throws {
        var dice = Dice(seed)
        let size = ChunkBuffer.Size(
            chunk: Int.random(in: 1...300, using: &dice), line: Int.random(in: 20...400, using: &dice))
        let folder = TemporaryFolder()
        var texts: [[UInt8]] = []
        var paths: [String] = []
        for number in 0..<3 {
            // Not only blank lines, which would be no log.
            let text =
                Array("k=1\n".utf8)
                + RandomLog.text(
                    &dice, lines: Int.random(in: 1...80, using: &dice), longest: size.line)
            texts.append(text)
            let isPlain = Bool.random(using: &dice)
            paths.append(try folder.file("log\(number)", isPlain ? text : GzipBytes.member(text)))
        }
        let expected = try RandomLog.counted(texts, longest: size.line, RandomLog.questions)
        for workers in [1, 2, 3, 7] {
            let outcome = try await RandomLog.run(
                try RandomLog.prepared(paths, RandomLog.questions), RandomLog.questions, LogRunOptions(size: size),
                workers: workers)
            #expect(outcome.notes.isEmpty)
            #expect(outcome.tally.sources == expected.sources)
            #expect(outcome.tally.examples == expected.examples)
            #expect(outcome.tally.written == expected.written, "\(size), \(workers) workers")
            #expect(outcome.offsets == texts.map { Int64($0.count) })
        }
    }

    @Test("A compressed log that is cut off is counted as far as it goes, and says so", arguments: [1, 3])
    func cutOff(_ workers: Int) async throws {
        let folder = TemporaryFolder()
        let whole = GzipBytes.member(Array(String(repeating: "k=1\n", count: 1_000).utf8))
        let path = try folder.file("log.gz", Array(whole.dropLast(2_000)))
        let outcome = try await RandomLog.run(
            try RandomLog.prepared([path], RandomLog.questions), RandomLog.questions,
            LogRunOptions(size: .init(chunk: 256, line: 64)), workers: workers)
        #expect(outcome.tally.fitting > 400 && outcome.tally.fitting < 1_000)
        #expect(outcome.notes[0]?.contains("cut off") == true)
    }

    @Test("A file that was truncated since it was looked at is read as far as it goes", arguments: [1, 2, 7])
    func truncated(_ workers: Int) async throws {
        let folder = TemporaryFolder()
        let path = try folder.file("log", Array(String(repeating: "k=1\n", count: 500).utf8))
        let file = try InputFile.open(path)
        #expect(unsafe truncate(path, 401) == 0)
        var lines: UInt64 = 0
        let buffer = ChunkBuffer(.init(chunk: 30, line: 50))
        let tally = LogTally(RandomLog.questions, seed: 1)
        let counter = LineCounter([try RandomLog.reading(RandomLog.questions)], RandomLog.questions)
        for start in stride(from: Int64(0), to: file.size, by: 30) {
            let range = start..<min(start + 30, file.size)
            lines += try counter.count(
                try buffer.load(file, range, source: 0, keepsPartialLine: false).chunk, into: tally)
        }
        #expect(lines == 101 && tally.bad == 1)
        let outcome = try await RandomLog.run(
            try RandomLog.prepared([path], RandomLog.questions), RandomLog.questions,
            LogRunOptions(size: .init(chunk: 30, line: 50)), workers: workers)
        #expect(outcome.tally.written == tally.written)
    }

    @Test("Tables that are too large are bounded in the same way for any number of workers", arguments: 0..<6)
    func bounded(_ seed: Int) async throws {
        var dice = Dice(seed)
        let questions = LogQuestions(groups: [["k"]], measures: MeasureNames(sums: ["bytes"]), hasTimeline: false)
        var text: [UInt8] = []
        var exact: [String: UInt64] = [:]
        for _ in 0..<6_000 {
            let key = "\(Int.random(in: 0...Int.random(in: 0...4_000, using: &dice), using: &dice))"
            exact[key, default: 0] += 1
            text += Array("k=\(key) bytes=1\n".utf8)
        }
        let folder = TemporaryFolder()
        // Two streams are read beside each other, until that turns out to be too much.
        let halves = seed.isMultiple(of: 2) ? [text] : [text, Array("k=1\n".utf8)]
        if halves.count > 1 { exact["1", default: 0] += 1 }
        let paths = try halves.enumerated().map { number, half in
            try folder.file("log\(number)", seed < 2 ? half : GzipBytes.member(half))
        }
        let options = LogRunOptions(memory: 60_000, size: .init(chunk: 512, line: 64), counters: 100)
        var first: [UInt8] = []
        for workers in [1, 2, 5] {
            let outcome = try await RandomLog.run(
                try RandomLog.prepared(paths, questions), questions, options, workers: workers)
            let group = outcome.tally.groups[0]
            #expect(!group.isExact && group.table.count >= 100)
            #expect(group.floor <= group.total / 100)
            expectBounds(group, exact)
            if workers == 1 { first = outcome.tally.written }
            #expect(outcome.tally.written == first, "\(workers) workers")
        }
    }

    /// Estimates lie above the true counts, less their errors below, and what is not shown has at most the floor.
    private func expectBounds(_ group: GroupTally, _ exact: [String: UInt64]) {
        var missing = exact
        for entry in group.table.top(.max) {
            let key = String(decoding: entry.key, as: UTF8.self)
            let count = missing.removeValue(forKey: key) ?? 0
            #expect(entry.count >= count && entry.count - group.error(entry.number) <= count, "\(key)")
        }
        #expect(missing.values.allSatisfy { $0 <= group.floor })
    }

    @Test("Runs that go on where the last one stopped count every line once", arguments: 0..<25)
    func resumed(_ seed: Int) async throws {
        var dice = Dice(seed)
        let folder = TemporaryFolder()
        let size = ChunkBuffer.Size(
            chunk: Int.random(in: 1...300, using: &dice), line: Int.random(in: 20...400, using: &dice))
        var text = Array("k=1\n".utf8)
        var start: LogTally?
        var positions: [Position] = []
        for _ in 0..<8 {
            let path = try folder.file("log", text)
            let prepared = try RandomLog.prepared(
                [path], RandomLog.questions, positions: PositionTable(positions))
            let outcome = try await RandomLog.run(
                prepared, RandomLog.questions, LogRunOptions(keepsPartialLine: true, size: size),
                workers: Int.random(in: 1...3, using: &dice), start: start)
            // As it is written down and read back between two runs.
            start = try TallyFile(
                TallyFile(tally: outcome.tally, sources: [TallySource(name: "", format: "", position: nil)], kinds: [:])
                    .encoded(), seed: 9
            ).tally
            positions = [try #require(Position(prepared.logSources[0], offset: outcome.offsets[0]))]
            let complete = Array(text[...(text.lastIndex(of: 10) ?? 0)])
            let expected = try RandomLog.counted([complete], longest: size.line, RandomLog.questions)
            // A line without end that is already too long is counted when it is seen.
            if text.count - complete.count <= size.line {
                #expect(start?.sources == expected.sources)
                #expect(start?.examples == expected.examples)
                #expect(start?.written == expected.written, "\(size)")
            }
            let more = RandomLog.text(&dice, lines: Int.random(in: 0...20, using: &dice), longest: size.line)
            text += more.prefix(Int.random(in: 0...more.count, using: &dice))
        }
    }

    @Test("A place inside of a line goes on behind that line", arguments: [false, true])
    func insideOfALine(_ isCompressed: Bool) async throws {
        let folder = TemporaryFolder()
        let text = Array("k=1\nk=22\nk=3\n".utf8)
        let path = try folder.file("log", isCompressed ? GzipBytes.member(text) : text)
        for offset in 0...text.count {
            let fresh = try RandomLog.prepared([path], RandomLog.questions)
            let position = try #require(Position(fresh.logSources[0], offset: Int64(offset)))
            let outcome = try await RandomLog.run(
                try RandomLog.prepared([path], RandomLog.questions, positions: PositionTable([position])),
                RandomLog.questions, LogRunOptions(size: .init(chunk: 2, line: 20)), workers: 1)
            let expected: UInt64 = offset == 0 ? 3 : offset <= 4 ? 2 : offset <= 9 ? 1 : 0
            #expect(outcome.tally.fitting == expected, "at \(offset)")
            #expect(outcome.tally.bad == 0)
        }
    }
}
