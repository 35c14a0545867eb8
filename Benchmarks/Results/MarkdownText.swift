internal import MusterText

/// Text of a results file as Markdown that is read as this text.
enum MarkdownText {
    /// In one line, with nothing that would be a mark, a comment, an element or the end of a cell.
    static func escaped(_ text: String) -> String {
        TerminalText.safe(text).replacing("<", with: "&lt;").replacing("|", with: "\\|")
    }
}
