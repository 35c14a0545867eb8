/// Translates the regular expressions that people write (Perl's and Python's common ground) into POSIX extended ones
/// (IEEE 1003.1 §9.4), byte by byte. What POSIX cannot do is refused with its place.
struct BytePatternSyntax {
    /// The POSIX expression. Holds no NUL.
    private(set) var output: [UInt8] = []
    /// Named groups with their POSIX number, by their place.
    private(set) var names: [(name: String, group: Int)] = []
    private(set) var ignoresCase = false

    private let input: [UInt8]
    private var at = 0
    private var groups = 0
    /// What each open group has cost so far, the whole expression first; repetitions multiply.
    private var sizes = [0]
    /// Cost of what a quantifier would repeat; nil where there is nothing to repeat.
    private var last: Int?

    /// An expression is at most so long, its groups so deep, and what it stands for so large once repetitions are written
    /// out: compiling it takes milliseconds at most.
    private static let longest = 4096
    private static let deepest = 64
    private static let largest = 20_000

    init(_ pattern: String) throws(LogFormatFault) {
        input = Array(pattern.utf8)
        guard input.count <= Self.longest else {
            throw LogFormatFault("a regular expression has at most \(Self.longest) bytes")
        }
        if input.starts(with: "(?i)".utf8) {
            ignoresCase = true
            at = 4
        }
        while at < input.count { try step() }
        guard sizes.count == 1 else { throw LogFormatFault("a ( without its )", at: input.count) }
    }

    private func fault(_ hint: String, at offset: Int? = nil) -> LogFormatFault {
        LogFormatFault(hint, at: offset ?? at)
    }

    private func peek(_ ahead: Int = 0) -> UInt8? { at + ahead < input.count ? input[at + ahead] : nil }

    private mutating func step() throws(LogFormatFault) {
        let byte = input[at]
        switch byte {
        case UInt8(ascii: "("): try openGroup()
        case UInt8(ascii: ")"): try closeGroup()
        case UInt8(ascii: "["): try bracket()
        case UInt8(ascii: "\\"): try escape()
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"): try quantifier()
        case UInt8(ascii: "|"): mark([byte])
        case UInt8(ascii: "^"), UInt8(ascii: "$"): mark([byte])
        // POSIX's own dot leaves NUL out.
        case UInt8(ascii: "."): try atom(Array("[^\n]".utf8), 1)
        case 0: throw fault("a regular expression holds no NUL")
        case 0x80...: try character()
        default: try atom(Self.literal(byte), 1)
        }
    }

    /// Something that nothing can repeat.
    private mutating func mark(_ bytes: [UInt8], _ length: Int = 1) {
        output += bytes
        last = nil
        at += length
    }

    private mutating func atom(_ bytes: [UInt8], _ length: Int) throws(LogFormatFault) {
        output += bytes
        try grow(1)
        last = 1
        at += length
    }

    private mutating func grow(_ cost: Int) throws(LogFormatFault) {
        sizes[sizes.count - 1] += cost
        guard sizes[sizes.count - 1] <= Self.largest else {
            throw fault("the repetitions of this expression are too large; write + or * instead of {…}")
        }
    }

    private static func literal(_ byte: UInt8) -> [UInt8] {
        #".[]()*+?{}|^$\"#.utf8.contains(byte) ? [UInt8(ascii: "\\"), byte] : [byte]
    }

    /// A character of several bytes is a group, so that a quantifier repeats all of it.
    private mutating func character() throws(LogFormatFault) {
        var end = at + 1
        while end < input.count, input[end] & 0xc0 == 0x80 { end += 1 }
        groups += 1
        try atom([UInt8(ascii: "(")] + input[at..<end] + [UInt8(ascii: ")")], end - at)
    }

    // MARK: Groups

    private mutating func openGroup() throws(LogFormatFault) {
        guard sizes.count <= Self.deepest else { throw fault("groups are at most \(Self.deepest) deep") }
        groups += 1
        let start = at
        at += 1
        if peek() == UInt8(ascii: "?") { try groupKind(start) }
        output.append(UInt8(ascii: "("))
        sizes.append(0)
        last = nil
    }

