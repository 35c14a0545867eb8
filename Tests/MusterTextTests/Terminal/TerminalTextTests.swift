import MusterText
import Testing

@Suite("Text for a terminal")
struct TerminalTextTests {
    @Test(
        "is made safe",
        arguments: [
            ("plain", "plain"), ("\u{1b}[31m", "\\x1b[31m"), ("a\nb\rc\td", "a\\nb\\rc\\td"),
            ("\u{0}\u{7}\u{7f}", "\\x00\\x07\\x7f"),
            ("\u{9b}2J", "\\x9b2J"), ("\u{202e}abc\u{2066}", "\\u{202e}abc\\u{2066}"),
            ("\u{200b}\u{200d}\u{feff}", "\\u{200b}\\u{200d}\\u{feff}"),
            ("\u{2028}", "\\u{2028}"), ("\u{ad}x", "\\xadx"), ("\u{3164}", "\\u{3164}"), ("\u{e000}", "\\u{e000}"),
            ("中文 é 😀", "中文 é 😀"), ("e\u{301}", "e\u{301}"), ("\u{301}e", "\\u{301}e"),
            ("e\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}\u{301}\\u{301}"), ("\u{e0041}", "\\u{e0041}"),
        ])
    func safe(_ text: String, _ expected: String) {
        #expect(Array(TerminalText.safe(text).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test(
        "has a width in columns",
        arguments: [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("中文", 4), ("😀", 2), ("🇩🇪", 2), ("─█…", 3), ("ﾊﾟ", 2),
            ("한", 2),
        ])
    func width(_ text: String, _ columns: Int) {
        #expect(TerminalText.width(text) == columns)
    }

    @Test("is cut to any width without breaking a character or an escape")
    func cut() {
        let text = "a\u{1b}中b😀\u{202e}e\u{301}文xyz"
        let whole = TerminalText.safe(text)
        let full = TerminalText.width(whole)
        for limit in 0...full + 3 {
            let cut = TerminalText.safe(text, limit: limit)
            #expect(TerminalText.width(cut) <= limit)
            #expect(limit < full ? limit == 0 || cut.hasSuffix("…") && whole.hasPrefix(cut.dropLast()) : cut == whole)
            #expect(TerminalText.width(TerminalText.left(text, limit)) == limit)
            #expect(TerminalText.width(TerminalText.right(text, limit)) == limit)
        }
    }

    @Test(
        "groups the digits of numbers",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (30_000, "30,000"), (-1_234_567, "-1,234,567"),
            (Int.min, "-9,223,372,036,854,775,808"),
        ])
    func grouped(_ number: Int, _ text: String) {
        #expect(number.grouped == text)
    }

    @Test("draws a live line over the one before, and clears it")
    func liveLine() {
        #expect(LiveLine.drawn("41%") == "\r41%\u{1b}[K")
        #expect(LiveLine.cleared == LiveLine.drawn(""))
    }
}
