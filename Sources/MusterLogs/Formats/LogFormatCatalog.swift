internal import MusterCore

/// Every format there is: what `--format` takes, and what `--format auto` tries, the more particular before the general.
package enum LogFormatCatalog {
    package static let formats: [LogFormat] = [
        HAProxyLine.format,
        TraefikLine.format,
        ALBLine.format,
        IngressLine.format,
        VirtualHostLine.format,
        CombinedLine.combined,
        CombinedLine.common,
        NginxErrorLine.format,
        ApacheErrorLine.format,
        CaddyLine.format,
        TraefikJSON.format,
        JournalLine.format,
        DockerLine.format,
        JSONLine.format,
        Syslog5424Line.format,
        CRILine.format,
        Syslog3164Line.format,
        LogfmtLine.format,
        ComposeLine.format,
    ]

    /// Formats that carry lines of others.
    package static let carriers: [Carrier] = [
        JournalLine.carrier,
        DockerLine.carrier,
        Syslog5424Line.carrier,
        CRILine.carrier,
        Syslog3164Line.carrier,
        ComposeLine.carrier,
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
    /// What `--format` means: `auto`, a format's name, a notation with its text, whose word may be left out where the text
    /// speaks for itself, or one of these behind a carrier and `+`. Errors: none of these.
    package static func choice(_ text: String) throws(LogFormatFault) -> PreparedSources.Choice {
        if text == "auto" { return .automatic }
        if let format = formats.first(where: { $0.name == text }) { return .named(format) }
        let outer = text.prefix { $0 != "+" }
        if outer.count < text.count, let carrier = carriers.first(where: { $0.name == outer }) {
            return .named(try inner(String(text.dropFirst(outer.count + 1)), of: carrier))
        }
        let word = text.prefix { $0 != ":" }
        if word.count < text.count, let notation = notations.first(where: { $0.name == word }) {
            return .notation(notation, String(text.dropFirst(word.count + 1)))
        }
        if let notation = notations.first(where: { $0.isLikely(text) }) { return .notation(notation, text) }
        let names = ["auto"] + formats.map(\.name) + notations.map { $0.name + ":…" }
        throw LogFormatFault("no format is called \"\(text)\"; \(NearestWord.hint(text, among: names))")
    }

    /// The format that a text means, in a carrier.
    private static func inner(_ text: String, of carrier: Carrier) throws(LogFormatFault) -> LogFormat {
        switch try choice(text) {
        case .named(let format): carrier.around(format)
        case .notation(let notation, let text): carrier.around(notation, text)
        case .automatic:
            throw LogFormatFault(
                "name the format that \(carrier.name) carries, as in \(carrier.name)+combined, or write --format auto")
        }
    }

    /// What `--format auto` looks for in a carrier: no other carrier, and no JSON where the carrier by itself finds it.
    static func inner(of carrier: Carrier) -> [LogFormat] {
        formats.filter { format in
            format.isRecognised && !carriers.contains { $0.name == format.name }
                && !(carrier.readsObjects && format.name == JSONLine.format.name)
        }
    }
}
