/// Finds where the first match ends, from a place on.
struct ForwardScan {
    private let program: PatternProgram
    /// Whether any match will do: then the first end that is come to is taken, else that of the first way.
    private let isEarliest: Bool
    /// What every match begins with.
    private let prefix: Literal?
    private var states: StateCache
    /// The steps of a search in which no match may have begun yet.
    private var idle: [Int32] = []
    private var seen: StepMarks
    private var taken: StepMarks
    private var open: [Int32] = []
    private var inner: [Int32] = []
    private var next: [Int32] = []

    init(_ program: PatternProgram, isEarliest: Bool, prefix: Literal?, limit: Int) {
        self.program = program
        self.isEarliest = isEarliest
        self.prefix = program.isAnchored ? nil : prefix
        states = StateCache(classCount: program.classCount, limit: limit)
        seen = StepMarks(count: program.steps.count)
        taken = StepMarks(count: program.steps.count)
        reach(program.search)
        tidy()
        idle = next
    }

    /// Where the match ends that begins at `start` or later, where it may. Nil where there is none, or the limit is over.
    mutating func end(in text: PatternText, from start: Int, _ limit: ScanLimit) -> Int? {
        var course = Course(at: start, state: 0)
        if let prefix {
            limit.spend((text.count - start) >> 4)
            guard let place = prefix.find(in: text, from: start) else { return nil }
            course.at = place
        }
        let idle = idle
        course.state = states.first(program.lookBefore(text, course.at)) { idle }
        while !limit.isOver {
            let from = course.at
            let pause = run(text, &course)
            limit.spend(course.at - from + 1)
            switch pause {
            case .done: return limit.isOver ? nil : course.found
            case .portion: break
            case .skip: learnSkip(course.state, text, course.at - 1, limit)
            case .way:
                let kind = program.kind(text, course.at)
                let (way, isMatch) = step(course.state, kind, limit)
                if isMatch { course.found = course.at }
                if isMatch && isEarliest || way == StateCache.dead || kind == program.classCount {
                    return limit.isOver ? nil : course.found
                }
                course.state = way
                course.at += 1
            }
        }
        return nil
    }

    private struct Course {
        var at: Int
        var state: Int32
        var found: Int?
    }

    /// Why a scan stands still: nothing more can come, the limit is to be looked at, or something is to be found out.
    private enum Pause { case done, portion, way, skip }

    /// Bytes between two looks at the limit.
    private static let portion = 1 << 14

    /// Goes on where the ways are known, at most a portion or so.
    private func run(_ text: PatternText, _ course: inout Course) -> Pause {
        let stop = min(text.count, course.at + Self.portion)
        // Invariant: a state's number and a class are a place in the ways, and `at` is below the text's count.
        return unsafe states.ways.withUnsafeBufferPointer { ways in
            unsafe program.classes.withUnsafeBufferPointer { classes in
                var (at, state, found) = (course.at, course.state, course.found)
                defer { course = Course(at: at, state: state, found: found) }
                while at < stop {
                    let way = unsafe ways[Int(state) &+ Int(classes[Int(text.start[at])])]
                    if way < 0 { return .way }
                    let next = way & ~StateCache.match
                    let isMatch = way != next
                    if isMatch {
                        found = at
                        if isEarliest { return .done }
                    }
                    at &+= 1
                    guard next == state else {
                        if next == StateCache.dead { return .done }
                        state = next
                        continue
                    }
                    let skip = unsafe ways[Int(state) &+ states.edge &+ 1]
                    if skip == ByteSkip.literal {
                        at = wait(text, at)
                        continue
                    }
                    let from = at
                    if skip > ByteSkip.none { at = ByteSkip.skip(skip, text, at, stop) }
                    // Round and round: the next look does not wait for this one.
                    while at < stop, unsafe ways[Int(state) &+ Int(classes[Int(text.start[at])])] == way { at &+= 1 }
                    if isMatch { found = at - 1 }
                    if skip < 0, at - from >= ByteSkip.leastRounds { return .skip }
                }
                if at < text.count { return .portion }
                let way = unsafe ways[Int(state) &+ states.edge]
                if way < 0 { return .way }
                if way & StateCache.match != 0 { found = at }
                return .done
            }
        }
    }

    /// Where an idle search looks next: before the place where a match may begin, so that its state knows what stands there.
    @inline(never)
    private func wait(_ text: PatternText, _ at: Int) -> Int {
        guard let place = prefix?.find(in: text, from: at) else { return text.count }
        return max(at, place - 1)
    }

    /// Finds out which bytes keep a state as it is, as that of the text at a place does.
    @inline(never)
    private mutating func learnSkip(_ state: Int32, _ text: PatternText, _ at: Int, _ limit: ScanLimit) {
        if prefix != nil, states.set(state) == idle[...] { return states.learn(state, skip: ByteSkip.literal) }
        let look = states.look(state)
        let isMatch = follow(state, program.kind(text, at), limit)
        var isKept = [Bool](repeating: false, count: program.classCount)
        for kind in isKept.indices {
            isKept[kind] =
                follow(state, kind, limit) == isMatch && program.looksBefore[kind] == look
                && next[...] == states.set(state)
        }
        states.learn(state, skip: ByteSkip(program.classes.map { !isKept[Int($0)] }).packed)
    }

    /// Where a class leads, found step by step.
    private mutating func step(_ state: Int32, _ kind: Int, _ limit: ScanLimit) -> (next: Int32, isMatch: Bool) {
        let isMatch = follow(state, kind, limit)
        let generation = states.generation
        let number = states.number(next, program.looksBefore[kind])
        if states.generation == generation { states.learn(state, kind, number, isMatch) }
        return (number, isMatch)
    }

    /// Puts into `next` what a class leads to, in order; true where a match ends before it. What comes behind that is not
    /// gone on with: the way to the match goes before.
    private mutating func follow(_ state: Int32, _ kind: Int, _ limit: ScanLimit) -> Bool {
        let (before, after) = (states.look(state), program.looksAfter[kind])
        next.removeAll(keepingCapacity: true)
        seen.clear()
        taken.clear()
        var work = 1
        defer { limit.spend(4 * (work + next.count)) }
        open.removeAll(keepingCapacity: true)
        open.append(contentsOf: states.set(state).reversed())
        while let number = open.popLast() {
            guard seen.insert(number) else { continue }
            work += 1
            let step = program.steps[Int(number)]
            switch step.kind {
            case .bytes, .middle:
                let target = program.target(step, kind)
                if target >= 0 {
                    reach(target)
                } else if step.kind == .middle {
                    let end = program.ending(step, after)
                    if end >= 0 { open.append(end) }
                }
            case .split:
                open.append(step.argument)
                open.append(step.next)
            case .save: open.append(step.next)
            case .assertion: if PatternProgram.holds(step, before, after) { open.append(step.next) }
            case .accept:
                tidy()
                return true
            }
        }
        tidy()
        return false
    }

    /// Adds to `next` the steps that a step comes to before they look at a byte, in order.
    private mutating func reach(_ first: Int32) {
        inner.append(first)
        while let number = inner.popLast() {
            guard taken.insert(number) else { continue }
            let step = program.steps[Int(number)]
            switch step.kind {
            case .bytes, .middle, .assertion, .accept: next.append(number)
            case .split:
                inner.append(step.argument)
                inner.append(step.next)
            case .save: inner.append(step.next)
            }
        }
    }

    /// Where any match will do, the order means nothing, and without it there are fewer states.
    private mutating func tidy() { if isEarliest { next.sort() } }
}
