/// What one worker, or a whole run, counted. Joining two is the same as counting all in one, in any order, as long as
/// every group is exact.
///
/// Used by one thread at a time.
package final class LogTally {
    package let questions: LogQuestions
    let hash: KeyHash
    /// Lines that fit.
    package internal(set) var fitting: UInt64 = 0
    package internal(set) var bad: UInt64 = 0
    /// Lines that fit and passed the filter.
    package internal(set) var matched: UInt64 = 0
    package internal(set) var bytes: UInt64 = 0
    /// Times of the earliest and the latest matching line.
    package internal(set) var first = Int64.max
    package internal(set) var last = Int64.min
    /// 1xx to 5xx, others.
    package internal(set) var classes = [UInt64](repeating: 0, count: TimeTally.classCount)
    /// Whether a line had a status.
    package internal(set) var hasStatus = false
    /// Names of the questions' fields that a line had, whether it matched or not.
    package internal(set) var seen: Set<String> = []
    /// Whether a line had a time, whether it matched or not; looked for only where a question is about times.
    package internal(set) var hasTime = false
    /// Lines without a time because their year has not the day that they name, whether they matched or not.
    package internal(set) var dayless: UInt64 = 0
    /// Of the numbers of each sum, then of each distribution.
    package internal(set) var notes: [MeasureNote]
    private(set) var groups: [GroupTally]
    var timeline: TimeTally
    /// Of all matching lines: one entry.
    var totals: MeasureTable
    /// Examples of bad lines, the first ones by source and place.
    package internal(set) var examples: [BadLineExample] = []
    /// What was counted by source, by its number.
    package internal(set) var sources: [Int: SourceCount] = [:]
    private var values: MeasureValues

    /// Bad lines that are kept at most.
    package static let exampleLimit = 100

    /// A tally's part of a source.
    package struct SourceCount: Sendable, Hashable {
        package var bytes: UInt64 = 0
        package var lines: UInt64 = 0
        package var bad: UInt64 = 0

        package init(bytes: UInt64 = 0, lines: UInt64 = 0, bad: UInt64 = 0) {
            self.bytes = bytes
            self.lines = lines
            self.bad = bad
        }
    }

    package init(_ questions: LogQuestions, seed: UInt64) {
        self.questions = questions
        let hash = KeyHash(seed: seed)
        self.hash = hash
        groups = questions.groups.map { GroupTally($0, questions.measures, hash: hash) }
        timeline = TimeTally(every: questions.every, measures: questions.measures, zone: questions.zone)
        totals = MeasureTable(questions.measures)
        totals.reserve(1)
        notes = questions.measures.notes
        values = MeasureValues(questions.measures)
    }

    /// Keys of all groups.
    package var keyCount: Int { groups.reduce(0) { $0 + $1.table.count } }
    package var isExact: Bool { groups.allSatisfy(\.isExact) }

    /// Counts a batch's rows and bad lines; nothing where the filter's limit is over, which is false.
    func add(_ batch: borrowing RowBatch, _ bound: BoundQuestions, _ chunk: Chunk) -> Bool {
        var selection = Selection(all: batch)
        bound.range.select(batch, &selection)
        if let filter = bound.filter, !filter.select(batch, &selection) { return false }
        fitting &+= UInt64(batch.count)
        if !batch.bad.isEmpty { note(batch.bad, chunk) }
        if selection.isEmpty { return true }
        matched &+= UInt64(selection.count)
        if !bound.measures.isEmpty {
            values.read(batch, selection.bits, bound.measures, &notes)
            totals.add(0, values, selection)
        }
        span(batch, selection, bound)
        for index in groups.indices {
            groups[index].add(batch, selection.bits, bound.groups[index], column: bound.columns[index], values)
        }
        return true
    }

    /// Classes of status, the span of time, lines over time.
    private func span(_ batch: borrowing RowBatch, _ selection: Selection, _ bound: BoundQuestions) {
        var statusClasses = StatusClasses(repeating: -1)
        if let status = bound.status {
            statusClasses = Self.classes(batch, selection, status, &classes, &hasStatus)
        }
        var (earliest, latest) = (first, last)
        selection.forEach { row in
            let time = batch.time(row)
            if time == RowBatch.noTime { return }
            earliest = min(earliest, time)
            latest = max(latest, time)
        }
        (first, last) = (earliest, latest)
        if bound.hasTimeline { timeline.add(batch, selection, statusClasses, values) }
    }

    /// By row: 0 for 1xx to 4 for 5xx, 5 for what is none of them, -1 where lines have no status.
    typealias StatusClasses = InlineArray<64, Int8>

    private static func classes(
        _ batch: borrowing RowBatch, _ selection: Selection, _ column: Int, _ counts: inout [UInt64],
        _ hasStatus: inout Bool
    ) -> StatusClasses {
        var result = StatusClasses(repeating: -1)
        var isThere = false
        selection.forEach { row in
            var statusClass = 5
            if let text = batch.text(row, column) {
                isThere = true
                if text.count == 3 {
                    let digit = Int(text[0]) &- 49
                    if UInt(bitPattern: digit) < 5 { statusClass = digit }
                }
            }
            counts[statusClass] &+= 1
            result[row] = Int8(truncatingIfNeeded: statusClass)
        }
        if isThere { hasStatus = true }
        return result
    }

    /// Notes what was counted of a source.
    func addSource(_ source: Int, bytes: UInt64, lines: UInt64, bad: UInt64) {
        self.bytes &+= bytes
        let known = sources[source] ?? SourceCount()
        sources[source] = SourceCount(
            bytes: known.bytes &+ bytes, lines: known.lines &+ lines, bad: known.bad &+ bad)
    }

    private func note(_ lines: [BadLine], _ chunk: Chunk) {
        bad &+= UInt64(lines.count)
        for line in lines {
            // Nothing is copied of those that come too late.
            let offset = chunk.position + Int64(line.line.lowerBound)
            if examples.count >= Self.exampleLimit, let last = examples.last,
                (last.source, last.offset) <= (chunk.source, offset)
            {
                continue
            }
            keep(BadLineExample(line, chunk))
        }
    }

    /// Counts a bad line that no parser saw: one that is too long.
    func noteTooLong(source: Int, offset: Int64, beginning: [UInt8]) {
        bad &+= 1
        keep(
            BadLineExample(
                source: source, offset: offset, column: beginning.count + 1, expected: "a line of at most 1 MiB",
                text: Array(beginning.prefix(BadLineExample.textLimit))))
    }

    /// Keeps the first examples, so that they do not depend on which worker met them.
    private func keep(_ example: BadLineExample) {
        if examples.count >= Self.exampleLimit {
            guard let last = examples.last, example < last else { return }
            examples.removeLast()
        }
        let place = examples.firstIndex { example < $0 } ?? examples.count
        examples.insert(example, at: place)
    }

    /// Adds another tally of the same questions; nothing of it is shared afterwards.
    package func merge(_ other: LogTally) {
        fitting &+= other.fitting
        bad &+= other.bad
        matched &+= other.matched
        bytes &+= other.bytes
        first = min(first, other.first)
        last = max(last, other.last)
        hasStatus = hasStatus || other.hasStatus
        seen.formUnion(other.seen)
        hasTime = hasTime || other.hasTime
        dayless &+= other.dayless
        for index in notes.indices { notes[index].merge(other.notes[index]) }
        for index in classes.indices { classes[index] &+= other.classes[index] }
        for (mine, theirs) in zip(groups, other.groups) { mine.merge(theirs) }
        timeline.merge(other.timeline)
        totals.merge(0, other.totals, 0)
        for example in other.examples { keep(example) }
        for (source, count) in other.sources {
            sources[source, default: SourceCount()].bytes &+= count.bytes
            sources[source, default: SourceCount()].lines &+= count.lines
            sources[source, default: SourceCount()].bad &+= count.bad
        }
    }

    /// Gives its sources other numbers, so that it can be joined with a tally of others. Two may become one.
    package func renumber(_ number: (Int) -> Int) {
        var renamed: [Int: SourceCount] = [:]
        for (source, count) in sources {
            let known = renamed[number(source)] ?? SourceCount()
            renamed[number(source)] = SourceCount(
                bytes: known.bytes &+ count.bytes, lines: known.lines &+ count.lines, bad: known.bad &+ count.bad)
        }
        sources = renamed
        for index in examples.indices { examples[index].source = number(examples[index].source) }
        examples.sort()
    }

    /// What its groups weigh. It follows from their keys alone, and that of two joined is at most that of both: whether a run
    /// stays exact must not depend on how many workers counted.
    var weight: Int { groups.reduce(0) { $0 &+ $1.weight } }

    /// Keeps the greatest keys where the groups weigh more than `budget` bytes together, at least `counters` of each. The
    /// counts of what is kept become upper bounds.
    package func prune(to budget: Int, counters: Int = LogTally.leastCounters) {
        guard weight > budget, !groups.isEmpty else { return }
        let share = budget / groups.count
        for group in groups where group.weight > share && group.table.count > 0 {
            // Half the room, so that the next keys fit.
            group.prune(to: max(1, counters, share / 2 / max(1, group.weight / group.table.count)))
        }
    }

    /// Counters of a group that is no longer exact, at least.
    package static let leastCounters = 100_000
}

/// A bad line that is kept to be shown.
package struct BadLineExample: Sendable, Hashable, Comparable {
    /// Number of the source.
    package var source: Int
    /// Of the line's first byte, in the decompressed source.
    package var offset: Int64
    /// Of the first byte that did not fit, from 1.
    package var column: Int
    package var expected: String
    package var text: [UInt8]

    /// Bytes of a line that are kept.
    static let textLimit = 240

    package init(source: Int, offset: Int64, column: Int, expected: String, text: [UInt8]) {
        self.source = source
        self.offset = offset
        self.column = column
        self.expected = expected
        self.text = text
    }

    init(_ line: BadLine, _ chunk: Chunk) {
        self.init(
            source: chunk.source, offset: chunk.position + Int64(line.line.lowerBound),
            column: line.fault - line.line.lowerBound + 1, expected: line.expected,
            text: chunk.bytes(line.line.lowerBound..<min(line.line.upperBound, line.line.lowerBound + Self.textLimit)))
    }

    package static func < (left: BadLineExample, right: BadLineExample) -> Bool {
        (left.source, left.offset) < (right.source, right.offset)
    }
}
