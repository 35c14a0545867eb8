/// Colours of the 16 that every terminal has, or none.
package struct Ink: Sendable {
    package enum Tone: String, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
        case boldRed = "1;31"
        case boldGreen = "1;32"
        case boldYellow = "1;33"
    }

    package var enabled: Bool

    package init(enabled: Bool) { self.enabled = enabled }

    /// The text in a tone; as it is where there is no colour or no text. Pad it before, for escapes have no width.
    package func callAsFunction(_ text: String, _ tone: Tone?) -> String {
        guard enabled, !text.isEmpty, let tone else { return text }
        return "\u{1b}[" + tone.rawValue + "m" + text + "\u{1b}[0m"
    }
}
