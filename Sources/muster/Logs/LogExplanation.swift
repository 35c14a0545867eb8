import ArgumentParser
import MusterLogs
import MusterSystem
import MusterText

/// `--explain-format LINE`: where the line fits the format or fails. With `auto`, every format that fits, or the one
/// that comes farthest.
struct LogExplanation {
    private let line: String
    private let explanations: [LineExplanation]

    init(_ line: String, _ choice: PreparedSources.Choice) throws(Complaint) {
        self.line = line
        do throws(LogFormatFault) {
            explanations = try LineExplanation.all(line, choice)
        } catch {
            throw Complaint("--format: \(error.hint)")
        }
    }

    /// Ends with status 0 where a format fits, else 1.
    func print() throws {
        let fitting = explanations.filter { $0.fault == nil }
        let shown = fitting.first ?? explanations.first
        guard let shown else { throw ExitCode(2) }
        var lines = [fitting.isEmpty ? "\(shown.title): does not fit" : "\(shown.title): fits"]
        let width = shown.parts.map { $0.name.utf8.count }.max() ?? 0
        for part in shown.parts {
            lines.append(
                "  " + TerminalText.left(part.name, width + 2)
                    + (part.value.map { TerminalText.safe($0, limit: 200) } ?? "–"))
        }
        if let fault = shown.fault {
            lines.append("column \(fault.column): expected \(fault.expected)")
            lines += Self.marked(line, fault.column)
        }
        if fitting.count > 1 { lines.append("also fits: \(fitting.dropFirst().map(\.title).joined(separator: ", "))") }
        do throws(FileFault) {
            try OutputFile.standardOutput.write(Array((lines.joined(separator: "\n") + "\n").utf8))
        } catch {
            throw Complaint(error)
        }
        throw ExitCode(fitting.isEmpty ? 1 : 0)
    }

    /// The line around a byte, with a mark below it.
    private static func marked(_ line: String, _ column: Int) -> [String] {
        let bytes = Array(line.utf8)
        let from = max(0, min(column - 1, bytes.count) - 60)
        let before = TerminalText.safe(String(decoding: bytes[from..<min(column - 1, bytes.count)], as: UTF8.self))
        let after = TerminalText.safe(
            String(decoding: bytes[min(column - 1, bytes.count)...], as: UTF8.self), limit: 60)
        let lead = from > 0 ? "…" : ""
        return ["  " + lead + before + after, "  " + TerminalText.spaces(TerminalText.width(lead + before)) + "^"]
    }
}
