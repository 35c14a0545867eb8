import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Runs with too little memory for all keys")
struct BoundedRunTests {
    static let questions = LogQuestions(
        groups: [["ip"], ["path", "status"], ["agent"]],
        measures: MeasureNames(sums: ["bytes"], quantiles: ["bytes"], distinct: ["path"]))

    /// Lines whose keys are many, some of them long, and what is true of the addresses.
    private static func log(_ dice: inout Dice, lines: Int) -> (text: [UInt8], addresses: [[UInt8]: UInt64]) {
        var (text, addresses): ([UInt8], [[UInt8]: UInt64]) = ([], [:])
        for _ in 0..<lines {
            let number = Int.random(in: 0...Int.random(in: 0...2_000, using: &dice), using: &dice)
            let address = Array("10.1.\(number / 256).\(number % 256)".utf8)
            addresses[address, default: 0] += 1
            let agent = String(repeating: "a", count: Int.random(in: 0...60, using: &dice))
            text += address
            text += Array(
                (" - - [02/Jan/1970:00:00:\(10 + number % 50) +0000] \"GET /\(number % 37) HTTP/1.1\" 200 \(number) "
                    + "\"-\" \"\(agent)\(number % 101)\"\n").utf8)
        }
        return (text, addresses)
    }

    /// The budget runs out in the midst, at its beginning, or just not.
    @Test("The report is the same for any number of workers, and its bounds hold", arguments: 0..<10)
    func anyWorkers(_ seed: Int) async throws {
        var dice = Dice(seed)
        let log = Self.log(&dice, lines: 3_000)
        let folder = TemporaryFolder()
        let isPlain = Bool.random(using: &dice)
        let path = try folder.file("log", isPlain ? log.text : GzipBytes.member(log.text))
        let options = LogRunOptions(
            memory: [30_000, 300_000, 1_000_000, 2_000_000, 4_000_000][seed % 5],
            size: .init(chunk: Int.random(in: 200...4_000, using: &dice), line: 300), counters: 50)
        var first: LogReport?
        for workers in [1, 2, 5] {
            let source = try LogSource(path: path, facts: try #require(try FileFacts.of(path)))
            let prepared = try PreparedSources.prepare(
                [source], .named(CombinedLine.combined), wanted: Self.questions.wanted
            ) { false }
            let run = LogRun(questions: Self.questions, options: options)
            let outcome = try await WorkerPool.withPool(workers) { pool in
                try await run.run(prepared, on: pool, progress: LogProgress())
            }
            let report = LogAnswers(limit: 5_000).report(outcome.tally, sources: [], kinds: [:])
            #expect(report.lines == 3_000 && report.bad == 0)
            if first == nil { first = report }
            #expect(report == first, "\(workers) workers, \(options)")
            Self.expectBounds(report.tables[0], log.addresses, counters: UInt64(options.counters))
        }
    }

    private static func expectBounds(
        _ table: LogReport.Table, _ exact: [[UInt8]: UInt64], counters: UInt64
    ) {
        var missing = exact
        for row in table.rows {
            let count = Int(missing.removeValue(forKey: Array(row.keys[0].utf8)) ?? 0)
            guard case .count(let told) = row.values[0] else {
                Issue.record("no count")
                continue
            }
            #expect(told >= count && told - row.error <= count && row.error <= table.errorBound)
        }
        #expect(missing.values.allSatisfy { $0 <= table.errorBound })
        #expect(table.isExact == (table.errorBound == 0) && table.errorBound * Int(counters) <= table.total)
        if table.isExact { #expect(missing.isEmpty && table.distinct == exact.count) }
        #expect(table.total == 3_000)
    }
}
