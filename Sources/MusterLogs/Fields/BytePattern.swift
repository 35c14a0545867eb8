/// A regular expression over bytes. Of all matches the leftmost is taken, and of those the longest, as POSIX has it (IEEE
/// 1003.1 §9.1); groups lie where the first way to that match puts them: more before less, and the earlier of alternatives.
/// ``BytePatternSyntax`` says what of today's notation is read. A dot matches any byte but a line feed.
///
/// Nothing is ever tried twice: the time grows with the text times the expression, and for ordinary ones with the text alone,
/// for what was found out about states is remembered. Each user has one of its own.
package final class BytePattern {
    private let program: BytePatternProgram
    /// What it counts its work by.
    package var limit = ScanLimit()
    private var search: BytePatternForward?
    private var ends: BytePatternForward
    private var starts: BytePatternBackward?
    private var traces: BytePatternBackward
    private var walk: BytePatternWalk
    private var threads: BytePatternThreads
    private var trace: [Int32] = []
    /// Where each named group lay: beginning and end, -1 for neither.
    private var places: [Int]

    /// Longest text that is searched, in bytes; what lies behind is not looked at.
    package static let longestText = 1 << 20

    /// Errors: the expression is malformed, asks for what cannot be matched in linear time, or is too large.
    package convenience init(_ pattern: String) throws(LogFormatFault) { self.init(try BytePatternProgram(pattern)) }

    /// `stateLimit` bounds what is remembered.
    init(_ program: BytePatternProgram, stateLimit: Int = BytePatternStates.usualLimit) {
        self.program = program
        let isCapturing = !program.names.isEmpty
        // Without named groups only whether it matches is asked, which any match answers.
        search =
            isCapturing || program.isAnchored
            ? nil : BytePatternForward(program, isSearch: true, stopsAtFirst: true, limit: stateLimit)
        ends = BytePatternForward(program, isSearch: false, stopsAtFirst: !isCapturing, limit: stateLimit)
        starts =
            isCapturing && !program.isAnchored
            ? BytePatternBackward(program, isSearch: true, limit: stateLimit) : nil
        traces = BytePatternBackward(program, isSearch: false, limit: stateLimit)
        walk = BytePatternWalk(program)
        threads = BytePatternThreads(program)
        places = [Int](repeating: -1, count: 2 * program.names.count)
    }

    /// Names of the groups that have one, by their place in the expression.
    package var names: [String] { program.names }

    /// Whether it matches somewhere in a text. Means nothing where the limit is over.
    package func matches(_ whole: Text) -> Bool {
        if limit.isOver { return false }
        let text = whole.count > Self.longestText ? whole[0..<Self.longestText] : whole
        limit.spend(16)
        if search != nil { return search?.end(in: text, from: 0, limit) != nil }
        if names.isEmpty { return ends.end(in: text, from: 0, limit) != nil }
        let first = program.isAnchored ? 0 : starts?.start(in: text, limit)
        guard let first, let last = ends.end(in: text, from: first, limit) else { return false }
        note(text, first..<last)
        return !limit.isOver
    }

    /// Where the named group `index` (a place in ``names``) lay in the text that ``matches(_:)`` took last and matched;
    /// nil where it took no part.
    package func capture(_ index: Int) -> Range<Int>? {
        let (start, end) = (places[2 * index], places[2 * index + 1])
        return start < 0 || end < start ? nil : start..<end
    }

    private func note(_ text: Text, _ match: Range<Int>) {
        for index in places.indices { places[index] = -1 }
        if traces.trace(text, match, into: &trace, limit) {
            return walk.run(text, match, trace, traces.states, into: &places, limit)
        }
        // Former texts may have left too many states: a second time there is room.
        traces.forget()
        if !limit.isOver, traces.trace(text, match, into: &trace, limit) {
            return walk.run(text, match, trace, traces.states, into: &places, limit)
        }
        threads.run(text, match, into: &places, limit)
    }
}
