@testable import MusterPattern

/// A pattern matched by trying every way in order, as Perl does: the meaning in its simplest form, over characters.
struct TryingEveryWay {
    private let characters: [UInt32]
    /// Where each begins in the bytes, the end behind the last.
    private let places: [Int]
    private var stepsLeft: Int

    typealias Groups = [Range<Int>?]

    /// What is found; false beside it where that takes more than so many steps.
    static func answer(_ parser: PatternParser, _ text: [UInt8], steps: Int = 5_000) -> (Answer?, Bool) {
        var search = TryingEveryWay(text, steps)
        let none = Groups(repeating: nil, count: parser.names.count)
        for start in search.places.indices {
            var found: Answer?
            _ = search.walk(parser.root, start, none) { search, end, groups in
                found = Answer(search.places[start]..<search.places[end], groups)
                return true
            }
            if search.stepsLeft <= 0 { return (nil, false) }
            if let found { return (found, true) }
        }
        return (nil, true)
    }

    /// Characters by the rules of Unicode §3.9, what is none as U+FFFD.
    private init(_ text: [UInt8], _ steps: Int) {
        stepsLeft = steps
        var (characters, places) = ([] as [UInt32], [0])
        var decoder = UTF8()
        var rest = text.makeIterator()
        // The library's decoder tells what is no UTF-8, but not how long it was: the next beginning does.
        var at = 0
        decoding: while true {
            switch decoder.decode(&rest) {
            case .scalarValue(let scalar):
                characters.append(scalar.value)
                at += UTF8.width(scalar)
            case .error:
                characters.append(0xfffd)
                at += Self.badLength(text[at...])
            case .emptyInput: break decoding
            }
            places.append(at)
        }
        (self.characters, self.places) = (characters, places)
    }

    /// How much of what is no character counts as one: as many bytes as might begin one.
    private static func badLength(_ bytes: ArraySlice<UInt8>) -> Int {
        let all = Array(bytes)
        let longest =
            [(0xe1...0xef, 3), (0xf0...0xf4, 4), (0xe0...0xe0, 3)].first { $0.0.contains(Int(all[0])) }?.1 ?? 1
        var length = 1
        while length < min(longest - 1, all.count), canGoOn(all[..<length], with: all[length]) { length += 1 }
        return length
    }

    /// Whether some character begins with these bytes: found by asking for all.
    private static func canGoOn(_ begun: ArraySlice<UInt8>, with byte: UInt8) -> Bool {
        let start = Array(begun) + [byte]
        let fillings = (0..<64).map { UInt8(0x80 + $0) }
        let ends: [[UInt8]] = [[]] + fillings.map { [$0] } + fillings.map { [$0, 0x80] }
        return ends.contains { end in
            let text = start + end
            guard text.count <= 4, let word = String(validating: text, as: UTF8.self) else { return false }
            return word.unicodeScalars.count == 1
        }
    }

    private mutating func walk(
        _ node: PatternNode, _ at: Int, _ groups: Groups, _ next: (inout TryingEveryWay, Int, Groups) -> Bool
    ) -> Bool {
        stepsLeft -= 1
        if stepsLeft <= 0 { return true }
        switch node {
        case .set(let set):
            return at < characters.count && set.contains(characters[at]) && next(&self, at + 1, groups)
        case .sequence(let nodes): return sequence(nodes[...], at, groups, next)
        case .either(let branches):
            for branch in branches where walk(branch, at, groups, next) { return true }
            return false
        case .capture(let number, let inner):
            let start = places[at]
            return walk(inner, at, groups) { search, end, groups in
                var groups = groups
                groups[number] = start..<search.places[end]
                return next(&search, end, groups)
            }
        case .assertion(let assertion): return holds(assertion, at) && next(&self, at, groups)
        case .repeated(let inner, let least, let most, let isLazy, _):
            return repeated(inner, least, most, isLazy, at, groups, next)
        }
    }

    private mutating func sequence(
        _ nodes: ArraySlice<PatternNode>, _ at: Int, _ groups: Groups,
        _ next: (inout TryingEveryWay, Int, Groups) -> Bool
    ) -> Bool {
        guard let first = nodes.first else { return next(&self, at, groups) }
        return walk(first, at, groups) { search, end, groups in
            search.sequence(nodes.dropFirst(), end, groups, next)
        }
    }

    private mutating func repeated(
        _ inner: PatternNode, _ least: Int, _ most: Int?, _ isLazy: Bool, _ at: Int, _ groups: Groups,
        _ next: (inout TryingEveryWay, Int, Groups) -> Bool
    ) -> Bool {
        if least == 0, isLazy, next(&self, at, groups) { return true }
        if most ?? 1 > 0 {
            let isFound = walk(inner, at, groups) { search, end, groups in
                // The callers keep to bodies that take something.
                search.repeated(inner, max(0, least - 1), most.map { $0 - 1 }, isLazy, end, groups, next)
            }
            if isFound { return true }
        }
        return least == 0 && !isLazy && next(&self, at, groups)
    }

    private func holds(_ assertion: PatternAssertion, _ at: Int) -> Bool {
        func look(_ place: Int) -> Look {
            guard characters.indices.contains(place) else { return .edge }
            let character = characters[place]
            return character == 10 ? .lineFeed : ScalarClass.word.contains(character) ? .word : .other
        }
        return assertion.holds(look(at - 1), look(at))
    }
}
