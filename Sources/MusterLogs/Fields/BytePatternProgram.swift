/// A regular expression as a list of small steps (Thompson, 1968): what each worker's ``BytePattern`` walks through.
/// Invariant: it never changes once made.
final class BytePatternProgram: Sendable {
    enum Kind: UInt8 {
        /// Takes a byte of the set `argument`, then goes on at `next`.
        case bytes
        /// Goes on at `next` if that leads to a match, else at `argument`.
        case split
        /// Notes the place in slot `argument`.
        case save
        /// Goes on where the ``BytePatternAssertion`` `argument` holds.
        case assertion
        case accept
    }

    /// A number of a step fits 32 bits: the reader bounds an expression's size.
    struct Step {
        var kind: Kind
        var next: Int32 = -1
        var argument: Int32 = 0
    }

    let names: [String]
    let steps: [Step]
    let start: Int32
    /// Of each byte, a number that it shares with those that no set tells from it.
    let classes: [UInt8]
    let classCount: Int
    /// Whether the bytes of a class are of words.
    let isWord: [Bool]
    /// Whether a match can begin at the text's beginning only.
    let isAnchored: Bool
    /// Whether it asks for the text's beginning or end, or for those of words.
    let looksAtEdges: Bool
    let looksAtWords: Bool
    /// By byte, whether a match can begin with it; nil where that hangs on what stands before, or it can be empty.
    let begins: [Bool]?
    /// By set and class.
    private let members: [Bool]
    /// What leads to each step without taking a byte, and by taking one.
    let emptyBefore: StepLists
    let bytesBefore: StepLists

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

    /// Errors: it is malformed, asks for what cannot be matched in linear time, or is too large.
    convenience init(_ pattern: String) throws(LogFormatFault) { self.init(try BytePatternSyntax(pattern)) }

    private init(_ syntax: BytePatternSyntax) {
        var assembly = BytePatternAssembly()
        names = syntax.names
        start = assembly.emit(syntax.root, assembly.accept)
        let steps = assembly.steps
        self.steps = steps
        let asserted = steps.filter { $0.kind == .assertion }.compactMap { BytePatternAssertion(rawValue: $0.argument) }
        looksAtWords = asserted.contains { $0 == .wordBoundary || $0 == .noWordBoundary }
        looksAtEdges = !asserted.isEmpty
        var words = ByteMembers()
        _ = words.insert(escape: UInt8(ascii: "w"))
        let sets = assembly.sets
        (classes, classCount) = Self.classes(looksAtWords ? sets + [words] : sets)
        var isWord = [Bool](repeating: false, count: classCount)
        var members = [Bool](repeating: false, count: sets.count * classCount)
        for byte in UInt8.min...UInt8.max {
            let kind = Int(classes[Int(byte)])
            isWord[kind] = words.contains(byte)
            for index in sets.indices { members[index * classCount + kind] = sets[index].contains(byte) }
        }
        self.isWord = isWord
        self.members = members
        isAnchored = Self.isAnchored(steps, start)
        begins = looksAtWords ? nil : Self.begins(steps, sets, start)
        let numbers = Array(0..<Int32(steps.count))
        bytesBefore = StepLists(
            numbers.filter { steps[Int($0)].kind == .bytes }.map { ($0, steps[Int($0)].next) }, count: steps.count)
        emptyBefore = StepLists(
            numbers.flatMap { number -> [(from: Int32, to: Int32)] in
                let step = steps[Int(number)]
                switch step.kind {
                case .bytes, .accept: return []
                case .split: return [(number, step.next), (number, step.argument)]
                case .save, .assertion: return [(number, step.next)]
                }
            }, count: steps.count)
    }

    /// Whether a step that takes bytes takes those of a class.
    @inline(__always)
    func takes(_ step: Step, _ kind: Int) -> Bool { members[Int(step.argument) * classCount + kind] }

    /// Whether an assertion holds between two contexts.
    static func holds(_ assertion: Step, _ before: ByteContext, _ after: ByteContext) -> Bool {
        switch BytePatternAssertion(rawValue: assertion.argument) {
        case .textStart: before == .edge
        case .textEnd: after == .edge
        case .wordBoundary: (before == .word) != (after == .word)
        case .noWordBoundary: (before == .word) == (after == .word)
        case nil: preconditionFailure("an assertion's step names one")
        }
    }

    /// What a class of bytes is to its neighbours; the class behind the last is the text's edge.
    @inline(__always)
    func context(_ kind: Int) -> ByteContext {
        if !looksAtEdges { return .other }
        if kind == classCount { return .edge }
        return looksAtWords && isWord[kind] ? .word : .other
    }

