import MusterCore
import MusterRotation
import MusterSystem

/// Where the report of a rotation goes: to standard output, its faults to standard error, and all of it to the log.
struct RotationDesk {
    private let format: RotationReportFormat
    private let look: RotationReportOptions
    /// As logrotate nothing is told of a run in which all went well.
    private let showsReport: Bool
    private let isTerminal: Bool

    init(_ command: RotateCommand) {
        format = command.output?.format ?? RotationReportCatalog.formats[0]
        look = RotationReportOptions(
            color: command.color.isOn(for: .standardOutput), isVerbose: command.isVerbose)
        showsReport = !command.isLogrotate || command.isVerbose || command.isDry || command.output != nil
        isTerminal = OutputFile.standardOutput.terminalWidth != nil
    }

    /// Errors: the report could not be written.
    func write(_ report: RotationReport, _ messages: RotationMessages) throws(FileFault) {
        let text = RotationReportCatalog.formats[0]
        // On a terminal they stand in the report already, side by side with all else.
        if !(showsReport && isTerminal && format.name == text.name) {
            for line in Self.faults(report) { messages.tell(line) }
        }
        if messages.hasLog { messages.log(text.write(report, RotationReportOptions(isVerbose: true))) }
        // Whoever closes standard output wants no report.
        if showsReport, StandardDescriptors.isOutputOpen {
            try OutputFile.standardOutput.write(format.write(report, look))
        }
    }

    /// All that is wrong, a line each.
    static func faults(_ report: RotationReport) -> [String] {
        var lines = report.faults.map(\.text) + report.warnings.map { "warning: " + $0.text }
        for stanza in report.stanzas {
            lines += stanza.faults.map(\.text)
            for log in stanza.logs where log.outcome == .failed {
                guard let fault = log.fault else { continue }
                lines.append(fault.location == log.path ? fault.text : "\(log.path): \(fault.text)")
            }
        }
        return lines
    }
}
