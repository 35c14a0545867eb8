/// Finds the groups of a match where ``BackwardScan`` would have to keep too many states: by all ways at once, the first
/// before the others (Pike, 1987). Slow, but its memory does not grow with the text.
struct GroupThreads {
    private let program: PatternProgram
    private var seen: StepMarks
    private var open: [Thread] = []

    private struct Thread {
        var number: Int32
        /// By slot, where it was noted last.
        var places: [Int]
    }

    init(_ program: PatternProgram) {
        self.program = program
        seen = StepMarks(count: program.coreCount)
    }

    /// Notes the groups of a match in `places` by their slots. Nothing is noted where the limit is over.
    mutating func run(_ text: PatternText, _ match: Range<Int>, into places: inout [Int], _ limit: ScanLimit) {
        var threads: [Thread] = []
        var before = program.lookBefore(text, match.lowerBound)
        var starts = [Thread(number: program.start, places: places)]
        for at in match.lowerBound...match.upperBound {
            let kind = program.kind(text, at)
            threads.removeAll(keepingCapacity: true)
            seen.clear()
            for start in starts {
                if let end = add(start, at, before, kind, at == match.upperBound, &threads, limit) {
                    places = end
                    return
                }
            }
            if limit.isOver { return }
            before = program.looksBefore[kind]
            starts.removeAll(keepingCapacity: true)
            for thread in threads {
                let target = program.target(program.steps[Int(thread.number)], kind)
                if target >= 0 { starts.append(Thread(number: target, places: thread.places)) }
            }
        }
    }

    /// Adds what a thread comes to without taking a byte, in order; at the match's end returns what the first one noted that
    /// accepts.
    private mutating func add(
        _ start: Thread, _ at: Int, _ before: Look, _ kind: Int, _ isEnd: Bool, _ threads: inout [Thread],
        _ limit: ScanLimit
    ) -> [Int]? {
        let after = program.looksAfter[kind]
        open = [start]
        while var thread = open.popLast() {
            guard seen.insert(thread.number) else { continue }
            limit.spend(4)
            let step = program.steps[Int(thread.number)]
            switch step.kind {
            case .bytes: threads.append(thread)
            case .middle:
                let end = program.ending(step, after)
                if end < 0 { threads.append(thread) }
                thread.number = end
                if end >= 0 { open.append(thread) }
            case .accept: if isEnd { return thread.places }
            case .split:
                open.append(Thread(number: step.argument, places: thread.places))
                thread.number = step.next
                open.append(thread)
            case .save:
                thread.places[Int(step.argument)] = at
                thread.number = step.next
                open.append(thread)
            case .assertion:
                thread.number = step.next
                if PatternProgram.holds(step, before, after) { open.append(thread) }
            }
        }
        return nil
    }
}
