/// What follows the fields of a common or combined log, quoted or plain: `"-" 0.012 [default] rt=0.5`. A question calls
/// them `extra1`, `extra2` and so on; only what is asked for gets a column.
struct ExtraFields: Sendable {
    private typealias Bytes = ByteScan.Bytes

    /// Columns at most.
    private static let most = 64

    /// The first column.
    private let first: Int
    /// Columns; the fields behind them are checked and passed over.
    private let count: Int

    init(_ wanted: [String], first: Int) {
        self.first = first
        count = wanted.compactMap(Self.number).max() ?? 0
    }

    var isEmpty: Bool { count == 0 }
    var fields: [LogField] { (0..<count).map { LogField("extra\($0 + 1)") } }

    private static func number(_ name: String) -> Int? {
        guard name.hasPrefix("extra"), let number = Int(name.dropFirst(5)), 1...most ~= number else { return nil }
        return number
    }

    /// Names for the first few, to show what a line has.
    static func names(_ count: Int) -> [String] { (1...count).map { "extra\($0)" } }

    /// Reads the rest of a line, up to its line feed, where `at` is then. Returns what should have stood at `at` instead.
    /// Invariant for the caller: a line feed lies at or behind `at`, before `end`.
    @inline(never)
    func read(
        _ at: inout ByteScan.Bytes, _ end: ByteScan.Bytes, _ base: ByteScan.Bytes,
        _ row: UnsafeMutablePointer<FieldSpan>
    ) -> StaticString? {
        for column in 0..<count { unsafe row[first + column] = .absent }
        var (index, isEscaped) = (0, false)
        while unsafe at.pointee == 0x20 {
            unsafe at += 1
            guard let span = unsafe Self.item(&at, end, base, &isEscaped) else {
                return "a further field, in quotes or a word"
            }
            if index < count { unsafe row[first + index] = span }
            index += 1
        }
        if unsafe at.pointee == 0x0d { unsafe at += 1 }
        guard unsafe at.pointee == 0x0a else { return "a blank and a further field, or the end of the line" }
        if isEscaped { unsafe unescape(row, min(index, count), base) }
        return nil
    }

    /// Undoes the escapes of the first fields of a line that fits. A word with quotes behind a `=` keeps both: without its
    /// escapes nobody could tell where the quotes end.
    private func unescape(_ row: UnsafeMutablePointer<FieldSpan>, _ fields: Int, _ base: Bytes) {
        for column in first..<first + fields {
            let span = unsafe row[column]
            let start = unsafe base + Int(span.start)
            let end = unsafe start + Int(span.count)
            // Invariant: a quote or a blank stands before the span, which lies in the chunk; a parser may write that.
            let isQuoted = unsafe start[-1] == 0x22
            guard unsafe isQuoted || ByteScan.first(of: 0x22, or: 0x22, from: start, to: end) == end else { continue }
            let count = unsafe Unescaping.accessLog(UnsafeMutablePointer(mutating: start), Int(span.count))
            unsafe row[column] = FieldSpan(start: Int(span.start), count: count)
        }
    }

    /// A quoted text without its quotes, or a word, of which a part behind `=` may be quoted. A list of words with `, ` or
    /// ` : ` between them, as nginx writes it for several servers, is one.
    private static func item(
        _ at: inout Bytes, _ end: Bytes, _ base: Bytes, _ isEscaped: inout Bool
    ) -> FieldSpan? {
        let start = unsafe at
        if unsafe at.pointee == 0x22 {
            unsafe at = ByteScan.closingQuote(from: at + 1, to: end, escaped: &isEscaped)
            guard unsafe at < end && at.pointee == 0x22 else { return nil }
            unsafe at += 1
            return unsafe FieldSpan(start: start + 1 - base, count: at - start - 2)
        }
        while unsafe at.pointee > 0x20 {
            if unsafe at.pointee == 0x22 {
                guard unsafe at > start && at[-1] == 0x3d else { return nil }
                unsafe at = ByteScan.closingQuote(from: at + 1, to: end, escaped: &isEscaped)
                guard unsafe at < end && at.pointee == 0x22 else { return nil }
            }
            if unsafe at.pointee == 0x5c { isEscaped = true }
            unsafe at += 1
            // Invariant: three bytes from a blank on may be read, for a line feed and padding follow.
            if unsafe at.pointee == 0x20 && at[-1] == 0x2c && at[1] > 0x20 {
                unsafe at += 1
            } else if unsafe at.pointee == 0x20 && at[1] == 0x3a && at[2] == 0x20 && at[3] > 0x20 {
                unsafe at += 3
            }
        }
        return unsafe at > start ? FieldSpan(start: start - base, count: at - start) : nil
    }
}
