/// A regular expression in the syntax of Go (RE2), over bytes that mean UTF-8. Of all matches the leftmost is taken, and of
/// those the one that a search by trying would find first: greedy quantifiers take as much as they can, the earlier of
/// alternatives goes before (docs/logs.md, "Regular expressions"). Bytes that are no UTF-8 count as U+FFFD, as in Go: a dot and
/// a negated class match them.
///
/// Matching takes time in proportion to the text, whatever the pattern; each user has a ``PatternMatcher`` of its own.
package final class Pattern: Sendable {
    let program: PatternProgram
    let prefilter: Prefilter
    /// Names of its groups, by their number; empty for one that has none.
    package let names: [String]

    /// Errors: the pattern is malformed, asks for what cannot be matched in linear time, or is too large.
    package init(_ pattern: String, groups: PatternGroups) throws(PatternFault) {
        let parser = try PatternParser(pattern, groups)
        names = parser.names
        var assembly = PatternAssembly()
        let start = try assembly.emit(parser.root, assembly.accept)
        guard names.count * assembly.steps.count <= Self.mostPlaces else {
            throw PatternFault(
                "this expression captures too much for its size, \(names.count) groups in \(assembly.steps.count) steps; "
                    + "write (?:…) around what is no field", at: 0)
        }
        program = PatternProgram(assembly, start: start)
        prefilter = Prefilter(parser.root, isAnchored: program.isAnchored)
    }

    /// Groups times steps at most: what has to be remembered where all ways are followed at once.
    private static let mostPlaces = 2_000_000

    /// How large it is: steps of its program.
    package var size: Int { program.steps.count }
}

/// Which groups of a pattern are captured: what is not asked for costs nothing.
package enum PatternGroups: Sendable {
    case none, named, all
}
