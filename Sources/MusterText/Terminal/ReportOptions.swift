/// How a report looks on a terminal.
package struct ReportOptions: Sendable {
    /// Whether escapes for colours may be written: only to a terminal, and not where `NO_COLOR` is set.
    package var color: Bool
    /// Columns of the terminal; texts for people keep to it, down to 60.
    package var width: Int

    package init(color: Bool = false, width: Int = 100) {
        self.color = color
        self.width = width
    }
}
