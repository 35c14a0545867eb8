import Glibc
import MusterSystem
import MusterTesting
import Synchronization
import Testing

@testable import MusterLogs

@Suite("A run over access logs, against what was put into them")
struct CombinedRunTests {
    static let questions = LogQuestions(
        groups: [["ip"], ["path", "status"]], measures: MeasureNames(sums: ["bytes"], distinct: ["agent"]))

    static func prepared(
        _ paths: [String], positions: [Position] = [], keepsPartialLine: Bool = false
    ) throws -> PreparedSources {
        let sources = try paths.compactMap { path in
            try FileFacts.of(path).map { try LogSource(path: path, facts: $0) }
        }
        return try PreparedSources.prepare(
            sources, .named(CombinedLine.combined), wanted: questions.wanted, positions: PositionTable(positions),
            keepsPartialLine: keepsPartialLine, isCancelled: { false })
    }

    static func expect(_ tally: LogTally, _ log: CombinedLog, source: Int? = nil, _ comment: Comment) {
        let count = UInt64((log.bad + log.tooLong).count)
        #expect(tally.fitting == UInt64(log.fitting) && tally.bad == count && tally.matched == tally.fitting, comment)
        #expect(tally.bytes == UInt64(log.bytes), comment)
        #expect(tally.classes == log.classes, comment)
        #expect(counts(tally.groups[0]) == Dictionary(uniqueKeysWithValues: log.addresses.map { ([$0], $1) }), comment)
        #expect(counts(tally.groups[1]) == log.pages, comment)
        #expect(tally.totals.sum(0, 0) == Int128(log.sent) * 1_000_000, comment)
        #expect(tally.totals.sketch(0, 0).estimate == log.agents.count, comment)
        let times = tally.timeline.entries.mapValues { tally.timeline.counts[$0] }
        #expect(times == log.seconds && tally.timeline.step == 1_000_000, comment)
        #expect(tally.first == (log.seconds.keys.min().map { $0 * 1_000_000 } ?? .max), comment)
        #expect(tally.last == (log.seconds.keys.max().map { $0 * 1_000_000 } ?? .min), comment)
        #expect(tally.examples.map(\.offset) == log.badOffsets, comment)
    }

    private static func counts(_ group: GroupTally) -> [[String]: UInt64] {
        var counts: [[String]: UInt64] = [:]
        for entry in group.table.top(.max) {
            counts[GroupTally.parts(entry.key, group.names.count).map { String(decoding: $0, as: UTF8.self) }] =
                entry.count
        }
        return counts
    }

    static func run(
        _ prepared: PreparedSources, _ options: LogRunOptions, workers: Int, start: LogTally? = nil,
        save: (@Sendable (LogTally, [Int64]) -> Void)? = nil
    ) async throws -> LogRun.Outcome {
        let run = LogRun(questions: questions, options: options)
        return try await WorkerPool.withPool(workers) { pool in
            try await run.run(prepared, start: start, on: pool, progress: LogProgress(), save: save)
        }
    }

    static func log(_ dice: inout Dice, lines: Int, longest: Int) -> CombinedLog {
        var log = CombinedLog()
        for _ in 0..<lines { log.add(&dice, longest: longest) }
        // A line that is none of the blank ones, so that there is a log at all; at times without its end.
        while log.fitting == 0 { log.add(&dice, longest: max(longest, 400)) }
        return log
    }

    static func size(_ dice: inout Dice) -> ChunkBuffer.Size {
        ChunkBuffer.Size(chunk: Int.random(in: 1...300, using: &dice), line: Int.random(in: 140...400, using: &dice))
    }

    @Test("It finds just what was put into a log", arguments: 0..<30)
    func counts(_ seed: Int) async throws {
        var dice = Dice(seed)
        let size = Self.size(&dice)
        var log = Self.log(&dice, lines: Int.random(in: 0...200, using: &dice), longest: size.line)
        if Bool.random(using: &dice) { log.text.removeLast() }
        let folder = TemporaryFolder()
        let paths = [
            try folder.file("plain", log.text), try folder.file("one.gz", GzipBytes.member(log.text)),
            try folder.file(
                "many.gz",
                stride(from: 0, to: log.text.count, by: 997).flatMap {
                    GzipBytes.member(Array(log.text[$0..<min($0 + 997, log.text.count)]))
                }),
        ]
        for path in paths {
            for workers in [1, 2, 3, 7] {
                let outcome = try await Self.run(
                    try Self.prepared([path]), LogRunOptions(size: size), workers: workers)
                #expect(!outcome.isInterrupted && outcome.notes.isEmpty)
                Self.expect(outcome.tally, log, "\(path), \(workers) workers, \(size)")
            }
        }
    }

