/// Any `LogFormat` of Apache httpd 2.4 (mod_log_config, "Custom Log Formats"; `%I %O %S` mod_logio): `apache:%h %l …`, or
/// the directive as a whole, `LogFormat "…" name`.
package enum ApacheFormat {
    package static let notation = LogFormatNotation(
        name: "apache", summary: #"an Apache LogFormat: apache:%h %l %u %t "%r" %>s %b …"#,
        isLikely: { text in text.contains("LogFormat ") || text.contains("%>s") || text.contains("%{User-Agent}i") }
    ) { text, _ throws(LogFormatFault) in try read(text) }

    /// `%` conditions `<` or `>` `{argument}` letter.
    private struct Directive {
        var letter: Character
        var argument: String?
        var isOriginal = false
        var origin: String
    }

    private static func read(_ text: String) throws(LogFormatFault) -> LineReading {
        let bytes = try PastedFormat.apache(text).bytes
        var builder = PatternBuilder()
        var at = 0
        while at < bytes.count {
            guard bytes[at].value == 0x25 else {
                builder.literal(bytes[at].value)
                at += 1
                continue
            }
            let offset = bytes[at].offset
            let directive = try directive(bytes, &at)
            switch directive.letter {
            case "%": builder.literal(0x25)
            case "t" where directive.argument == nil:
                builder.literal("[")
                builder.field(PatternField("time", .text, .time(.clf), origin: "%t"), at: offset)
                builder.literal("]")
            default:
                // Together they are the target as it was sent.
                if directive.letter == "U", at + 1 < bytes.count, bytes[at].value == 0x25,
                    bytes[at + 1].value == UInt8(ascii: "q")
                {
                    at += 2
                }
                builder.field(try field(directive, at: offset), at: offset)
            }
        }
        let line = try builder.line()
        return line.reading(title: "apache: \(String(decoding: bytes.map(\.value), as: UTF8.self))")
    }

    private static func directive(_ bytes: [PastedFormat.Byte], _ at: inout Int) throws(LogFormatFault) -> Directive {
        let start = at
        at += 1
        var directive = Directive(letter: "%", origin: "")
        while at < bytes.count {
            let byte = bytes[at].value
            at += 1
            switch byte {
            // Conditions on the status: where they do not hold, a `-` stands.
            case UInt8(ascii: "!"), UInt8(ascii: ","), UInt8(ascii: ">"), 48...57: break
            case UInt8(ascii: "<"): directive.isOriginal = true
            case 0x7b:
                guard let end = bytes[at...].firstIndex(where: { $0.value == 0x7d }) else {
                    throw LogFormatFault("the brace that opens here is not closed", at: bytes[at - 1].offset)
                }
                directive.argument = String(decoding: bytes[at..<end].map(\.value), as: UTF8.self)
                at = end + 1
            case UInt8(ascii: "^"):
                // `%^FB`, `%{name}^ti` and `%{name}^to` have two letters more.
                at = min(bytes.count, at + 2)
                directive.letter = "^"
                directive.origin = origin(bytes[start..<at])
                return directive
            default:
                directive.letter = Character(UnicodeScalar(byte))
                directive.origin = origin(bytes[start..<at])
                return directive
            }
        }
        throw LogFormatFault("a % without a directive's letter", at: bytes[start].offset)
    }

    private static func origin(_ bytes: ArraySlice<PastedFormat.Byte>) -> String {
        String(decoding: bytes.map(\.value), as: UTF8.self)
    }

    private static func field(_ directive: Directive, at offset: Int) throws(LogFormatFault) -> PatternField {
        let origin = directive.origin
        func field(
            _ name: String, _ kind: FieldKind, _ content: PatternField.Content, _ own: String? = nil
        ) -> PatternField { PatternField(name, kind, content, origin: origin, own: own) }
        if let argument = directive.argument, let found = try withArgument(directive, argument, at: offset) {
            return found
        }
        switch directive.letter {
        case "h": return PatternField("ip", .address, .word, origin: origin, own: "remote_host", mayBeEmpty: false)
        case "a": return PatternField("ip", .address, .word, origin: origin, own: "remote_ip", mayBeEmpty: false)
        case "A": return field("local_ip", .address, .word)
        case "l": return field("ident", .text, .word)
        case "u": return field("user", .text, .text)
        case "r": return field("request", .text, .request)
        case "m": return field("method", .text, .word, "request_method")
        case "U": return field("url", .text, .text, "request_url")
        case "q": return field("query", .text, .text)
        case "H": return field("protocol", .text, .text, "request_protocol")
        case "s": return field("status", .number, .status, directive.isOriginal ? "original_status" : "final_status")
        case "b", "B": return field("bytes", .bytes, .digits, "response_bytes")
        case "I": return field("bytes_in", .bytes, .digits)
        case "O": return field("bytes", .bytes, .digits, "bytes_out")
        case "S": return field("bytes_both", .bytes, .digits)
        case "D": return field("request_time", .duration(perSecond: 1_000_000), .digits, "request_time_us")
        case "T": return field("request_time", .duration(perSecond: 1), .digits, "request_time_s")
        case "v": return field("host", .text, .word, "server_name")
        case "V": return field("host", .text, .word, "canonical_name")
        case "p": return field("port", .number, .digits)
        case "P": return field("pid", .number, .digits)
        case "k": return field("keepalive", .number, .digits)
        case "f": return field("file", .text, .text)
        case "R": return field("handler", .text, .text)
        case "L": return field("log_id", .text, .word)
        case "X": return field("connection_status", .text, .word)
        case "^": return field("trailer", .text, .text)
        default: throw LogFormatFault("\(origin) is no directive of mod_log_config", at: offset)
        }
    }

    /// Directives that mean something else with an argument; nil for those that do not.
    private static func withArgument(
        _ directive: Directive, _ argument: String, at offset: Int
    ) throws(LogFormatFault) -> PatternField? {
        let origin = directive.origin
        let word = argument.lowercased()
        switch (directive.letter, word) {
        case ("i", "referer"): return PatternField("referrer", origin: origin)
        case ("i", "user-agent"): return PatternField("agent", origin: origin)
        case ("i", "host"): return PatternField("host", origin: origin, own: "http_host")
        case ("i", "x-forwarded-for"):
            return PatternField("http_x_forwarded_for", .text, .list, origin: origin)
        case ("i", _): return PatternField("http_" + name(word), origin: origin)
        case ("o", _): return PatternField("sent_http_" + name(word), origin: origin)
        case ("e", _): return PatternField("env_" + name(argument), origin: origin)
        case ("n", _): return PatternField("note_" + name(argument), origin: origin)
        case ("C", _): return PatternField("cookie_" + name(argument), origin: origin)
        case ("a", "c"): return PatternField("peer_ip", .address, .word, origin: origin)
        case ("p", _):
            return PatternField(word == "canonical" ? "port" : word + "_port", .number, .digits, origin: origin)
        case ("P", "tid"), ("P", "hextid"): return PatternField("thread", .text, .word, origin: origin)
        case ("T", "ms"):
            return PatternField(
                "request_time", .duration(perSecond: 1000), .digits, origin: origin, own: "request_time_ms")
        case ("T", "us"):
            return PatternField(
                "request_time", .duration(perSecond: 1_000_000), .digits, origin: origin, own: "request_time_us")
        case ("T", "s"), ("P", "pid"), ("h", _): return nil
        case ("t", _):
            return PatternField("time", .text, .time(try style(argument, at: offset)), origin: origin)
        default: throw LogFormatFault("\(origin) takes no such argument", at: offset)
        }
    }

    /// The argument of `%{…}t`.
    private static func style(_ argument: String, at offset: Int) throws(LogFormatFault) -> TimeReader.Style {
        var text = Substring(argument)
        for prefix in ["begin:", "end:"] where text.hasPrefix(prefix) { text = text.dropFirst(prefix.count) }
        switch text {
        case "": return .clf
        case "sec": return .epoch(perSecond: 1)
        case "msec": return .epoch(perSecond: 1000)
        case "usec": return .epoch(perSecond: 1_000_000)
        case "msec_frac", "usec_frac": return .pattern(try TimePattern("%f"))
        default: break
        }
        do {
            return .pattern(try TimePattern(String(text)))
        } catch {
            throw LogFormatFault(error.hint, at: offset + 2 + (error.offset ?? 0))
        }
    }

    private static func name(_ text: String) -> String {
        String(text.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }
}
