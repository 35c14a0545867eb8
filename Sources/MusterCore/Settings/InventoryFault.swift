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
        self.location = location
        self.hint = hint
    }

    /// `inventory.json: groups.web.checks[2]: no check is called “shh”; did you mean “ssh”?`
    package var text: String { "\(location): \(hint)" }
}

/// Gathers all faults of one reading, so that they can be told in one go.
package final class FaultLog {
    package private(set) var faults: [InventoryFault] = []
    /// Every key that a reader asked for, by the place of its object: what the published schema must list.
    package private(set) var knownKeys: [String: Set<String>] = [:]

    package init() {}

    package func add(_ code: InventoryFault.Code, at location: String, _ hint: String) {
        faults.append(InventoryFault(code, at: location, hint))
    }

    package func note(keys: [String], at location: String) {
        knownKeys[location, default: []].formUnion(keys)
    }
}

/// Finds the word somebody probably meant.
package enum NearestWord {
    /// The candidate with the least edit distance (insert, delete, replace, swap), if it is near enough to be meant.
    package static func of(_ word: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(word.lowercased())
        guard wanted.count <= 64 else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in candidates where candidate.count <= 64 {
            let distance = distance(wanted, Array(candidate.lowercased()))
            if distance <= max(1, min(wanted.count, candidate.count) / 3 + 1), distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.word
    }

    /// `; did you mean “port”?` or the list of all candidates where none is near.
    package static func hint(_ word: String, among candidates: [String]) -> String {
        if let nearest = of(word, among: candidates) { return "did you mean \"\(nearest)\"?" }
        return candidates.isEmpty ? "" : "known: " + candidates.sorted().prefix(24).joined(separator: ", ")
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
