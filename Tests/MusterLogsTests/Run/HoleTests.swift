import Glibc
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

/// A format with lines of it, and how often each value of `k` is in them.
private struct HoledLog: Sendable, CustomTestStringConvertible {
    var format: String
    var lines: [String]
    var key: String
    var counts: [String: Int]

    var testDescription: String { format }

    static let all: [HoledLog] = [
        HoledLog(format: "logfmt", lines: ["k=1 j=1", "k=2 j=3", "k=1 j=2"], key: "k", counts: ["1": 2, "2": 1]),
        HoledLog(
            format: "json", lines: [#"{"k":"1"}"#, #" {"k":"2"}"#, #"{"k":"1"}"#], key: "k",
            counts: ["1": 2, "2": 1]),
        HoledLog(
            format: "combined",
            lines: ["1", "2", "1"].map {
                "192.0.2.\($0) - - [29/Nov/2026:23:50:01 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"-\""
            },
            key: "ip", counts: ["192.0.2.1": 2, "192.0.2.2": 1]),
        HoledLog(
            format: "syslog-bsd", lines: ["1", "2", "1"].map { "Nov 29 23:50:01 h\($0) a: text" }, key: "host",
            counts: ["h1": 2, "h2": 1]),
        HoledLog(
            format: "cri+combined",
            lines: ["1", "2", "1"].map {
                "2026-11-29T23:50:01Z stdout F 192.0.2.\($0) - - [29/Nov/2026:23:50:01 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"-\""
            }, key: "ip", counts: ["192.0.2.1": 2, "192.0.2.2": 1]),
        HoledLog(
            format: "syslog-bsd+common",
            lines: ["1", "2", "1"].map {
                "Nov 29 23:50:01 h nginx: 192.0.2.\($0) - - [29/Nov/2026:23:50:01 +0000] \"GET /a HTTP/1.1\" 200 5"
            }, key: "ip", counts: ["192.0.2.1": 2, "192.0.2.2": 1]),
        HoledLog(format: "nginx:$k $j", lines: ["1 a", "2 b", "1 c"], key: "k", counts: ["1": 2, "2": 1]),
        HoledLog(
            format: "regex:(?<k>.*)", lines: ["one", "two", "one"], key: "k", counts: ["one": 2, "two": 1]),
    ]

    /// The lines, with zeros before the second and before the third, or before each.
    func bytes(_ zeros: Int, first: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, line) in lines.enumerated() {
            if index > 0 || first { bytes += [UInt8](repeating: 0, count: zeros) }
            bytes += Array(line.utf8) + [10]
        }
        return bytes
    }

    var expected: [[UInt8]: UInt64] {
        Dictionary(uniqueKeysWithValues: counts.map { (Array($0.key.utf8), UInt64($0.value)) })
    }
}

