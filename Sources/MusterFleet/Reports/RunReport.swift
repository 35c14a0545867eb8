package import MusterText

/// Turns a run into bytes: ``begin(_:into:)``, ``add(_:into:)`` for each host as it ends, ``end(_:_:into:)``. It appends;
/// the caller writes the bytes out.
package protocol RunReportWriter: Sendable {
    mutating func begin(_ head: RunHead, into output: inout [UInt8])
    mutating func add(_ ending: HostEnding, into output: inout [UInt8])
    mutating func end(_ foot: RunFoot, _ tally: RunTally, into output: inout [UInt8])
}

/// A form in which a run can be reported.
package enum RunReportFormat: String, CaseIterable, Sendable {
    case table, json, ndjson

    /// What a table says of a host on which the command ended well, from its standard output. Nil for an output that is not
    /// as it should be: its last line is told then.
    package typealias Telling = @Sendable (KeptOutput) -> String?

    /// A writer for one run; `lines` asks a table for a line a host as it ends, `telling` for what it says
    /// of those that are done.
    package func make(
        _ options: ReportOptions, lines: Bool, telling: Telling? = nil
    ) -> any RunReportWriter {
        switch self {
        case .table: RunTable(options, lines: lines, telling: telling)
        case .json: RunJSON()
        case .ndjson: RunLines()
        }
    }
}
