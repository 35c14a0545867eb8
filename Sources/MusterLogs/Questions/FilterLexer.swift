/// A word, an operator or a bracket of a filter, with its place.
struct FilterToken: Hashable {
    enum Kind: Hashable {
        case word(String)
        case quoted(String)
        case comparison(FilterTest.Comparison)
        /// `~` or `!~`.
        case match(isNegated: Bool)
        /// `&&`, `||` and `!`; the words for them are words.
        case and, or, not
        case open, close, comma
        case end
    }

    var kind: Kind
    /// In bytes from the filter's beginning.
    var offset: Int

    /// For faults: `the word "foo"`.
    var description: String {
        switch kind {
        case .word(let text): "\"\(text)\""
        case .quoted: "a quoted text"
        case .comparison(let comparison): "\(comparison.rawValue)"
        case .match(let isNegated): isNegated ? "!~" : "~"
        case .and: "&&"
        case .or: "||"
        case .not: "!"
        case .open: "("
        case .close: ")"
        case .comma: "a comma"
        case .end: "the end"
        }
    }
}

/// Takes a filter's text apart.
struct FilterLexer {
    private let bytes: [UInt8]
    private var index = 0

    static func tokens(_ text: String) throws(QuestionFault) -> [FilterToken] {
        var lexer = FilterLexer(bytes: Array(text.utf8))
        var tokens: [FilterToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Whether a text is one word as it stands, no matter where.
    static func isWord(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isWordByte) }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7f: false
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: "!"),
            UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "~"), UInt8(ascii: "&"), UInt8(ascii: "|"),
            UInt8(ascii: "\""), UInt8(ascii: "'"):
            false
        default: true
        }
    }

    private func byte(_ at: Int) -> UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func next() throws(QuestionFault) -> FilterToken {
        while index < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[index]) { index += 1 }
        let start = index
        guard index < bytes.count else { return FilterToken(kind: .end, offset: start) }
        if Self.isWordByte(bytes[index]) {
            while index < bytes.count, Self.isWordByte(bytes[index]) { index += 1 }
            return FilterToken(kind: .word(String(decoding: bytes[start..<index], as: UTF8.self)), offset: start)
        }
        if bytes[index] == 0x22 || bytes[index] == 0x27 {
            return FilterToken(kind: .quoted(try quoted()), offset: start)
        }
        let (kind, length) = try symbol()
        index += length
        return FilterToken(kind: kind, offset: start)
    }

    private func symbol() throws(QuestionFault) -> (FilterToken.Kind, Int) {
        let second = byte(index + 1)
        let hasEqual = second == 0x3d
        switch bytes[index] {
        case UInt8(ascii: "("): return (.open, 1)
        case UInt8(ascii: ")"): return (.close, 1)
        case UInt8(ascii: ","): return (.comma, 1)
        case UInt8(ascii: "~"): return (.match(isNegated: false), 1)
        case UInt8(ascii: "="):
            if second == UInt8(ascii: "~") { throw QuestionFault("=~ is written ~ here", at: index) }
            return (.comparison(.equal), hasEqual ? 2 : 1)
        case UInt8(ascii: "!"):
            if second == UInt8(ascii: "~") { return (.match(isNegated: true), 2) }
            return hasEqual ? (.comparison(.notEqual), 2) : (.not, 1)
        case UInt8(ascii: "<"):
            if second == UInt8(ascii: ">") { throw QuestionFault("<> is written != here", at: index) }
            return hasEqual ? (.comparison(.atMost), 2) : (.comparison(.below), 1)
        case UInt8(ascii: ">"): return hasEqual ? (.comparison(.atLeast), 2) : (.comparison(.above), 1)
        case UInt8(ascii: "&"):
            if second == UInt8(ascii: "&") { return (.and, 2) }
            throw QuestionFault("write && or and; put texts that have & in them in quotes", at: index)
        case UInt8(ascii: "|"):
            if second == UInt8(ascii: "|") { return (.or, 2) }
            throw QuestionFault("write || or or; put texts that have | in them in quotes", at: index)
        default: throw QuestionFault("a control character; put texts that have one in quotes", at: index)
        }
    }

    /// A text in quotes of either kind. `\"`, `\'` and `\\` stand for their second byte; any other backslash for itself,
    /// so that regular expressions can be written as they are.
    private mutating func quoted() throws(QuestionFault) -> String {
        let start = index
        let quote = bytes[index]
        var text: [UInt8] = []
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            let next = self.byte(index)
            if byte == 0x5c, index < bytes.count, next == 0x22 || next == 0x27 || next == 0x5c {
                text.append(next)
                index += 1
            } else {
                text.append(byte)
            }
        }
        let character = quote == 0x22 ? "\"" : "'"
        throw QuestionFault("the quote is not closed; end the text with \(character)", at: start)
    }
}
