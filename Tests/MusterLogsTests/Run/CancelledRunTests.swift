import Glibc
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Runs that are cancelled or fail")
struct CancelledRunTests {
    /// A FIFO with some bytes in it, whose writer does not go away.
    private final class OpenPipe {
        let path: String
        private let writer: Int32

        init(_ folder: TemporaryFolder, _ bytes: [UInt8]) {
            path = "\(folder.path)/pipe"
            precondition(unsafe mkfifo(path, 0o600) == 0)
            // Open for both, it waits for nobody.
            writer = unsafe open(path, O_RDWR | O_CLOEXEC)
            add(bytes)
        }

        deinit { close(writer) }

        var isEmpty: Bool {
            var look = pollfd(fd: writer, events: Int16(POLLIN), revents: 0)
            return unsafe poll(&look, 1, 0) == 0
        }

        private func add(_ bytes: [UInt8]) {
            precondition(unsafe write(writer, bytes, bytes.count) == bytes.count)
        }
    }

    private static func source(_ path: String) throws -> LogSource {
        try LogSource(path: path, facts: try #require(try FileFacts.of(path)))
    }

    @Test("A pipe that never ends is given up soon, and what came is counted", arguments: [1, 2, 5], [true, false])
    func pipe(_ workers: Int, _ endsInsideOfALine: Bool) async throws {
        var dice = Dice(workers)
        let log = CombinedRunTests.log(&dice, lines: 60, longest: 1 << 20)
        let folder = TemporaryFolder()
        let pipe = OpenPipe(folder, log.text + Array(endsInsideOfALine ? "1.2.3.4 - -".utf8 : "".utf8))
        // All that is there is taken, and then nobody waits for more.
        let prepared = try PreparedSources.prepare(
            [try Self.source(pipe.path)], .named(CombinedLine.combined), wanted: CombinedRunTests.questions.wanted
        ) {
            pipe.isEmpty
        }
        #expect(prepared.faults.isEmpty)
        let outcome = try await Self.cancelled(prepared, LogRunOptions(), workers: workers)
        #expect(outcome.isInterrupted && outcome.notes.isEmpty)
        CombinedRunTests.expect(outcome.tally, log, "\(workers) workers")
    }

    /// Begins a run and cancels it while it waits.
    private static func cancelled(
        _ prepared: PreparedSources, _ options: LogRunOptions, workers: Int
    ) async throws -> LogRun.Outcome {
        let outcome = try await withThrowingTaskGroup(of: LogRun.Outcome.self) { group in
            group.addTask { try await CombinedRunTests.run(prepared, options, workers: workers) }
            group.cancelAll()
            return try await group.next()
        }
        return try #require(outcome)
    }

    @Test("A cancelled run over files tells how far it came, and another goes on there", arguments: 0..<12)
    func resumed(_ seed: Int) async throws {
        var dice = Dice(seed)
        let size = CombinedRunTests.size(&dice)
        let log = CombinedRunTests.log(&dice, lines: 120, longest: size.line)
        let folder = TemporaryFolder()
        let isPlain = Bool.random(using: &dice)
        let path = try folder.file("log", isPlain ? log.text : GzipBytes.member(log.text))
        let options = LogRunOptions(keepsPartialLine: true, size: size)
        var prepared = try CombinedRunTests.prepared([path])
        let first = try await Self.cancelled(prepared, options, workers: Int.random(in: 1...4, using: &dice))
        #expect(first.isInterrupted && first.offsets[0] < Int64(log.text.count))
        let position = try #require(Position(prepared.logSources[0], offset: first.offsets[0]))
        prepared = try CombinedRunTests.prepared([path], positions: [position])
        let second = try await CombinedRunTests.run(prepared, options, workers: 2, start: first.tally)
        #expect(!second.isInterrupted)
        CombinedRunTests.expect(second.tally, log, "from \(first.offsets[0]), \(size)")
    }

    @Test("A file that is gone when its turn comes is told, and the others are counted", arguments: [1, 3])
    func gone(_ workers: Int) async throws {
        var dice = Dice(7)
        let log = CombinedRunTests.log(&dice, lines: 50, longest: 400)
        let folder = TemporaryFolder()
        let paths = try ["a", "b", "c"].map { try folder.file($0, log.text) }
        let prepared = try CombinedRunTests.prepared(paths)
        #expect(unsafe unlink(paths[0]) == 0 && unlink(paths[2]) == 0)
        let outcome = try await CombinedRunTests.run(
            prepared, LogRunOptions(size: .init(chunk: 100, line: 400)), workers: workers)
        #expect(Set(outcome.notes.keys) == [0, 2])
        CombinedRunTests.expect(outcome.tally, log, "the one that is there")
    }

    @Test("A filter that means nothing for a format ends the run with its fault", arguments: [1, 2, 5])
    func fault(_ workers: Int) async throws {
        let folder = TemporaryFolder()
        let json = try folder.file("json", Array(String(repeating: "{\"level\":\"error\",\"n\":1}\n", count: 50).utf8))
        var dice = Dice(1)
        let log = try folder.file("log", CombinedRunTests.log(&dice, lines: 50, longest: 400).text)
        let questions = LogQuestions(groups: [["level"]], filter: try LogFilter("bytes > 5s"))
        let prepared = try PreparedSources.prepare(
            [try Self.source(json), try Self.source(log)], .automatic, wanted: questions.wanted
        ) { false }
        let run = LogRun(questions: questions, options: LogRunOptions(size: .init(chunk: 64, line: 400)))
        await #expect(throws: QuestionFault.self) {
            try await WorkerPool.withPool(workers) { pool in
                _ = try await run.run(prepared, on: pool, progress: LogProgress())
            }
        }
    }
}
