/// Something wrong in an inventory, with its place and what to write instead.
package struct InventoryFault: Error, Hashable, Sendable {
    package enum Code: String, Sendable {
        case malformed
        case missing
        case unknownKey = "unknown_key"
        case unknownName = "unknown_name"
        case wrongType = "wrong_type"
        case badValue = "bad_value"
        case duplicate
        case unreadable
    }

    package var code: Code
    /// `inventory.json: groups.web.checks[2]`
    package var location: String
    /// What is wrong and what to write instead, in one sentence.
    package var hint: String

    package init(_ code: Code, at location: String, _ hint: String) {
        self.code = code
        self.location = location.hasSuffix(":") ? String(location.dropLast()) : location
        self.hint = hint
    }

    /// `inventory.json: groups.web.checks[2]: no check is called "shh"; did you mean "ssh"?`, fit for a terminal: control
    /// characters of the file are written as `\u{1b}`, and what is over 400 characters is cut.
    package var text: String { "\(InventoryFault.printable(location)): \(InventoryFault.printable(hint))" }

    private static func printable(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(400) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > 400 ? result + "…" : result
    }
}

/// Gathers all faults of one reading, so that they can be told in one go.
package final class FaultLog {
    /// Faults that are kept; those after them are only counted.
    package static let limit = 100
    /// Objects whose keys are kept.
    private static let placeLimit = 1_000

    /// The first ones, at most ``limit``.
    package private(set) var faults: [InventoryFault] = []
    /// How many faults there are beside the kept ones.
    package private(set) var omitted = 0
    /// Every key that a reader asked for, by the place of its object: what the published schema must list. Of the first
    /// thousand objects, so that it stays small for an inventory of many lines.
    package private(set) var knownKeys: [String: Set<String>] = [:]

    package init() {}

    /// Whether nothing is wrong so far.
    package var isEmpty: Bool { faults.isEmpty }

    /// One line a fault, and `and 23 more` where not all of them are kept.
    package var lines: [String] {
        faults.map(\.text) + (omitted > 0 ? ["and \(omitted) more"] : [])
    }

    /// Notes a fault; place and hint are made only where it is kept.
    package func add(
        _ code: InventoryFault.Code, at location: @autoclosure () -> String, _ hint: @autoclosure () -> String
    ) {
        guard faults.count < FaultLog.limit else {
            omitted += 1
            return
        }
        faults.append(InventoryFault(code, at: location(), hint()))
    }

    package func note(keys: [String], at location: String) {
        guard knownKeys.count < FaultLog.placeLimit else { return }
        knownKeys[location, default: []].formUnion(keys)
    }
}

/// Finds the word somebody probably meant.
package enum NearestWord {
    /// Candidates that are looked at, so that a file of many names and many faults is still read at once.
    private static let candidateLimit = 2_000
    /// Candidates that a list names.
    private static let shownLimit = 24

    /// The candidate with the least edit distance (insert, delete, replace, swap), if it is near enough to be meant: a third
    /// of its letters, at least one. Never the word itself.
    package static func of(_ word: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(word.lowercased())
        guard wanted.count <= 64 else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in candidates.prefix(candidateLimit) where candidate.count <= 64 {
            let allowed = max(1, min(wanted.count, candidate.count) / 3)
            guard abs(wanted.count - candidate.count) <= allowed else { continue }
            let distance = distance(wanted, Array(candidate.lowercased()))
            if distance <= allowed, distance < best?.distance ?? .max, candidate != word {
                best = (candidate, distance)
            }
        }
        return best?.word
    }

    /// `did you mean "port"?`, or `known: dns, ssh and 3 more` where none is near; empty where there is no candidate.
    package static func hint(_ word: String, among candidates: [String]) -> String {
        if let nearest = of(word, among: candidates) { return "did you mean \"\(nearest)\"?" }
        return candidates.isEmpty ? "" : "known: " + list(candidates)
    }

    /// Candidates in the order of the alphabet, each once; `and 3 more` where there are too many to name them all.
    package static func list(_ candidates: [String]) -> String {
        let names = Set(candidates.prefix(candidateLimit)).sorted()
        let left = max(0, names.count - shownLimit) + max(0, candidates.count - candidateLimit)
        return names.prefix(shownLimit).joined(separator: ", ") + (left > 0 ? " and \(left) more" : "")
    }

    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in 1...left.count {
            var row = [i] + Array(repeating: 0, count: right.count)
            for j in 1...right.count {
                let cost = left[i - 1] == right[j - 1] ? 0 : 1
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}
