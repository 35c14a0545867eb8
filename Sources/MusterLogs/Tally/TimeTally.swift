internal import MusterCore

/// Lines over time: by step, with the classes of their status and measures.
///
/// Steps begin at round times by the clocks of the run's zone in winter, steps of weeks on Mondays. All have one length.
///
/// Only steps with lines are kept. While there are more than ``limit`` of them, the step becomes the next longer one. Steps
/// are multiples of each other, so the outcome is the shortest step that keeps to the limit, in whatever order lines come
/// and tallies are joined. ``TimelineAxis`` says which steps are shown.
struct TimeTally: Sendable {
    /// Steps at most.
    let limit: Int
    /// Length of a step in microseconds.
    private(set) var step: Int64
    /// Microseconds that are added to a time (UTC) before it is divided into steps.
    let shift: Int64
    /// Entries by number of the step.
    private(set) var entries: [Int64: Int] = [:]
    /// Numbers of the steps by entry.
    private var numbers: [Int64] = []
    private(set) var counts: [UInt64] = []
    /// Six an entry: 1xx to 5xx, others.
    private(set) var classes: [UInt64] = []
    private(set) var measures: MeasureTable
    /// The times of the step that was counted last, which most lines share with the one before; empty where there is none.
    private var lastTimes: Range<Int64> = 0..<0
    private var lastEntry = 0

    static let classCount = 6
    /// Where nothing else is asked: from a second to a day.
    static let automaticSteps: [Int64] = [1, 5, 10, 60, 300, 600, 3600, 21_600, 86_400].map { $0 * 1_000_000 }

    /// `every` in microseconds; nil to find a step that shows the whole.
    init(every: Int64?, measures: MeasureNames, zone: TimeZoneRules = .utc) {
        step = every ?? Self.automaticSteps[0]
        // 1970 began on a Thursday.
        let monday = step.isMultiple(of: 7 * CivilTime.day) ? 4 * CivilTime.day : 0
        shift = zone.winterOffset * 1_000_000 - monday
        limit = every == nil ? 4096 : 100_000
        self.measures = MeasureTable(measures)
    }

    /// The step that holds a time.
    @inline(__always)
    func number(at time: Int64) -> Int64 { Self.floorDivide(time &+ shift, step) }

    /// Makes the step that holds a time the last one.
    @inline(never)
    mutating func turn(to time: Int64) {
        var number = number(at: time)
        // A step that came behind the last one before comes behind it again: in the next of several logs, for instance.
        let next = lastEntry + 1
        if next < numbers.count, numbers[next] == number { return settle(at: number, next) }
        if entries[number] == nil {
            while entries.count >= limit {
                coarsen(to: longerStep)
                number = self.number(at: time)
                if entries[number] != nil { break }
            }
        }
        settle(at: number, place(number))
    }

    /// Makes a step the last one.
    private mutating func settle(at number: Int64, _ entry: Int) {
        lastEntry = entry
        let start = beginning(number)
        let (end, isFar) = start.addingReportingOverflow(step)
        lastTimes = isFar ? 0..<0 : start..<end
    }

    private mutating func place(_ number: Int64) -> Int {
        if let known = entries[number] { return known }
        let entry = counts.count
        entries[number] = entry
        numbers.append(number)
        counts.append(0)
        classes.append(contentsOf: repeatElement(0, count: Self.classCount))
        measures.reserve(entry + 1)
        return entry
    }

    /// When a step begins. The first of all steps may begin before what a number can tell: it is cut there, inside of it.
    func beginning(_ number: Int64) -> Int64 {
        let (local, isFar) = number.multipliedReportingOverflow(by: step)
        if isFar { return .min }
        let (time, overflow) = local.subtractingReportingOverflow(shift)
        return overflow ? (local < 0 ? .min : .max) : time
    }

    private var longerStep: Int64 { Self.automaticSteps.first { $0 > step && $0 % step == 0 } ?? step * 2 }