    @Test("Empty files and files of blanks are told, and the others counted")
    func empty() async throws {
        var dice = Dice(1)
        let log = Self.log(&dice, lines: 40, longest: 400)
        let folder = TemporaryFolder()
        let prepared = try Self.prepared([
            try folder.file("empty", []), try folder.file("log", log.text), try folder.file("blank", [10, 32, 13, 10]),
            try folder.file("empty.gz", GzipBytes.member([])),
        ])
        #expect(prepared.empty.map { $0.dropFirst(folder.path.count + 1) } == ["empty", "blank", "empty.gz"])
        #expect(prepared.names.count == 1)
        let outcome = try await Self.run(prepared, LogRunOptions(size: .init(chunk: 64, line: 400)), workers: 3)
        Self.expect(outcome.tally, log, "beside empty ones")
    }

    // MARK: Saving

    /// What a run saved on its way.
    private final class Saved: Sendable {
        let states = Mutex<[(tally: [UInt8], offsets: [Int64])]>([])
    }

    @Test("From every state that a run saved, another comes to the same end", arguments: 0..<16)
    func saved(_ seed: Int) async throws {
        var dice = Dice(seed)
        let size = Self.size(&dice)
        let log = Self.log(&dice, lines: Int.random(in: 40...160, using: &dice), longest: size.line)
        let folder = TemporaryFolder()
        let isPlain = Bool.random(using: &dice)
        let path = try folder.file("log", isPlain ? log.text : GzipBytes.member(log.text))
        // An epoch is a chunk then, and so small a budget has the tallies joined after each.
        let options = LogRunOptions(memory: size.chunk, keepsPartialLine: true, size: size, counters: 100_000)
        let saved = Saved()
        let prepared = try Self.prepared([path])
        let outcome = try await Self.run(prepared, options, workers: Int.random(in: 1...4, using: &dice)) {
            tally, offsets in
            let state = (Self.file(tally), offsets)
            saved.states.withLock { $0.append(state) }
        }
        Self.expect(outcome.tally, log, "the whole run")
        let states = saved.states.withLock { $0 }
        #expect(states.count > 5)
        for state in states.shuffled(using: &dice).prefix(12) {
            let start = try TallyFile(state.tally, seed: 3).tally
            let position = try #require(Position(prepared.logSources[0], offset: state.offsets[0]))
            let later = try await Self.run(
                try Self.prepared([path], positions: [position]), options, workers: 2, start: start)
            #expect(later.tally.written == outcome.tally.written, "from \(state.offsets[0]), \(size)")
            #expect(later.offsets == [Int64(log.text.count)])
        }
    }

    /// A tally of one source as it is written down.
    private static func file(_ tally: LogTally) -> [UInt8] {
        TallyFile(tally: tally, sources: [TallySource(name: "log", format: "combined", position: nil)], kinds: [:])
            .encoded()
    }

    // MARK: Files that change

    @Test("A file that shrinks while it is read ends where it ends", arguments: [1, 3], [false, true])
    func shrinks(_ workers: Int, _ keepsPartialLine: Bool) async throws {
        var dice = Dice(workers)
        let log = Self.log(&dice, lines: 400, longest: 400)
        let folder = TemporaryFolder()
        let path = try folder.file("log", log.text)
        let options = LogRunOptions(
            memory: 64, keepsPartialLine: keepsPartialLine, size: .init(chunk: 64, line: 400), counters: 100_000)
        let calls = Atomic<Int>(0)
        let outcome = try await Self.run(try Self.prepared([path]), options, workers: workers) { _, _ in
            // In the midst of the run, all workers idle.
            if calls.add(1, ordering: .relaxed).newValue == 20 { _ = unsafe truncate(path, 5_000) }
        }
        #expect(calls.load(ordering: .relaxed) > 20)
        #expect(outcome.tally.fitting + outcome.tally.bad <= UInt64(log.fitting + log.bad.count + log.tooLong.count))
        #expect(outcome.tally.bytes <= UInt64(log.bytes) && outcome.tally.bytes > 0)
    }
}
