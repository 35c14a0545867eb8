/// Reads the grammar of filters (docs/logs.md, "Filter"):
///
/// ```
/// filter = all { ("or" | "||") all }
/// all    = not { ("and" | "&&") not }
/// not    = ("not" | "!") not | "(" filter ")" | "exists" "(" field ")" | field test
/// test   = comparison value | ("~" | "!~") value | ["not"] "contains" value | ["not"] "in" (value | list)
/// list   = "(" value { "," value } ")"
/// ```
struct FilterParser {
    /// Longest filter, in bytes.
    static let longest = 16_384
    /// Deepest nesting of brackets and nots.
    static let deepest = 64

    private let tokens: [FilterToken]
    private var index = 0
    private var depth = 0

    static func parse(_ text: String) throws(QuestionFault) -> FilterNode {
        guard text.utf8.count <= longest else {
            throw QuestionFault("a filter has at most \(longest) bytes; ask for less at once", at: longest)
        }
        var parser = FilterParser(tokens: try FilterLexer.tokens(text))
        if parser.token.kind == .end {
            throw QuestionFault("the filter is empty; write for example status>=500", at: 0)
        }
        let node = try parser.any()
        switch parser.token.kind {
        case .end: return node
        case .close: throw QuestionFault("no bracket is open here; leave the ) away", at: parser.token.offset)
        default: throw parser.expected("and, or or the end")
        }
    }

    private init(tokens: [FilterToken]) { self.tokens = tokens }

    /// The token at hand; the last one is the end and is never left behind.
    private var token: FilterToken { tokens[index] }

    private var keyword: FilterKeyword? {
        if case .word(let word) = token.kind { FilterKeyword(word) } else { nil }
    }

    private mutating func advance() { index = min(index + 1, tokens.count - 1) }

    private func expected(_ what: String) -> QuestionFault {
        QuestionFault("\(what) is expected, not \(token.description)", at: token.offset)
    }

    private mutating func any() throws(QuestionFault) -> FilterNode {
        var branches = [try all()]
        while token.kind == .or || keyword == .or {
            advance()
            branches.append(try all())
        }
        return branches.count == 1 ? branches[0] : .any(branches)
    }

    private mutating func all() throws(QuestionFault) -> FilterNode {
        var branches = [try not()]
        while token.kind == .and || keyword == .and {
            advance()
            branches.append(try not())
        }
        return branches.count == 1 ? branches[0] : .all(branches)
    }

    private mutating func not() throws(QuestionFault) -> FilterNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            throw QuestionFault("more than \(Self.deepest) brackets and nots inside each other", at: token.offset)
        }
        if token.kind == .not || keyword == .not {
            advance()
            return .not(try not())
        }
        if token.kind == .open {
            let open = token.offset
            advance()
            let node = try any()
            try close(open)
            return node
        }
        return .test(try test())
    }

    private mutating func close(_ open: Int) throws(QuestionFault) {
        guard token.kind == .close else { throw expected("and, or or the ) for the ( at \(open + 1)") }
        advance()
    }

    private mutating func test() throws(QuestionFault) -> FilterTest {
        if keyword == .exists {
            advance()
            let open = token.offset
            guard token.kind == .open else { throw expected("a field in brackets, as in exists(referrer),") }
            advance()
            let (field, offset) = try field()
            guard token.kind == .close else { throw expected("the ) for the ( at \(open + 1)") }
            advance()
            return FilterTest(field: field, offset: offset, question: .exist)
        }
        let (field, offset) = try field()
        var test = FilterTest(field: field, offset: offset, question: .exist)
        switch token.kind {
        case .comparison(let comparison):
            advance()
            test.question = .compare(comparison, try value())
            return test
        case .match(let isNegated):
            advance()
            test.isNegated = isNegated
            test.question = .match(try value())
            return test
        default: break
        }
        if keyword == .not {
            test.isNegated = true
            advance()
        }
        switch keyword {
        case .contains:
            advance()
            test.question = .contain(try value())
        case .in:
            advance()
            test.question = .among(try values())
        default:
            if test.isNegated { throw expected("in or contains after not") }
            throw QuestionFault(
                "one of = != < <= > >= ~ !~ in contains is expected after \"\(field)\", not \(token.description); "
                    + "whether lines have it asks exists(\(field))", at: token.offset)
        }
        return test
    }

    private mutating func field() throws(QuestionFault) -> (String, Int) {
        let offset = token.offset
        switch token.kind {
        case .word(let word) where FilterKeyword(word) == nil:
            advance()
            return (word, offset)
        case .quoted(let text) where !text.isEmpty:
            advance()
            return (text, offset)
        case .word(let word):
            throw QuestionFault(
                "a field is expected, not \"\(word)\"; put it in quotes if a field is called so", at: offset)
        default: throw expected("a field")
        }
    }

    private mutating func value() throws(QuestionFault) -> FilterValue {
        let offset = token.offset
        switch token.kind {
        case .word(let word):
            if let keyword = FilterKeyword(word), keyword == .and || keyword == .or || keyword == .not {
                throw QuestionFault("a value is expected, not \"\(word)\"; put it in quotes if it is meant", at: offset)
            }
            advance()
            return FilterValue(word, isQuoted: false, at: offset)
        case .quoted(let text):
            advance()
            return FilterValue(text, isQuoted: true, at: offset)
        default:
            throw QuestionFault(
                "a value is expected, not \(token.description); write a word, a number or a text in quotes", at: offset)
        }
    }

    private mutating func values() throws(QuestionFault) -> [FilterValue] {
        guard token.kind == .open else { return [try value()] }
        let open = token.offset
        advance()
        var values = [try value()]
        while token.kind == .comma {
            advance()
            values.append(try value())
        }
        guard token.kind == .close else { throw expected("a comma or the ) for the ( at \(open + 1)") }
        advance()
        return values
    }
}
