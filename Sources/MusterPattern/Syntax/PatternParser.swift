/// Reads the syntax of Go's `regexp` (RE2's), character by character. What cannot be matched in time that grows with the text
/// alone is refused with its place.
struct PatternParser {
    /// Names of the groups that are captured, by their number; empty for those that have none.
    private(set) var names: [String] = []

    /// Its characters, and where each begins in the pattern's bytes; the end behind the last.
    let input: [UInt32]
    private let offsets: [Int]
    let groups: PatternGroups
    var at = 0
    var flags = PatternFlags()
    /// The groups that are open, the whole pattern first.
    private var open = [Frame()]
    /// What stands before: what a quantifier needs to know.
    private var former = Former.nothing

    private enum Former { case nothing, item, quantifier }

    private struct Frame {
        var branches: [PatternNode] = []
        var sequence: [PatternNode] = []
        var number: Int?
        /// What counted before it.
        var flags = PatternFlags()

        var node: PatternNode {
            let tail = PatternNode.sequence(sequence)
            let inner = branches.isEmpty ? tail : .either(branches + [tail])
            return number.map { .capture($0, inner) } ?? inner
        }
    }

    /// A pattern is at most so many bytes long, its groups so deep, and so many of them captured.
    static let longest = 4096
    private static let deepest = 64
    private static let mostGroups = 250
    private static let mostRepetitions = 1000

    init(_ pattern: String, _ groups: PatternGroups) throws(PatternFault) {
        self.groups = groups
        guard pattern.utf8.count <= Self.longest else {
            throw PatternFault(
                "a regular expression has at most \(Self.longest) bytes, not \(pattern.utf8.count); match less of the "
                    + "text, or join several by `or` in --where", at: Self.longest)
        }
        input = pattern.unicodeScalars.map(\.value)
        var offsets = [0]
        for scalar in pattern.unicodeScalars { offsets.append((offsets.last ?? 0) + UTF8.width(scalar)) }
        self.offsets = offsets
        while at < input.count { try step() }
        guard open.count == 1 else { throw fault("a ( without its )") }
    }

    /// The pattern as a tree.
    var root: PatternNode { open[0].node }

    func fault(_ hint: String, at place: Int? = nil) -> PatternFault {
        PatternFault(hint, at: offsets[place ?? at])
    }

    func peek(_ ahead: Int = 0) -> UInt32? { at + ahead < input.count ? input[at + ahead] : nil }

    func isNext(_ character: Unicode.Scalar, _ ahead: Int = 0) -> Bool { peek(ahead) == character.value }

