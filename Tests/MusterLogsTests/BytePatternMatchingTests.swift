import MusterTesting
import Testing

@testable import MusterLogs

@Suite("Matching without going back")
struct BytePatternMatchingTests {
    /// Where the whole expression and its named groups lie, found by a pattern that keeps at most so many states.
    static func answer(_ expression: String, _ text: [UInt8], stateLimit: Int) throws -> [Range<Int>?]? {
        let pattern = BytePattern(try BytePatternProgram("(?<whole>\(expression))"), stateLimit: stateLimit)
        return Chunk.with(text + [10]) { chunk in
            let text = unsafe Text(start: UnsafePointer(chunk.base), count: text.count)
            guard pattern.matches(text) else { return nil }
            return pattern.names.indices.map { pattern.capture($0) }
        }
    }

    /// A random expression over few characters; `names` counts its groups.
    static func expression(_ dice: inout Dice, depth: Int, names: inout Int) -> String {
        let atoms = ["a", "b", ".", "[ab]", "[^a]", "-", #"\w"#, "ö"]
        if depth == 0 || Int.random(in: 0..<4, using: &dice) == 0 {
            if Int.random(in: 0..<12, using: &dice) == 0 {
                return ["^", "$", #"\b"#, #"\B"#].randomElement(using: &dice) ?? ""
            }
            return atoms.randomElement(using: &dice) ?? "a"
        }
        switch Int.random(in: 0..<6, using: &dice) {
        case 0, 1:
            let parts = (0..<Int.random(in: 2...3, using: &dice)).map { _ in
                expression(&dice, depth: depth - 1, names: &names)
            }
            return parts.joined()
        case 2:
            let parts = (0..<Int.random(in: 2...3, using: &dice)).map { index in
                index > 0 && Int.random(in: 0..<6, using: &dice) == 0
                    ? "" : expression(&dice, depth: depth - 1, names: &names)
            }
            return "(" + parts.joined(separator: "|") + ")"
        case 3:
            names += 1
            return "(?<g\(names)>" + expression(&dice, depth: depth - 1, names: &names) + ")"
        default:
            let quantifiers = ["*", "*", "+", "?", "{2}", "{0,2}", "{1,}", "{2,3}", "{0}"]
            let inner = expression(&dice, depth: depth - 1, names: &names)
            return "(\(inner))" + (quantifiers.randomElement(using: &dice) ?? "*")
        }
    }

    @Test("Random expressions match what trying every way finds, however little is remembered", arguments: 0..<8)
    func backtracking(seed: Int) throws {
        var dice = Dice(seed)
        var compared = 0
        for _ in 0..<600 {
            var names = 0
            let expression = Self.expression(&dice, depth: 4, names: &names)
            let syntax = try BytePatternSyntax("(?<whole>\(expression))")
            let text = (0..<Int.random(in: 0...9, using: &dice)).map { _ in
                Array("aabb-_ \u{f6}".utf8).randomElement(using: &dice) ?? 97
            }
            let (expected, isSure) = BytePatternOracle.backtracking(syntax, text)
            if !isSure { continue }
            compared += 1
            let expectedGroups = expected?.groups
            for limit in [BytePatternStates.usualLimit, 40, 1] {
                let found = try Self.answer(expression, text, stateLimit: limit)
                #expect(found == expectedGroups, "\(expression) on \(String(decoding: text, as: UTF8.self)), \(limit)")
            }
            // Without names a search ends at the first match.
            let bare = try BytePattern(expression.replacing(/\?<g\d+>/, with: "?:"))
            let matches = Chunk.with(text + [10]) { chunk in
                bare.matches(unsafe Text(start: UnsafePointer(chunk.base), count: text.count))
            }
            #expect(matches == (expected != nil), "\(expression)")
        }
        #expect(compared > 500)
    }

    @Test("Random expressions match where the C library finds them", arguments: 10..<14)
    func library(seed: Int) throws {
        var dice = Dice(seed)
        for _ in 0..<600 {
            var names = 0
            let expression = Self.expression(&dice, depth: 3, names: &names)
            let text = (0..<Int.random(in: 0...9, using: &dice)).map { _ in
                Array("aabb-_ ".utf8).randomElement(using: &dice) ?? 97
            }
            guard let expected = BytePatternOracle.library(try BytePatternSyntax(expression), text) else { continue }
            let found = try Self.answer(expression, text, stateLimit: BytePatternStates.usualLimit)
            #expect(found.flatMap { $0[0] } == expected, "\(expression) on \(String(decoding: text, as: UTF8.self))")
        }
    }

    /// Steps that matching a text takes, about.
    static func steps(_ expression: String, _ text: [UInt8]) throws -> Int {
        let pattern = BytePattern(try BytePatternProgram(expression), stateLimit: 200)
        var looks = 0
        pattern.limit = ScanLimit {
            looks += 1
            return false
        }
        _ = Chunk.with(text + [10]) { chunk in
            pattern.matches(unsafe Text(start: UnsafePointer(chunk.base), count: text.count))
        }
        return looks
    }

    @Test(
        "Twice the text takes twice the steps, whatever the expression",
        arguments: [
            #"(((((((((\b(a*)*)*)*)*)*)*)*)*)*)*(?<z>.)"#, "(a*)*b", "(?<x>(a|aa)+)$", "(?<x>a?{0}a*)*(?<y>a*)*b",
            "(a|b)*a(a|b){12}(?<z>c)?", "(?<x>.*.*.*.*=.*)", "(?<x>(x+x+)+)y",
        ].map { $0.replacing("a?{0}", with: "(a?){0}") })
    func linear(expression: String) throws {
        var dice = Dice(7)
        let texts = [
            [UInt8](repeating: 97, count: 1 << 17), (0..<1 << 17).map { _ in UInt8.random(in: 97...98, using: &dice) },
        ]
        for text in texts {
            let once = try Self.steps(expression, text)
            let twice = try Self.steps(expression, text + text)
            #expect(twice <= 2 * once + 8, "\(once) looks, then \(twice)")
        }
    }

    @Test("The longest line is matched by the case that once took minutes")
    func nestedStars() throws {
        let expression = #"(((((((((\b(a*)*)*)*)*)*)*)*)*)*)*(?<z>.)"#
        let text = [UInt8](repeating: 97, count: BytePattern.longestText)
        let found = try #require(try Self.answer(expression, text, stateLimit: BytePatternStates.usualLimit))
        #expect(found == [0..<text.count, text.count - 1..<text.count])
    }

    @Test("Once its task is cancelled a match is given up after a few looks", arguments: [1 << 18, 1])
    func cancelled(stateLimit: Int) throws {
        for expression in ["(?<x>(a|b|ab)*(x|y{20}){50})", "(a|b)*a(a|b){500}c", "^(?<x>(a|b)*a(a|b){500})$"] {
            let pattern = BytePattern(try BytePatternProgram(expression), stateLimit: stateLimit)
            let limit = ScanLimit(patience: 3) { true }
            pattern.limit = limit
            Chunk.with([UInt8](repeating: 97, count: 1 << 20) + [10]) { chunk in
                for _ in 0..<200 where !limit.isOver {
                    _ = pattern.matches(unsafe Text(start: UnsafePointer(chunk.base), count: 1 << 20))
                }
                #expect(limit.isOver)
                #expect(!pattern.matches(unsafe Text(start: UnsafePointer(chunk.base), count: 1 << 20)))
            }
        }
    }
}
