/// A pattern as a list of small steps (Thompson, 1968). Invariant: it never changes once made.
final class PatternProgram: Sendable {
    enum Kind: UInt8 {
        /// Takes a byte that its row has, and goes on where the row says.
        case bytes
        /// As `bytes`; where the next byte is none of the looks `ending`, goes on without it.
        case middle
        /// Goes on at `next` if that leads to a match, else at `argument`.
        case split
        /// Notes the place in slot `argument`.
        case save
        /// Goes on where the ``PatternAssertion`` `argument` holds.
        case assertion
        case accept
    }

    struct Step {
        var kind: Kind
        var ending: UInt8 = 0
        /// The next step; of steps that take bytes, the first place in `targets`: where it goes on without a byte.
        var next: Int32 = -1
        /// The row of steps that take bytes.
        var argument: Int32 = 0
    }

    let steps: [Step]
    let start: Int32
    /// Where a search begins: finds a match here, else beyond a character. Its own steps are the last.
    let search: Int32
    /// The size of what belongs to matches themselves.
    let coreCount: Int
    /// Of each byte, a number that it shares with those that no row tells from it.
    let classes: [UInt8]
    let classCount: Int
    /// What the bytes of a class, and the edge behind the last, are to a place behind them, and to one before them.
    let looksBefore: [Look]
    let looksAfter: [Look]
    /// Whether a match can begin at the text's beginning only.
    let isAnchored: Bool
    /// Whether a match may begin with a byte from the middle of a character, were it not looked at.
    let mindsCharacters: Bool
    let looks: Looks
    /// By row and class, which of the step's targets is meant, from 1; 0 where the byte is not taken.
    private let rows: [UInt8]
    private let targets: [Int32]
    /// What leads to each step of a match without taking a byte, and by taking one.
    let emptyBefore: StepLists
    let bytesBefore: StepLists

    init(_ assembly: consuming PatternAssembly, start: Int32) {
        self.start = start
        coreCount = assembly.steps.count
        isAnchored = assembly.isAnchored(start)
        mindsCharacters = !isAnchored && assembly.mindsCharacters(start)
        search = isAnchored ? start : assembly.search(start, byCharacters: mindsCharacters)
        steps = assembly.steps
        targets = assembly.targets
        let looks = assembly.looks
        self.looks = looks
        let (classes, classCount) = assembly.classes(looks)
        (self.classes, self.classCount) = (classes, classCount)
        var rows = [UInt8](repeating: 0, count: assembly.rows.count * classCount)
        var kinds = [Look](repeating: .edge, count: classCount + 1)
        for byte in UInt8.min...UInt8.max {
            let kind = Int(classes[Int(byte)])
            kinds[kind] = Look(byte)
            for index in assembly.rows.indices { rows[index * classCount + kind] = assembly.rows[index][Int(byte)] }
        }
        self.rows = rows
        looksBefore = kinds.map { looks.folded($0, before: true) }
        looksAfter = kinds.map { looks.folded($0, before: false) }
        (emptyBefore, bytesBefore) = assembly.predecessors(coreCount)
    }

    /// Where a step that takes bytes goes on behind one of a class; -1 where it does not take it.
    @inline(__always)
    func target(_ step: Step, _ kind: Int) -> Int32 {
        if kind == classCount { return -1 }
        let branch = rows[Int(step.argument) * classCount + kind]
        return branch == 0 ? -1 : targets[Int(step.next) + Int(branch)]
    }

    /// Where a step in the middle of a character goes on if that ends; -1 where the next byte goes on with it.
    @inline(__always)
    func ending(_ step: Step, _ after: Look) -> Int32 {
        step.ending & after.mask != 0 ? -1 : targets[Int(step.next)]
    }

    /// Whether an assertion holds between two bytes.
    static func holds(_ step: Step, _ before: Look, _ after: Look) -> Bool {
        guard let assertion = PatternAssertion(rawValue: step.argument) else {
            preconditionFailure("an assertion's step names one")
        }
        return assertion.holds(before, after)
    }

    /// The class of the byte at a place, or of the edge.
    @inline(__always)
    func kind(_ text: PatternText, _ at: Int) -> Int {
        at >= 0 && at < text.count ? Int(classes[Int(text[at])]) : classCount
    }

    /// The look of the byte before a place.
    func lookBefore(_ text: PatternText, _ at: Int) -> Look { looksBefore[kind(text, at - 1)] }

    /// The look of the byte behind a place.
    func lookAfter(_ text: PatternText, _ at: Int) -> Look { looksAfter[kind(text, at)] }
}

/// Some steps for each step, in one array.
struct StepLists: Sendable {
    private var starts: [Int32]
    private var items: [Int32]

    init(_ edges: [(from: Int32, to: Int32)], count: Int) {
        starts = [Int32](repeating: 0, count: count + 1)
        for edge in edges { starts[Int(edge.to) + 1] += 1 }
        for index in 0..<count { starts[index + 1] += starts[index] }
        var free = starts
        items = [Int32](repeating: 0, count: edges.count)
        for edge in edges {
            items[Int(free[Int(edge.to)])] = edge.from
            free[Int(edge.to)] += 1
        }
    }

    subscript(step: Int32) -> ArraySlice<Int32> {
        items[Int(starts[Int(step)])..<Int(starts[Int(step) + 1])]
    }
}

/// A set of steps that is quickly emptied.
struct StepMarks {
    private var stamps: [UInt32]
    private var stamp: UInt32 = 1

    init(count: Int) { stamps = [UInt32](repeating: 0, count: count) }

    mutating func clear() {
        stamp &+= 1
        if stamp == 0 {
            for index in stamps.indices { stamps[index] = 0 }
            stamp = 1
        }
    }

    func contains(_ step: Int32) -> Bool { stamps[Int(step)] == stamp }

    /// Whether it was not in it yet.
    mutating func insert(_ step: Int32) -> Bool {
        if stamps[Int(step)] == stamp { return false }
        stamps[Int(step)] = stamp
        return true
    }
}