    /// A stretch of the pattern.
    func text(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(input[range].compactMap { Unicode.Scalar($0) }))
    }

    private mutating func step() throws(PatternFault) {
        switch Unicode.Scalar(input[at]) {
        case "(": try openGroup()
        case ")": try closeGroup()
        case "[":
            let set = try bracket()
            add(.set(set))
        case "\\": try escape()
        case "*", "+", "?": try quantifier()
        case "{": if interval() != nil { try quantifier() } else { literal(input[at], 1) }
        case "|":
            open[open.count - 1].branches.append(.sequence(open[open.count - 1].sequence))
            open[open.count - 1].sequence = []
            former = .nothing
            at += 1
        case "^": add(.assertion(flags.isMultiline ? .lineStart : .textStart), 1)
        case "$": add(.assertion(flags.isMultiline ? .lineEnd : .textEnd), 1)
        case ".": add(.set(flags.dotTakesFeed ? .all : ScalarSet(0x0a).inverted), 1)
        default: literal(input[at], 1)
        }
    }

    /// Adds what so many characters of the pattern stand for.
    mutating func add(_ node: PatternNode, _ length: Int = 0) {
        open[open.count - 1].sequence.append(node)
        former = .item
        at += length
    }

    mutating func literal(_ scalar: UInt32, _ length: Int) {
        let set = ScalarSet(scalar)
        add(.set(flags.ignoresCase ? LetterCase.folded(set) : set), length)
    }

    // MARK: Groups

    private mutating func openGroup() throws(PatternFault) {
        guard open.count <= Self.deepest else {
            throw fault("groups are at most \(Self.deepest) deep; leave brackets away that group nothing")
        }
        var frame = Frame(flags: flags)
        let start = at
        at += 1
        if isNext("?") {
            guard try groupKind(start, &frame) else { return }
        } else if groups == .all {
            frame.number = try capture("", start)
        }
        open.append(frame)
        former = .nothing
    }

    /// Behind `(`, at `?`: `(?:…)`, `(?flags:…)`, `(?<name>…)` and `(?P<name>…)` are groups. False for `(?flags)`, which is none.
    private mutating func groupKind(_ start: Int, _ frame: inout Frame) throws(PatternFault) -> Bool {
        let isPython = isNext("P", 1)
        let mark = peek(isPython ? 2 : 1).flatMap { Unicode.Scalar($0) }
        let behind = peek(2).flatMap { Unicode.Scalar($0) }
        let isLook = mark == "=" || mark == "!" || mark == "<" && (behind == "=" || behind == "!")
        if isPython, mark == "=" || mark == ">" { throw fault(Self.noReferences, at: start) }
        if isLook, !isPython {
            throw fault("no looking ahead or behind; match the text itself, or filter with `and not`", at: start)
        }
        switch mark {
        case "&": throw fault(Self.noReferences, at: start)
        case ">": throw fault("no atomic groups, since nothing is ever tried twice; write (?:…)", at: start)
        case "#": throw fault("no comments in a regular expression; leave it away", at: start)
        case "'": throw fault("a group's name stands in angle brackets, (?<name>…)", at: start)
        case "<":
            at += isPython ? 3 : 2
            let name = try groupName()
            if groups != .none { frame.number = try capture(name, start) }
            return true
        default: return try switches(start)
        }
    }

    static let noReferences = "no references back to a group: they cannot be matched in linear time"

    private mutating func groupName() throws(PatternFault) -> String {
        guard let end = input[at...].firstIndex(of: 0x3e), end > at,
            input[at..<end].allSatisfy({ ScalarClass.word.contains($0) || $0 == 0x2d || $0 == 0x2e })
        else { throw fault("a group's name is letters, digits, _, . or - up to a >") }
        let name = text(at..<end)
        guard !names.contains(name) else { throw fault("two groups named \(name)") }
        at = end
        at += 1
        return name
    }

    private mutating func capture(_ name: String, _ start: Int) throws(PatternFault) -> Int {
        guard names.count < Self.mostGroups else {
            throw fault(
                groups == .named
                    ? "at most \(Self.mostGroups) groups have a name; write (…) around what is no field"
                    : "at most \(Self.mostGroups) groups are captured; write (?:…)", at: start)
        }
        names.append(name)
        return names.count - 1
    }

    /// At the `?` of `(?i-s)` and `(?i-s:…)`: true where it opens a group.
    private mutating func switches(_ start: Int) throws(PatternFault) -> Bool {
        at += 1
        var (changed, isOn, isSeen) = (flags, true, false)
        while let next = peek().flatMap({ Unicode.Scalar($0) }) {
            at += 1
            switch next {
            case "i": changed.ignoresCase = isOn
            case "m": changed.isMultiline = isOn
            case "s": changed.dotTakesFeed = isOn
            case "U": changed.isUngreedy = isOn
            case "-" where isOn:
                (isOn, isSeen) = (false, false)
                continue
            case ":" where isOn || isSeen, ")" where isOn || isSeen:
                flags = changed
                return next == ":"
            default: throw unknownSwitch(start)
            }
            isSeen = true
        }
        throw unknownSwitch(start)
    }

    private func unknownSwitch(_ start: Int) -> PatternFault {
        fault("groups are (…), (?:…), (?<name>…), (?P<name>…) or (?flags:…) with the flags i, m, s and U", at: start)
    }

    private mutating func closeGroup() throws(PatternFault) {
        guard open.count > 1, let group = open.popLast() else { throw fault("a ) without its (") }
        flags = group.flags
        add(group.node, 1)
    }

    // MARK: Quantifiers

    private mutating func quantifier() throws(PatternFault) {
        let start = at
        guard former != .nothing, let repeated = open[open.count - 1].sequence.last else {
            throw fault("nothing to repeat here; write \\\(text(at..<at + 1)) for the character itself")
        }
        guard former == .item else {
            throw fault(
                isNext("+")
                    ? "no possessive quantifiers, since nothing is ever tried twice; leave the + away"
                    : "a quantifier of a quantifier; write (?:…) around the first")
        }
        let (least, most) = try bounds()
        let isLazy = isNext("?")
        if isLazy { at += 1 }
        open[open.count - 1].sequence[open[open.count - 1].sequence.count - 1] = .repeated(
            repeated, least: least, most: most, isLazy: isLazy != flags.isUngreedy, offset: offsets[start])
        former = .quantifier
    }

    /// How often `*`, `+`, `?` or an interval repeats at least and at most, moving behind it.
    private mutating func bounds() throws(PatternFault) -> (least: Int, most: Int?) {
        guard let interval = interval() else {
            at += 1
            return (input[at - 1] == 0x2b ? 1 : 0, input[at - 1] == 0x3f ? 1 : nil)
        }
        guard interval.least <= Self.mostRepetitions, interval.most ?? 0 <= Self.mostRepetitions else {
            throw fault("repetitions are at most \(Self.mostRepetitions); write + or * instead of {…}")
        }
        guard interval.most ?? .max >= interval.least else {
            throw fault("a repetition is {n}, {n,} or {n,m}, with the smaller number first")
        }
        at = interval.end
        return (interval.least, interval.most)
    }

    /// `{n}`, `{n,}` or `{n,m}`; anything else behind a brace is no interval but itself.
    private func interval() -> (least: Int, most: Int?, end: Int)? {
        guard isNext("{") else { return nil }
        var place = at + 1
        func number() -> Int? {
            let start = place
            var value = 0
            while place < input.count, input[place] &- 48 <= 9 {
                value = min(value * 10 + Int(input[place]) - 48, Self.mostRepetitions + 1)
                place += 1
            }
            return place == start ? nil : value
        }
        guard let least = number() else { return nil }
        var most: Int? = least
        if place < input.count, input[place] == 0x2c {
            place += 1
            most = number()
        }
        guard place < input.count, input[place] == 0x7d else { return nil }
        return (least, most, place + 1)
    }
}
