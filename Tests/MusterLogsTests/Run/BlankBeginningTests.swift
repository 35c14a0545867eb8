import Glibc
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Logs that begin with lines without text", .timeLimit(.minutes(10)))
struct BlankBeginningTests {
    private static let questions = LogQuestions(groups: [["status"]], hasTimeline: false)
    private static let line =
        "1.2.3.4 - - [30/Nov/2026:10:00:00 +0000] \"GET /x HTTP/1.1\" 200 5 \"-\" \"curl\"\n"
    private static let lines = Array(String(repeating: line, count: 100).utf8)
    /// Around what is looked at at once, of a file and of a pipe.
    private static let lengths = [1, 4_095, 4_096, 65_535, 65_537, 1 << 20, (1 << 20) + 1, 3 << 20]

    private static func expect(_ list: [LogSource], _ choice: PreparedSources.Choice, _ what: String) async throws {
        let prepared = try PreparedSources.prepare(list, choice, wanted: questions.wanted) { false }
        #expect(prepared.empty.isEmpty && prepared.faults.isEmpty, "\(what)")
        let run = LogRun(questions: questions, options: LogRunOptions())
        let outcome = try await WorkerPool.withPool(2) { pool in
            try await run.run(prepared, on: pool, progress: LogProgress())
        }
        #expect(KeyTableTests.counts(outcome.tally.groups[0]) == [Array("200".utf8): 100], "\(what)")
        #expect(outcome.tally.bad == 0, "\(what)")
    }

    @Test("are read whole, plain and compressed", arguments: lengths)
    func files(length: Int) async throws {
        let folder = TemporaryFolder()
        for blank in ["\n", " \r\n"] {
            let count = length / blank.utf8.count + 1
            let text = Array(String(repeating: blank, count: count).utf8) + Self.lines
            for (name, bytes) in [("log\(count)", text), ("log\(count).gz", GzipBytes.member(text))] {
                let path = try folder.file(name, bytes)
                let source = try LogSource(path: path, facts: try #require(try FileFacts.of(path)))
                for choice in [PreparedSources.Choice.automatic, .named(CombinedLine.combined)] {
                    try await Self.expect([source], choice, "\(name), \(count) times \(blank.debugDescription)")
                }
            }
        }
    }

    @Test("are read whole from a pipe", arguments: lengths)
    func pipes(length: Int) async throws {
        let text = [UInt8](repeating: 0x0a, count: length) + Self.lines
        for size in [1000, 1 << 16, 1 << 20] {
            let stream = PiecewiseStream(text, piece: size)
            let reader = BlockReader(stream, from: 0, keepsPartialLine: false)
            let head = try reader.beginningBehindBlanks(ChunkBuffer.Size().chunk) { false }
            #expect(head.contains { $0 != 0x0a })
            let buffer = ChunkBuffer()
            var read: [UInt8] = []
            var end = Int64(0)
            while let chunk = try reader.next(buffer, source: 0, isCancelled: { false }) {
                read += chunk.bytes(chunk.start..<chunk.end)
                end = chunk.position + Int64(chunk.end - chunk.start)
            }
            #expect(Array(read.drop { $0 == 0x0a }) == Self.lines)
            #expect(end == Int64(text.count))
        }
    }

    @Test("and have no other are empty, with nothing read amiss")
    func nothingElse() throws {
        let folder = TemporaryFolder()
        for length in Self.lengths {
            let text = [UInt8](repeating: 0x0a, count: length)
            let paths = [
                try folder.file("log\(length)", text), try folder.file("log\(length).gz", GzipBytes.member(text)),
            ]
            let sources = try paths.map { try LogSource(path: $0, facts: try #require(try FileFacts.of($0))) }
            let prepared = try PreparedSources.prepare(sources, .automatic, wanted: ["status"]) { false }
            #expect(prepared.empty == paths && prepared.faults.isEmpty)
        }
    }
}

/// Some bytes, given in pieces.
private final class PiecewiseStream: ByteStream {
    private var rest: ArraySlice<UInt8>
    private let piece: Int
    private(set) var consumed: Int64 = 0

    init(_ bytes: [UInt8], piece: Int) {
        rest = bytes[...]
        self.piece = piece
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool) throws(StreamFault) -> Int {
        var filled = 0
        while filled < buffer.count, !rest.isEmpty {
            let part = rest.prefix(min(piece, buffer.count - filled))
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyBytes(from: part)
            rest = rest.dropFirst(part.count)
            filled += part.count
            consumed += Int64(part.count)
        }
        return filled
    }
}
