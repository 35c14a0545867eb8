/// GoAccess's log-format, with its date-format and time-format behind bars where they are not `%d/%b/%Y` and `%H:%M:%S`
/// (goaccess(1), "CUSTOM LOG/DATE FORMAT"): `goaccess:%h %^[%d:%t %^] "%r" %s %b|%d/%b/%Y|%T`.
///
/// As in GoAccess, `%s`, `%*` and `%f` alone as date-format or time-format are seconds, milliseconds and microseconds
/// since 1970. Unlike there, `[%d:%t %^]` with the usual formats reads the zone, which GoAccess passes over.
package enum GoAccessFormat {
    package static let notation = LogFormatNotation(
        name: "goaccess", summary: #"a GoAccess log-format: goaccess:%h %^[%d:%t %^] "%r" %s %b|DATE|TIME"#,
        isLikely: { text in text.contains("%^") || text.contains("%x") || text.contains("~h{") }
    ) { text, _ throws(LogFormatFault) in try read(text) }

    private static let usualDate = "%d/%b/%Y"
    private static let usualTime = "%H:%M:%S"

    private struct Formats {
        var date: (text: String, offset: Int)?
        var time: (text: String, offset: Int)?
    }

    private static func read(_ text: String) throws(LogFormatFault) -> LineReading {
        let (bytes, formats) = split(text)
        var builder = PatternBuilder()
        var at = 0
        while at < bytes.count {
            let start = at
            if bytes[at] == 0x7e, at + 2 < bytes.count, bytes[at + 1] == UInt8(ascii: "h"), bytes[at + 2] == 0x7b {
                guard let end = bytes[(at + 3)...].firstIndex(of: 0x7d) else {
                    throw LogFormatFault("the brace that opens here is not closed", at: at + 2)
                }
                let set = Array(bytes[(at + 3)..<end])
                at = end + 1
                builder.field(PatternField("ip", .address, .addresses(set), origin: "~h"), at: start)
            } else if bytes[at] == 0x25 {
                guard at + 1 < bytes.count else { throw LogFormatFault("a % without a specifier", at: at) }
                at += 2
                if formats.date == nil, formats.time == nil, bytes[start...].starts(with: "%d:%t %^]".utf8) {
                    at = start + 8
                    builder.field(PatternField("time", .text, .time(.clf), origin: "%d:%t %^"), at: start)
                } else {
                    try add(Character(UnicodeScalar(bytes[start + 1])), at: start, formats, to: &builder)
                }
            } else {
                let isTab = bytes[at] == 0x5c && at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "t")
                builder.literal(isTab ? 0x09 : bytes[at])
                at += isTab ? 2 : 1
            }
        }
        let line = try builder.line()
        return line.reading(title: "goaccess: \(String(decoding: bytes, as: UTF8.self))")
    }

    private static func add(
        _ letter: Character, at offset: Int, _ formats: Formats, to builder: inout PatternBuilder
    ) throws(LogFormatFault) {
        switch letter {
        case "%": builder.literal(0x25)
        case "~": builder.step(.blanks)
        case "^": builder.field(.skipped("%^"), at: offset)
        case "d", "t", "x":
            let style = try style(letter, formats)
            builder.field(PatternField("time", .text, .time(style), origin: "%\(letter)"), at: offset)
        default:
            guard let field = field(letter) else {
                throw LogFormatFault("%\(letter) is no specifier of GoAccess", at: offset)
            }
            builder.field(field, at: offset)
        }
    }

    private static func field(_ letter: Character) -> PatternField? {
        let origin = "%\(letter)"
        func field(_ name: String, _ kind: FieldKind = .text, _ content: PatternField.Content) -> PatternField {
            PatternField(name, kind, content, origin: origin, own: name)
        }
        func time(_ perSecond: Int, _ own: String) -> PatternField {
            PatternField("request_time", .duration(perSecond: perSecond), .decimal, origin: origin, own: own)
        }
        switch letter {
        case "h": return PatternField("ip", .address, .word, origin: origin, own: "ip", mayBeEmpty: false)
        case "v": return PatternField("host", origin: origin)
        case "e": return PatternField("user", origin: origin)
        case "C": return PatternField("cache_status", origin: origin)
        case "r": return PatternField("request", .text, .request, origin: origin, own: "request")
        case "m": return PatternField("method", origin: origin, own: "request_method")
        case "U": return PatternField("url", origin: origin, own: "request_url")
        case "q": return PatternField("query", origin: origin)
        case "H": return PatternField("protocol", origin: origin, own: "request_protocol")
        case "s": return field("status", .number, .status)
        case "b": return field("bytes", .bytes, .digits)
        case "R": return PatternField("referrer", origin: origin)
        case "u": return PatternField("agent", origin: origin)
        case "K": return PatternField("tls_protocol", origin: origin)
        case "k": return PatternField("tls_cipher", origin: origin)
        case "M": return PatternField("mime", origin: origin)
        case "D": return time(1_000_000, "request_time_us")
        case "T": return time(1, "request_time_s")
        case "L": return time(1000, "request_time_ms")
        case "n": return time(1_000_000_000, "request_time_ns")
        default: return nil
        }
    }

    private static func style(_ letter: Character, _ formats: Formats) throws(LogFormatFault) -> TimeReader.Style {
        let date = formats.date ?? (usualDate, 0)
        let time = formats.time ?? (usualTime, 0)
        if letter == "d" { return try style(date) }
        if letter == "t" { return try style(time) }
        guard let first = formats.date else { return try style(time) }
        guard let second = formats.time, second.text != first.text else { return try style(first) }
        if ["%s", "%*", "%f"].contains(second.text) { return try style(second) }
        return try style((first.text + " " + second.text, first.offset))
    }

    private static func style(_ format: (text: String, offset: Int)) throws(LogFormatFault) -> TimeReader.Style {
        switch format.text {
        case "%s": return .epoch(perSecond: 1)
        case "%*": return .epoch(perSecond: 1000)
        case "%f": return .epoch(perSecond: 1_000_000)
        default: break
        }
        do {
            return .pattern(try TimePattern(format.text))
        } catch {
            throw LogFormatFault(error.hint, at: format.offset + (error.offset ?? 0))
        }
    }

    /// Takes date-format and time-format off the end. A bar whose text behind it is neither belongs to the log-format;
    /// `||` at the end says that there are none.
    private static func split(_ text: String) -> (bytes: [UInt8], formats: Formats) {
        let bytes = Array(text.utf8)
        let bars = bytes.indices.filter { bytes[$0] == 0x7c }
        func piece(_ from: Int, _ to: Int) -> (text: String, offset: Int) {
            (String(decoding: bytes[from..<to], as: UTF8.self), from)
        }
        var formats = Formats()
        if bars.count >= 2 {
            let date = piece(bars[bars.count - 2] + 1, bars[bars.count - 1])
            let time = piece(bars[bars.count - 1] + 1, bytes.count)
            if isTime(date.text, .date) && isTime(time.text, .clock) {
                formats.date = date.text.isEmpty ? nil : date
                formats.time = time.text.isEmpty ? nil : time
                return (Array(bytes[..<bars[bars.count - 2]]), formats)
            }
        }
        if let bar = bars.last, bar + 1 < bytes.count {
            let format = piece(bar + 1, bytes.count)
            if isTime(format.text, .date) {
                formats.date = format
                return (Array(bytes[..<bar]), formats)
            }
        }
        return (bytes, formats)
    }

    /// Whether it is empty, or a format of times with these parts. A lone `%d` is a specifier of the log-format.
    private static func isTime(_ text: String, _ parts: TimePattern.Parts) -> Bool {
        if text.isEmpty || ["%s", "%*", "%f"].contains(text) { return true }
        // What is no format of times is a part of the log-format, and is judged there.
        guard text != "%d", text.utf8.first == 0x25, let pattern = try? TimePattern(text) else { return false }
        return pattern.parts.isSuperset(of: parts)
    }
}
