/// Every format there is: what `--format` takes, and what `--format auto` tries, the more particular before the general.
package enum LogFormatCatalog {
    package static let formats: [LogFormat] = [
        HAProxyLine.format,
        TraefikLine.format,
        ALBLine.format,
        CombinedLine.combined,
        CombinedLine.common,
    ]

    /// Formats that a text describes.
    package static let notations: [LogFormatNotation] = [
        NginxFormat.notation,
        ApacheFormat.notation,
        GoAccessFormat.notation,
    ]
}
