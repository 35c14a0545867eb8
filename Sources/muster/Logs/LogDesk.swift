import MusterCore
import MusterFormats
import MusterSystem

/// Where the report of a question to logs goes: standard output and files.
struct LogDesk: Sendable {
    private let format: LogReportFormat
    private let look: ReportOptions
    private let files: [LogOutputFileChoice]
    private let height: Int?

    /// Errors: a file that cannot be written, found out before anything is counted.
    init(_ options: LogReportOptions, allTables: Bool, isLive: Bool = false) throws(Complaint) {
        format = options.output.format
        files = options.outputFile
        height = isLive ? OutputFile.standardOutput.terminalHeight : nil
        let width = OutputFile.standardOutput.terminalWidth ?? 100
        look = ReportOptions(color: options.color.isOn(for: .standardOutput), width: width, allTables: allTables)
        for choice in files {
            do throws(FileFault) {
                try OutputFile.checkReplaceable(choice.path)
            } catch {
                throw Complaint(error)
            }
        }
    }

    /// Writes the final report everywhere; what could not be written is returned.
    func write(_ report: LogReport) -> [FileFault] {
        var faults = writeFiles(report)
        do throws(FileFault) {
            if height != nil { try OutputFile.standardOutput.write(Array("\u{1b}[H\u{1b}[J".utf8)) }
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
        guard let height else { return }
        let text = String(decoding: format.write(report, look), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(max(1, height - 1))
        let screen = "\u{1b}[H" + lines.map { $0 + "\u{1b}[K" }.joined(separator: "\n") + "\u{1b}[J"
        _ = try? OutputFile.standardOutput.write(Array(screen.utf8))
    }

    private func writeFiles(_ report: LogReport) -> [FileFault] {
        var faults: [FileFault] = []
        for choice in files {
            do throws(FileFault) {
                let plain = ReportOptions(allTables: look.allTables)
                try OutputFile.replace(choice.path, with: choice.format.write(report, plain))
            } catch {
                faults.append(error)
            }
        }
        return faults
    }
}
