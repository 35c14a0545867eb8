import MusterSystem
import MusterText

/// What goes on, for whoever waits: on standard error, a line that is written over on a terminal.
enum Progress {
    private static let isTerminal = OutputFile.standardError.terminalWidth != nil

    /// A line that stays.
    static func say(_ text: String) { write((isTerminal ? LiveLine.cleared : "") + text + "\n") }

    /// A line that goes, on a terminal only.
    static func show(_ text: String) { if isTerminal { write(LiveLine.cleared + "  " + text) } }

    static func clear() { if isTerminal { write(LiveLine.cleared) } }

    private static func write(_ text: String) {
        // Progress that cannot be shown is no loss.
        _ = try? OutputFile.standardError.write(Array(text.utf8))
    }
}
