/// Text from anywhere made fit for HTML, and elements made of it.
package enum HTMLText {
    /// A text for the inside of an element or of a quoted attribute of HTML or XML: what a terminal would obey or hide is spelled out
    /// (`\x1b`, `\u{202e}`), for a page would obey or hide some of it too, and nothing in it is markup.
    package static func escaped(_ text: String, limit: Int = 400) -> String {
        var escaped = ""
        for character in TerminalText.safe(text, limit: limit).unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// A text of ours or of others in the midst of a sentence: directions of writing in it stay in it.
    package static func inline(_ text: String, limit: Int = 400) -> String {
        "<bdi>" + escaped(text, limit: limit) + "</bdi>"
    }

    /// A text as it stands in a log.
    package static func code(_ text: String, limit: Int = 400) -> String {
        "<code>" + inline(text, limit: limit) + "</code>"
    }

    /// A number for an attribute: at most three digits behind the point, no exponent.
    package static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "0" }
        let thousandths = Int((value * 1000).rounded())
        let (whole, part) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
        let sign = thousandths < 0 ? "-" : ""
        guard part > 0 else { return sign + String(whole) }
        var digits = String(String(part + 1000).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return sign + String(whole) + "." + digits
    }

    /// A share from 0 to 1 as a percentage for an attribute.
    package static func percent(_ share: Double) -> String { number(max(0, min(1, share)) * 100) + "%" }
}