    /// Behind `(`, at `?`: `(?:…)`, `(?<name>…)` and `(?P<name>…)` are groups, the rest POSIX does not know.
    private mutating func groupKind(_ start: Int) throws(LogFormatFault) {
        if peek(1) == UInt8(ascii: ":") {
            at += 2
            return
        }
        var name = at + 1
        if peek(1) == UInt8(ascii: "P") { name += 1 }
        guard name < input.count, input[name] == UInt8(ascii: "<"), name + 1 < input.count,
            input[name + 1] != UInt8(ascii: "="), input[name + 1] != UInt8(ascii: "!")
        else {
            let isLook = [UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "<")].contains(peek(1) ?? 0)
            throw fault(
                isLook
                    ? "no looking ahead or behind; match the text itself, or filter with `and not`"
                    : "groups are (…), (?:…), (?<name>…) or (?P<name>…); (?i) stands at the beginning only", at: start)
        }
        name += 1
        guard let end = input[name...].firstIndex(of: UInt8(ascii: ">")), end > name,
            input[name..<end].allSatisfy({ Self.isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") })
        else {
            throw fault("a group's name is letters, digits, _, . or - up to a >", at: name)
        }
        let text = String(decoding: input[name..<end], as: UTF8.self)
        guard !names.contains(where: { $0.name == text }) else { throw fault("two groups named \(text)", at: name) }
        names.append((text, groups))
        at = end + 1
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 95: true
        default: false
        }
    }

    private mutating func closeGroup() throws(LogFormatFault) {
        guard sizes.count > 1 else { throw fault("a ) without its (") }
        output.append(UInt8(ascii: ")"))
        let size = max(1, sizes.removeLast())
        try grow(size)
        last = size
        at += 1
    }

    // MARK: Quantifiers

    private mutating func quantifier() throws(LogFormatFault) {
        guard let size = last else {
            throw fault("nothing to repeat here; write \\\(String(UnicodeScalar(input[at]))) for the character itself")
        }
        let start = at
        if input[at] == UInt8(ascii: "{") {
            let most = try interval()
            try grow(size * (most - 1))
        } else {
            output.append(input[at])
            at += 1
        }
        if let next = peek(), [UInt8(ascii: "?"), UInt8(ascii: "+"), UInt8(ascii: "*")].contains(next) {
            throw fault(
                next == UInt8(ascii: "?")
                    ? "no lazy quantifiers; write [^x]* up to an x instead of .*?" : "a quantifier of a quantifier",
                at: start)
        }
        last = nil
    }

    /// `{n}`, `{n,}` or `{n,m}`; returns how often at least it must be written out.
    private mutating func interval() throws(LogFormatFault) -> Int {
        let start = at
        func number() throws(LogFormatFault) -> Int? {
            let from = at
            var value = 0
            while let digit = peek(), digit &- 48 <= 9 {
                value = min(value * 10 + Int(digit) - 48, 10_000)
                at += 1
            }
            guard value <= 1000 else { throw fault("repetitions are at most 1000", at: from) }
            return at == from ? nil : value
        }
        at += 1
        let least = try number()
        var most = least
        if peek() == UInt8(ascii: ",") {
            at += 1
            most = try number()
        }
        guard let least, peek() == UInt8(ascii: "}"), most ?? least >= least else {
            throw fault("a repetition is {n}, {n,} or {n,m}; write \\{ for the character itself", at: start)
        }
        at += 1
        output += input[start..<at]
        return max(1, most ?? least)
    }

    // MARK: Escapes

