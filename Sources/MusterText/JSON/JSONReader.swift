package import MusterCore

/// Reads strict JSON (RFC 8259): no comments, no trailing commas, UTF-8 only, every number and escape as the grammar has
/// it.
///
/// Any bytes may be given; it reads them once, front to back, and never reads deeper than ``depthLimit``.
package struct JSONReader {
    /// Lists and objects inside each other, at most.
    package static let depthLimit = 64

    /// Where reading stopped and why.
    private struct SyntaxFault: Error {
        var offset: Int
        var hint: String
    }

    private let bytes: [UInt8]
    private let source: String
    private let log: FaultLog
    private var index = 0

    private init(_ bytes: [UInt8], source: String, log: FaultLog) {
        self.bytes = bytes
        self.source = source
        self.log = log
    }

    /// The one value that a text holds; nil where it is no JSON.
    ///
    /// Every fault is noted as `source:line:column`, counted from 1 in characters. A key that stands twice in an object
    /// is a fault that does not stop the reading: the first one counts.
    package static func read(_ bytes: [UInt8], source: String, log: FaultLog) -> Setting? {
        var reader = JSONReader(bytes, source: source, log: log)
        do throws(SyntaxFault) {
            return try reader.document()
        } catch {
            log.add(.malformed, at: reader.place(error.offset), error.hint)
            return nil
        }
    }

    private mutating func document() throws(SyntaxFault) -> Setting {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        try skipSpace()
        guard index < bytes.count else { throw fault("the file is empty; write an object { … }") }
        let value = try value(depth: 0)
        try skipSpace()
        guard index == bytes.count else {
            throw fault("\(found) after the end of the value; write one value only")
        }
        return value
    }

    private mutating func value(depth: Int) throws(SyntaxFault) -> Setting {
        guard index < bytes.count else { throw fault("the file ends where a value is expected; write the rest of it") }
        switch bytes[index] {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "-"), 48...57: return try number()
        case UInt8(ascii: "t") where skipWord("true"): return .bool(true)
        case UInt8(ascii: "f") where skipWord("false"): return .bool(false)
        case UInt8(ascii: "n") where skipWord("null"): return .null
        case UInt8(ascii: "'"): throw fault("JSON has no single quotes; write \"…\"")
        default:
            throw fault(
                "\(found) where a value is expected; write \"text\", a number, true, false, null, [ … ] or { … }")
        }
    }

    // MARK: Objects and lists

    private mutating func object(depth: Int) throws(SyntaxFault) -> Setting {
        try enter(depth)
        var members: [Setting.Member] = []
        var names: Set<String> = []
        try skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            let start = index
            let name = try key()
            try skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("\(found) after a key; write \":\" and the value") }
            try skipSpace()
            let value = try value(depth: depth + 1)
            if isNew(name, among: members, &names) {
                members.append(Setting.Member(name, value))
            } else {
                log.add(.duplicate, at: place(start), "the key \"\(name)\" stands twice in this object; write it once")
            }
            if try endsAfterElement(UInt8(ascii: "}")) { return .object(members) }
        }
    }

    private mutating func key() throws(SyntaxFault) -> String {
        guard index < bytes.count else { throw fault("the file ends inside an object; write \"}\"") }
        guard bytes[index] == UInt8(ascii: "\"") else {
            if bytes[index] == UInt8(ascii: "'") { throw fault("JSON has no single quotes; write \"…\"") }
            throw fault("\(found) where a key is expected; write the key as \"text\"")
        }
        return try string()
    }

    private mutating func list(depth: Int) throws(SyntaxFault) -> Setting {
        try enter(depth)
        var elements: [Setting] = []
        try skipSpace()
        if take(UInt8(ascii: "]")) { return .list([]) }
        while true {
            elements.append(try value(depth: depth + 1))
            if try endsAfterElement(UInt8(ascii: "]")) { return .list(elements) }
        }
    }

    /// Steps over the bracket that opens a list or object.
    private mutating func enter(_ depth: Int) throws(SyntaxFault) {
        guard depth < JSONReader.depthLimit else {
            throw fault("more than \(JSONReader.depthLimit) lists and objects inside each other; write it flatter")
        }
        index += 1
    }

    /// Steps over the closing bracket (true) or over the comma before the next element (false).
    private mutating func endsAfterElement(_ close: UInt8) throws(SyntaxFault) -> Bool {
        try skipSpace()
        if take(close) { return true }
        let (kind, end) = close == UInt8(ascii: "]") ? ("a list", "]") : ("an object", "}")
        guard index < bytes.count else { throw fault("the file ends inside \(kind); write \"\(end)\"") }
        let comma = index
        guard take(UInt8(ascii: ",")) else { throw fault("\(found) inside \(kind); write \",\" or \"\(end)\"") }
        try skipSpace()
        if index < bytes.count, bytes[index] == close {
            throw SyntaxFault(
                offset: comma, hint: "JSON has no comma after the last element; write \"\(end)\" without the comma")
        }
        return false
    }

    /// Whether an object does not have the key yet; a set is kept from the ninth key on.
    private func isNew(_ name: String, among members: [Setting.Member], _ names: inout Set<String>) -> Bool {
        guard members.count >= 8 else { return !members.contains { $0.name == name } }
        if names.isEmpty { names = Set(members.map(\.name)) }
        return names.insert(name).inserted
    }

    // MARK: Strings

    private mutating func string() throws(SyntaxFault) -> String {
        index += 1
        let start = index
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let text = try text(start..<index)
                index += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw controlFault(byte) }
            index += 1
        }
        throw SyntaxFault(offset: start - 1, hint: "this text is never closed; write \"\\\"\" at its end")
    }

    /// Reads on from the first backslash of a string that began at `start`.
    private mutating func escapedString(from start: Int) throws(SyntaxFault) -> String {
        var text = try text(start..<index)
        var plain = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                text += try self.text(plain..<index)
                index += 1
                return text
            case UInt8(ascii: "\\"):
                text += try self.text(plain..<index)
                text.unicodeScalars.append(try escape())
                plain = index
            case let byte where byte < 0x20: throw controlFault(byte)
            default: index += 1
            }
        }
        throw SyntaxFault(offset: start - 1, hint: "this text is never closed; write \"\\\"\" at its end")
    }

    private mutating func escape() throws(SyntaxFault) -> Unicode.Scalar {
        let start = index
        guard index + 1 < bytes.count else {
            throw fault("the file ends inside an escape; write \"\\\\\" for a backslash")
        }
        index += 2
        switch bytes[index - 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(from: start)
        default:
            throw SyntaxFault(offset: start, hint: "JSON has no such escape; write \"\\\\\" for a backslash")
        }
    }

    /// The scalar after `\u`, of two escapes where it is a surrogate pair.
    private mutating func unicodeEscape(from start: Int) throws(SyntaxFault) -> Unicode.Scalar {
        let lone = SyntaxFault(
            offset: start, hint: "half of a surrogate pair; write both halves, such as \\ud83d\\ude00")
        let first = try hexUnit(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { throw lone }
        index += 2
        let second = try hexUnit(from: index - 2)
        guard 0xDC00...0xDFFF ~= second,
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw lone }
        return scalar
    }

    private mutating func hexUnit(from start: Int) throws(SyntaxFault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard index < bytes.count, let digit = JSONReader.hexDigit(bytes[index]) else {
                throw SyntaxFault(offset: start, hint: "\\u needs four hexadecimal digits; write for example \\u00e9")
            }
            unit = unit << 4 | digit
            index += 1
        }
        return unit
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 48...57: UInt32(byte - 48)
        case 97...102: UInt32(byte - 87)
        case 65...70: UInt32(byte - 55)
        default: nil
        }
    }

    /// The bytes of a range as text; a fault where they are no UTF-8.
    private func text(_ range: Range<Int>) throws(SyntaxFault) -> String {
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes.span.extracting(range)))
        } catch {
            throw SyntaxFault(
                offset: range.lowerBound + error.byteOffsets.lowerBound,
                hint: "these bytes are no UTF-8; write the file in UTF-8")
        }
    }

    private func controlFault(_ byte: UInt8) -> SyntaxFault {
        let digits = String(byte, radix: 16)
        let escape = "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        let name = byte == 10 ? "a line break" : "a control character"
        return fault("\(name) inside a text; write it as \(byte == 10 ? "\\n" : escape), or close the text before it")
    }

    // MARK: Numbers

    private mutating func number() throws(SyntaxFault) -> Setting {
        let start = index
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        let digits = index
        try skipDigits("a digit")
        guard bytes[digits] != 48 || index - digits == 1 else {
            throw SyntaxFault(offset: start, hint: "a number with a leading zero; write it without, or as \"text\"")
        }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try skipDigits("a digit after \".\"")
        }
        if index < bytes.count, bytes[index] | 32 == UInt8(ascii: "e") {
            isWhole = false
            index += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits("a digit after \"e\"")
        }
        if isWhole, let integer = wholeNumber(start..<index) { return .integer(integer) }
        guard let double = Double(try text(start..<index)), double.isFinite else {
            throw SyntaxFault(offset: start, hint: "a number that is too large to hold; write it as \"text\"")
        }
        return .number(double)
    }

    /// The integer of a range of digits with an optional sign, nil where 64 bits do not hold it.
    private func wholeNumber(_ range: Range<Int>) -> Int? {
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        var value = 0
        for position in range.dropFirst(isNegative ? 1 : 0) {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.subtractingReportingOverflow(Int(bytes[position] - 48))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return isNegative ? value : (value == .min ? nil : -value)
    }

    private mutating func skipDigits(_ wanted: String) throws(SyntaxFault) {
        let start = index
        while index < bytes.count, bytes[index] &- 48 < 10 { index += 1 }
        guard index > start else { throw fault("\(found) inside a number; write \(wanted)") }
    }

    // MARK: Single bytes

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipWord(_ word: StaticString) -> Bool {
        let text = "\(word)".utf8
        guard bytes[index...].starts(with: text) else { return false }
        index += text.count
        return true
    }

    private mutating func skipSpace() throws(SyntaxFault) {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            case UInt8(ascii: "/"), UInt8(ascii: "#"): throw fault("JSON has no comments; write the file without them")
            default: return
            }
        }
    }

    // MARK: Faults

    private func fault(_ hint: String) -> SyntaxFault { SyntaxFault(offset: index, hint: hint) }

    /// What stands at the index, for a hint.
    private var found: String {
        guard index < bytes.count else { return "the file ends" }
        let byte = bytes[index]
        if 0x21...0x7E ~= byte { return byte == 0x22 ? "a text" : "\"\(Unicode.Scalar(byte))\"" }
        if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { return "white space" }
        return "a character that JSON does not know"
    }

    /// `inventory.json:12:5`, where continuation bytes of UTF-8 count no column.
    private func place(_ offset: Int) -> String {
        let before = bytes[..<min(offset, bytes.count)]
        let line = before.count { $0 == 10 } + 1
        var start = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
        if start == 0, before.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
        let column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
        return "\(source):\(line):\(column)"
    }
}
