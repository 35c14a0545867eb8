/// The automata of a pattern: which of them a question takes.
struct PatternEngine {
    var limit = ScanLimit()
    /// Where each group lay: beginning and end, -1 for neither.
    private(set) var places: [Int]

    private let program: PatternProgram
    private let prefilter: Prefilter
    /// For the question whether there is a match.
    private var any: ForwardScan
    private var ends: ForwardScan
    private var starts: BackwardScan
    private var onePass: OnePass
    private var walk: GroupWalk
    private var trace: [Int32] = []

    init(_ pattern: Pattern, _ stateLimit: Int) {
        program = pattern.program
        prefilter = pattern.prefilter
        let prefix = Literal(prefilter.prefix)
        any = ForwardScan(program, isEarliest: true, prefix: prefix, limit: stateLimit)
        ends = ForwardScan(program, isEarliest: false, prefix: prefix, limit: stateLimit)
        starts = BackwardScan(program, limit: stateLimit)
        onePass = OnePass(program)
        walk = GroupWalk(program)
        places = [Int](repeating: -1, count: 2 * pattern.names.count)
    }

    mutating func matches(_ text: PatternText) -> Bool {
        if limit.isOver { return false }
        limit.spend(16 + text.count >> 4)
        if let verdict = prefilter.verdict(text) { return verdict }
        if prefilter.excludes(text) { return false }
        return any.end(in: text, from: 0, limit) != nil
    }

    mutating func find(in text: PatternText) -> Range<Int>? {
        if limit.isOver { return nil }
        limit.spend(16 + text.count >> 4)
        if prefilter.excludes(text) { return nil }
        let match = search(text)
        return limit.isOver ? nil : match
    }

    private mutating func search(_ text: PatternText) -> Range<Int>? {
        let isAnchored = program.isAnchored
        // A match at the beginning is the leftmost, and most are there.
        if let end = pass(text, from: 0) { return 0..<end }
        if isAnchored, !onePass.isOver { return nil }
        guard let end = ends.end(in: text, from: 0, limit),
            let start = isAnchored ? 0 : starts.start(in: text, 0, before: end, limit)
        else { return nil }
        if !places.isEmpty, pass(text, from: start) == nil { note(text, start..<end) }
        return start..<end
    }

    /// Where the match ends that begins at a place, with its groups noted; nil where there is none, or one pass will not do.
    private mutating func pass(_ text: PatternText, from start: Int) -> Int? {
        if onePass.isOver { return nil }
        clear()
        let end = onePass.end(in: text, from: start, into: &places, limit)
        return onePass.isOver ? nil : end
    }

    private mutating func clear() { for index in places.indices { places[index] = -1 } }

    private mutating func note(_ text: PatternText, _ match: Range<Int>) {
        for _ in 0..<2 {
            clear()
            if limit.isOver { return }
            if starts.trace(text, match, into: &trace, limit) {
                return walk.run(text, match, trace, starts.states, into: &places, limit)
            }
            // Former texts may have left too many states: a second time there is room.
            starts.forget()
        }
        var threads = GroupThreads(program)
        threads.run(text, match, into: &places, limit)
    }
}
