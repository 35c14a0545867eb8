/// Matches texts by a pattern. It remembers what it finds out about the pattern, within bounds, and nothing about texts but
/// where the last match lay.
package final class PatternMatcher {
    /// What it counts its work by.
    package var limit = ScanLimit()
    package let pattern: Pattern

    private let stateLimit: Int
    private let prefix: Literal?
    /// For the question whether there is a match.
    private var any: ForwardScan?
    private var ends: ForwardScan?
    private var starts: BackwardScan?
    private var onePass: OnePass
    private var walk: GroupWalk
    private var trace: [Int32] = []
    /// Where each group lay: beginning and end, -1 for neither.
    private var places: [Int]

    /// Longest text that is searched, in bytes; what lies behind is not looked at.
    package static let longestText = 1 << 20

    package convenience init(_ pattern: Pattern) { self.init(pattern, stateLimit: StateCache.usualLimit) }

    /// `stateLimit` bounds what is remembered.
    init(_ pattern: Pattern, stateLimit: Int) {
        self.pattern = pattern
        self.stateLimit = stateLimit
        prefix = Literal(pattern.prefilter.prefix)
        onePass = OnePass(pattern.program)
        walk = GroupWalk(pattern.program)
        places = [Int](repeating: -1, count: 2 * pattern.names.count)
    }

    /// Whether there is a match somewhere in a text. Means nothing where the limit is over.
    package func matches(_ text: Span<UInt8>) -> Bool {
        unsafe text.withUnsafeBufferPointer { bytes in
            guard let text = unsafe open(bytes) else { return false }
            if let verdict = pattern.prefilter.verdict(text) { return verdict }
            if pattern.prefilter.excludes(text) { return false }
            if any == nil { any = scan(isEarliest: true) }
            return any?.end(in: text, from: 0, limit) != nil
        }
    }

    /// Where the first match in a text lies. Nil where there is none, or the limit is over.
    package func find(in text: Span<UInt8>) -> Range<Int>? {
        unsafe text.withUnsafeBufferPointer { bytes in
            guard let text = unsafe open(bytes), !pattern.prefilter.excludes(text) else { return nil }
            let match = find(text)
            return limit.isOver ? nil : match
        }
    }

    /// Where a group lay in the text that ``find(in:)`` took last and matched; nil where it took no part.
    package func group(_ index: Int) -> Range<Int>? {
        let (start, end) = (places[2 * index], places[2 * index + 1])
        return start < 0 || end < start ? nil : start..<end
    }

    @unsafe
    private func open(_ bytes: UnsafeBufferPointer<UInt8>) -> PatternText? {
        if limit.isOver { return nil }
        limit.spend(16 + min(bytes.count, Self.longestText) >> 4)
        return unsafe PatternText(
            bytes.count > Self.longestText ? UnsafeBufferPointer(rebasing: bytes[..<Self.longestText]) : bytes)
    }

    private func scan(isEarliest: Bool) -> ForwardScan {
        ForwardScan(
            pattern.program, isSearch: !pattern.program.isAnchored, isEarliest: isEarliest, prefix: prefix,
            limit: stateLimit)
    }

    private func find(_ text: PatternText) -> Range<Int>? {
        let isAnchored = pattern.program.isAnchored
        // A match at the beginning is the leftmost, and most are there.
        if let end = pass(text, from: 0) { return 0..<end }
        if isAnchored, !onePass.isOver { return nil }
        if ends == nil { ends = scan(isEarliest: false) }
        guard let end = ends?.end(in: text, from: 0, limit) else { return nil }
        if starts == nil { starts = BackwardScan(pattern.program, limit: stateLimit) }
        guard let start = isAnchored ? 0 : starts?.start(in: text, 0, before: end, limit) else { return nil }
        if places.isEmpty || pass(text, from: start) != nil { return start..<end }
        note(text, start..<end)
        return start..<end
    }

    /// Where the match ends that begins at a place, with its groups noted; nil where there is none, or one pass will not do.
    private func pass(_ text: PatternText, from start: Int) -> Int? {
        if onePass.isOver { return nil }
        clear()
        let end = onePass.end(in: text, from: start, into: &places, limit)
        return onePass.isOver ? nil : end
    }

    private func clear() { for index in places.indices { places[index] = -1 } }

    private func note(_ text: PatternText, _ match: Range<Int>) {
        for _ in 0..<2 {
            clear()
            if let states = traced(text, match) { return walk.run(text, match, trace, states, into: &places, limit) }
            // Former texts may have left too many states: a second time there is room.
            starts?.forget()
        }
        var threads = GroupThreads(pattern.program)
        threads.run(text, match, into: &places, limit)
    }

    private func traced(_ text: PatternText, _ match: Range<Int>) -> StateCache? {
        guard !limit.isOver, starts?.trace(text, match, into: &trace, limit) == true else { return nil }
        return starts?.states
    }
}
