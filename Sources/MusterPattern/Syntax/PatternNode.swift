/// What a pattern says, as a tree. Invariant: the parser bounded its depth.
indirect enum PatternNode {
    /// One character of a set.
    case set(ScalarSet)
    case sequence([PatternNode])
    /// The first that leads to a match is taken.
    case either([PatternNode])
    /// `offset` is where the repetition stands in the pattern.
    case repeated(PatternNode, least: Int, most: Int?, isLazy: Bool, offset: Int)
    /// The group of this number.
    case capture(Int, PatternNode)
    case assertion(PatternAssertion)
}

/// What has to be true of a place between two bytes.
enum PatternAssertion: Int32 {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
}

/// What `(?…)` switches.
struct PatternFlags {
    /// `i`
    var ignoresCase = false
    /// `m`: `^` and `$` are about lines.
    var isMultiline = false
    /// `s`: a dot is a line feed, too.
    var dotTakesFeed = false
    /// `U`: quantifiers are lazy, and greedy with a `?`.
    var isUngreedy = false
}
