/// A format's text as it was copied from a server's configuration, with its directive, quotes and escapes taken off.
struct PastedFormat {
    /// A byte with its offset in what was pasted.
    struct Byte {
        var value: UInt8
        var offset: Int
    }

    var bytes: [Byte]
    /// nginx's `escape=`.
    var escape = "default"

    private init(_ bytes: [Byte]) { self.bytes = bytes }

    /// `log_format name [escape=…] 'piece' "piece" … ;`, or the pieces' text alone (ngx_conf_file: within quotes a
    /// backslash escapes a quote or a backslash, `\t`, `\r` and `\n` are controls).
    static func nginx(_ text: String) throws(LogFormatFault) -> PastedFormat {
        let all = text.utf8.enumerated().map { Byte(value: $1, offset: $0) }
        let trimmed = trim(all[...])
        guard starts(trimmed, "log_format") else { return PastedFormat(Array(trimmed)) }
        var words = try words(trimmed.dropFirst(10))
        guard words.count >= 2 else {
            throw LogFormatFault("log_format needs a name and a format, as log_format main '$remote_addr …';")
        }
        words.removeFirst()
        var format = PastedFormat([])
        if starts(words[0][...], "escape=") {
            format.escape = String(decoding: words[0].dropFirst(7).map(\.value), as: UTF8.self)
            guard ["json", "none", "default"].contains(format.escape) else {
                throw LogFormatFault("escape is json, none or default", at: words[0].first?.offset)
            }
            words.removeFirst()
        }
        format.bytes = Array(words.joined())
        return format
    }

    /// `LogFormat "…" name` and `CustomLog file "…"`, or the text alone (mod_log_config: `\"`, `\\`, `\n`, `\t`).
    static func apache(_ text: String) throws(LogFormatFault) -> PastedFormat {
        let all = text.utf8.enumerated().map { Byte(value: $1, offset: $0) }
        let trimmed = trim(all[...])
        for (directive, place) in [("LogFormat", 0), ("CustomLog", 1)] where starts(trimmed, directive) {
            let words = try words(trimmed.dropFirst(directive.utf8.count))
            guard words.count > place else { throw LogFormatFault("\(directive) has no format behind it") }
            return PastedFormat(unescaped(words[place]))
        }
        return PastedFormat(unescaped(Array(trimmed)))
    }

    /// What mod_log_config does with backslashes, whatever quotes were around.
    private static func unescaped(_ bytes: [Byte]) -> [Byte] {
        var out: [Byte] = []
        var at = 0
        while at < bytes.count {
            var byte = bytes[at]
            if byte.value == 0x5c, at + 1 < bytes.count {
                switch bytes[at + 1].value {
                case UInt8(ascii: "t"): byte.value = 0x09
                case UInt8(ascii: "r"), UInt8(ascii: "n"): byte.value = bytes[at + 1].value == 0x72 ? 0x0d : 0x0a
                default: byte.value = bytes[at + 1].value
                }
                at += 1
            }
            out.append(byte)
            at += 1
        }
        return out
    }

    /// Words between blanks, quoted or not, up to a semicolon. A quoted word keeps its backslashes but for those before
    /// a quote of its kind.
    private static func words(_ bytes: ArraySlice<Byte>) throws(LogFormatFault) -> [[Byte]] {
        var words: [[Byte]] = []
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let byte = bytes[at]
            if byte.value <= 0x20 {
                at += 1
            } else if byte.value == 0x3b {
                break
            } else if byte.value == 0x22 || byte.value == 0x27 {
                var word: [Byte] = []
                at += 1
                while at < bytes.endIndex, bytes[at].value != byte.value {
                    if bytes[at].value == 0x5c, at + 1 < bytes.endIndex, bytes[at + 1].value == byte.value { at += 1 }
                    word.append(bytes[at])
                    at += 1
                }
                guard at < bytes.endIndex else {
                    throw LogFormatFault("the quote that opens here is not closed", at: byte.offset)
                }
                at += 1
                words.append(word)
            } else {
                let end = bytes[at...].firstIndex { $0.value <= 0x20 || $0.value == 0x3b } ?? bytes.endIndex
                words.append(Array(bytes[at..<end]))
                at = end
            }
        }
        return words
    }

    private static func starts(_ bytes: ArraySlice<Byte>, _ text: String) -> Bool {
        bytes.prefix(text.utf8.count).map(\.value).elementsEqual(text.utf8)
    }

    private static func trim(_ bytes: ArraySlice<Byte>) -> ArraySlice<Byte> {
        var bytes = bytes
        while let first = bytes.first, first.value <= 0x20 { bytes.removeFirst() }
        while let last = bytes.last, last.value <= 0x20 { bytes.removeLast() }
        return bytes
    }
}