@Suite("Zeros before lines, where a log was truncated under its writer", .timeLimit(.minutes(10)))
struct HoleTests {
    private static func source(_ path: String) throws -> LogSource {
        try LogSource(path: path, facts: try #require(try FileFacts.of(path)))
    }

    private static func expect(
        _ log: HoledLog, _ bytes: [UInt8], _ path: String, _ size: ChunkBuffer.Size, _ isAutomatic: Bool
    ) async throws {
        let choice = isAutomatic ? .automatic : try LogFormatCatalog.choice(log.format)
        let questions = LogQuestions(groups: [[log.key]], hasTimeline: false)
        let prepared = try PreparedSources.prepare([try source(path)], choice, wanted: questions.wanted) { false }
        #expect(prepared.faults.isEmpty && prepared.empty.isEmpty)
        if isAutomatic { #expect(prepared.titles == [log.format]) }
        let outcome = try await WorkerPool.withPool(2) { pool in
            try await LogRun(questions: questions, options: LogRunOptions(size: size))
                .run(prepared, on: pool, progress: LogProgress())
        }
        let what = "\(path), \(size)"
        #expect(KeyTableTests.counts(outcome.tally.groups[0]) == log.expected, "\(what)")
        #expect(outcome.tally.bad == 0 && outcome.notes.isEmpty, "\(what)")
        // Of joined lines there are as many bytes as came of it.
        if !log.format.hasPrefix("cri") { #expect(outcome.tally.bytes == UInt64(bytes.count), "\(what)") }
    }

    @Test(
        "are no part of a key, plain and compressed, wherever chunks begin", arguments: HoledLog.all,
        [1, 7, 100, 5_000])
    fileprivate func middle(_ log: HoledLog, _ zeros: Int) async throws {
        let folder = TemporaryFolder()
        let isAutomatic = !log.format.contains(":")
        for first in [false, true] {
            let bytes = log.bytes(zeros, first: first)
            for (name, content) in [("log", bytes), ("log.gz", GzipBytes.member(bytes))] {
                let path = try folder.file(name, content)
                for chunk in [1, 16, 200, 1 << 16] {
                    let size = ChunkBuffer.Size(chunk: chunk, line: 200)
                    try await Self.expect(log, bytes, path, size, isAutomatic)
                }
            }
        }
    }

    @Test("may be more than a line or a chunk holds", arguments: HoledLog.all, [3 << 20, (1 << 20) - 5])
    fileprivate func wide(_ log: HoledLog, _ zeros: Int) async throws {
        let folder = TemporaryFolder()
        let isAutomatic = !log.format.contains(":")
        let bytes = log.bytes(zeros, first: true)
        for (name, content) in [("log", bytes), ("log.gz", GzipBytes.member(bytes))] {
            try await Self.expect(log, bytes, try folder.file(name, content), ChunkBuffer.Size(), isAutomatic)
        }
    }

    @Test("at the end are where a later run goes on", arguments: ["log", "log.gz"], [3, 5_000, 3 << 20])
    func goingOn(_ name: String, _ zeros: Int) async throws {
        let folder = TemporaryFolder()
        let questions = LogQuestions(groups: [["k"]], hasTimeline: false)
        let start = Array("k=1 l=1\nk=2 l=1\n".utf8) + [UInt8](repeating: 0, count: zeros)
        func run(_ bytes: [UInt8], _ positions: PositionTable?, _ tally: LogTally?) async throws -> LogRun.Outcome {
            _ = unsafe unlink(folder.path + "/" + name)
            let path = try folder.file(name, name == "log" ? bytes : GzipBytes.member(bytes))
            let prepared = try PreparedSources.prepare(
                [try Self.source(path)], .automatic, wanted: ["k"], positions: positions, keepsPartialLine: true
            ) { false }
            return try await WorkerPool.withPool(2) { pool in
                try await LogRun(questions: questions, options: LogRunOptions(keepsPartialLine: true))
                    .run(prepared, start: tally, on: pool, progress: LogProgress())
            }
        }
        let first = try await run(start, nil, nil)
        let position = Position(try Self.source(folder.path + "/" + name), offset: first.offsets[0])
        let second = try await run(
            start + Array("k=2 l=1\nk=3 l=1\n".utf8), PositionTable([try #require(position)]), first.tally)
        #expect(
            KeyTableTests.counts(second.tally.groups[0])
                == [Array("1".utf8): 1, Array("2".utf8): 2, Array("3".utf8): 1])
        #expect(second.tally.bad == 0 && second.notes.isEmpty)
        #expect(second.offsets == [Int64(start.count + 16)])
    }

    @Test("are skipped in a log that is followed", arguments: [1, 300_000, 3 << 20])
    func followed(_ zeros: Int) throws {
        let folder = TemporaryFolder()
        let path = try folder.file("log", [])
        let follower = Follower()
        follower.follow(path)
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        defer { close(descriptor) }
        func write(_ text: String, at offset: Int) {
            #expect(unsafe pwrite(descriptor, text, text.utf8.count, off_t(offset)) == text.utf8.count)
        }
        func look() -> ([String], [String]) {
            var (lines, notes): ([String], [String]) = ([], [])
            while true {
                let look = follower.poll()
                lines += look.pieces.map { String(decoding: $0.bytes.drop { $0 == 0 }, as: UTF8.self) }
                notes += look.notes
                if !look.isBehind { return (lines, notes) }
            }
        }
        write("k=1\n", at: 0)
        #expect(look() == (["k=1\n"], []))
        write("k=2\n", at: 4 + zeros)
        #expect(look() == (["k=2\n"], []))
        ftruncate(descriptor, 0)
        write("k=3\n", at: 8 + zeros)
        #expect(look().0 == ["k=3\n"])
        let counter = LineCounter([try LogfmtLine.format.reading(["k"])], LogQuestions(groups: [["k"]]))
        let tally = LogTally(LogQuestions(groups: [["k"]]), seed: 1)
        try counter.count(Array("k=1\n\0\0k=2\n".utf8), source: 0, position: 0, into: tally)
        #expect(KeyTableTests.counts(tally.groups[0]) == [Array("1".utf8): 1, Array("2".utf8): 1])
    }

    @Test("are no likeness of two logs, and a log with some is no binary data")
    func heads() throws {
        let folder = TemporaryFolder()
        let hole = [UInt8](repeating: 0, count: 2 << 20)
        let one = hole + Array("k=1 l=1\nk=2 l=1\n".utf8)
        let other = hole + Array("k=3\nk=4\n".utf8)
        for (name, bytes) in [("a", one), ("b", other)] {
            _ = try folder.file(name + ".log", bytes)
            _ = try folder.file("z" + name + ".log.gz", GzipBytes.member(bytes))
        }
        _ = try folder.file("middle.log", Array("k=5\n\0\0\0k=6\n".utf8))
        _ = try folder.file("binary", Array("k=5\nk\0\0\0=6\n".utf8))
        let list = InputList.resolve([folder.path])
        let names = list.sources.map { $0.path.dropFirst(folder.path.utf8.count + 1) }
        #expect(names.sorted() == ["a.log", "b.log", "middle.log"])
        let skipped = list.skipped.map { $0.note.replacing(folder.path + "/", with: "") }
        let notes = ["a copy of a.log, counted once", "a copy of b.log, counted once", "binary data, no log"]
        #expect(skipped.sorted() == notes)
        #expect(Set(list.sources.compactMap(\.fingerprint)).count == 3)
    }
}
