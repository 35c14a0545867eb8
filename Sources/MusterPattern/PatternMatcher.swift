/// Matches texts by a pattern. It remembers what it finds out about the pattern, within bounds, and nothing about texts but
/// where the last match lay.
package final class PatternMatcher {
    package let pattern: Pattern
    // Nothing that it calls comes back here.
    @exclusivity(unchecked) private var engine: PatternEngine

    /// Longest text that is searched, in bytes; what lies behind is not looked at.
    package static let longestText = 1 << 20

    package convenience init(_ pattern: Pattern) { self.init(pattern, stateLimit: StateCache.usualLimit) }

    /// `stateLimit` bounds what is remembered.
    init(_ pattern: Pattern, stateLimit: Int) {
        self.pattern = pattern
        unsafe engine = PatternEngine(pattern, stateLimit)
    }

    /// What it counts its work by.
    package var limit: ScanLimit {
        get { unsafe engine.limit }
        set { unsafe engine.limit = newValue }
    }

    /// Whether there is a match somewhere in a text. Means nothing where the limit is over.
    package func matches(_ text: Span<UInt8>) -> Bool {
        // Invariant: the text is looked at only here.
        unsafe text.withUnsafeBufferPointer { unsafe engine.matches(PatternText($0, atMost: Self.longestText)) }
    }

    /// Where the first match in a text lies. Nil where there is none, or the limit is over.
    package func find(in text: Span<UInt8>) -> Range<Int>? {
        // Invariant: as above.
        unsafe text.withUnsafeBufferPointer { unsafe engine.find(in: PatternText($0, atMost: Self.longestText)) }
    }

    /// Where the groups lay in the text that ``find(in:)`` took last and matched: the beginning and the end of each in turn,
    /// -1 for both where it took no part.
    package var groups: [Int] { unsafe engine.places }

    /// Where a group lay; nil where it took no part.
    package func group(_ index: Int) -> Range<Int>? {
        let (start, end) = unsafe (engine.places[2 * index], engine.places[2 * index + 1])
        return start < 0 || end < start ? nil : start..<end
    }
}
