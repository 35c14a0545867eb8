/// Finds a match and its groups in one pass, from a place on: where at each byte at most one step can go on, as in most
/// patterns of whole lines, nothing has to be weighed. Whether that is so is found out on the way.
struct OnePass {
    /// Whether at some byte there were two ways, or too much was to be remembered: then it is of no use any more.
    private(set) var isOver = false

    private let program: PatternProgram
    /// By node and class: the node that is gone on with, and above that what is noted before; or ``StateCache/unknown``. Behind
    /// the edge stands the node's ``ByteSkip``.
    private var ways: [Int32]
    /// What the nodes are, by place, and where.
    private var nodes: [Node] = []
    private var nodePlaces: [Node: Int32] = [:]
    /// The nodes that matches begin at, by look; dead where one was not asked for yet.
    private var firsts = [Int32](repeating: dead, count: Look.count)
    private var notes: [Note] = []
    private var noteNumbers: [[Int32]: Int32] = [:]
    private var slots: [Int32] = []
    private var walk: SaveWalk

    /// A step, and what stands before it.
    private struct Node: Hashable {
        var step: Int32
        var look: Look
    }

    /// What is noted before a byte is taken: `slots` from `first` to `middle` on the way to the step that takes it; those up to
    /// `last` on the way to a match that ends here, where one does.
    private struct Note {
        var first = 0
        var middle = 0
        var last = 0
        var isEnd = false
    }

    /// What was found so far.
    private struct Course {
        var at: Int
        var node: Int32
        /// Where a match ended last, and with what.
        var end = -1
        var endNote = 0
        /// The places at that time, where they have changed since.
        var endPlaces: [Int]?
    }

    /// Bits of a way that say which node; the first is dead.
    private static let nodeBits: Int32 = 20
    private static let nodeMask: Int32 = 1 << nodeBits - 1
    private static let dead: Int32 = 0
    private static let mostWays = 1 << 18
    private static let mostNotes = 1 << 10

    init(_ program: PatternProgram) {
        self.program = program
        walk = SaveWalk(program)
        ways = []
        _ = node(Node(step: -1, look: .other))
        _ = note([], nil)
    }

    private var stride: Int { program.classCount + 2 }

    /// Where the match ends that begins at `start`, its groups in `places`; nil where there is none. Means nothing where it, or
    /// the limit, is over.
    mutating func end(
        in text: PatternText, from start: Int, into places: inout [Int], _ limit: ScanLimit
    ) -> Int? {
        let look = program.lookBefore(text, start)
        var course = Course(at: start, node: firsts[Int(look.rawValue)])
        if course.node == Self.dead {
            guard let first = node(Node(step: program.start, look: look)) else { return nil }
            firsts[Int(look.rawValue)] = first
            course.node = first
        }
        while course.node != Self.dead, !limit.isOver {
            let from = course.at
            let pause = run(text, &course, &places)
            limit.spend(course.at - from + 1)
            switch pause {
            case .portion: break
            case .skip: learnSkip(course.node, program.kind(text, course.at - 1), limit)
            case .way:
                if learn(course.node, program.kind(text, course.at), limit) < 0 {
                    isOver = true
                    return nil
                }
            }
        }
        guard course.end >= 0, !limit.isOver else { return nil }
        if let former = course.endPlaces { places = former }
        let note = notes[course.endNote]
        for index in note.middle..<note.last { places[Int(slots[index])] = course.end }
        return course.end
    }

    /// Why it stands still: at the end or a dead node, or where the limit is to be looked at; or something is to be found out.
    private enum Pause { case portion, way, skip }

    /// Bytes between two looks at the limit.
    private static let portion = 1 << 14

