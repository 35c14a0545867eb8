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

    /// Fills in what was left open, from the fields that the first lines have.
    package static func fill(_ questions: LogQuestions, _ screen: Screen, _ prepared: PreparedSources) -> LogQuestions {
        func has(_ name: String) -> Bool {
            prepared.readings.contains { KeyField.resolve(name, in: $0) != nil }
                && KeyField.baseNames(name).allSatisfy { base in
                    prepared.present.contains { FieldVocabulary.canonical($0) == FieldVocabulary.canonical(base) }
                }
        }
        var filled = questions
        if filled.groups.isEmpty { filled.groups = names(screen, prepared.keys, has).map { [$0] } }
        if filled.measures.isEmpty, questions.groups.isEmpty {
            if has("bytes"), screen == .summary { filled.measures.sums = ["bytes"] }
            if has("request_time"), screen == .summary { filled.measures.quantiles = ["request_time"] }
        }
        return filled
    }

    private static func names(_ screen: Screen, _ keys: SampledKeys, _ has: (String) -> Bool) -> [String] {
        let count = screen == .top ? 3 : 9
        // An error log may name the request too.
        if has("url"), has("status") || !has("level") {
            let all = [
                "path", "ip", "status", "method", "referrer", "agent_family", "host", "extension", "hour_of_day",
            ]
            return Array(all.filter(has).prefix(count))
        }
        guard !keys.names.isEmpty, !has("status") else {
            let all =
                screen == .top
                ? ["host", "app", "level", "status", "ip", "message"]
                : ["host", "app", "level", "stream", "status", "ip", "message", "hour_of_day"]
            return Array(all.filter(has).prefix(count))
        }
        // Objects of which nothing more is known: what people look at first, then keys whose values repeat.
        var names = ["level", "message", "app", "host", "stream", "ip"].filter(has)
        let known = Set(names)
        names += keys.repeating(count + names.count).filter { !known.contains(FieldVocabulary.canonical($0)) }
        return Array(names.prefix(count - (screen == .top ? 0 : 1)))
            + (screen == .top ? [] : ["hour_of_day"].filter(has))
    }
}
