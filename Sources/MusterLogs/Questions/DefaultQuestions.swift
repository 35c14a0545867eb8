/// What is asked where the operator asks nothing in particular: of the fields that a log has, those that people look at
/// first.
package enum DefaultQuestions {
    /// Which questions to fill up with.
    package enum Screen: Sendable {
        /// One screen.
        case top
        /// All that is usual.
        case summary
    }

    /// Fields that the questions may be about: columns that a format should have while it is recognised.
    package static let wanted: [String] = [
        "url", "ip", "status", "bytes", "request_time", "method", "host", "referrer", "agent", "level", "app",
        "message",
        "stream",
    ]

    /// Fills in what was left open. `present` are the fields that the first lines have.
    package static func fill(
        _ questions: LogQuestions, _ screen: Screen, readings: [LineReading], present: Set<String>
    ) -> LogQuestions {
        func has(_ name: String) -> Bool {
            readings.contains { KeyField.resolve(name, in: $0) != nil }
                && KeyField.baseNames(name).allSatisfy { base in
                    present.contains { FieldVocabulary.canonical($0) == FieldVocabulary.canonical(base) }
                }
        }
        var filled = questions
        // An error log may name the request too.
        let isAccess = has("url") && (has("status") || !has("level"))
        if filled.groups.isEmpty {
            let names: [String] =
                switch (screen, isAccess) {
                case (.top, true): ["path", "ip", "status"]
                case (.top, false): ["host", "app", "level", "status", "ip", "message"]
                case (.summary, true):
                    ["path", "ip", "status", "method", "referrer", "agent_family", "host", "extension", "hour_of_day"]
                case (.summary, false): ["host", "app", "level", "stream", "status", "ip", "message", "hour_of_day"]
                }
            filled.groups = names.filter(has).prefix(screen == .top ? 3 : 9).map { [$0] }
        }
        if filled.measures.isEmpty, questions.groups.isEmpty {
            if has("bytes"), screen == .summary { filled.measures.sums = ["bytes"] }
            if has("request_time"), screen == .summary { filled.measures.quantiles = ["request_time"] }
        }
        return filled
    }
}
