import MusterTesting
import Testing

@testable import MusterLogs

/// Random filters and lines for them.
private struct FilterDice {
    var dice: Dice
    static let fields = ["a", "b", "long field", "and"]
    static let values = [
        "1", "2", "10", "x", "xx", "1.0", "-", "10.0.0.1", "in", "a\"b", "\\", "1KB", "", "::1", "é", "'",
    ]
    static let reading = TabularLine.reading(fields.map { LogField($0) }, hasTime: false)

    mutating func node(_ depth: Int) -> FilterNode {
        switch Int.random(in: 0..<(depth == 0 ? 1 : 6), using: &dice) {
        case 1: return .not(node(depth - 1))
        case 2, 3: return .all(nodes(depth - 1))
        case 4, 5: return .any(nodes(depth - 1))
        default: return .test(test())
        }
    }

    private mutating func nodes(_ depth: Int) -> [FilterNode] {
        (0..<Int.random(in: 2...3, using: &dice)).map { _ in node(depth) }
    }

    private mutating func test() -> FilterTest {
        var test = FilterTest(field: Self.fields.randomElement(using: &dice)!, offset: 0, question: .exist)
        test.isNegated = Bool.random(using: &dice)
        switch Int.random(in: 0..<6, using: &dice) {
        case 0:
            test.question = .compare([.below, .atMost, .above, .atLeast].randomElement(using: &dice)!, number())
            test.isNegated = false
        case 1:
            test.question = .compare(Bool.random(using: &dice) ? .equal : .notEqual, value())
            test.isNegated = false
        case 2: test.question = .match(FilterValue("[0-9]x?", isQuoted: true))
        case 3: test.question = .contain(value())
        case 4: test.question = .among((0..<Int.random(in: 1...3, using: &dice)).map { _ in value() })
        default: test.isNegated = false
        }
        return test
    }

    private mutating func number() -> FilterValue {
        FilterValue(["0", "1", "2", "9.5", "1KB"].randomElement(using: &dice)!, isQuoted: false)
    }

    private mutating func value() -> FilterValue {
        let text = Self.values.randomElement(using: &dice)!
        let isPlain = FilterLexer.isWord(text) && Bool.random(using: &dice)
        return FilterValue(text, isQuoted: !isPlain)
    }

    mutating func line() -> [String] {
        Self.fields.map { _ in (Self.values + ["∅"]).randomElement(using: &dice)! }
    }
}

/// Evaluates filters on dictionaries, slowly and by the words of docs/logs.md.
private enum Oracle {
    static func matches(_ node: FilterNode, _ line: [String: String]) -> Bool {
        switch node {
        case .all(let branches): branches.allSatisfy { matches($0, line) }
        case .any(let branches): branches.contains { matches($0, line) }
        case .not(let inner): !matches(inner, line)
        case .test(let test): matches(test, line[test.field] ?? "-") != test.isNegated
        }
    }

    private static func matches(_ test: FilterTest, _ text: String) -> Bool {
        switch test.question {
        case .compare(.equal, let value): return equals(value, text)
        case .compare(.notEqual, let value): return !equals(value, text)
        case .compare(let comparison, let value):
            guard let left = number(text), let right = literal(value) else { return false }
            switch comparison {
            case .below: return left < right
            case .atMost: return left <= right
            case .above: return left > right
            default: return left >= right
            }
        case .match:
            return text.utf8.contains { $0 &- 48 < 10 }
        case .contain(let value): return value.text.isEmpty || text.contains(value.text)
        case .among(let values): return values.contains { equals($0, text) }
        case .exist: return !["", "-"].contains(text)
        }
    }

    private static func equals(_ value: FilterValue, _ text: String) -> Bool {
        if let left = number(text), let right = literal(value) { return left == right }
        return value.text == text
    }

    private static func number(_ text: String) -> Double? { ["1": 1, "2": 2, "10": 10, "1.0": 1][text] }

    private static func literal(_ value: FilterValue) -> Double? {
        value.isQuoted ? nil : ["0": 0, "1": 1, "2": 2, "10": 10, "1.0": 1, "9.5": 9.5, "1KB": 1024][value.text]
    }
}

extension FilterNode {
    /// The same without places.
    fileprivate var placeless: FilterNode {
        switch self {
        case .all(let branches): return .all(branches.map(\.placeless))
        case .any(let branches): return .any(branches.map(\.placeless))
        case .not(let inner): return .not(inner.placeless)
        case .test(var test):
            test.offset = 0
            func placeless(_ value: FilterValue) -> FilterValue { FilterValue(value.text, isQuoted: value.isQuoted) }
            switch test.question {
            case .compare(let comparison, let value): test.question = .compare(comparison, placeless(value))
            case .match(let value): test.question = .match(placeless(value))
            case .contain(let value): test.question = .contain(placeless(value))
            case .among(let values): test.question = .among(values.map(placeless))
            case .exist: break
            }
            return .test(test)
        }
    }
}

@Suite("Random filters")
struct FilterPropertyTests {
    @Test("written and read again are the same", arguments: 0..<4)
    func roundTrip(seed: Int) throws {
        var random = FilterDice(dice: Dice(seed))
        for _ in 0..<300 {
            let node = random.node(4)
            #expect(try FilterParser.parse(node.written).placeless == node, "\(node.written)")
        }
    }

    @Test("select what a slow evaluation selects", arguments: 0..<4)
    func evaluation(seed: Int) throws {
        var random = FilterDice(dice: Dice(100 + seed))
        var matched = 0
        for _ in 0..<200 {
            let node = random.node(3)
            let lines = (0..<32).map { _ in random.line() }
            let filter = try LogFilter(node.written).bound(to: FilterDice.reading)
            let selection = TabularLine.with(FilterDice.reading, lines) { batch in
                var selection = Selection(all: batch)
                filter.select(batch, &selection)
                return selection
            }
            for (row, line) in lines.enumerated() {
                let values = Dictionary(uniqueKeysWithValues: zip(FilterDice.fields, line)).filter { $0.value != "∅" }
                #expect(selection.contains(row) == Oracle.matches(node, values), "\(node.written): \(values)")
            }
            matched += selection.count
        }
        #expect(matched > 1_000 && matched < 5_400)
    }

    @Test("mutated are a filter or a fault with its place", arguments: 0..<4)
    func mutations(seed: Int) {
        var random = FilterDice(dice: Dice(200 + seed))
        let alphabet = Array("()=!<>~,&|'\"\\ \taz019.:/-é\u{0}".unicodeScalars)
        var faults = 0
        for _ in 0..<500 {
            var scalars = Array(random.node(2).written.unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &random.dice) {
                let place = Int.random(in: 0...scalars.count, using: &random.dice)
                if place < scalars.count, Bool.random(using: &random.dice) {
                    scalars.remove(at: place)
                } else {
                    scalars.insert(alphabet.randomElement(using: &random.dice)!, at: min(place, scalars.count))
                }
            }
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars)
            do throws(QuestionFault) {
                let filter = try LogFilter(text)
                _ = try filter.bound(to: FilterDice.reading)
            } catch {
                faults += 1
                #expect((0...text.utf8.count).contains(error.offset ?? -1), "\(text)")
                #expect(!error.hint.isEmpty)
            }
        }
        #expect(faults > 100 && faults < 500)
    }
}
