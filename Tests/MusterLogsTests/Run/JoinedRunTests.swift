import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Runs over logs whose records are split over lines")
struct JoinedRunTests {
    static let questions = LogQuestions(groups: [["message"], ["stream"]], hasTimeline: false)

    /// Containers' lines of two streams, some in parts, and the messages they make.
    private static func log(_ dice: inout Dice, records: Int) -> (text: [UInt8], messages: [[UInt8]: UInt64]) {
        var (lines, messages): ([String], [[UInt8]: UInt64]) = ([], [:])
        var waiting = ["stdout": "", "stderr": ""]
        for number in 0..<records {
            let stream = Bool.random(using: &dice) ? "stdout" : "stderr"
            let isLast = Int.random(in: 0..<3, using: &dice) > 0
            let text = "m\(number % 7)" + String(repeating: "x", count: Int.random(in: 0..<30, using: &dice))
            lines.append("2024-05-01T10:00:00.5Z \(stream) \(isLast ? "F" : "P") \(text)\n")
            waiting[stream, default: ""] += text
            if isLast {
                messages[Array((waiting[stream] ?? "").utf8), default: 0] += 1
                waiting[stream] = ""
            }
        }
        for stream in ["stdout", "stderr"] where waiting[stream] != "" {
            messages[Array((waiting[stream] ?? "").utf8), default: 0] += 1
        }
        return (Array(lines.joined().utf8), messages)
    }

    @Test("Records are joined whatever the blocks, the workers and the kind of source", arguments: 0..<16)
    func joins(_ seed: Int) async throws {
        var dice = Dice(seed)
        let log = Self.log(&dice, records: Int.random(in: 1...120, using: &dice))
        let size = ChunkBuffer.Size(chunk: Int.random(in: 1...300, using: &dice), line: 2_000)
        let folder = TemporaryFolder()
        let paths = [try folder.file("log", log.text), try folder.file("log.gz", GzipBytes.member(log.text))]
        let sources = try paths.map { try LogSource(path: $0, facts: try #require(try FileFacts.of($0))) }
        for list in [[sources[0]], [sources[1]], sources] {
            let prepared = try PreparedSources.prepare(
                list, .named(CRILine.format), wanted: Self.questions.wanted
            ) { false }
            for workers in [1, 3] {
                let run = LogRun(questions: Self.questions, options: LogRunOptions(size: size))
                let outcome = try await WorkerPool.withPool(workers) { pool in
                    try await run.run(prepared, on: pool, progress: LogProgress())
                }
                let expected = log.messages.mapValues { $0 * UInt64(list.count) }
                #expect(outcome.tally.bad == 0 && outcome.notes.isEmpty)
                #expect(KeyTableTests.counts(outcome.tally.groups[0]) == expected, "\(size), \(workers) workers")
            }
        }
    }

    @Test("Records are joined over the copies of a rotated log, whatever the workers", arguments: [1, 3])
    func overCopies(_ workers: Int) async throws {
        let folder = TemporaryFolder()
        let copies = [
            ("0.log.3", "T stdout F a\nT stdout P b\nT stderr P x\n"), ("0.log.2", "T stdout P c\n"),
            ("0.log.1", "T stdout F d\nT stdout F e\nT stderr P y\n"), ("0.log", "T stderr F z\nT stdout P left\n"),
            ("1.log", "T stdout F other\n"),
        ]
        var paths: [String] = []
        for (name, lines) in copies {
            let text = Array(lines.replacing("T ", with: "2024-05-01T10:00:00Z ").utf8)
            let isPacked = name == "0.log.2"
            paths.append(try folder.file(isPacked ? name + ".gz" : name, isPacked ? GzipBytes.member(text) : text))
        }
        let prepared = try PreparedSources.prepare(
            InputList.resolve(paths).sources, .named(CRILine.format), wanted: Self.questions.wanted
        ) { false }
        #expect(prepared.names == paths)
        let run = LogRun(questions: Self.questions, options: LogRunOptions())
        let outcome = try await WorkerPool.withPool(workers) { pool in
            try await run.run(prepared, on: pool, progress: LogProgress())
        }
        let messages = ["a", "bcd", "e", "xyz", "left", "other"].map { (Array($0.utf8), UInt64(1)) }
        #expect(KeyTableTests.counts(outcome.tally.groups[0]) == Dictionary(uniqueKeysWithValues: messages))
        // A record belongs to the copy that ends it.
        #expect((0..<5).map { outcome.tally.sources[$0]?.lines ?? 0 } == [1, 0, 2, 2, 1])
    }

    @Test("A compressed log that is cut off gives the record that waits, and says so")
    func cutOff() async throws {
        let folder = TemporaryFolder()
        let text = Array("2024-05-01T10:00:00Z stdout F a\n2024-05-01T10:00:00Z stdout P b\n".utf8)
        let path = try folder.file("log.gz", Array(GzipBytes.member(text).dropLast(8)))
        let prepared = try PreparedSources.prepare(
            [try LogSource(path: path, facts: try #require(try FileFacts.of(path)))], .named(CRILine.format),
            wanted: Self.questions.wanted
        ) { false }
        let run = LogRun(questions: Self.questions, options: LogRunOptions())
        let outcome = try await WorkerPool.withPool(2) { pool in
            try await run.run(prepared, on: pool, progress: LogProgress())
        }
        #expect(KeyTableTests.counts(outcome.tally.groups[0]) == [Array("a".utf8): 1, Array("b".utf8): 1])
        #expect(outcome.notes[0]?.contains("cut off") == true)
    }

    @Test("A record that waits is given too where a line without end is left for a later run", arguments: [1, 300])
    func partialLine(_ chunk: Int) async throws {
        let folder = TemporaryFolder()
        let text = Array("2024-05-01T10:00:00Z stdout P b\n2024-05-01T10:00:00Z std".utf8)
        let path = try folder.file("log", text)
        let prepared = try PreparedSources.prepare(
            [try LogSource(path: path, facts: try #require(try FileFacts.of(path)))], .named(CRILine.format),
            wanted: Self.questions.wanted, keepsPartialLine: true
        ) { false }
        let run = LogRun(
            questions: Self.questions,
            options: LogRunOptions(keepsPartialLine: true, size: .init(chunk: chunk, line: 200)))
        let outcome = try await WorkerPool.withPool(2) { pool in
            try await run.run(prepared, on: pool, progress: LogProgress())
        }
        #expect(KeyTableTests.counts(outcome.tally.groups[0]) == [Array("b".utf8): 1])
        #expect(outcome.offsets == [32])
    }
}
