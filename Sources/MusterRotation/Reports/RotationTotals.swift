/// What is counted of a rotation, or of one stanza of it. Sums that no number holds stay at the greatest there is.
struct RotationTotals: Sendable, Hashable {
    /// A word and how often it was met.
    struct Count: Sendable, Hashable {
        var word: String
        var count: Int
    }

    var stanzas = 0
    var logs = 0
    var rotated = 0
    var skipped = 0
    var failed = 0
    var compressed = 0
    /// Bytes of all that was compressed, and of what came of it.
    var bytesBefore = 0
    var bytesAfter = 0
    var removed = 0
    /// Logs that were cut to nothing behind a copy, and the bytes that their writers may have lost.
    var truncated = 0
    var bytesAtRisk = 0
    private var skips: [Count] = []
    private var failures: [Count] = []
    private var faults: [Count] = []

    /// Of a whole report.
    init(_ report: RotationReport) {
        for fault in report.faults { Self.add(fault.code, to: &faults) }
        for stanza in report.stanzas { add(stanza, isDry: report.isDry) }
    }

    /// Of one stanza.
    init(_ stanza: RotationReport.Stanza, isDry: Bool) { add(stanza, isDry: isDry) }

    /// Why logs were skipped, the most frequent first.
    var skipReasons: [Count] { Self.sorted(skips) }
    /// Codes of the faults that kept logs from being rotated.
    var failureCodes: [Count] { Self.sorted(failures) }
    /// Codes of the faults of stanzas and of the configuration.
    var faultCodes: [Count] { Self.sorted(faults) }

    private mutating func add(_ stanza: RotationReport.Stanza, isDry: Bool) {
        stanzas += 1
        for fault in stanza.faults { Self.add(fault.code, to: &faults) }
        for log in stanza.logs { add(log, isDry: isDry) }
    }

    private mutating func add(_ log: RotationReport.Log, isDry: Bool) {
        logs += 1
        switch log.outcome {
        case .rotated: rotated += 1
        case .skipped:
            skipped += 1
            Self.add(log.reason.isEmpty ? "other" : log.reason, to: &skips)
        case .failed:
            failed += 1
            Self.add(log.fault?.code ?? "other", to: &failures)
        }
        compressed += log.steps(that: "compress", isDry: isDry, done: log.compressed)
        removed += log.steps(that: "remove", isDry: isDry, done: log.removed)
        bytesBefore = Self.sum(bytesBefore, log.bytesBefore)
        bytesAfter = Self.sum(bytesAfter, log.bytesAfter)
        if let bytes = log.bytesAtRisk {
            truncated += 1
            bytesAtRisk = Self.sum(bytesAtRisk, bytes)
        }
    }

    /// Sizes come from files, and a sparse one says what it likes.
    private static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, isOver) = left.addingReportingOverflow(max(0, right))
        return isOver ? .max : sum
    }

    /// There are few words, and mostly it is the first: a table would take longer.
    private static func add(_ word: String, to counts: inout [Count]) {
        if let index = counts.firstIndex(where: { $0.word == word }) {
            counts[index].count += 1
        } else {
            counts.append(Count(word: word, count: 1))
        }
    }

    private static func sorted(_ counts: [Count]) -> [Count] {
        counts.sorted { ($1.count, $0.word) < ($0.count, $1.word) }
    }
}

extension RotationReport.Log {
    /// How often something was done, or would be: a dry run has only its list of steps.
    func steps(that action: String, isDry: Bool, done: Int) -> Int {
        isDry ? max(done, steps.count { $0.action == action }) : done
    }
}
