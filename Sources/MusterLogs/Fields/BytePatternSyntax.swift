/// What a regular expression says, as a tree. Invariant: the reader bounded its depth and its size.
indirect enum BytePatternNode {
    case bytes(ByteMembers)
    case sequence([BytePatternNode])
    /// The first that leads to a match is taken.
    case either([BytePatternNode])
    case repeated(BytePatternNode, least: Int, most: Int?)
    /// The named group of this number.
    case capture(Int, BytePatternNode)
    case assertion(BytePatternAssertion)
}

/// What has to be true of a place between two bytes.
enum BytePatternAssertion: Int32 {
    case textStart, textEnd, wordBoundary, noWordBoundary
}

/// Reads the regular expressions that people write (Perl's and Python's common ground), byte by byte. What cannot be matched
/// in time that grows with the text alone, or has never been taken here, is refused with its place.
struct BytePatternSyntax {
    /// Names of the groups that have one, by their place.
    private(set) var names: [String] = []

    private let input: [UInt8]
    private var at = 0
    private var ignoresCase = false
    /// The groups that are open, the whole expression first.
    private var open = [Frame()]
    /// Cost of what a quantifier would repeat; nil where there is nothing to repeat.
    private var last: Int?

    private struct Frame {
        var branches: [BytePatternNode] = []
        var sequence: [BytePatternNode] = []
        var name: Int?
        /// What it has cost so far; repetitions multiply.
        var size = 0

        var node: BytePatternNode {
            let tail = BytePatternNode.sequence(sequence)
            let inner = branches.isEmpty ? tail : .either(branches + [tail])
            return name.map { .capture($0, inner) } ?? inner
        }
    }

    /// An expression is at most so long, its groups so deep and so many of them named, and what it stands for so large once
    /// repetitions are written out: compiling it takes milliseconds at most.
    private static let longest = 4096
    private static let deepest = 64
    private static let mostNames = 250
    private static let largest = 40_000

    init(_ pattern: String) throws(LogFormatFault) {
        input = Array(pattern.utf8)
        guard input.count <= Self.longest else {
            throw LogFormatFault(
                "a regular expression has at most \(Self.longest) bytes, not \(input.count); match less of the text, "
                    + "or join several by `or` in --where", at: Self.longest)
        }
        if input.starts(with: "(?i)".utf8) {
            ignoresCase = true
            at = 4
        }
        while at < input.count { try step() }
        guard open.count == 1 else { throw LogFormatFault("a ( without its )", at: input.count) }
    }

