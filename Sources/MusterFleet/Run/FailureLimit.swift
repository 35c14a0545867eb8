/// After how many failures no further host is begun: `--max-failures 5` or `--max-failures 10%`.
package enum FailureLimit: Sendable, Hashable {
    case count(Int)
    /// Of the hosts of the run; 0 to 100.
    case percent(Double)

    /// Nil where the text is neither a number from 1 nor a part from above 0% to 100%.
    package init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let value = Double(text.dropLast()), value > 0, value <= 100 else { return nil }
            self = .percent(value)
        } else {
            guard text.utf8.allSatisfy({ $0 &- 48 < 10 }), let value = Int(text), value > 0 else { return nil }
            self = .count(value)
        }
    }

    /// Failures that end the beginning, of so many hosts: a part is rounded up, and never less than one.
    package func failures(of hosts: Int) -> Int {
        switch self {
        case .count(let count): count
        case .percent(let part): max(1, Int((Double(hosts) * part / 100).rounded(.up)))
        }
    }
}