    private mutating func escape() throws(LogFormatFault) {
        guard let byte = peek(1) else { throw fault("a \\ at the end; write \\\\ for the character itself") }
        switch byte {
        case UInt8(ascii: "d"): try atom(Array("[0-9]".utf8), 2)
        case UInt8(ascii: "D"): try atom(Array("[^0-9]".utf8), 2)
        case UInt8(ascii: "w"): try atom(Array("[A-Za-z0-9_]".utf8), 2)
        case UInt8(ascii: "W"): try atom(Array("[^A-Za-z0-9_]".utf8), 2)
        case UInt8(ascii: "s"): try atom(Array("[ \t\n\u{b}\u{c}\r]".utf8), 2)
        case UInt8(ascii: "S"): try atom(Array("[^ \t\n\u{b}\u{c}\r]".utf8), 2)
        case UInt8(ascii: "b"), UInt8(ascii: "B"): mark([UInt8(ascii: "\\"), byte], 2)
        case UInt8(ascii: "A"): mark([UInt8(ascii: "^")], 2)
        case UInt8(ascii: "z"), UInt8(ascii: "Z"): mark([UInt8(ascii: "$")], 2)
        case 49...57, UInt8(ascii: "k"):
            throw fault("no references back to a group: they cannot be matched in linear time")
        default:
            let (value, length) = try byteEscape()
            try atom(Self.literal(value), length)
        }
    }

    /// An escape that stands for one byte, in and out of brackets.
    private func byteEscape() throws(LogFormatFault) -> (value: UInt8, length: Int) {
        let byte = peek(1) ?? 0
        switch byte {
        case UInt8(ascii: "n"): return (0x0a, 2)
        case UInt8(ascii: "t"): return (0x09, 2)
        case UInt8(ascii: "r"): return (0x0d, 2)
        case UInt8(ascii: "f"): return (0x0c, 2)
        case UInt8(ascii: "v"): return (0x0b, 2)
        case UInt8(ascii: "x"):
            guard let high = peek(2).flatMap(Unescaping.hexDigit), let low = peek(3).flatMap(Unescaping.hexDigit),
                high | low != 0
            else {
                throw fault("\\x takes two hexadecimal digits, not 00")
            }
            return (high << 4 | low, 4)
        case 0x21...0x7e where !Self.isWord(byte): return (byte, 2)
        case 0x20: return (byte, 2)
        default: throw fault("an escape that POSIX does not know")
        }
    }

    // MARK: Brackets

    private mutating func bracket() throws(LogFormatFault) {
        let start = at
        at += 1
        let isNegated = peek() == UInt8(ascii: "^")
        if isNegated { at += 1 }
        var members = ByteMembers()
        var isFirst = true
        while true {
            guard let byte = peek() else { throw fault("a [ without its ]", at: start) }
            if byte == UInt8(ascii: "]"), !isFirst { break }
            isFirst = false
            if try namedClass(&members) { continue }
            let low = try member()
            if peek() == UInt8(ascii: "-"), let next = peek(1), next != UInt8(ascii: "]") {
                at += 1
                let from = at
                let high = try member()
                guard low <= high else { throw fault("a range that runs backwards", at: from) }
                members.insert(low...high)
            } else {
                members.insert(low...low)
            }
        }
        at += 1
        try atom(members.bracket(isNegated: isNegated), 0)
    }

    /// One byte of a bracket.
    private mutating func member() throws(LogFormatFault) -> UInt8 {
        guard let byte = peek(), byte != 0, byte < 0x80 else {
            throw fault("in brackets only ASCII; write (ä|ö) for other characters")
        }
        if byte != UInt8(ascii: "\\") {
            at += 1
            return byte
        }
        let (value, length) = try byteEscape()
        at += length
        return value
    }

    /// `\d`, `\w`, `\s` and `[:name:]` in a bracket.
    private mutating func namedClass(_ members: inout ByteMembers) throws(LogFormatFault) -> Bool {
        if peek() == UInt8(ascii: "\\"), let kind = peek(1) {
            guard members.insert(escape: kind) else { return false }
            at += 2
            return true
        }
        guard peek() == UInt8(ascii: "["), peek(1) == UInt8(ascii: ":") else { return false }
        guard let end = input[(at + 2)...].firstIndex(of: UInt8(ascii: ":")),
            end + 1 < input.count, input[end + 1] == UInt8(ascii: "]"),
            members.insert(named: String(decoding: input[(at + 2)..<end], as: UTF8.self))
        else {
            throw fault(
                "a class is one of [:alpha:] digit alnum upper lower space blank punct xdigit cntrl print graph")
        }
        at = end + 2
        return true
    }
}
