/// Text from anywhere made fit for a terminal: nothing in it can move the cursor, change a colour, reorder or hide other
/// text, and its width in columns is known.
package enum TerminalText {
    /// The text with every unprintable character spelled out (`\n`, `\x1b`, `\u{202e}`) and, where it is wider than
    /// `limit` columns, cut with an ellipsis. It takes time for what it returns only, not for what is cut.
    package static func safe(_ text: String, limit: Int = .max) -> String {
        var result = ""
        var columns = 0
        // Where to cut should there be more: the last place that leaves a column for the ellipsis.
        var cut = result.endIndex
        var marks = 0
        for scalar in text.unicodeScalars {
            let mark = width(of: scalar) == 0
            marks = mark ? marks + 1 : 0
            // A mark belongs on a letter, and a few are enough for any language; more would climb over other lines.
            let printable = isPrintable(scalar) && !(mark && (columns == 0 || marks > 3))
            let step = printable ? width(of: scalar) : escape(scalar).utf8.count
            if columns + step > limit {
                guard limit > 0 else { return "" }
                return result[..<cut] + "…"
            }
            if printable { result.unicodeScalars.append(scalar) } else { result += escape(scalar) }
            columns += step
            if columns < limit { cut = result.endIndex }
        }
        return result
    }

    /// The columns that a safe text takes.
    package static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
    }

    /// A safe text in exactly so many columns: filled with spaces on the right or cut with an ellipsis.
    package static func left(_ text: String, _ columns: Int) -> String {
        let cut = safe(text, limit: columns)
        return cut + spaces(columns - width(cut))
    }

    /// The same, filled on the left: for numbers.
    package static func right(_ text: String, _ columns: Int) -> String {
        let cut = safe(text, limit: columns)
        return spaces(columns - width(cut)) + cut
    }

    package static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    /// Safe words set in lines of at most so many columns; a longer word is broken.
    package static func lines(_ words: [String], separator: String = " ", _ columns: Int) -> [String] {
        var lines: [String] = []
        for word in words.flatMap({ pieces($0, columns) }) {
            if let line = lines.last, width(line) + width(separator) + width(word) <= columns {
                lines[lines.count - 1] = line + separator + word
            } else {
                lines.append(word)
            }
        }
        return lines
    }

    private static func pieces(_ word: String, _ columns: Int) -> [String] {
        guard width(word) > columns else { return [word] }
        var pieces = [""]
        var taken = 0
        for scalar in word.unicodeScalars {
            if taken + width(of: scalar) > max(2, columns) {
                pieces.append("")
                taken = 0
            }
            pieces[pieces.count - 1].unicodeScalars.append(scalar)
            taken += width(of: scalar)
        }
        return pieces
    }

    /// Whether a terminal shows the character as itself: no control (C0, DEL, C1), no bidirectional or invisible
    /// formatting, no line separator, nothing private or unassigned.
    package static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7f }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default:
            // Variation selectors choose between text and picture; the other ignorable characters only hide.
            return !scalar.properties.isDefaultIgnorableCodePoint || (0xfe0e...0xfe0f).contains(scalar.value)
        }
    }

    /// Columns of a printable character: 0 for a mark on the one before, 2 for East Asian wide and for emoji, else 1.
    package static func width(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        if wide.contains(where: { $0.contains(scalar.value) }) { return 2 }
        // Two regional indicators make one flag of two columns.
        return scalar.properties.isEmojiPresentation && !(0x1f1e6...0x1f1ff).contains(scalar.value) ? 2 : 1
    }

    /// East Asian Wide and Fullwidth (Unicode Annex 11), emoji aside.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0xa4cf, 0xa960...0xa97c,
        0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6b, 0xff01...0xff60, 0xffe0...0xffe6,
        0x16fe0...0x18df2, 0x1aff0...0x1b2fb, 0x1f200...0x1f265, 0x20000...0x3fffd,
    ]

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            let digits = String(scalar.value, radix: 16)
            if scalar.value > 0xff { return "\\u{" + digits + "}" }
            return digits.utf8.count == 1 ? "\\x0" + digits : "\\x" + digits
        }
    }
}
