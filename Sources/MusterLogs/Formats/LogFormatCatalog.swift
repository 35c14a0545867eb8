internal import MusterCore

/// Every format there is: what `--format` takes, and what `--format auto` tries, the more particular before the general.
package enum LogFormatCatalog {
    package static let formats: [LogFormat] = [
        HAProxyLine.format,
        TraefikLine.format,
        ALBLine.format,
        CombinedLine.combined,
        CombinedLine.common,
        CaddyLine.format,
        TraefikJSON.format,
        JSONLine.format,
        Syslog5424Line.format,
        CRILine.format,
        Syslog3164Line.format,
        LogfmtLine.format,
    ]

    /// Formats that a text describes.
    package static let notations: [LogFormatNotation] = [
        NginxFormat.notation,
        ApacheFormat.notation,
        GoAccessFormat.notation,
        RegexLine.notation,
    ]
}

extension LogFormatCatalog {
    /// What `--format` means: `auto`, a format's name, or a notation with its text, whose word may be left out where the
    /// text speaks for itself. Errors: none of these.
    package static func choice(_ text: String) throws(LogFormatFault) -> PreparedSources.Choice {
        if text == "auto" { return .automatic }
        if let format = formats.first(where: { $0.name == text }) { return .named(format) }
        let word = text.prefix { $0 != ":" }
        if word.count < text.count, let notation = notations.first(where: { $0.name == word }) {
            return .notation(notation, String(text.dropFirst(word.count + 1)))
        }
        if let notation = notations.first(where: { $0.isLikely(text) }) { return .notation(notation, text) }
        let names = ["auto"] + formats.map(\.name) + notations.map { $0.name + ":…" }
        throw LogFormatFault("no format is called \"\(text)\"; \(NearestWord.hint(text, among: names))")
    }
}
