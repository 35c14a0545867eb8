internal import MusterSystem

/// Every format there is: what `--format` takes, and what `--format auto` tries, the more particular before the general.
package enum LogFormatCatalog {
    package static let formats: [LogFormat] = [
        CombinedLine.combined,
        CombinedLine.common,
        CaddyLine.format,
        TraefikJSON.format,
        JSONLine.format,
        Syslog5424Line.format,
        CRILine.format,
        Syslog3164Line.format(now: { Int64(SystemClock.wallSeconds * 1_000_000) }),
        LogfmtLine.format,
    ]

    /// Formats that a text describes.
    package static let notations: [LogFormatNotation] = [
        RegexLine.notation
    ]
}