    /// Goes on where the ways are known, at most a portion or so; at the text's end, to the dead node.
    private func run(_ text: PatternText, _ course: inout Course, _ places: inout [Int]) -> Pause {
        let stop = min(text.count, course.at + Self.portion)
        let last = stride - 1
        // Invariant: a node's place and a class are a place in the ways, and `at` is below the text's count.
        return unsafe ways.withUnsafeBufferPointer { ways in
            unsafe program.classes.withUnsafeBufferPointer { classes in
                var (at, node) = (course.at, course.node)
                defer { (course.at, course.node) = (at, node) }
                while at < stop {
                    let way = unsafe ways[Int(node) &+ Int(classes[Int(text.start[at])])]
                    if way < 0 { return .way }
                    let (next, number) = (way & Self.nodeMask, Int(way >> Self.nodeBits))
                    if number != 0 { note(number, at, &course, &places) }
                    at &+= 1
                    guard next == node, notes[number].first == notes[number].middle else {
                        node = next
                        if next == Self.dead { return .portion }
                        continue
                    }
                    let skip = unsafe ways[Int(node) &+ last]
                    let from = at
                    if skip > ByteSkip.none { at = ByteSkip.skip(skip, text, at, stop) }
                    while at < stop, unsafe ways[Int(node) &+ Int(classes[Int(text.start[at])])] == way { at &+= 1 }
                    if number != 0 { course.end = at - 1 }
                    if skip < 0, at - from >= ByteSkip.leastRounds { return .skip }
                }
                if at < text.count { return .portion }
                let way = unsafe ways[Int(node) &+ last &- 1]
                if way < 0 { return .way }
                note(Int(way >> Self.nodeBits), at, &course, &places)
                node = Self.dead
                return .portion
            }
        }
    }

    @inline(__always)
    private func note(_ number: Int, _ at: Int, _ course: inout Course, _ places: inout [Int]) {
        let note = notes[number]
        if note.isEnd { (course.end, course.endNote, course.endPlaces) = (at, number, nil) }
        if note.first == note.middle { return }
        if course.end >= 0, course.endPlaces == nil { course.endPlaces = places }
        for index in note.first..<note.middle { places[Int(slots[index])] = at }
    }

    // MARK: Finding out

    /// The place of a node; nil where there are too many.
    private mutating func node(_ node: Node) -> Int32? {
        if let known = nodePlaces[node] { return known }
        guard ways.count + stride <= Self.mostWays else {
            isOver = true
            return nil
        }
        let place = Int32(ways.count)
        nodePlaces[node] = place
        nodes.append(node)
        ways += repeatElement(StateCache.unknown, count: stride)
        return place
    }

    /// The number of a note; nil where there are too many.
    private mutating func note(_ taken: [Int32], _ ending: [Int32]?) -> Int32? {
        let key = taken + [-1] + (ending ?? [-1])
        if let known = noteNumbers[key] { return known }
        guard notes.count < Self.mostNotes else { return nil }
        let first = slots.count
        slots += taken + (ending ?? [])
        notes.append(
            Note(first: first, middle: first + taken.count, last: slots.count, isEnd: ending != nil))
        noteNumbers[key] = Int32(notes.count - 1)
        return Int32(notes.count - 1)
    }

    /// Finds out which bytes keep a node as it is, as one of a class does.
    @inline(never)
    private mutating func learnSkip(_ node: Int32, _ kind: Int, _ limit: ScanLimit) {
        let way = ways[Int(node) + kind]
        let isKept = (0..<program.classCount).map { learn(node, $0, limit) == way }
        ways[Int(node) + stride - 1] = ByteSkip(program.classes.map { !isKept[Int($0)] }).packed
    }

    /// Where a class leads from a node, found step by step; ``StateCache/unknown`` where there are two ways.
    private mutating func learn(_ node: Int32, _ kind: Int, _ limit: ScanLimit) -> Int32 {
        let place = Int(node) + kind
        if ways[place] < 0, let way = find(nodes[Int(node) / stride], kind, limit) { ways[place] = way }
        return ways[place]
    }

    private mutating func find(_ origin: Node, _ kind: Int, _ limit: ScanLimit) -> Int32? {
        let after = program.looksAfter[kind]
        var (target, taken, ending) = (Int32(-1), [] as [Int32], nil as [Int32]?)
        walk.begin(at: origin.step)
        while ending == nil, let number = walk.next() {
            limit.spend(4)
            let step = program.steps[Int(number)]
            switch step.kind {
            case .bytes, .middle:
                let next = program.target(step, kind)
                if next >= 0, target >= 0, next != target { return nil }
                if next >= 0, target < 0 { (target, taken) = (next, walk.path) }
                if next < 0, step.kind == .middle {
                    let end = program.ending(step, after)
                    if end >= 0 { walk.goOn(at: end) }
                }
            case .split, .save, .assertion: walk.goOn(behind: step, origin.look, after)
            case .accept: ending = walk.path
            }
        }
        guard let note = note(taken, ending) else { return nil }
        if target < 0 { return note << Self.nodeBits }
        return node(Node(step: target, look: program.looksBefore[kind])).map { $0 | note << Self.nodeBits }
    }
}
