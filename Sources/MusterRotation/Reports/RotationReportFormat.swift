/// How much of a rotation a report for people tells, and in what colours.
package struct RotationReportOptions: Sendable {
    /// Whether escapes for colours may be written: only to a terminal, and not where `NO_COLOR` is set.
    package var color: Bool
    /// Whether each log has a line and its steps; a dry run always has them.
    package var isVerbose: Bool

    package init(color: Bool = false, isVerbose: Bool = false) {
        self.color = color
        self.isVerbose = isVerbose
    }
}

/// A form in which a rotation can be reported.
package struct RotationReportFormat: Sendable {
    /// The word for `--output`.
    package var name: String
    /// One line for `--help`.
    package var summary: String
    /// The whole report as bytes, with a line end at its end.
    package var write: @Sendable (RotationReport, RotationReportOptions) -> [UInt8]

    package init(
        name: String, summary: String, write: @escaping @Sendable (RotationReport, RotationReportOptions) -> [UInt8]
    ) {
        self.name = name
        self.summary = summary
        self.write = write
    }
}

/// Every form of a rotation's report there is; the first is the default.
package enum RotationReportCatalog {
    package static let formats: [RotationReportFormat] = [
        RotationReportFormat(name: "text", summary: "a line a stanza and a summary; with -v a line a log and its steps")
        {
            RotationTextReport($0, $1).bytes()
        },
        RotationReportFormat(name: "json", summary: "one JSON object") { report, _ in RotationJSONReport.bytes(report)
        },
        RotationReportFormat(name: "ndjson", summary: "one JSON object a line: logs, faults, warnings, the summary") {
            report, _ in RotationNDJSONReport.bytes(report)
        },
    ]

    /// The format with this name.
    package static func format(named name: String) -> RotationReportFormat? { formats.first { $0.name == name } }
}
