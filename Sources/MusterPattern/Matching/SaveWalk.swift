/// Goes from a step to all that it comes to without taking a byte, the first way before the others, and knows the slots that
/// are noted on the way to each.
struct SaveWalk {
    /// Slots noted on the way to the step at hand.
    private(set) var path: [Int32] = []
    private var seen: StepMarks
    /// Steps to go to, the next one last; ``back`` where a slot was noted.
    private var open: [Int32] = []

    private static let back: Int32 = -1

    init(_ program: PatternProgram) { seen = StepMarks(count: program.coreCount) }

    mutating func begin(at step: Int32) {
        seen.clear()
        path.removeAll(keepingCapacity: true)
        open = [step]
    }

    /// The next step that was not come to yet; nil where there is none.
    mutating func next() -> Int32? {
        while let number = open.popLast() {
            // Out of a group that did not lead anywhere.
            if number == Self.back {
                path.removeLast()
            } else if seen.insert(number) {
                return number
            }
        }
        return nil
    }

    /// Goes on at a step.
    mutating func goOn(at step: Int32) { open.append(step) }

    /// Goes on behind a step that takes no byte.
    mutating func goOn(behind step: PatternProgram.Step, _ before: Look, _ after: Look) {
        switch step.kind {
        case .split:
            open.append(step.argument)
            open.append(step.next)
        case .save:
            path.append(step.argument)
            open.append(Self.back)
            open.append(step.next)
        case .assertion: if PatternProgram.holds(step, before, after) { open.append(step.next) }
        case .bytes, .middle, .accept: break
        }
    }
}
