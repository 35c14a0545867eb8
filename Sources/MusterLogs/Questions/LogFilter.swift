package import MusterCore
internal import MusterPattern

/// What `--where` says: a condition on the fields of a line (docs/logs.md, "Filter").
package struct LogFilter: Sendable {
    /// As it was written.
    package let text: String
    let node: FilterNode
    /// Of times that name none.
    private let zone: TimeZoneRules
    /// Its regular expressions, read, by their text.
    private var patterns: [String: Pattern] = [:]

    /// Steps of all regular expressions of a filter at most, so that what a worker remembers of them stays small.
    private static let largestPatterns = 200_000

    /// Errors: what does not keep to the grammar, regular expressions that are none, networks that are none; with the place.
    package init(_ text: String, zone: TimeZoneRules = .utc) throws(QuestionFault) {
        self.text = text
        self.zone = zone
        node = try FilterParser.parse(text)
        var steps = 0
        for test in node.tests {
            try Self.check(test)
            guard case .match(let value) = test.question, patterns[value.text] == nil else { continue }
            let pattern = try FilterBinding.pattern(value)
            patterns[value.text] = pattern
            steps += pattern.size
            guard steps <= Self.largestPatterns else {
                throw QuestionFault(
                    "the regular expressions of this filter are too large together, over \(Self.largestPatterns) steps; "
                        + "write + or * instead of {…}, or contains for fixed text", at: value.offset)
            }
        }
    }

    /// Fields that a format has to provide for it, each once.
    package var fields: [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for name in node.tests.flatMap({ KeyField.baseNames($0.field) }) where seen.insert(name).inserted {
            names.append(name)
        }
        return names
    }

    /// Whether what it says hangs on the zone.
    var isOfTime: Bool { node.tests.contains { DerivedFieldCatalog.isOfTime($0.field) } }

    /// The filter for rows of a format, for one worker. `path` is the path as it is, whatever the keys are.
    /// Errors: fields that the format has not, comparisons that mean nothing for a field.
    package func bound(to reading: LineReading) throws(QuestionFault) -> BoundFilter {
        BoundFilter(node: try FilterBinding(reading: reading, patterns: patterns, zone: zone).node(node))
    }

    private static func check(_ test: FilterTest) throws(QuestionFault) {
        switch test.question {
        case .among(let values):
            for value in values { try checkNetwork(value) }
        case .compare, .match, .contain, .exist: break
        }
    }

    /// What begins as an address with a length has to be a network.
    private static func checkNetwork(_ value: FilterValue) throws(QuestionFault) {
        guard let slash = value.text.firstIndex(of: "/"), AddressBlock(text: value.text) == nil,
            AddressBlock(text: String(value.text[..<slash])) != nil
        else { return }
        throw QuestionFault(
            "\"\(value.text)\" is no network; the length goes to 32 for IPv4 and to 128 for IPv6, as in 10.0.0.0/8",
            at: value.offset)
    }
}
