/// How a log report looks.
package struct LogReportLook: Sendable {
    /// Whether escapes for colours may be written: only to a terminal, and not where `NO_COLOR` is set.
    package var color: Bool
    /// Columns of the terminal; a table keeps to it, down to 20.
    package var width: Int
    /// Whether a form that holds one table (CSV) is to hold all of them, one after the other.
    package var allTables: Bool

    package init(color: Bool = false, width: Int = 100, allTables: Bool = false) {
        self.color = color
        self.width = width
        self.allTables = allTables
    }
}

/// A form in which the answer to a question to logs can be reported.
package struct LogReportFormat: Sendable {
    /// The word for `--output`.
    package var name: String
    /// One line for `--help`.
    package var summary: String
    /// The whole report as bytes, with a line end at its end; empty where the form has nothing to say.
    package var write: @Sendable (LogReport, LogReportLook) -> [UInt8]

    package init(
        name: String, summary: String, write: @escaping @Sendable (LogReport, LogReportLook) -> [UInt8]
    ) {
        self.name = name
        self.summary = summary
        self.write = write
    }
}

/// Every form of a log report there is; the first is the default.
package enum LogReportCatalog {
    package static let formats: [LogReportFormat] = [
        LogReportFormat(name: "table", summary: "a summary for a person, in one screen where possible") {
            LogTableReport($1).bytes($0.shown)
        },
        LogReportFormat(name: "json", summary: "one JSON object") { report, _ in LogJSONReport.bytes(report) },
        LogReportFormat(name: "ndjson", summary: "one JSON object a line: run, sources, figures, points, rows") {
            report, _ in LogNDJSONReport.bytes(report)
        },
        LogReportFormat(name: "csv", summary: "the first table, or all that were asked for (RFC 4180)") {
            LogCSVReport.bytes($0, allTables: $1.allTables)
        },
        LogReportFormat(name: "markdown", summary: "tables for an issue or a wiki") { report, _ in
            LogMarkdownReport.bytes(report.shown)
        },
        LogReportFormat(name: "prometheus", summary: "text exposition format 0.0.4") { report, _ in
            LogPrometheusReport.bytes(report)
        },
        LogReportFormat(name: "html", summary: "one page with plots that needs no network") { report, _ in
            HTMLPage.bytes(report.shown)
        },
    ]

    /// The format with this name.
    package static func format(named name: String) -> LogReportFormat? { formats.first { $0.name == name } }
}
