/// Goes through a match along the first way of its expression that leads to its end, and notes where groups lay. What was
/// found about a state is remembered, so that ordinary lines take a look at a table a byte.
struct BytePatternWalk {
    private let program: BytePatternProgram
    private var keys: [UInt64] = []
    private var entries: [Entry] = []
    private var slots: [Int32] = []
    /// Of the states that the keys are about.
    private var generation: UInt32 = 0
    private var seen: BytePatternMarks
    private var open: [Int32] = []
    private var path: [Int32] = []

    /// The step that takes the next byte, or accepts, and the slots that are noted on the way to it.
    private struct Entry {
        var step: Int32 = 0
        var first: Int32 = 0
        var last: Int32 = 0
    }

    private static let entryCount = 4096
    private static let slotLimit = 1 << 16

    init(_ program: BytePatternProgram) {
        self.program = program
        seen = BytePatternMarks(count: program.steps.count)
    }

    /// Notes the groups of a match in `places` by their slots; `trace` has a state of `states` for each place of it.
    mutating func run(
        _ text: Text, _ match: Range<Int>, _ trace: [Int32], _ states: BytePatternStates, into places: inout [Int],
        _ limit: ScanLimit
    ) {
        if generation != states.generation || slots.count > Self.slotLimit { forget(states.generation) }
        limit.spend(match.count)
        var number = program.start
        var before = program.context(program.kind(text, match.lowerBound - 1))
        var at = match.lowerBound
        while at <= match.upperBound {
            let after = program.context(program.kind(text, at))
            let entry = entry(number, trace[at - match.lowerBound], before, after, states, limit)
            for index in entry.first..<entry.last { places[Int(slots[Int(index)])] = at }
            let next = program.steps[Int(entry.step)].next
            at += 1
            // Round and round, with nothing to note: as long as nothing changes.
            if next == number, entry.first == entry.last, before == after {
                let state = trace[at - 1 - match.lowerBound]
                while at <= match.upperBound, trace[at - match.lowerBound] == state,
                    !program.looksAtEdges || program.context(program.kind(text, at)) == after
                {
                    at += 1
                }
            }
            number = next
            before = after
        }
    }

    private mutating func forget(_ generation: UInt32) {
        self.generation = generation
        keys = [UInt64](repeating: .max, count: Self.entryCount)
        entries = [Entry](repeating: Entry(), count: Self.entryCount)
        slots.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private mutating func entry(
        _ number: Int32, _ state: Int32, _ before: ByteContext, _ after: ByteContext, _ states: BytePatternStates,
        _ limit: ScanLimit
    ) -> Entry {
        let contexts = UInt64(before.rawValue) << 2 | UInt64(after.rawValue)
        let key = UInt64(UInt32(bitPattern: number)) << 36 | UInt64(UInt32(bitPattern: state)) << 4 | contexts
        let place = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 52)
        if keys[place] == key { return entries[place] }
        let entry = find(number, states.set(state), before, after, limit)
        keys[place] = key
        entries[place] = entry
        return entry
    }

    /// The first step of a set that a step comes to without taking a byte.
    @inline(never)
    private mutating func find(
        _ number: Int32, _ wanted: ArraySlice<Int32>, _ before: ByteContext, _ after: ByteContext, _ limit: ScanLimit
    ) -> Entry {
        seen.clear()
        path.removeAll(keepingCapacity: true)
        open = [number]
        while let number = open.popLast() {
            // Back out of a group that did not lead anywhere.
            if number < 0 {
                path.removeLast()
                continue
            }
            guard seen.insert(number) else { continue }
            limit.spend(1)
            let step = program.steps[Int(number)]
            switch step.kind {
            case .bytes, .accept:
                guard Self.has(wanted, number) else { continue }
                let first = Int32(slots.count)
                slots += path
                return Entry(step: number, first: first, last: Int32(slots.count))
            case .split:
                open.append(step.argument)
                open.append(step.next)
            case .save:
                path.append(step.argument)
                open.append(-1)
                open.append(step.next)
            case .assertion: if BytePatternProgram.holds(step, before, after) { open.append(step.next) }
            }
        }
        preconditionFailure("a step of the state is come to")
    }

    private static func has(_ sorted: ArraySlice<Int32>, _ number: Int32) -> Bool {
        var (low, high) = (sorted.startIndex, sorted.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < sorted.endIndex && sorted[low] == number
    }
}
