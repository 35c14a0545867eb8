import MusterText

/// The end of what a program says, bounded however much it says.
struct OutputTail: Sendable {
    /// Bytes that are kept.
    static let limit = 4_096

    private var bytes: [UInt8] = []
    /// Whether something before was forgotten.
    private(set) var isCut = false

    mutating func append(_ more: some Collection<UInt8>) {
        if more.count >= Self.limit {
            isCut = isCut || !bytes.isEmpty || more.count > Self.limit
            bytes = Array(more.suffix(Self.limit))
            return
        }
        bytes.append(contentsOf: more)
        guard bytes.count > 2 * Self.limit else { return }
        bytes.removeFirst(bytes.count - Self.limit)
        isCut = true
    }

    /// Its lines that have anything to say, made safe; the first is a part of one where something was forgotten.
    var lines: [String] {
        let kept = bytes.suffix(Self.limit)
        var lines = kept.split(separator: UInt8(ascii: "\n")).map { line in
            TerminalText.safe(String(decoding: line, as: UTF8.self).trimmed)
        }
        lines.removeAll(where: \.isEmpty)
        if isCut || kept.count < bytes.count { lines.insert("…", at: 0) }
        return lines
    }

    /// The last lines in one, at most `columns` of them: for the hint of a fault.
    func summary(columns: Int = 400) -> String {
        let text = lines.joined(separator: "; ")
        guard TerminalText.width(text) > columns else { return text }
        var taken = 1
        var start = text.endIndex
        while start > text.startIndex {
            let index = text.unicodeScalars.index(before: start)
            taken += TerminalText.width(of: text.unicodeScalars[index])
            if taken > columns { break }
            start = index
        }
        return "…" + text[start...]
    }
}

extension String {
    /// Without blanks and carriage returns at its ends.
    fileprivate var trimmed: String {
        let isBlank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        let head = unicodeScalars.drop(while: isBlank)
        guard let last = head.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(head[...last])
    }
}
