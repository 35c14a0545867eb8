import MusterCore
import MusterRotation
import MusterSystem
import RotationVictim
import Testing

/// Rotations while a daemon writes without a pause.
struct LiveWriterTests {
    private static let rotations = 6
    private static let linesEach = 40_000

    @Test(arguments: ["", "compress", "compress\ndelaycompress", "compress\nolddir old\nextension .log"])
    func `No line is lost, doubled or moved when a log is renamed under its writer`(directives: String) async throws {
        let tree = try RealTree([RealTree.Entry("a.log", .file(lines: 0)), RealTree.Entry("old", .folder)])
        // A log that is compressed at once must have no writer by then.
        let waits = directives.contains("compress") && !directives.contains("delaycompress")
        try await Self.rotate(tree, "\(directives)\ncreate\npostrotate\nreload\nendscript", waits: waits) {
            _, _, report in
            #expect(report.allFaults == [])
        }
        let lines = try tree.lines(ofNames: Self.names(tree))
        #expect(lines.count == Self.rotations * Self.linesEach)
        #expect(lines.elementsEqual(0..<lines.count))
    }

    @Test(arguments: ["", "compress"])
    func `Cutting a log under its writer loses nothing but what came meanwhile`(directives: String) async throws {
        let tree = try RealTree([RealTree.Entry("a.log", .file(lines: 0))])
        var windows: [Range<Int>] = []
        try await Self.rotate(tree, "\(directives)\ncopytruncate", waits: false) { before, after, report in
            // The line behind those that are written may have been on its way.
            windows.append(before..<after + 1)
            #expect(report.allFaults == [])
            let log = try #require(report.stanzas.first?.logs.first)
            // One to which nothing was written yet is not cut.
            #expect(log.bytesAtRisk.map { $0 >= 0 } ?? (log.bytes == 0))
        }
        // A write that crosses a page can be seen half, so that the cut may tear the line it comes in.
        let lines = try Self.names(tree).flatMap { name in
            try tree.text(name).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
                Int($0) ?? -1
            }
        }
        #expect(zip(lines, lines.dropFirst()).allSatisfy { $0 < $1 })
        let found = Set(lines)
        let missing = (0..<Self.rotations * Self.linesEach).filter { !found.contains($0) }
        #expect(missing.allSatisfy { line in windows.contains { $0.contains(line) } })
        #expect(windows.count == Self.rotations)
    }

    /// The rotated logs, the oldest first, and the log at last.
    private static func names(_ tree: RealTree) throws -> [String] {
        func age(_ name: String) -> Int { name.split(separator: ".").compactMap { Int($0) }.first ?? 0 }
        return try tree.names().filter { tree.facts($0)?.kind == .regular }.sorted { age($0) > age($1) }
    }

    private static func rotate(
        _ tree: RealTree, _ directives: String, waits: Bool, _ check: (Int, Int, RotationReport) throws -> Void
    ) async throws {
        try tree.write("ROOT/a.log {\nrotate 100\n\(directives)\n}\n", as: "conf")
        let writer = LiveWriter(tree.root + "/a.log")
        let programs = WriterPrograms(writer: writer, waits: waits)
        try await WorkerPool.withPool(2) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.run { try writer.run() } }
                defer { writer.end() }
                for _ in 0..<rotations {
                    let before = writer.written
                    writer.allow(linesEach)
                    let report = try await RealRotation(tree.configuration, tree.state).run(programs)
                    try check(before, writer.written, report)
                    // A daemon may take its time, but not until the next rotation.
                    try await pool.run { writer.waitUntilReopened() }
                }
                writer.end()
                try await group.waitForAll()
            }
        }
    }
}
