/// The address in what a log has for one: `192.0.2.1:5566` and `[2001:db8::1]:62611` with a port, `[::1]` in brackets.
enum AddressText {
    /// The text without port and brackets; a zone (`fe80::1%eth0`, RFC 4007 §11) stays. What is no address with a port or in
    /// brackets stays as it is.
    @inline(__always)
    static func plain(_ text: Text) -> Text {
        let start = unsafe text.start
        let end = unsafe start + text.count
        // Invariant: a text has the padding that a scan needs, and the scan ends at its end.
        let mark = unsafe ByteScan.first(of: 0x3a, or: 0x5b, from: start, to: end)
        return unsafe mark == end ? text : undecorated(text, mark - start)
    }

    /// `mark` is the place of the first colon or bracket.
    @inline(never)
    private static func undecorated(_ text: Text, _ mark: Int) -> Text {
        if text[mark] == 0x5b {
            guard mark == 0, let close = (1..<text.count).first(where: { text[$0] == 0x5d }), close > 1 else {
                return text
            }
            return close + 1 == text.count || isPort(text, close + 1) ? text[1..<close] : text
        }
        guard isPort(text, mark), mark >= 7 else { return text }
        for index in 0..<mark where text[index] &- 48 > 9 && text[index] != 0x2e { return text }
        return text[0..<mark]
    }

    /// Whether a colon and one to five digits stand from an index to the end.
    private static func isPort(_ text: Text, _ index: Int) -> Bool {
        guard index < text.count, text[index] == 0x3a, (2...6).contains(text.count - index) else { return false }
        return (index + 1..<text.count).allSatisfy { text[$0] &- 48 <= 9 }
    }

    /// The text before a zone.
    static func withoutZone(_ text: Text) -> Text {
        guard let percent = (0..<text.count).first(where: { text[$0] == 0x25 }) else { return text }
        return text[0..<percent]
    }
}
