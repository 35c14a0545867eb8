/// Escapes and classes.
extension PatternParser {
    mutating func escape() throws(PatternFault) {
        guard let letter = peek(1).flatMap({ Unicode.Scalar($0) }) else {
            throw fault("a \\ at the end; write \\\\ for the character itself")
        }
        switch letter {
        case "b": add(.assertion(.wordBoundary), 2)
        case "B": add(.assertion(.noWordBoundary), 2)
        case "A": add(.assertion(.textStart), 2)
        case "z", "Z": add(.assertion(.textEnd), 2)
        case "Q":
            at += 2
            while let next = peek() {
                if isNext("\\"), isNext("E", 1) { break }
                literal(next, 1)
            }
            at = min(at + 2, input.count)
        default:
            if let set = try namedEscape() { return add(.set(set)) }
            literal(try character(), 0)
        }
    }

    /// `\d` and its like, `\pN`, `\p{Name}`, `\P…`: the set, moving behind it; nil for other escapes.
    private mutating func namedEscape() throws(PatternFault) -> ScalarSet? {
        guard isNext("\\"), let letter = peek(1) else { return nil }
        if letter | 0x20 == 0x70 {
            let start = at
            at += 2
            var (name, isNegated) = (text(at..<min(at + 1, input.count)), letter == 0x50)
            if isNext("{"), let end = input[at...].firstIndex(of: 0x7d) {
                let isTurned = isNext("^", 1)
                name = text(at + (isTurned ? 2 : 1)..<end)
                if isTurned { isNegated.toggle() }
                at = end
            }
            at += 1
            guard let found = ScalarClass.category(name) else {
                throw fault(
                    "classes of Unicode are general categories, \\pL, \\p{Lu}, \\p{Nd}, or \\p{Any}, not scripts; write a "
                        + "range of characters, [\\x{370}-\\x{3FF}] for Greek", at: start)
            }
            let set = flags.ignoresCase ? LetterCase.folded(found) : found
            return isNegated ? set.inverted : set
        }
        guard ScalarClass.perl(letter) != nil, let found = ScalarClass.perl(letter | 0x20) else { return nil }
        let set = flags.ignoresCase ? LetterCase.folded(found) : found
        at += 2
        return letter & 0x20 == 0 ? set.inverted : set
    }

    /// An escape that stands for one character, in and out of brackets, moving behind it.
    private mutating func character() throws(PatternFault) -> UInt32 {
        guard let letter = peek(1).flatMap({ Unicode.Scalar($0) }) else { throw fault("a \\ at the end") }
        switch letter {
        case "a": return advance(2, 0x07)
        case "f": return advance(2, 0x0c)
        case "n": return advance(2, 0x0a)
        case "r": return advance(2, 0x0d)
        case "t": return advance(2, 0x09)
        case "v": return advance(2, 0x0b)
        case "x": return try hexadecimal()
        case "0", "1", "2", "3", "4", "5", "6", "7": return try octal()
        case "8", "9", "k", "g": throw fault(Self.noReferences)
        case " "..."~" where letter == "_" || !ScalarClass.word.contains(letter.value): return advance(2, letter.value)
        default: throw fault("an escape that is not known here; write the character itself")
        }
    }

    private mutating func advance(_ length: Int, _ value: UInt32) -> UInt32 {
        at += length
        return value
    }

    /// `\123`: up to three digits. One that is not 0 alone would be a reference.
    private mutating func octal() throws(PatternFault) -> UInt32 {
        func digit(_ ahead: Int) -> UInt32? { peek(ahead).flatMap { (48...55).contains($0) ? $0 - 48 : nil } }
        guard let first = digit(1), first == 0 || digit(2) != nil else { throw fault(Self.noReferences) }
        var (value, length) = (first, 2)
        while length < 4, let next = digit(length) {
            value = value << 3 | next
            length += 1
        }
        return advance(length, value)
    }

    /// `\x7F` and `\x{10FFFF}`.
    private mutating func hexadecimal() throws(PatternFault) -> UInt32 {
        let end = isNext("{", 2) ? input[at...].firstIndex(of: 0x7d) : min(at + 4, input.count)
        guard let end, let value = UInt32(hexadecimal: input[(isNext("{", 2) ? at + 3 : at + 2)..<end]),
            isNext("{", 2) || end == at + 4, value <= ScalarSet.last
        else { throw fault("\\x takes two hexadecimal digits, or up to 10FFFF in braces, \\x{e9}") }
        return advance(end - at + (isNext("{", 2) ? 1 : 0), value)
    }

    // MARK: Brackets

    /// A class in brackets, moving behind it.
    mutating func bracket() throws(PatternFault) -> ScalarSet {
        let start = at
        at += 1
        let isNegated = isNext("^")
        if isNegated { at += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        var tidy = 4096
        let first = at
        while !isNext("]") || at == first {
            guard peek() != nil else { throw fault("a [ without its ]", at: start) }
            if let set = try namedClass() {
                ranges += set.ranges
            } else {
                let low = try member(start)
                var high = low
                if isNext("-"), peek(1) != nil, !isNext("]", 1) {
                    at += 1
                    let from = at
                    high = try member(start)
                    guard low <= high else { throw fault("a range that runs backwards", at: from) }
                }
                ranges.append(low...high)
            }
            if ranges.count > tidy {
                ranges = ScalarSet(ranges).ranges
                tidy = 2 * ranges.count + 4096
            }
        }
        at += 1
        let set = flags.ignoresCase ? LetterCase.folded(ScalarSet(ranges)) : ScalarSet(ranges)
        return isNegated ? set.inverted : set
    }

    /// One character of a bracket.
    private mutating func member(_ start: Int) throws(PatternFault) -> UInt32 {
        guard let scalar = peek() else { throw fault("a [ without its ]", at: start) }
        if !isNext("\\") { return advance(1, scalar) }
        guard let letter = peek(1) else { throw fault("a [ without its ]", at: start) }
        if ScalarClass.perl(letter) != nil || letter | 0x20 == 0x70 {
            throw fault("a range goes from character to character; write \\- for the character itself")
        }
        if letter == 0x62 { throw fault("no edges of words in brackets; write \\x08 for a backspace") }
        return try character()
    }

    /// `\d`, `\pN` and their like, `[:name:]` and `[:^name:]` in a bracket.
    private mutating func namedClass() throws(PatternFault) -> ScalarSet? {
        if let set = try namedEscape() { return set }
        guard isNext("["), isNext(":", 1),
            let colon = input[(at + 2)...].firstIndex(of: 0x3a), colon + 1 < input.count, input[colon + 1] == 0x5d
        else { return nil }
        let isNegated = isNext("^", 2)
        guard let found = ScalarClass.posix(text(at + (isNegated ? 3 : 2)..<colon)) else {
            throw fault(
                "a class is one of [:alpha:] digit alnum upper lower space blank punct xdigit word ascii cntrl print graph"
            )
        }
        at = colon + 2
        let set = flags.ignoresCase ? LetterCase.folded(found) : found
        return isNegated ? set.inverted : set
    }
}

extension UInt32 {
    /// The number that hexadecimal digits are; nil for anything else, and for what is too large.
    fileprivate init?(hexadecimal digits: ArraySlice<UInt32>) {
        guard !digits.isEmpty else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            let lower = digit | 0x20
            let number = digit &- 48 <= 9 ? digit - 48 : lower &- 97 < 6 ? lower - 87 : UInt32.max
            guard number < 16, value <= ScalarSet.last >> 4 || value << 4 <= ScalarSet.last else { return nil }
            value = value << 4 | number
        }
        self = value
    }
}
