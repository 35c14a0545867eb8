/// Finds the groups of a match where ``BytePatternBackward`` would have to keep too many states: by all ways at once, the first
/// before the others (Pike, 1987). Slow, but its memory does not grow with the text.
struct BytePatternThreads {
    private let program: BytePatternProgram
    private var seen: BytePatternMarks
    private var open: [Thread] = []

    private struct Thread {
        var number: Int32
        /// By slot, where it was noted last.
        var places: [Int]
    }

    init(_ program: BytePatternProgram) {
        self.program = program
        seen = BytePatternMarks(count: program.steps.count)
    }

    /// Notes the groups of a match in `places` by their slots. Nothing is noted where the limit is over.
    mutating func run(_ text: Text, _ match: Range<Int>, into places: inout [Int], _ limit: ScanLimit) {
        var threads: [Thread] = []
        var before = program.context(program.kind(text, match.lowerBound - 1))
        var starts = [Thread(number: program.start, places: places)]
        for at in match.lowerBound...match.upperBound {
            let kind = program.kind(text, at)
            let after = program.context(kind)
            threads.removeAll(keepingCapacity: true)
            seen.clear()
            for start in starts {
                if let end = add(start, at, before, after, at == match.upperBound, &threads, limit) {
                    places = end
                    return
                }
            }
            if limit.isOver { return }
            before = after
            starts.removeAll(keepingCapacity: true)
            for thread in threads {
                let step = program.steps[Int(thread.number)]
                if kind != program.classCount, program.takes(step, kind) {
                    starts.append(Thread(number: step.next, places: thread.places))
                }
            }
        }
    }

    /// Adds what a thread comes to without taking a byte, in order; at the match's end returns what the first one noted that
    /// accepts.
    private mutating func add(
        _ start: Thread, _ at: Int, _ before: ByteContext, _ after: ByteContext, _ isEnd: Bool,
        _ threads: inout [Thread], _ limit: ScanLimit
    ) -> [Int]? {
        open = [start]
        while var thread = open.popLast() {
            guard seen.insert(thread.number) else { continue }
            limit.spend(4)
            let step = program.steps[Int(thread.number)]
            switch step.kind {
            case .bytes: threads.append(thread)
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
                if BytePatternProgram.holds(step, before, after) { open.append(thread) }
            }
        }
        return nil
    }
}
