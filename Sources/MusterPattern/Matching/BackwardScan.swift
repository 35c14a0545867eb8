/// Finds from a match's end where it begins, and which steps lead to the end from each place.
struct BackwardScan {
    private let program: PatternProgram
    private(set) var states: StateCache
    private var seen: StepMarks
    private var open: [Int32] = []

    init(_ program: PatternProgram, limit: Int) {
        self.program = program
        states = StateCache(classCount: program.classCount, limit: limit)
        seen = StepMarks(count: program.coreCount)
    }

    private struct Course {
        var at: Int
        var state: Int32
        var found: Int?
    }

    /// Where the leftmost match begins that ends at a place, at `first` or behind it. Nil where the limit is over.
    mutating func start(in text: PatternText, _ first: Int, before end: Int, _ limit: ScanLimit) -> Int? {
        var course = Course(at: end, state: begin(text, end))
        while !limit.isOver {
            let from = course.at
            run(text, first, &course)
            limit.spend(from - course.at + 1)
            if course.state == StateCache.dead { break }
            if course.at == max(first, from - Self.portion), course.at > first { continue }
            let kind = program.kind(text, course.at - 1)
            let known = states.ways[Int(course.state) + kind]
            let way = known >= 0 ? known : step(course.state, kind, limit)
            if way & StateCache.match != 0, isStart(text, course.at) { course.found = course.at }
            if course.at == first { break }
            course.state = way & ~StateCache.match
            course.at -= 1
        }
        return limit.isOver ? nil : course.found
    }

    @inline(__always)
    private func isStart(_ text: PatternText, _ at: Int) -> Bool {
        !program.mindsCharacters || text.isCharacterStart(at)
    }

    /// Bytes between two looks at the limit.
    private static let portion = 1 << 14

    /// Goes on where the ways are known, at most a portion.
    private func run(_ text: PatternText, _ first: Int, _ course: inout Course) {
        let stop = max(first, course.at - Self.portion)
        // Invariant: a state's number and a class are a place in the ways, and `at` is above 0 where a byte is read.
        unsafe states.ways.withUnsafeBufferPointer { ways in
            unsafe program.classes.withUnsafeBufferPointer { classes in
                var (at, state, found) = (course.at, course.state, course.found)
                while at > stop, state != StateCache.dead {
                    let way = unsafe ways[Int(state) &+ Int(classes[Int(text.start[at &- 1])])]
                    if way < 0 { break }
                    let next = way & ~StateCache.match
                    if way != next, isStart(text, at) { found = at }
                    at &-= 1
                    guard next == state, way == next else {
                        state = next
                        continue
                    }
                    while at > stop, unsafe ways[Int(state) &+ Int(classes[Int(text.start[at &- 1])])] == way {
                        at &-= 1
                    }
                }
                course = Course(at: at, state: state, found: found)
            }
        }
    }

    /// Notes the state at each place of a match, its end included: a step of its set leads from there to the end. False where
    /// there are too many states to be kept, or the limit is over.
    mutating func trace(_ text: PatternText, _ match: Range<Int>, into places: inout [Int32], _ limit: ScanLimit)
        -> Bool
    {
        if places.count <= match.count {
            places += repeatElement(0, count: match.count + 1 - places.count)
        }
        var at = match.upperBound
        var state = begin(text, at)
        let generation = states.generation
        places[match.count] = state
        while at > match.lowerBound, states.generation == generation, !limit.isOver {
            let from = at
            trace(text, match.lowerBound, &at, &state, into: &places)
            limit.spend(from - at + 1)
            if at == match.lowerBound { break }
            state = step(state, program.kind(text, at - 1), limit) & ~StateCache.match
            at -= 1
            places[at - match.lowerBound] = state
        }
        return states.generation == generation && !limit.isOver
    }

    /// Notes states where the ways are known.
    private func trace(
        _ text: PatternText, _ start: Int, _ at: inout Int, _ state: inout Int32, into places: inout [Int32]
    ) {
        // Invariant: as in `run`, and there is a place for each byte from `start`.
        unsafe states.ways.withUnsafeBufferPointer { ways in
            unsafe program.classes.withUnsafeBufferPointer { classes in
                unsafe places.withUnsafeMutableBufferPointer { places in
                    while at > start {
                        let way = unsafe ways[Int(state) &+ Int(classes[Int(text.start[at &- 1])])]
                        if way < 0 { return }
                        at &-= 1
                        let next = way & ~StateCache.match
                        unsafe places[at &- start] = next
                        guard next == state else {
                            state = next
                            continue
                        }
                        while at > start, unsafe ways[Int(state) &+ Int(classes[Int(text.start[at &- 1])])] == way {
                            at &-= 1
                            unsafe places[at &- start] = next
                        }
                    }
                }
            }
        }
    }

    /// Forgets all states.
    mutating func forget() { states.forget() }

    private mutating func begin(_ text: PatternText, _ end: Int) -> Int32 {
        states.first(program.lookAfter(text, end)) { [0] }
    }

    /// Where the byte before leads, and whether a match begins here: found step by step.
    private mutating func step(_ state: Int32, _ kind: Int, _ limit: ScanLimit) -> Int32 {
        let (before, after) = (program.looksBefore[kind], states.look(state))
        var next: [Int32] = []
        var work = 1
        seen.clear()
        for number in states.set(state) where seen.insert(number) { open.append(number) }
        while let number = open.popLast() {
            work += 1
            for former in program.emptyBefore[number] {
                let step = program.steps[Int(former)]
                if step.kind == .assertion, !PatternProgram.holds(step, before, after) { continue }
                if step.kind == .middle, program.ending(step, after) < 0 { continue }
                if seen.insert(former) { open.append(former) }
            }
            if kind == program.classCount { continue }
            for former in program.bytesBefore[number] {
                if program.target(program.steps[Int(former)], kind) == number { next.append(former) }
            }
        }
        let isMatch = seen.contains(program.start)
        limit.spend(4 * (work + next.count))
        next.sort()
        let generation = states.generation
        let number = states.number(next, program.looksAfter[kind])
        if states.generation == generation { states.learn(state, kind, number, isMatch) }
        return number | (isMatch ? StateCache.match : 0)
    }
}
