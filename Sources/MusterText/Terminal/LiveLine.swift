/// The line at the bottom of a terminal that shows progress, drawn over and over in its place.
package enum LiveLine {
    /// Clears the line; what is written next begins in its place.
    package static let cleared = "\r\u{1b}[K"

    /// Draws a text over the line before it. The text is at most one column narrower than the terminal, and safe.
    package static func drawn(_ text: String) -> String { "\r" + text + "\u{1b}[K" }
}
