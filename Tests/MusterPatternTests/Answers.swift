import MusterTesting

@testable import MusterPattern

/// What a pattern finds in a text: where the match lies and its groups.
struct Answer: Hashable, CustomStringConvertible {
    var match: Range<Int>
    var groups: [Range<Int>?]

    init(_ match: Range<Int>, _ groups: [Range<Int>?] = []) {
        self.match = match
        self.groups = groups
    }

    /// nil where there is no match.
    static func of(_ pattern: Pattern, _ text: [UInt8], stateLimit: Int = StateCache.usualLimit) -> Answer? {
        of(PatternMatcher(pattern, stateLimit: stateLimit), text)
    }

    static func of(_ matcher: PatternMatcher, _ text: [UInt8]) -> Answer? {
        matcher.find(bytes: text).map { Answer($0, matcher.pattern.names.indices.map { matcher.group($0) }) }
    }

    var description: String {
        ([match] + groups).map { $0.map { "\($0.lowerBound)-\($0.upperBound)" } ?? "-" }.joined(separator: " ")
    }
}

extension PatternMatcher {
    func matches(bytes: [UInt8]) -> Bool { matches(bytes.span) }

    func find(bytes: [UInt8]) -> Range<Int>? { find(in: bytes.span) }
}
