internal import MusterPattern

extension PatternMatcher {
    /// Whether there is a match somewhere in a text.
    func matches(_ text: Text) -> Bool {
        // Invariant: the text's bytes are there for as long as it is looked at.
        let bytes = unsafe UnsafeBufferPointer(start: text.start, count: text.count)
        return matches(unsafe bytes.span)
    }

    /// Where the first match in a text lies.
    func find(in text: Text) -> Range<Int>? {
        // Invariant: as above.
        let bytes = unsafe UnsafeBufferPointer(start: text.start, count: text.count)
        return find(in: unsafe bytes.span)
    }
}
