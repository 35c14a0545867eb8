/// Goes through a match along the first way of its pattern that leads to its end, and notes where groups lay. What was
/// found about a state is remembered, so that ordinary lines take a look at a table a byte.
struct GroupWalk {
    private let program: PatternProgram
    private var keys: [UInt64] = []
    private var entries: [Entry] = []
    private var slots: [Int32] = []
    /// Of the states that the keys are about.
    private var generation: UInt32 = 0
    private var walk: SaveWalk

    /// The step that takes the next byte, or accepts, and the slots that are noted on the way to it.
    private struct Entry {
        var step: Int32 = 0
        var first: Int32 = 0
        var last: Int32 = 0
    }

    private static let entryCount = 4096
    private static let slotLimit = 1 << 16

    init(_ program: PatternProgram) {
        self.program = program
        walk = SaveWalk(program)
    }

    /// Notes the groups of a match in `places` by their slots; `trace` has a state of `states` for each place of it.
    mutating func run(
        _ text: PatternText, _ match: Range<Int>, _ trace: [Int32], _ states: StateCache, into places: inout [Int],
        _ limit: ScanLimit
    ) {
        if generation != states.generation || slots.count > Self.slotLimit { forget(states.generation) }
        limit.spend(match.count)
        var number = program.start
        var before = program.lookBefore(text, match.lowerBound)
        var at = match.lowerBound
        while at <= match.upperBound {
            let kind = program.kind(text, at)
            let after = program.looksAfter[kind]
            let state = trace[at - match.lowerBound]
            let entry = entry(number, state, before, after, states, limit)
            for index in entry.first..<entry.last { places[Int(slots[Int(index)])] = at }
            if at == match.upperBound { return }
            let step = program.steps[Int(entry.step)]
            let next = program.target(step, kind)
            at += 1
            // Round and round, with nothing to note: as long as nothing changes.
            if next == number, entry.first == entry.last, program.looksBefore[kind] == before {
                while at < match.upperBound, trace[at - match.lowerBound] == state {
                    let kind = program.kind(text, at)
                    guard program.target(step, kind) == number, program.looksAfter[kind] == after,
                        program.looksBefore[kind] == before
                    else { break }
                    at += 1
                }
            }
            before = program.looksBefore[kind]
            number = next
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
        _ number: Int32, _ state: Int32, _ before: Look, _ after: Look, _ states: StateCache, _ limit: ScanLimit
    ) -> Entry {
        // A program's steps, a cache's states and the looks fit together.
        let looks = UInt64(before.rawValue) << 3 | UInt64(after.rawValue)
        let key = UInt64(UInt32(bitPattern: number)) << 40 | UInt64(UInt32(bitPattern: state)) << 6 | looks
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
        _ number: Int32, _ wanted: ArraySlice<Int32>, _ before: Look, _ after: Look, _ limit: ScanLimit
    ) -> Entry {
        walk.begin(at: number)
        while let number = walk.next() {
            limit.spend(1)
            let step = program.steps[Int(number)]
            switch step.kind {
            case .bytes, .middle, .accept:
                if Self.has(wanted, number) {
                    let first = Int32(slots.count)
                    slots += walk.path
                    return Entry(step: number, first: first, last: Int32(slots.count))
                }
                if step.kind == .middle {
                    let end = program.ending(step, after)
                    if end >= 0 { walk.goOn(at: end) }
                }
            case .split, .save, .assertion: walk.goOn(behind: step, before, after)
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
