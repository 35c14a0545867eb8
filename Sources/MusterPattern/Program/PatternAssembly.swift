/// Puts the steps of a pattern together, from its end to its beginning.
struct PatternAssembly {
    typealias Step = PatternProgram.Step

    private(set) var steps = [Step(kind: .accept)]
    /// Where steps that take bytes go on: without a byte (-1 for nowhere), then by the branches of their row.
    private(set) var targets: [Int32] = []
    /// Of each byte, the branch that takes it, from 1.
    private(set) var rows: [[UInt8]] = []
    private var rowNumbers: [[UInt8]: Int32] = [:]
    private var trees: [ScalarSet: Tree] = [:]
    /// Nodes that were gone through, each as often as repetitions ask.
    private var visits = 0

    private struct Tree {
        var nodes: [ByteTree.Node]
        var rows: [Int32]
    }

    let accept: Int32 = 0

    /// What a pattern stands for is at most so large once repetitions are written out: compiling it takes milliseconds.
    static let largest = 100_000

    private mutating func step(_ step: Step) -> Int32 {
        steps.append(step)
        return Int32(steps.count - 1)
    }

    /// Adds a node that goes on at `next`; returns its first step. Errors: it is too large.
    mutating func emit(_ node: PatternNode, _ next: Int32) throws(PatternFault) -> Int32 {
        visits += 1
        if steps.count > Self.largest || visits > 4 * Self.largest { throw Self.tooLarge(0) }
        switch node {
        case .set(let set): return emit(set, next)
        case .sequence(let nodes):
            var next = next
            for node in nodes.reversed() { next = try emit(node, next) }
            return next
        case .either(let branches):
            guard let last = branches.last else { return next }
            var other = try emit(last, next)
            for branch in branches.dropLast().reversed() {
                other = step(Step(kind: .split, next: try emit(branch, next), argument: other))
            }
            return other
        case .capture(let number, let inner):
            let end = step(Step(kind: .save, next: next, argument: Int32(2 * number + 1)))
            return step(Step(kind: .save, next: try emit(inner, end), argument: Int32(2 * number)))
        case .assertion(let assertion):
            return step(Step(kind: .assertion, next: next, argument: assertion.rawValue))
        case .repeated(let inner, let least, let most, let isLazy, let offset):
            do {
                return try repetition(of: inner, least, most, isLazy, next)
            } catch {
                // Of repetitions inside of each other the outermost is to blame.
                throw Self.tooLarge(offset)
            }
        }
    }

    private static func tooLarge(_ offset: Int) -> PatternFault {
        PatternFault(
            "this expression is too large, over \(largest) steps once its repetitions are written out; write + or * "
                + "instead of {…}", at: offset)
    }

    private mutating func repetition(
        of inner: PatternNode, _ least: Int, _ most: Int?, _ isLazy: Bool, _ next: Int32
    ) throws(PatternFault) -> Int32 {
        func split(_ body: Int32) -> Step {
            isLazy
                ? Step(kind: .split, next: next, argument: body) : Step(kind: .split, next: body, argument: next)
        }
        var first = next
        if let most {
            for _ in least..<most { first = step(split(try emit(inner, first))) }
            for _ in 0..<least { first = try emit(inner, first) }
            return first
        }
        // The way into a loop is a step apart from the way back, so that a body that takes nothing is gone through once.
        let again = step(split(-1))
        first = try emit(inner, again)
        steps[Int(again)] = split(first)
        if least == 0 { return step(split(first)) }
        for _ in 1..<least { first = try emit(inner, first) }
        return first
    }

    // MARK: Bytes

    private mutating func emit(_ set: ScalarSet, _ next: Int32) -> Int32 {
        let tree = tree(set)
        let first = steps.count
        for (node, row) in zip(tree.nodes, tree.rows) {
            let places = Int32(targets.count)
            targets.append(node.ending == nil ? -1 : next)
            for child in Self.children(node) {
                if case .node(let number) = child {
                    targets.append(Int32(first + number))
                } else {
                    targets.append(next)
                }
            }
            steps.append(
                Step(kind: node.ending == nil ? .bytes : .middle, ending: node.ending ?? 0, next: places, argument: row)
            )
        }
        return Int32(steps.count - 1)
    }

    private mutating func tree(_ set: ScalarSet) -> Tree {
        if let known = trees[set] { return known }
        let nodes = ByteTree(set).nodes
        let tree = Tree(nodes: nodes, rows: nodes.map { row($0) })
        trees[set] = tree
        return tree
    }

    /// What a node's branches lead to, each once.
    private static func children(_ node: ByteTree.Node) -> [ByteTree.Child] {
        var result: [ByteTree.Child] = []
        for branch in node.branches where !result.contains(branch.child) { result.append(branch.child) }
        return result
    }

