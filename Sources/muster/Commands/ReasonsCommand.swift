import ArgumentParser
import MusterFormats
import MusterSystem
import MusterText

struct ReasonsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reasons", abstract: "List every reason a verdict can have.")

    /// How the list is written.
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Option(name: [.short, .long], help: ArgumentHelp("How the list is written: table, json.", valueName: "format"))
    var output = Format.table

    @Option(help: ArgumentHelp("Colours: auto, always, never.", valueName: "when"))
    var color = ColorChoice.auto

    func run() throws {
        var bytes: [UInt8] = []
        switch output {
        case .table:
            let width = OutputFile.standardOutput.terminalWidth ?? 120
            let options = ReportOptions(color: color.isOn(for: .standardOutput), width: width)
            bytes = Array(ReasonList.text(options).utf8)
        case .json: ReasonList.appendJSON(to: &bytes)
        }
        do throws(FileFault) {
            try OutputFile.standardOutput.write(bytes)
        } catch {
            throw Complaint(error)
        }
    }
}
