import MusterSystem
import MusterText
import Synchronization

/// The screen of `--follow`: one page of the report at a time, turned by keys.
final class LiveScreen: Sendable {
    private static let hint = "space for the next, b for the one before"
    private static let shortHint = "space, b"
    private let keys = TerminalKeys()
    private let page = Mutex(0)
    /// Pages of what was drawn last.
    private let count = Mutex(1)

    /// Turns the page by the keys that were pressed; true where another is to be drawn.
    func turn() -> Bool {
        guard let pressed = keys?.pressed(), !pressed.isEmpty else { return false }
        let count = count.withLock { $0 }
        return page.withLock { page in
            let before = page
            page = ReportPages.page(from: page, of: count, after: pressed)
            return page != before
        }
    }

    func draw(_ report: [UInt8], height: Int, width: Int) {
        var lines = String(decoding: report, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        if lines.last == "" { lines.removeLast() }
        let pages = ReportPages(lines, height: height)
        count.withLock { $0 = pages.count }
        let shown = pages.lines(
            page.withLock { $0 }, keys: keys == nil ? "" : Self.hint, shortKeys: keys == nil ? "" : Self.shortHint,
            width: width)
        // A line is cleared before it is written: what clears behind one that is as wide as the screen takes its end away.
        let rows = shown.enumerated().map { ($0 < shown.count - 1 ? "\u{1b}[K" : "\u{1b}[J") + $1 }
        let screen = "\u{1b}[H" + rows.joined(separator: "\n")
        // A screen that cannot be drawn now is drawn again.
        _ = try? OutputFile.standardOutput.write(Array(screen.utf8))
    }

    /// Clears the screen for the last report.
    func end() throws(FileFault) {
        keys?.restore()
        try OutputFile.standardOutput.write(Array("\u{1b}[H\u{1b}[J".utf8))
    }
}
