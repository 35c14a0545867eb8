/// A report for a terminal in pages as high as the screen: its head on each, below it as many whole sections as there is
/// room for, and at the bottom which page it is.
package struct ReportPages: Sendable {
    private let head: [String]
    private let pages: [[String]]

    /// `lines` of the report, whose sections begin with an empty line each; two lines of its head belong together with one
    /// between them. `height` is that of the screen.
    package init(_ lines: [String], height: Int) {
        let height = max(2, height)
        guard lines.count > height else {
            (head, pages) = ([], [lines])
            return
        }
        var sections = lines.split(omittingEmptySubsequences: false) { $0.isEmpty }.map { Array($0) }
        let top = sections.prefix(2).joined(separator: [""]).map { $0 }
        // On a very low screen what is below matters more.
        if sections.count > 2, top.count * 2 < height {
            head = top
            sections.removeFirst(2)
        } else {
            head = []
        }
        pages = ReportPages.pages(sections, room: height - head.count - 1, isFirst: head.isEmpty)
    }

    private static func pages(_ sections: [[String]], room: Int, isFirst: Bool) -> [[String]] {
        var pages: [[String]] = [[]]
        for (index, section) in sections.enumerated() {
            let lines = index == 0 && isFirst ? section : [""] + section
            if pages[pages.count - 1].count + lines.count <= room {
                pages[pages.count - 1] += lines
                continue
            }
            if !pages[pages.count - 1].isEmpty { pages.append([]) }
            for line in lines {
                if pages[pages.count - 1].count == room { pages.append([]) }
                pages[pages.count - 1].append(line)
            }
        }
        return pages
    }

    package var count: Int { pages.count }

    /// The lines of a page from 0, the last where there is none such: no more than the screen is high. The last says which
    /// page it is and what the keys do, as much of it as `width` columns have room for.
    package func lines(_ page: Int, keys: String, shortKeys: String = "", width: Int = .max) -> [String] {
        let page = min(max(0, page), count - 1)
        guard count > 1 else { return pages[0] }
        let place = "page \(page + 1) of \(count)"
        let hints = [keys, shortKeys].filter { !$0.isEmpty }.map { place + " · " + $0 }
        let texts = hints + [place, "\(page + 1)/\(count)"]
        let fitting = texts.first { TerminalText.width($0) <= width }
        return head + pages[page] + [fitting ?? TerminalText.safe("\(page + 1)/\(count)", limit: width)]
    }

    /// The page that keys lead to: space, Page Down, n, j or an arrow down or right to the next, b, Page Up, p, k or an
    /// arrow up or left to the one before, Home or g to the first, End or G to the last.
    package static func page(from page: Int, of count: Int, after keys: [UInt8]) -> Int {
        var page = min(page, count - 1)
        var rest = keys[...]
        while let key = rest.first {
            rest = rest.dropFirst()
            var step = [0x20: 1, 0x6e: 1, 0x6a: 1, 0x62: -1, 0x70: -1, 0x6b: -1, 0x67: -count, 0x47: count][Int(key)]
            if key == 0x1b, let second = rest.first, second == 0x5b || second == 0x4f {
                rest = rest.dropFirst()
                let code = rest.first.map { Int($0) } ?? 0
                rest = rest.drop { (0x30...0x39).contains($0) || $0 == 0x3b }.dropFirst()
                step =
                    [
                        0x36: 1, 0x42: 1, 0x43: 1, 0x35: -1, 0x41: -1, 0x44: -1, 0x48: -count, 0x31: -count,
                        0x46: count, 0x34: count,
                    ][code]
            }
            page = min(max(0, page + (step ?? 0)), count - 1)
        }
        return page
    }
}
