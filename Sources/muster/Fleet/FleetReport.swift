import ArgumentParser
import MusterFleet
import MusterSystem
import MusterText

/// How a command that goes to a fleet tells of its hosts.
struct FleetReport {
    var format = RunReportFormat.table
    var color = ColorChoice.auto
    /// A line for every host as it ends, also where the report is not on a terminal.
    var isVerbose = false
    /// What a table says of a host on which the command ended well; nil for the last line of its output.
    var telling: RunReportFormat.Telling?

    /// A writer that suits where the report goes.
    func writer(to file: OutputFile) -> any RunReportWriter {
        let width = file.terminalWidth
        return format.make(
            ReportOptions(color: color.isOn(for: file), width: width ?? 100), lines: isVerbose || width != nil,
            telling: telling)
    }
}

/// The options for it, of commands whose own report is only this.
struct FleetReportOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("How the report is written.", valueName: "format"))
    var output = RunReportFormat.table

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(name: [.short, .long], help: "A line for every host as it ends, also where the report is not on a terminal.")
    var verbose = false

    var report: FleetReport { FleetReport(format: output, color: color, isVerbose: verbose) }
}

extension RunReportFormat: ExpressibleByArgument {}
