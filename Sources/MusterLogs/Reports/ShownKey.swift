internal import MusterText

/// Keys of tables as people and spreadsheets see them: different keys are different texts.
///
/// A key comes with `\xNN` for bytes that are no UTF-8, and with `\x5c` for a backslash that would read as the beginning of
/// such an escape. Here every character that is not printed (``TerminalText/isPrintable(_:)``) is spelled out as well, and a
/// backslash that would read as the beginning of one of these escapes is `\x5c` too.
enum ShownKey {
    /// The key, all of it printable but for marks without a letter, which ``TerminalText/safe(_:limit:)`` spells out.
    static func text(_ key: String) -> String {
        if key.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x5c }) { return key }
        let scalars = key.unicodeScalars
        var text = ""
        for index in scalars.indices {
            let scalar = scalars[index]
            if scalar == "\\" {
                text += isEscape(scalars[scalars.index(after: index)...]) ? "\\x5c" : "\\"
            } else if TerminalText.isPrintable(scalar) {
                text.unicodeScalars.append(scalar)
            } else if scalar.value >= 0x80 {
                // Not `\x9b`, which is a byte.
                text += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                text += TerminalText.safe(String(scalar))
            }
        }
        return text
    }

    /// Whether what stands behind a backslash makes an escape of it that only this spelling writes.
    private static func isEscape(_ rest: Substring.UnicodeScalarView) -> Bool {
        switch rest.first {
        case "n", "r", "t": return true
        case "u":
            let inner = rest.dropFirst()
            guard inner.first == "{" else { return false }
            let digits = inner.dropFirst().prefix { ("0"..."9").contains($0) || ("a"..."f").contains($0) }
            return !digits.isEmpty && inner.dropFirst(1 + digits.count).first == "}"
        default: return false
        }
    }

    /// The key where one without any text is `(empty)`.
    static func named(_ key: String) -> String {
        if key.isEmpty { return "(empty)" }
        return key == "(empty)" ? "\\x28empty)" : text(key)
    }

    /// The same in a table whose lines lose the blanks at their end.
    static func cell(_ key: String) -> String {
        let text = named(key)
        return text.hasSuffix(" ") ? text.dropLast() + "\\x20" : text
    }
}
