import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Nothing of a pass over logs is kept after it", .timeLimit(.minutes(10)))
struct RunLifeTests {
    /// Stands for all that a pass holds, which it has by the closure that saves.
    private final class Token: Sendable {}

    /// Whether a pass let go of what it had.
    private static func letsGo(where filter: String) async throws -> (isFree: Bool, hasThrown: Bool) {
        weak var witness: Token?
        var hasThrown = false
        do {
            let folder = TemporaryFolder()
            let line = "1.2.3.4 - - [30/Nov/2026:10:00:00 +0000] \"GET /x HTTP/1.1\" 200 5 \"-\" \"curl\"\n"
            let path = try folder.file("log.gz", GzipBytes.member(Array(String(repeating: line, count: 100).utf8)))
            let source = try LogSource(path: path, facts: try #require(try FileFacts.of(path)))
            let questions = LogQuestions(groups: [["status"]], hasTimeline: false, filter: try LogFilter(filter))
            let prepared = try PreparedSources.prepare([source], .automatic, wanted: questions.wanted) { false }
            let token = Token()
            witness = token
            do {
                _ = try await WorkerPool.withPool(2) { pool in
                    try await LogRun(questions: questions, options: LogRunOptions()).run(
                        prepared, on: pool, progress: LogProgress(), save: { [token] _, _ in _ = token })
                }
            } catch is QuestionFault {
                hasThrown = true
            }
        }
        return (witness == nil, hasThrown)
    }

    @Test("where it ends well")
    func ending() async throws {
        let outcome = try await Self.letsGo(where: "status = 200")
        #expect(outcome == (true, false))
    }

    @Test("where it throws")
    func throwing() async throws {
        let outcome = try await Self.letsGo(where: "path > abc")
        #expect(outcome == (true, true))
    }
}
