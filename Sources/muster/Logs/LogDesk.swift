import MusterCore
import MusterLogs
import MusterSystem

/// Where the report of a question to logs goes: standard output and files.
struct LogDesk: Sendable {
    private let format: LogReportFormat
    private let look: LogReportLook
    private let files: [LogOutputFileChoice]
    /// Of `--follow` on a terminal.
    private let screen: LiveScreen?

    /// Errors: a file that cannot be written, found out before anything is counted.
    init(_ options: LogReportOptions, allTables: Bool, isLive: Bool = false) throws(Complaint) {
        format = options.output.format
        files = options.outputFile
        let width = OutputFile.standardOutput.terminalWidth ?? 100
        look = LogReportLook(color: options.color.isOn(for: .standardOutput), width: width, allTables: allTables)
        for choice in files {
            do throws(FileFault) {
                try OutputFile.checkReplaceable(choice.path)
            } catch {
                throw Complaint(error)
            }
        }
        screen = isLive && OutputFile.standardOutput.terminalHeight != nil ? LiveScreen() : nil
    }

    /// Writes the final report everywhere; what could not be written is returned.
    func write(_ report: LogReport) -> [FileFault] {
        var faults = writeFiles(report)
        do throws(FileFault) {
            try screen?.end()
            try OutputFile.standardOutput.write(format.write(report, look))
        } catch {
            faults.append(error)
        }
        return faults
    }

    /// Draws the live screen, and brings the files up to date.
    func show(_ report: LogReport) {
        // Files that cannot be written now are tried again, and told at the end.
        _ = writeFiles(report)
        guard let screen, let height = OutputFile.standardOutput.terminalHeight else { return }
        var look = look
        look.width = OutputFile.standardOutput.terminalWidth ?? look.width
        screen.draw(format.write(report, look), height: height, width: look.width)
    }

    /// Whether a key asked for another page of the live screen.
    func turnsPage() -> Bool { screen?.turn() ?? false }

    private func writeFiles(_ report: LogReport) -> [FileFault] {
        var faults: [FileFault] = []
        for choice in files {
            do throws(FileFault) {
                let plain = LogReportLook(allTables: look.allTables)
                try OutputFile.replace(choice.path, with: choice.format.write(report, plain))
            } catch {
                faults.append(error)
            }
        }
        return faults
    }
}