    private mutating func row(_ node: ByteTree.Node) -> Int32 {
        let children = Self.children(node)
        var row = [UInt8](repeating: 0, count: 256)
        for branch in node.branches {
            let number = UInt8((children.firstIndex(of: branch.child) ?? 0) + 1)
            for byte in branch.bytes { row[Int(byte)] = number }
        }
        return self.row(row)
    }

    private mutating func row(_ row: [UInt8]) -> Int32 {
        if let known = rowNumbers[row] { return known }
        rows.append(row)
        rowNumbers[row] = Int32(rows.count - 1)
        return Int32(rows.count - 1)
    }

    /// Adds what goes on to the next place, by bytes or by characters, where `start` does not lead to a match.
    mutating func search(_ start: Int32, byCharacters: Bool) -> Int32 {
        let loop = step(Step(kind: .split, next: start))
        let any: Int32
        if byCharacters {
            any = emit(ScalarSet.all, loop)
        } else {
            targets += [-1, loop]
            any = step(
                Step(kind: .bytes, next: Int32(targets.count - 2), argument: row([UInt8](repeating: 1, count: 256))))
        }
        steps[Int(loop)].argument = any
        return loop
    }

    // MARK: What is known about the whole

    var looks: Looks {
        var looks = Looks()
        for step in steps {
            if step.kind == .middle { looks.middles = true }
            guard step.kind == .assertion else { continue }
            looks.edges = true
            switch PatternAssertion(rawValue: step.argument) {
            case .lineStart, .lineEnd: looks.lines = true
            case .wordBoundary, .noWordBoundary: looks.words = true
            case .textStart, .textEnd, nil: break
            }
        }
        return looks
    }

    /// Numbers for the bytes that nothing tells from each other.
    func classes(_ looks: Looks) -> (classes: [UInt8], count: Int) {
        let bytes = (UInt8.min...UInt8.max).map { looks.folded(Look($0), before: false).rawValue }
        var classes = [UInt8](repeating: 0, count: 256)
        var count = 1
        for row in [bytes] + rows {
            var numbers = [Int](repeating: -1, count: count * 256)
            var next = 0
            for byte in 0..<256 {
                let key = Int(classes[byte]) << 8 | Int(row[byte])
                if numbers[key] < 0 {
                    numbers[key] = next
                    next += 1
                }
                classes[byte] = UInt8(numbers[key])
            }
            count = next
        }
        return (classes, count)
    }

    /// What leads to each of the first steps from one of them.
    func predecessors(_ count: Int) -> (empty: StepLists, bytes: StepLists) {
        var empty: [(from: Int32, to: Int32)] = []
        var bytes: [(from: Int32, to: Int32)] = []
        let branches = rows.map { Int($0.max() ?? 0) }
        for number in 0..<Int32(count) {
            let step = steps[Int(number)]
            switch step.kind {
            case .accept: break
            case .split: empty += [(number, step.next), (number, step.argument)]
            case .save, .assertion: empty.append((number, step.next))
            case .bytes, .middle:
                let places = targets[Int(step.next)...].prefix(branches[Int(step.argument)] + 1)
                if step.kind == .middle { empty.append((number, places[places.startIndex])) }
                for target in Set(places.dropFirst()) { bytes.append((number, target)) }
            }
        }
        return (StepLists(empty, count: count), StepLists(bytes, count: count))
    }

    /// The steps that a match may begin with, without those behind the text's beginning where `stopsAtStart`.
    private func firsts(_ start: Int32, stopsAtStart: Bool) -> [Step] {
        var seen = [Bool](repeating: false, count: steps.count)
        var (open, result) = ([start], [] as [Step])
        while let number = open.popLast() {
            if seen[Int(number)] { continue }
            seen[Int(number)] = true
            let step = steps[Int(number)]
            switch step.kind {
            case .bytes, .middle, .accept: result.append(step)
            case .split: open += [step.argument, step.next]
            case .save: open.append(step.next)
            case .assertion:
                if !stopsAtStart || step.argument != PatternAssertion.textStart.rawValue { open.append(step.next) }
            }
        }
        return result
    }

    /// Whether every way from a step comes to the text's beginning before it takes a byte or ends.
    func isAnchored(_ start: Int32) -> Bool { firsts(start, stopsAtStart: true).isEmpty }

    /// Whether a match may be empty, or begin with a byte from the middle of a character.
    func mindsCharacters(_ start: Int32) -> Bool {
        firsts(start, stopsAtStart: false).contains { step in
            step.kind == .accept || (0x80...0xbf).contains { rows[Int(step.argument)][$0] != 0 }
        }
    }
}
