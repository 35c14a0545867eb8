/// A place in the bytes of a configuration, with the steps that its language is read by. No step goes back over more than it
/// has just looked at, so that reading takes time in proportion to the bytes.
struct ConfigurationCursor {
    let file: String
    private let bytes: [UInt8]
    private(set) var index = 0
    /// From 1.
    private(set) var line = 1
    /// The next line that can end a script, as far as it was looked for.
    private var scriptEnd: ScriptEnd?

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    var place: ConfigurationPlace { ConfigurationPlace(file: file, line: line) }
    /// The byte here; nil at the end.
    var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// The bytes from an index up to here.
    func bytes(from start: Int) -> ArraySlice<UInt8> { bytes[start..<index] }

    /// Whether only blanks stand before it on its line.
    var isFirstInLine: Bool {
        var at = index
        while at > 0, bytes[at - 1].isBlank { at -= 1 }
        return at == 0 || bytes[at - 1] == .newline
    }

    /// Whether a word may end here.
    var isAfterWord: Bool {
        guard let byte else { return true }
        return byte == .newline || byte.isBlank
            || [UInt8(ascii: "="), UInt8(ascii: "{"), UInt8(ascii: "}")].contains(byte)
    }

    mutating func advance() {
        guard index < bytes.count else { return }
        if bytes[index] == .newline { line += 1 }
        index += 1
    }

    /// Over blanks within the line.
    mutating func skipBlanks() {
        while let byte, byte.isBlank { index += 1 }
    }

    /// Over blanks, line ends and comments; false at the end.
    mutating func skipToStatement() -> Bool {
        while let byte {
            if byte == .newline || byte.isBlank {
                advance()
            } else if byte == UInt8(ascii: "#") {
                skipLine()
            } else {
                return true
            }
        }
        return false
    }

    /// To the end of the line, not over it.
    mutating func skipLine() { index = endOfLine(from: index) }

    /// Letters, digits, `-` and `_` from here on.
    mutating func word() -> ArraySlice<UInt8> {
        let start = index
        while let byte, byte.isWordByte { index += 1 }
        return bytes[start..<index]
    }

    /// The rest of the line without blanks around it. In a stanza, a `}` behind a blank at its end is not part of it but comes
    /// next. With `=`, one before it is skipped.
    mutating func restOfLine(inStanza: Bool, afterEqualsSign: Bool = false) -> ArraySlice<UInt8> {
        skipBlanks()
        if afterEqualsSign, byte == UInt8(ascii: "=") {
            index += 1
            skipBlanks()
        }
        let start = index
        var end = trimmedEnd(start, endOfLine(from: start))
        index = endOfLine(from: start)
        if inStanza, end > start, bytes[end - 1] == UInt8(ascii: "}"), end - 1 == start || bytes[end - 2].isBlank {
            index = end - 1
            end = trimmedEnd(start, end - 1)
        }
        return bytes[start..<end]
    }

    /// Whether alternatives in braces begin here, as in `/var/log/{a,b}.log`: what is between them has a comma and no blank.
    /// Gives the index of the last brace. Looks no further than a pattern may be long and its braces deep.
    func endOfAlternatives() -> Int? {
        var depth = 0
        var hasComma = false
        var at = index
        let limit = min(bytes.count, index + GlobPattern.lengthLimit)
        while at < limit, depth <= GlobPattern.depthLimit, bytes[at] != .newline, !bytes[at].isBlank {
            switch bytes[at] {
            case UInt8(ascii: "\\"): at += 1
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ","): hasComma = true
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return hasComma ? at : nil }
            default: break
            }
            at += 1
        }
        return nil
    }
}

// MARK: Scripts

extension ConfigurationCursor {
    private struct ScriptEnd {
        /// Where its line begins.
        var start: Int
        /// False for a line that begins another script, and for the end of the file.
        var isFound: Bool
    }

    /// The lines from the next one to `endscript`, and goes behind that word. Nil where there is none before another script
    /// begins or the file ends: then goes to the first line that is a `}`, the likely end of the stanza.
    mutating func script() -> ArraySlice<UInt8>? {
        skipLine()
        advance()
        let start = index
        let end = endOfScript()
        guard end.isFound else {
            while index < end.start {
                if trimmedLine(from: index).elementsEqual([UInt8(ascii: "}")]) { break }
                skipLine()
                advance()
            }
            return nil
        }
        while index < end.start { advance() }
        skipBlanks()
        _ = word()
        return bytes[start..<end.start]
    }

    private mutating func endOfScript() -> ScriptEnd {
        if let scriptEnd, scriptEnd.start >= index { return scriptEnd }
        var end = ScriptEnd(start: bytes.count, isFound: false)
        var at = index
        while at < bytes.count {
            let line = trimmedLine(from: at)
            let word = line.prefix { $0.isWordByte }
            if word.elementsEqual("endscript".utf8) {
                let next = word.endIndex < line.endIndex ? line[word.endIndex] : .newline
                if next == .newline || next.isBlank || next == UInt8(ascii: "#") || next == UInt8(ascii: "}") {
                    end = ScriptEnd(start: at, isFound: true)
                    break
                }
            } else if word.count == line.count, word.count < 16,
                Directive.isScript(String(decoding: word, as: UTF8.self))
            {
                end = ScriptEnd(start: at, isFound: false)
                break
            }
            at = endOfLine(from: at) + 1
        }
        scriptEnd = end
        return end
    }

    private func trimmedLine(from start: Int) -> ArraySlice<UInt8> {
        let end = trimmedEnd(start, endOfLine(from: start))
        return bytes[start..<end].drop { $0.isBlank }
    }

    private func endOfLine(from start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] != .newline { end += 1 }
        return end
    }

    private func trimmedEnd(_ start: Int, _ end: Int) -> Int {
        var end = end
        while end > start, bytes[end - 1].isBlank { end -= 1 }
        return end
    }
}

extension UInt8 {
    static let newline = UInt8(ascii: "\n")

    /// A blank, a tab, or the other half of a line end from elsewhere.
    var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0d || self == 0x0b || self == 0x0c }
    var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
    var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }
    var isWordByte: Bool { isLetter || isDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_") }
}
