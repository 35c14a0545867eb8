import MusterText
import Testing

@Suite("Reports in pages")
struct ReportPagesTests {
    @Test("say on each page which it is, as far as there is room", arguments: 1...60)
    func footer(_ width: Int) {
        let pages = ReportPages((0..<40).map { "\($0)" }, height: 10)
        let last =
            pages.lines(1, keys: "space for the next, b for the one before", shortKeys: "space, b", width: width)
            .last ?? ""
        #expect(TerminalText.width(last) <= width)
        let expected =
            switch width {
            case 54...: "page 2 of 5 · space for the next, b for the one before"
            case 22...: "page 2 of 5 · space, b"
            case 11...: "page 2 of 5"
            case 3...: "2/5"
            case 2: "2…"
            default: "…"
            }
        #expect(last == expected)
    }

    @Test(
        "are paged through by keys",
        arguments: [
            (0, " ", 1), (0, "b", 0), (2, "b", 1), (3, " ", 3), (1, "\u{1b}[6~", 2), (1, "\u{1b}[5~", 0),
            (1, "\u{1b}[B", 2),
            (1, "\u{1b}OA", 0), (2, "g", 0), (0, "G", 3), (0, "\u{1b}[1;5C", 0), (0, "njz \u{1b}", 3), (9, "", 3),
            (0, "q", 0),
        ])
    func keys(_ page: Int, _ keys: String, _ expected: Int) {
        #expect(ReportPages.page(from: page, of: 4, after: Array(keys.utf8)) == expected)
    }
}
