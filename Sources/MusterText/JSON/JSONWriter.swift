package import MusterCore

/// Writes JSON (RFC 8259) into bytes, with the commas put where they belong.
///
/// The bytes are the caller's, taken and given back without a copy:
/// ```
/// var json = JSONWriter(taking: &output)
/// json.beginObject()
/// json.key("host")
/// json.string(name)
/// json.endObject()
/// json.give(to: &output)
/// ```
/// Every string is also fit for a terminal: what ``TerminalText`` holds to be unprintable is written as `\u….`
package struct JSONWriter {
    /// A name written so often that it is made ready once.
    package struct Name: Sendable {
        /// `"name":`
        fileprivate let bytes: [UInt8]

        package init(_ name: String) {
            var bytes: [UInt8] = []
            var json = JSONWriter(taking: &bytes)
            json.key(name)
            json.give(to: &bytes)
            self.bytes = bytes
        }
    }

    private var bytes: [UInt8] = []
    private var needsComma = false

    /// Goes on where `output` ends; it is empty until ``give(to:)``.
    package init(taking output: inout [UInt8]) { swap(&bytes, &output) }

    /// Gives the bytes back.
    package consuming func give(to output: inout [UInt8]) { output = bytes }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// The name of the next value.
    package mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func key(_ name: Name) {
        raw(name.bytes)
        needsComma = false
    }

    package mutating func string(_ text: String) {
        string { $0.append(contentsOf: text.utf8) }
    }

    /// A string whose UTF-8 the closure appends, so that no `String` needs to be made first.
    package mutating func string(_ append: (inout [UInt8]) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        let start = bytes.count
        append(&bytes)
        escape(from: start)
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func integer(_ value: Int) {
        separate()
        JSONWriter.append(value, to: &bytes)
    }

    /// `null` where the number is not finite, for JSON has no other word for it.
    package mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        bytes.append(contentsOf: value.description.utf8)
    }

    package mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    package mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    package mutating func setting(_ value: Setting) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .integer(let number): integer(number)
        case .number(let number): self.number(number)
        case .string(let text): string(text)
        case .list(let elements):
            beginArray()
            for element in elements { setting(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(member.name)
                setting(member.value)
            }
            endObject()
        }
    }

    /// Values or members that are JSON already, at least one, without a comma at either end.
    package mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// Ends a line; white space between two values or after the last.
    package mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

    /// Lets the next value begin a line, behind the comma that it needs.
    package mutating func lineBreak() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
        newline()
    }

    /// Appends a number in decimal digits.
    package static func append(_ value: Int, to bytes: inout [UInt8]) {
        var digits: [20 of UInt8] = .init(repeating: 0)
        var rest = value.magnitude
        var index = 20
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            index -= 1
            digits[index] = UInt8(truncatingIfNeeded: 48 + digit)
            rest = quotient
        } while rest > 0
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        while index < 20 {
            bytes.append(digits[index])
            index += 1
        }
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    /// Escapes the string that begins at `start` and is the last thing written; most need nothing.
    private mutating func escape(from start: Int) {
        let index = JSONWriter.firstSpecial(bytes.span, from: start)
        if index == bytes.count { return }
        let text = String(decoding: bytes[index...], as: UTF8.self)
        bytes.removeSubrange(index...)
        for scalar in text.unicodeScalars { append(scalar) }
    }

    private static func firstSpecial(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, isPlain(bytes[index]) { index += 1 }
        return index
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": bytes.append(contentsOf: "\\\"".utf8)
        case "\\": bytes.append(contentsOf: "\\\\".utf8)
        case "\n": bytes.append(contentsOf: "\\n".utf8)
        case "\r": bytes.append(contentsOf: "\\r".utf8)
        case "\t": bytes.append(contentsOf: "\\t".utf8)
        default:
            if TerminalText.isPrintable(scalar) {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            } else {
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter { appendEscape(unit) }
            }
        }
    }

    private mutating func appendEscape(_ unit: UInt16) {
        bytes.append(contentsOf: "\\u".utf8)
        for shift in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: unit >> UInt16(shift) & 15)
            bytes.append(digit < 10 ? 48 + digit : 87 + digit)
        }
    }
}
