/// Finds where matches end, from a place on.
struct BytePatternForward {
    private let program: BytePatternProgram
    /// Whether a match may begin behind the place, too.
    private let isSearch: Bool
    /// Whether any match will do.
    private let stopsAtFirst: Bool
    private var states: BytePatternStates
    /// The state that a search is in until a match may have begun.
    private var restart = BytePatternStates.unknown
    private var seen: BytePatternMarks
    private var taken: BytePatternMarks
    private var open: [Int32] = []

    init(_ program: BytePatternProgram, isSearch: Bool, stopsAtFirst: Bool, limit: Int) {
        self.program = program
        self.isSearch = isSearch
        self.stopsAtFirst = stopsAtFirst
        states = BytePatternStates(classCount: program.classCount, limit: limit)
        seen = BytePatternMarks(count: program.steps.count)
        taken = BytePatternMarks(count: program.steps.count)
    }

    /// Where the longest match ends that begins at `start` (in a search, there or later), or the shortest where any will do.
    /// Nil where there is none, or the limit is over.
    mutating func end(in text: Text, from start: Int, _ limit: ScanLimit) -> Int? {
        var course = Course(at: start, state: 0)
        restart = isSearch && program.begins != nil ? states.first(program.start, .other) : BytePatternStates.unknown
        course.state = states.first(program.start, program.context(program.kind(text, start - 1)))
        while !limit.isOver {
            let from = course.at
            if run(text, &course) { break }
            limit.spend(course.at - from + 1)
            if course.at < from + Self.portion || course.at == text.count {
                let kind = program.kind(text, course.at)
                let (next, isMatch) = step(course.state, kind, limit)
                if isMatch { course.found = course.at }
                if isMatch && stopsAtFirst || next == BytePatternStates.dead || kind == program.classCount { break }
                course.state = next
                course.at += 1
            }
        }
        return limit.isOver ? nil : course.found
    }

    private struct Course {
        var at: Int
        var state: Int32
        var found: Int?
    }

    /// Bytes between two looks at the limit.
    private static let portion = 1 << 14

    /// Goes on where the ways are known, at most a portion; true where nothing more can come.
    private func run(_ text: Text, _ course: inout Course) -> Bool {
        let stop = min(text.count, course.at + Self.portion)
        // Invariant: a state's number and a class are a place in the ways, and `at` is below the text's count.
        return unsafe states.ways.withUnsafeBufferPointer { ways in
            unsafe program.classes.withUnsafeBufferPointer { classes in
                var (at, state, found) = (course.at, course.state, course.found)
                var isDone = false
                while at < stop, !isDone {
                    let way = unsafe ways[Int(state) &+ Int(classes[Int(text.start[at])])]
                    if way < 0 { break }
                    let next = way & ~BytePatternStates.match
                    let isMatch = way != next
                    if isMatch { found = at }
                    isDone = next == BytePatternStates.dead || isMatch && stopsAtFirst
                    at &+= 1
                    guard next == state, !isDone else {
                        state = next
                        continue
                    }
                    if state == restart {
                        skip(text, &at, stop)
                        continue
                    }
                    // Round and round: the next look does not wait for this one.
                    while at < stop, unsafe ways[Int(state) &+ Int(classes[Int(text.start[at])])] == way { at &+= 1 }
                    if isMatch { found = at - 1 }
                }
                if !isDone, at == text.count {
                    let way = unsafe ways[Int(state) &+ states.edge]
                    if way >= 0 {
                        if way & BytePatternStates.match != 0 { found = at }
                        isDone = true
                    }
                }
                course = Course(at: at, state: state, found: found)
                return isDone
            }
        }
    }

    /// Goes to the next byte that a match can begin with.
    @inline(__always)
    private func skip(_ text: Text, _ at: inout Int, _ stop: Int) {
        // Invariant: a byte is a place in the table.
        unsafe program.begins?.withUnsafeBufferPointer { begins in
            while at < stop, unsafe !begins[Int(text.start[at])] { at &+= 1 }
        }
    }

    /// Where a class leads, found step by step.
    private mutating func step(_ state: Int32, _ kind: Int, _ limit: ScanLimit) -> (next: Int32, isMatch: Bool) {
        let (before, after) = (states.context(state), program.context(kind))
        var next: [Int32] = []
        var isMatch = false
        var work = 1
        seen.clear()
        taken.clear()
        open.append(contentsOf: states.set(state))
        while let number = open.popLast() {
            guard seen.insert(number) else { continue }
            work += 1
            let step = program.steps[Int(number)]
            switch step.kind {
            case .bytes:
                if kind != program.classCount, program.takes(step, kind), taken.insert(step.next) {
                    next.append(step.next)
                }
            case .split:
                open.append(step.argument)
                open.append(step.next)
            case .save: open.append(step.next)
            case .assertion: if BytePatternProgram.holds(step, before, after) { open.append(step.next) }
            case .accept: isMatch = true
            }
        }
        if isSearch, kind != program.classCount, taken.insert(program.start) { next.append(program.start) }
        limit.spend(4 * (work + next.count))
        next.sort()
        let generation = states.generation
        let number = states.number(next, after)
        if states.generation == generation { states.learn(state, kind, number, isMatch) }
        return (number, isMatch)
    }
}
