package import MusterCore
package import MusterText

/// Turns a run into bytes: ``begin(_:into:)``, then ``add(_:into:)`` for each observation in any order, then
/// ``end(_:_:into:)``. It appends; the caller writes the bytes out and empties them whenever it likes.
package protocol ReportWriter: Sendable {
    mutating func begin(_ header: RunHeader, into output: inout [UInt8])
    mutating func add(_ observation: Observation, into output: inout [UInt8])
    mutating func end(_ footer: RunFooter, _ summary: Summary, into output: inout [UInt8])
}

/// A form in which a run can be reported.
package struct ReportFormat: Sendable {
    /// The word for `--output`.
    package var name: String
    /// One line for `--help`.
    package var summary: String
    /// Whether observations are written while the run goes on.
    package var streams: Bool
    /// A writer for one run.
    package var make: @Sendable (ReportOptions) -> any ReportWriter

    package init(
        name: String, summary: String, streams: Bool, make: @escaping @Sendable (ReportOptions) -> any ReportWriter
    ) {
        self.name = name
        self.summary = summary
        self.streams = streams
        self.make = make
    }
}

/// Every report format there is; the first is the default.
package enum ReportCatalog {
    package static let formats: [ReportFormat] = [
        ReportFormat(name: "table", summary: "a summary for a person, in one screen", streams: false) {
            TableReport($0)
        },
        ReportFormat(name: "json", summary: "one JSON object with every target", streams: true) { _ in JSONReport() },
        ReportFormat(name: "ndjson", summary: "one JSON object a line, as targets end", streams: true) { _ in
            NDJSONReport()
        },
    ]

    /// The format with this name.
    package static func format(named name: String) -> ReportFormat? { formats.first { $0.name == name } }
}