    /// Counts the selected rows of a batch that have a time.
    mutating func add(
        _ batch: borrowing RowBatch, _ selection: Selection, _ statusClasses: LogTally.StatusClasses,
        _ values: borrowing MeasureValues
    ) {
        let isMeasured = !measures.isEmpty
        // Of the step that was met last; most lines share it with the one before.
        var (met, metClasses) = (UInt64(0), InlineArray<6, UInt64>(repeating: 0))
        var rest = selection.bits
        while rest != 0 {
            let row = rest.trailingZeroBitCount
            rest &= rest &- 1
            let time = batch.time(row)
            if time == RowBatch.noTime { continue }
            if !_fastPath(lastTimes.contains(time)) {
                // Before steps get other entries.
                note(met, metClasses)
                (met, metClasses) = (0, InlineArray(repeating: 0))
                turn(to: time)
            }
            met &+= 1
            let statusClass = Int(statusClasses[row])
            if statusClass >= 0 { metClasses[statusClass] &+= 1 }
            if isMeasured { measures.add(lastEntry, values, row) }
        }
        note(met, metClasses)
    }

    @inline(__always)
    private mutating func note(_ met: UInt64, _ metClasses: InlineArray<6, UInt64>) {
        if met == 0 { return }
        counts[lastEntry] &+= met
        for index in metClasses.indices { classes[lastEntry &* Self.classCount &+ index] &+= metClasses[index] }
    }

    /// Makes the steps the next longer ones.
    mutating func lengthen() { coarsen(to: longerStep) }

    /// Whether each step of another tally lies in one step here.
    func canMerge(_ other: TimeTally) -> Bool {
        other.entries.isEmpty || (shift - other.shift).isMultiple(of: other.step)
    }

    /// Adds another tally, see ``canMerge(_:)``.
    mutating func merge(_ other: TimeTally) {
        while step < other.step { coarsen(to: longerStep) }
        for (number, entry) in other.entries {
            take(other, entry, at: other.beginning(number))
        }
        while entries.count > limit { coarsen(to: longerStep) }
        lastTimes = 0..<0
    }

    private mutating func take(_ other: TimeTally, _ entry: Int, at time: Int64) {
        let here = place(number(at: time))
        counts[here] &+= other.counts[entry]
        for index in 0..<Self.classCount {
            classes[here * Self.classCount + index] &+= other.classes[entry * Self.classCount + index]
        }
        measures.merge(here, other.measures, entry)
    }

    private mutating func coarsen(to longer: Int64) {
        let old = self
        entries = [:]
        numbers = []
        counts = []
        classes = []
        measures = MeasureTable(old.measures.names)
        step = longer
        for (number, entry) in old.entries { take(old, entry, at: old.beginning(number)) }
        lastTimes = 0..<0
    }

    /// Times are nearer to 1970 than this in microseconds, some 70,000 years.
    static let farthest: Int64 = 1 << 61

    /// Takes on the length of the steps that were written down; false where that is none which this tally can come to.
    mutating func restore(step wanted: Int64) -> Bool {
        guard wanted <= Self.farthest else { return false }
        while step < wanted { step = longerStep }
        return step == wanted
    }

    /// The number of a step that was counted by UTC: exact where the shift is whole steps, else that of its beginning.
    func number(ofUTC number: Int64) -> Int64 { number &+ Self.floorDivide(shift, step) }

    /// Whether a step can be restored: there is room, it is not there yet, and its time can be told.
    func canRestore(_ number: Int64) -> Bool {
        let (time, overflow) = number.multipliedReportingOverflow(by: step)
        return !overflow && abs(time / 2) < Self.farthest / 2 && entries.count < limit && entries[number] == nil
    }

    /// What was written down of a step that can be restored.
    mutating func restore(
        number: Int64, count: UInt64, classes: [UInt64], sums: [Int128], histograms: [ValueHistogram],
        sketches: [DistinctSketch]
    ) {
        let entry = place(number)
        counts[entry] = count
        for (index, value) in classes.prefix(Self.classCount).enumerated() {
            self.classes[entry * Self.classCount + index] = value
        }
        measures.set(entry, sums: sums, histograms: histograms, sketches: sketches)
    }

    @inline(__always)
    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-(value + 1)) / divisor) - 1
    }
}
