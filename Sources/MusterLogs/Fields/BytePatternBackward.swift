/// Finds from a text's end where matches begin, and which steps lead to a match's end from each place.
struct BytePatternBackward {
    private let program: BytePatternProgram
    /// Whether a match may end before the place that is begun at, too.
    private let isSearch: Bool
    private(set) var states: BytePatternStates
    private var seen: BytePatternMarks
    private var open: [Int32] = []

    init(_ program: BytePatternProgram, isSearch: Bool, limit: Int) {
        self.program = program
        self.isSearch = isSearch
        states = BytePatternStates(classCount: program.classCount, limit: limit)
        seen = BytePatternMarks(count: program.steps.count)
    }

    /// Where the leftmost match begins. Nil where there is none, or the limit is over.
    mutating func start(in text: Text, _ limit: ScanLimit) -> Int? {
        var course = Course(at: text.count, state: first(text, text.count))
        while !limit.isOver, !course.isDone {
            let from = course.at
            run(text, &course)
            limit.spend(from - course.at + 1)
            if course.isDone || course.at == max(0, from - Self.portion) && from > 0 { continue }
            let way = step(course.state, program.kind(text, course.at - 1), limit)
            course.take(way)
        }
        return limit.isOver ? nil : course.found
    }

    private struct Course {
        var at: Int
        var state: Int32
        var found: Int?
        var isDone = false

        /// Goes over a byte, or ends at the text's beginning.
        @inline(__always)
        mutating func take(_ way: Int32) {
            if way & BytePatternStates.match != 0 { found = at }
            state = way & ~BytePatternStates.match
            if at == 0 { isDone = true } else { at &-= 1 }
        }
    }

    /// Bytes between two looks at the limit.
    private static let portion = 1 << 14

    /// Goes on where the ways are known, at most a portion.
    private func run(_ text: Text, _ course: inout Course) {
        let stop = max(0, course.at - Self.portion)
        // Invariant: a state's number and a class are a place in the ways, and `at` is above 0 where a byte is read.
        unsafe states.ways.withUnsafeBufferPointer { ways in
            unsafe program.classes.withUnsafeBufferPointer { classes in
                var (at, state, found) = (course.at, course.state, course.found)
                while at > stop {
                    let way = unsafe ways[Int(state) &+ Int(classes[Int(text.start[at &- 1])])]
                    if way < 0 { break }
                    let next = way & ~BytePatternStates.match
                    if way != next { found = at }
                    at &-= 1
                    guard next == state else {
                        state = next
                        continue
                    }
                    while at > stop, unsafe ways[Int(state) &+ Int(classes[Int(text.start[at &- 1])])] == way {
                        at &-= 1
                    }
                    if way != next { found = at + 1 }
                }
                course = Course(at: at, state: state, found: found)
                if at == 0 {
                    let way = unsafe ways[Int(state) &+ states.edge]
                    if way >= 0 { course.take(way) }
                }
            }
        }
    }

    /// Notes the state at each place of a match, its end included: a step of its set leads from there to the end. False where
    /// there are too many states to be kept, or the limit is over.
    mutating func trace(_ text: Text, _ match: Range<Int>, into places: inout [Int32], _ limit: ScanLimit) -> Bool {
        if places.count <= match.count {
            places += repeatElement(0, count: match.count + 1 - places.count)
        }
        let generation = states.generation
        var at = match.upperBound
        var state = first(text, at)
        places[match.count] = state
        while at > match.lowerBound, states.generation == generation, !limit.isOver {
            let from = at
            trace(text, match.lowerBound, &at, &state, into: &places)
            limit.spend(from - at + 1)
            if at == match.lowerBound { break }
            state = step(state, program.kind(text, at - 1), limit) & ~BytePatternStates.match
            at -= 1
            places[at - match.lowerBound] = state
        }
        return states.generation == generation && !limit.isOver
    }

    /// Notes states where the ways are known.
    private func trace(
        _ text: Text, _ start: Int, _ at: inout Int, _ state: inout Int32, into places: inout [Int32]
    ) {
        // Invariant: as in `run`, and there is a place for each byte from `start`.
        unsafe states.ways.withUnsafeBufferPointer { ways in
            unsafe program.classes.withUnsafeBufferPointer { classes in
                unsafe places.withUnsafeMutableBufferPointer { places in
                    while at > start {
                        let way = unsafe ways[Int(state) &+ Int(classes[Int(text.start[at &- 1])])]
                        if way < 0 { return }
                        at &-= 1
                        let next = way & ~BytePatternStates.match
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

    private mutating func first(_ text: Text, _ end: Int) -> Int32 {
        states.first(0, program.context(program.kind(text, end)))
    }

    /// Where the byte before leads, and whether a match begins here: found step by step.
    private mutating func step(_ state: Int32, _ kind: Int, _ limit: ScanLimit) -> Int32 {
        if limit.isOver { return BytePatternStates.dead }
        let (before, after) = (program.context(kind), states.context(state))
        var next: [Int32] = isSearch ? [0] : []
        var work = 1
        seen.clear()
        for number in states.set(state) where seen.insert(number) { open.append(number) }
        while let number = open.popLast() {
            work += 1
            for former in program.emptyBefore[number] {
                let step = program.steps[Int(former)]
                if step.kind == .assertion, !BytePatternProgram.holds(step, before, after) { continue }
                if seen.insert(former) { open.append(former) }
            }
            if kind == program.classCount { continue }
            for former in program.bytesBefore[number] where program.takes(program.steps[Int(former)], kind) {
                next.append(former)
            }
        }
        let isMatch = seen.contains(program.start)
        limit.spend(4 * (work + next.count))
        next.sort()
        let generation = states.generation
        let number = states.number(next, before)
        if states.generation == generation { states.learn(state, kind, number, isMatch) }
        return number | (isMatch ? BytePatternStates.match : 0)
    }
}