    /// The expression as a tree.
    var root: BytePatternNode { open[0].node }

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
        case UInt8(ascii: "|"): try nextBranch()
        case UInt8(ascii: "^"): try assert(.textStart, 1)
        case UInt8(ascii: "$"): try assert(.textEnd, 1)
        case UInt8(ascii: "."): try atom(ByteMembers(0x0a).inverted, 1)
        case 0: throw fault("a regular expression holds no NUL")
        case 0x80...: try character()
        default: try literal(byte, 1)
        }
    }

    private mutating func nextBranch() throws(LogFormatFault) {
        try grow(1)
        open[open.count - 1].branches.append(.sequence(open[open.count - 1].sequence))
        open[open.count - 1].sequence = []
        last = nil
        at += 1
    }

    /// Something that nothing can repeat.
    private mutating func assert(_ assertion: BytePatternAssertion, _ length: Int) throws(LogFormatFault) {
        try add(.assertion(assertion), 1, length)
        last = nil
    }

    private mutating func atom(_ members: ByteMembers, _ length: Int) throws(LogFormatFault) {
        try add(.bytes(members), 1, length)
    }

    private mutating func literal(_ byte: UInt8, _ length: Int) throws(LogFormatFault) {
        try atom(ignoresCase ? ByteMembers(byte).folded : ByteMembers(byte), length)
    }

    /// `length` bytes of the expression stand for a node of this cost.
    private mutating func add(_ node: BytePatternNode, _ cost: Int, _ length: Int) throws(LogFormatFault) {
        try grow(cost)
        open[open.count - 1].sequence.append(node)
        last = cost
        at += length
    }

    private mutating func grow(_ cost: Int) throws(LogFormatFault) {
        open[open.count - 1].size += cost
        guard open[open.count - 1].size <= Self.largest else {
            throw fault(
                "the repetitions of this expression are too large, over \(Self.largest) characters once written out; "
                    + "write + or * instead of {…}")
        }
    }

    /// A character of several bytes is one node, so that a quantifier repeats all of it.
    private mutating func character() throws(LogFormatFault) {
        var end = at + 1
        while end < input.count, input[end] & 0xc0 == 0x80 { end += 1 }
        try add(.sequence(input[at..<end].map { .bytes(ByteMembers($0)) }), end - at, end - at)
    }

    // MARK: Groups

    private mutating func openGroup() throws(LogFormatFault) {
        guard open.count <= Self.deepest else {
            throw fault("groups are at most \(Self.deepest) deep; leave brackets away that group nothing")
        }
        let start = at
        at += 1
        let known = names.count
        if peek() == UInt8(ascii: "?") { try groupKind(start) }
        open.append(Frame(name: names.count > known ? known : nil))
        last = nil
    }

    /// Behind `(`, at `?`: `(?:…)`, `(?<name>…)` and `(?P<name>…)` are groups, the rest is not taken.
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
        guard !names.contains(text) else { throw fault("two groups named \(text)", at: name) }
        guard names.count < Self.mostNames else {
            throw fault("at most \(Self.mostNames) groups have a name; write (…) around what is no field", at: name)
        }
        names.append(text)
        at = end + 1
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 95: true
        default: false
        }
    }

    private mutating func closeGroup() throws(LogFormatFault) {
        guard open.count > 1, let group = open.popLast() else { throw fault("a ) without its (") }
        try add(group.node, max(1, group.size) + (group.name == nil ? 0 : 1), 1)
    }

    // MARK: Quantifiers

    private mutating func quantifier() throws(LogFormatFault) {
        guard let size = last else {
            throw fault("nothing to repeat here; write \\\(String(UnicodeScalar(input[at]))) for the character itself")
        }
        let start = at
        let (least, most) = try bounds()
        try grow(size * (max(1, most ?? least) - 1) + 1)
        if let next = peek(), [UInt8(ascii: "?"), UInt8(ascii: "+"), UInt8(ascii: "*")].contains(next) {
            throw fault(
                next == UInt8(ascii: "?")
                    ? "no lazy quantifiers; write [^x]* up to an x instead of .*?" : "a quantifier of a quantifier",
                at: start)
        }
        if let repeated = open[open.count - 1].sequence.popLast() {
            open[open.count - 1].sequence.append(.repeated(repeated, least: least, most: most))
        }
        last = nil
    }

    /// How often `*`, `+`, `?` or an interval repeats at least and at most, moving behind it.
    private mutating func bounds() throws(LogFormatFault) -> (least: Int, most: Int?) {
        let byte = input[at]
        if byte == UInt8(ascii: "{") { return try interval() }
        at += 1
        return (byte == UInt8(ascii: "+") ? 1 : 0, byte == UInt8(ascii: "?") ? 1 : nil)
    }

    /// `{n}`, `{n,}` or `{n,m}`.
    private mutating func interval() throws(LogFormatFault) -> (least: Int, most: Int?) {
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
        return (least, most)
    }

    // MARK: Escapes

    private mutating func escape() throws(LogFormatFault) {
        guard let byte = peek(1) else { throw fault("a \\ at the end; write \\\\ for the character itself") }
        switch byte {
        case UInt8(ascii: "b"): try assert(.wordBoundary, 2)
        case UInt8(ascii: "B"): try assert(.noWordBoundary, 2)
        case UInt8(ascii: "A"): try assert(.textStart, 2)
        case UInt8(ascii: "z"), UInt8(ascii: "Z"): try assert(.textEnd, 2)
        case 49...57, UInt8(ascii: "k"):
            throw fault("no references back to a group: they cannot be matched in linear time")
        default:
            var members = ByteMembers()
            if members.insert(escape: byte) {
                // Turned around, NUL is in it.
                return try atom(byte < 0x60 ? Self.inverse(of: byte) : members, 2)
            }
            let (value, length) = try byteEscape()
            try literal(value, length)
        }
    }

    /// The bytes of `\D`, `\S` or `\W` outside of brackets.
    private static func inverse(of kind: UInt8) -> ByteMembers {
        var members = ByteMembers()
        _ = members.insert(escape: kind | 0x20)
        return members.inverted
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
        default: throw fault("an escape that is not known here; write the character itself")
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
        if ignoresCase { members = members.folded }
        try atom(isNegated ? members.inverted : members, 0)
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