    /// The class of the byte at a place, or of the edge.
    @inline(__always)
    func kind(_ text: Text, _ at: Int) -> Int { at >= 0 && at < text.count ? Int(classes[Int(text[at])]) : classCount }

    private static func classes(_ sets: [ByteMembers]) -> (classes: [UInt8], count: Int) {
        var classes = [UInt8](repeating: 0, count: 256)
        var count = 1
        for set in sets {
            var numbers: [Int: UInt8] = [:]
            for byte in UInt8.min...UInt8.max {
                let key = Int(classes[Int(byte)]) << 1 | (set.contains(byte) ? 1 : 0)
                let number = numbers[key] ?? UInt8(numbers.count)
                numbers[key] = number
                classes[Int(byte)] = number
            }
            count = numbers.count
        }
        return (classes, count)
    }

    private static func begins(_ steps: [Step], _ sets: [ByteMembers], _ start: Int32) -> [Bool]? {
        var result = [Bool](repeating: false, count: 256)
        var (seen, open) = ([Bool](repeating: false, count: steps.count), [start])
        while let number = open.popLast() {
            if seen[Int(number)] { continue }
            seen[Int(number)] = true
            let step = steps[Int(number)]
            switch step.kind {
            case .accept: return nil
            case .bytes:
                let set = sets[Int(step.argument)]
                for byte in UInt8.min...UInt8.max where set.contains(byte) { result[Int(byte)] = true }
            case .split: open += [step.argument, step.next]
            case .save, .assertion: open.append(step.next)
            }
        }
        return result
    }

    /// Whether every way from the first step comes to the text's beginning before it takes a byte or ends.
    private static func isAnchored(_ steps: [Step], _ start: Int32) -> Bool {
        var seen = [Bool](repeating: false, count: steps.count)
        var open = [start]
        while let number = open.popLast() {
            if seen[Int(number)] { continue }
            seen[Int(number)] = true
            let step = steps[Int(number)]
            switch step.kind {
            case .bytes, .accept: return false
            case .split: open += [step.argument, step.next]
            case .save: open.append(step.next)
            case .assertion:
                if step.argument != BytePatternAssertion.textStart.rawValue { open.append(step.next) }
            }
        }
        return true
    }
}

/// Puts the steps of an expression together, from its end to its beginning.
private struct BytePatternAssembly {
    private(set) var steps = [BytePatternProgram.Step(kind: .accept)]
    private(set) var sets: [ByteMembers] = []
    private var numbers: [ByteMembers: Int32] = [:]

    let accept: Int32 = 0

    private mutating func step(_ kind: BytePatternProgram.Kind, _ next: Int32, _ argument: Int32) -> Int32 {
        steps.append(BytePatternProgram.Step(kind: kind, next: next, argument: argument))
        return Int32(steps.count - 1)
    }

    /// Adds a node that goes on at `next`; returns its first step.
    mutating func emit(_ node: BytePatternNode, _ next: Int32) -> Int32 {
        switch node {
        case .bytes(let members):
            let number = numbers[members] ?? Int32(sets.count)
            if Int(number) == sets.count {
                sets.append(members)
                numbers[members] = number
            }
            return step(.bytes, next, number)
        case .sequence(let nodes): return nodes.reversed().reduce(next) { emit($1, $0) }
        case .either(let branches):
            guard let last = branches.last else { return next }
            return branches.dropLast().reversed().reduce(emit(last, next)) { other, branch in
                step(.split, emit(branch, next), other)
            }
        case .capture(let number, let inner):
            let end = step(.save, next, Int32(2 * number + 1))
            return step(.save, emit(inner, end), Int32(2 * number))
        case .assertion(let assertion): return step(.assertion, next, assertion.rawValue)
        case .repeated(let inner, let least, let most): return repetition(of: inner, least, most, next)
        }
    }

    private mutating func repetition(
        of inner: BytePatternNode, _ least: Int, _ most: Int?, _ next: Int32
    ) -> Int32 {
        guard let most else {
            // The way into a loop is a step apart from the way back, so that a body that takes nothing is gone through once.
            let again = step(.split, -1, next)
            let body = emit(inner, again)
            steps[Int(again)].next = body
            if least == 0 { return step(.split, body, next) }
            return (1..<least).reduce(body) { later, _ in emit(inner, later) }
        }
        let optional = (least..<most).reduce(next) { later, _ in step(.split, emit(inner, later), next) }
        return (0..<least).reduce(optional) { later, _ in emit(inner, later) }
    }
}
