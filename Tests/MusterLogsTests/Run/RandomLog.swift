import MusterSystem
import MusterTesting

@testable import MusterLogs

/// Logs made by dice, and what a plain slow reader counts in them.
enum RandomLog {
    static let questions = LogQuestions(
        groups: [["k"], ["k", "u"]],
        measures: MeasureNames(sums: ["bytes"], quantiles: ["bytes"], distinct: ["u"]))

    /// Some lines of logfmt, with bad, blank and long ones, CR LF, and at times no end of the last.
    static func text(_ dice: inout Dice, lines: Int, longest: Int) -> [UInt8] {
        var text: [UInt8] = []
        for _ in 0..<lines { text += line(&dice, longest) + [10] }
        if !text.isEmpty, Bool.random(using: &dice) { text.removeLast() }
        return text
    }

    static func line(_ dice: inout Dice, _ longest: Int) -> [UInt8] {
        let second = Int.random(in: 0..<60, using: &dice)
        let good =
            "k=a\(Int.random(in: 0..<9, using: &dice)) u=\(Int.random(in: 0..<99, using: &dice))"
            + " ts=2024-05-01T10:\(second < 10 ? "0" : "")\(second):00Z bytes=\(Int.random(in: 0..<5000, using: &dice))"
        switch Int.random(in: 0..<12, using: &dice) {
        case 0: return []
        case 1: return Array("no pair".utf8)
        case 2: return Array("k=\"".utf8)
        case 3: return Array("k=x bytes=7\r".utf8)
        case 4:
            // Around the limit, and far beyond it.
            let length = longest + Int.random(in: -2...2, using: &dice)
            return Array("k=".utf8) + [UInt8](repeating: 120, count: max(1, length - 2))
        case 5:
            return Array("k=".utf8) + [UInt8](repeating: 121, count: Int.random(in: 1...900, using: &dice))
        default: return Array(good.utf8)
        }
    }

    static func reading(_ questions: LogQuestions) throws -> LineReading {
        try LogfmtLine.format.reading(questions.wanted)
    }

    /// Splits at line feeds and counts line by line.
    static func count(
        _ text: [UInt8], longest: Int, _ questions: LogQuestions, source: Int = 0, into tally: LogTally
    ) throws {
        let counter = LineCounter(Array(repeating: try reading(questions), count: source + 1), questions)
        var offset = 0
        for line in text.split(separator: 10, omittingEmptySubsequences: false) {
            defer { offset += line.count + 1 }
            // Behind the last line feed is no line.
            if offset == text.count { break }
            if line.count > longest {
                tally.noteTooLong(
                    source: source, offset: Int64(offset), beginning: Array(line.prefix(min(240, longest))))
                tally.addSource(source, bytes: 0, lines: 1, bad: 1)
            } else {
                try counter.count(Array(line) + [10], source: source, position: Int64(offset), into: tally)
            }
        }
    }

    static func counted(_ texts: [[UInt8]], longest: Int, _ questions: LogQuestions) throws -> LogTally {
        let tally = LogTally(questions, seed: 1)
        for (source, text) in texts.enumerated() {
            try count(text, longest: longest, questions, source: source, into: tally)
        }
        return tally
    }

    static func prepared(
        _ paths: [String], _ questions: LogQuestions, positions: PositionTable? = nil
    ) throws -> PreparedSources {
        let sources = try paths.compactMap { path in
            try FileFacts.of(path).map { try LogSource(path: path, facts: $0) }
        }
        return try PreparedSources.prepare(
            sources, .named(LogfmtLine.format), wanted: questions.wanted, positions: positions, isCancelled: { false })
    }

    static func run(
        _ prepared: PreparedSources, _ questions: LogQuestions, _ options: LogRunOptions, workers: Int,
        start: LogTally? = nil
    ) async throws -> LogRun.Outcome {
        let run = LogRun(questions: questions, options: options)
        return try await WorkerPool.withPool(workers) { pool in
            try await run.run(prepared, start: start, on: pool, progress: LogProgress())
        }
    }
}

extension LogTally {
    /// All that it holds, in one order: equal where two tallies are.
    var written: [UInt8] { TallyFile(tally: self, sources: [], kinds: [:]).encoded() }
}
