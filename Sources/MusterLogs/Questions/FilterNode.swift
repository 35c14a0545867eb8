/// A value in a filter, as it was written.
struct FilterValue: Hashable, Sendable {
    var text: String
    /// Whether it stood in quotes: then it is a text, never a number.
    var isQuoted: Bool
    /// In bytes from the filter's beginning.
    var offset: Int

    init(_ text: String, isQuoted: Bool, at offset: Int = 0) {
        self.text = text
        self.isQuoted = isQuoted
        self.offset = offset
    }

    /// As it can be read again.
    var written: String { isQuoted ? Self.quoted(text) : text }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}

/// What a filter asks of one field.
struct FilterTest: Hashable, Sendable {
    enum Comparison: String, Hashable, Sendable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case below = "<"
        case atMost = "<="
        case above = ">"
        case atLeast = ">="

        /// Whether it needs an order.
        var isOrder: Bool { self != .equal && self != .notEqual }
    }

    enum Question: Hashable, Sendable {
        case compare(Comparison, FilterValue)
        /// A regular expression matches somewhere.
        case match(FilterValue)
        case contain(FilterValue)
        /// It is one of some values, or in one of some networks.
        case among([FilterValue])
        /// The field is there and neither empty nor `-`.
        case exist
    }

    var field: String
    /// In bytes from the filter's beginning.
    var offset: Int
    var question: Question
    /// `!~`, `not in`, `not contains`.
    var isNegated = false

    /// As it can be read again.
    var written: String {
        let not = isNegated ? "not " : ""
        switch question {
        case .compare(let comparison, let value): return "\(name) \(comparison.rawValue) \(value.written)"
        case .match(let value): return "\(name) \(isNegated ? "!~" : "~") \(value.written)"
        case .contain(let value): return "\(name) \(not)contains \(value.written)"
        case .among(let values): return "\(name) \(not)in (\(values.map(\.written).joined(separator: ", ")))"
        case .exist: return "exists(\(name))"
        }
    }

    private var name: String {
        FilterLexer.isWord(field) && FilterKeyword(field) == nil ? field : FilterValue.quoted(field)
    }
}

/// Words that a filter keeps for itself; case does not matter.
enum FilterKeyword: String {
    case and, or, not, `in`, contains, exists

    init?(_ word: String) {
        guard word.utf8.count <= 8 else { return nil }
        self.init(rawValue: word.lowercased())
    }
}

/// A filter as a tree. Invariant: ``all`` and ``any`` have two branches or more; the parser bounds the depth.
enum FilterNode: Hashable, Sendable {
    case all([FilterNode])
    case any([FilterNode])
    indirect case not(FilterNode)
    case test(FilterTest)

    /// As it can be read again, with no more brackets than it takes.
    var written: String {
        switch self {
        case .all(let branches): branches.map { $0.branch(of: self) }.joined(separator: " and ")
        case .any(let branches): branches.map { $0.branch(of: self) }.joined(separator: " or ")
        case .not(let node): "not \(node.branch(of: self))"
        case .test(let test): test.written
        }
    }

    /// In brackets where it would otherwise belong elsewhere.
    private func branch(of parent: FilterNode) -> String {
        switch (parent, self) {
        case (.all, .all), (.all, .any), (.any, .any), (.not, .all), (.not, .any): "(\(written))"
        default: written
        }
    }

    /// All tests, from left to right.
    var tests: [FilterTest] {
        switch self {
        case .all(let branches), .any(let branches): branches.flatMap(\.tests)
        case .not(let node): node.tests
        case .test(let test): [test]
        }
    }
}
