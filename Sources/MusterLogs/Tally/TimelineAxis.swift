/// The steps that a timeline shows, and the lines that are set apart from it because their clock was wrong.
///
/// It follows from the counted times alone, so that a run, a checkpoint and merged tallies have the same axis. Lines are
/// set apart at an end of the axis where they are at most 1 % of all (or a single line) and farther from the others than a
/// year and than twice the time that these span.
struct TimelineAxis {
    /// Lines beside the axis.
    struct Apart: Hashable {
        var count: UInt64
        /// Microseconds since 1970 UTC; the inner end is that of a step.
        var first: Int64
        var last: Int64
    }

    /// Steps at most where nobody chose their length, and where somebody did.
    static let automaticLimit: Int64 = 4_096
    static let chosenLimit: Int64 = 100_000

    /// What was counted, in steps of the axis.
    private(set) var steps: TimeTally
    /// Numbers of the first and the last step.
    private(set) var first: Int64
    private(set) var last: Int64
    private(set) var apart: [Apart] = []

    /// Nil where no line has a time.
    init?(_ tally: LogTally) {
        steps = tally.timeline
        let numbers = steps.entries.keys.sorted()
        guard !numbers.isEmpty else { return nil }
        let shown = Self.shown(numbers, steps)
        let (start, end) = (steps.beginning(numbers[shown.lowerBound]), steps.beginning(numbers[shown.upperBound]))
        (first, last) = (numbers[shown.lowerBound], numbers[shown.upperBound])
        if shown.lowerBound > 0 {
            let before = numbers[..<shown.lowerBound]
            let inner = steps.beginning(numbers[shown.lowerBound - 1])
            apart.append(Apart(count: Self.lines(before, steps), first: tally.first, last: max(tally.first, inner)))
        }
        if shown.upperBound < numbers.count - 1 {
            let behind = numbers[(shown.upperBound + 1)...]
            let inner = steps.beginning(numbers[shown.upperBound + 1])
            apart.append(Apart(count: Self.lines(behind, steps), first: inner, last: tally.last))
        }
        guard tally.questions.every == nil else { return }
        while count > Self.automaticLimit {
            steps.lengthen()
            (first, last) = (steps.number(at: start), steps.number(at: end))
        }
    }

    /// Steps from the first to the last.
    var count: Int64 {
        let (span, overflow) = last.subtractingReportingOverflow(first)
        return overflow || span == .max ? .max : span + 1
    }

    /// How many steps of a chosen length that makes, where it is more than can be shown; else nil.
    func excess(every: Int64, in tally: LogTally) -> Int64? {
        var count = count
        if steps.step != every {
            let ends = apart.isEmpty ? (tally.first, tally.last) : (steps.beginning(first), steps.beginning(last))
            let from = TimeTally.floorDivide(ends.0 &+ steps.shift, every)
            let to = TimeTally.floorDivide(ends.1 &+ steps.shift, every)
            let (span, overflow) = to.subtractingReportingOverflow(from)
            count = overflow || span == .max ? .max : span + 1
        }
        return count > Self.chosenLimit ? count : nil
    }

    private static func lines(_ numbers: ArraySlice<Int64>, _ steps: TimeTally) -> UInt64 {
        numbers.reduce(0) { $0 &+ (steps.entries[$1].map { steps.counts[$0] } ?? 0) }
    }

    private static let year: Int64 = 365 * CivilTime.day

    /// Which of the steps the axis shows: all around the middle that no great gap parts from it.
    private static func shown(_ numbers: [Int64], _ steps: TimeTally) -> ClosedRange<Int> {
        let all = 0...numbers.count - 1
        let counts = numbers.map { steps.entries[$0].map { steps.counts[$0] } ?? 0 }
        let total = counts.reduce(0, &+)
        let limit = max(1, total / 100)
        let left = rim(counts, limit)
        let right = rim(counts.reversed(), limit)
        guard left + right < numbers.count else { return all }
        var (low, high) = (left, numbers.count - 1 - right)
        while true {
            let span = distance(numbers[low], numbers[high], steps.step)
            let near = max(year, span > .max / 2 ? .max : span * 2)
            if low > 0, distance(numbers[low - 1], numbers[low], steps.step) <= near {
                low -= 1
            } else if high < numbers.count - 1, distance(numbers[high], numbers[high + 1], steps.step) <= near {
                high += 1
            } else {
                break
            }
        }
        let kept = counts[low...high].reduce(0, &+)
        // Where hardly anything would be left, nobody knows which clock is right.
        return total - kept <= kept / 2 ? low...high : all
    }

    /// How many steps from the first on have no more lines together than `limit`.
    private static func rim(_ counts: [UInt64], _ limit: UInt64) -> Int {
        var sum: UInt64 = 0
        for (index, count) in counts.enumerated() {
            sum &+= count
            if sum > limit { return index }
        }
        return counts.count
    }

    /// Microseconds from one step to another.
    private static func distance(_ from: Int64, _ to: Int64, _ step: Int64) -> Int64 {
        let (count, isFar) = to.subtractingReportingOverflow(from)
        let (length, overflow) = count.multipliedReportingOverflow(by: step)
        return isFar || overflow ? .max : length
    }
}
