/// What is wrong with a value, to stand in a fault: `"x" is no number from 0 to 7`.
struct BadValue: Error {
    var text: String

    init(_ text: String) { self.text = text }
}

/// Readers of what stands behind a directive.
enum DirectiveValues {
    /// Bytes of a value.
    static let limit = 4_096

    /// The bytes of a value as a text. Errors: it is too long, no UTF-8 or has control characters.
    static func text(_ bytes: ArraySlice<UInt8>) throws(BadValue) -> String {
        guard bytes.count <= limit else { throw BadValue("a value of \(bytes.count) bytes is too long") }
        guard !bytes.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }) else {
            throw BadValue("the value has control characters")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw BadValue("the value is no UTF-8") }
        return text
    }

    /// A number as strtoul(3) takes it: `12`, `0x1f`, `017`. Errors: it is none or out of the range.
    static func number(_ text: String, in range: ClosedRange<Int>) throws(BadValue) -> Int {
        let isNegative = text.hasPrefix("-")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard let value = magnitude(digits).map({ isNegative ? -$0 : $0 }), range.contains(value) else {
            throw BadValue("\(shown(text)) is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Bytes: a number, with `k`, `M` or `G` for 1024 and its powers. Errors: it is none, or beyond 2^63.
    static func size(_ text: String) throws(BadValue) -> Int64 {
        let factor: Int64 =
            switch text.utf8.last {
            case UInt8(ascii: "k"), UInt8(ascii: "K"): 1 << 10
            case UInt8(ascii: "M"): 1 << 20
            case UInt8(ascii: "G"): 1 << 30
            default: 1
            }
        let digits = factor == 1 ? text[...] : text.dropLast()
        let (bytes, isOver) = magnitude(digits).map { Int64($0).multipliedReportingOverflow(by: factor) } ?? (0, true)
        guard isOver else { return bytes }
        let (plain, radix) = parts(digits)
        guard isNumber(plain, radix) else {
            throw BadValue("\(shown(text)) is no size: a number of bytes, with k, M or G right behind it")
        }
        throw BadValue("\(shown(text)) is more than any file has, 8589934591G at most")
    }

    /// `[mode] [owner] [group]`, the mode in octal digits.
    static func ownership(_ words: [String]) throws(BadValue) -> RotationSettings.Ownership {
        var ownership = RotationSettings.Ownership()
        var names = words[...]
        if let first = names.first, first.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "7") ~= $0 }) {
            guard let mode = UInt32(first, radix: 8), mode <= 0o7777 else {
                throw BadValue("\(shown(first)) is no mode from 0 to 7777")
            }
            ownership.mode = mode
            names = names.dropFirst()
        }
        guard names.count <= 2 else { throw BadValue("there is more than a mode, an owner and a group") }
        ownership.user = names.first
        ownership.group = names.dropFirst().first
        return ownership
    }

    /// Words with blanks between them, quoted by `"` or `'`, or blanks with a backslash before them. Errors: a quote is not
    /// closed.
    static func words(_ text: String) throws(BadValue) -> [String] {
        var words: [String] = []
        var word = QuotedWord()
        for byte in text.utf8 {
            guard byte.isBlank, !word.isQuoting else {
                word.append(byte)
                continue
            }
            if let bytes = word.take() { words.append(String(decoding: bytes, as: UTF8.self)) }
        }
        guard !word.isQuoting else { throw BadValue("a quote in \(shown(text)) is not closed") }
        if let bytes = word.take() { words.append(String(decoding: bytes, as: UTF8.self)) }
        return words
    }

    /// One word, as ``words(_:)`` has it. Errors: there is none, or more.
    static func word(_ text: String) throws(BadValue) -> String {
        let words = try words(text)
        guard words.count == 1, !words[0].isEmpty else { throw BadValue("\(shown(text)) is not one word") }
        return words[0]
    }

    /// A text in quotes, short and without control characters, so that it can stand in a fault.
    static func shown(_ text: some StringProtocol) -> String {
        let shown = text.unicodeScalars.prefix(60).map { scalar in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                ? "?" : String(scalar)
        }
        return "\"\(shown.joined())\(text.unicodeScalars.count > 60 ? "…" : "")\""
    }

    private static func magnitude(_ digits: Substring) -> Int? {
        let (digits, radix) = parts(digits)
        return isNumber(digits, radix) ? Int(digits, radix: radix) : nil
    }

    /// A number's digits, and what they count by.
    private static func parts(_ digits: Substring) -> (digits: Substring, radix: Int) {
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") { return (digits.dropFirst(2), 16) }
        return digits.count > 1 && digits.hasPrefix("0") ? (digits.dropFirst(), 8) : (digits, 10)
    }

    /// Whether it is a number, however great.
    private static func isNumber(_ digits: Substring, _ radix: Int) -> Bool {
        !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.hexDigitValue ?? .max < radix }
    }
}

/// A word that is being read, quotes and backslashes taken off as a shell does: outside of quotes a backslash stands for the
/// byte behind it, within them only before the quote itself.
struct QuotedWord {
    private var bytes: [UInt8] = []
    private var quote: UInt8?
    private var isEscaped = false
    private var isBegun = false

    private let isPattern: Bool

    /// In a pattern, a backslash before a brace or comma stays.
    init(isPattern: Bool = false) { self.isPattern = isPattern }

    /// Whether a blank belongs to the word.
    var isQuoting: Bool { quote != nil || isEscaped }

    mutating func append(_ byte: UInt8) {
        isBegun = true
        if isEscaped {
            isEscaped = false
            if let quote, byte != quote { bytes.append(UInt8(ascii: "\\")) }
            if isPattern, quote == nil, [UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ",")].contains(byte) {
                bytes.append(UInt8(ascii: "\\"))
            }
            bytes.append(byte)
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if let quote {
            if byte == quote { self.quote = nil } else { bytes.append(byte) }
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            quote = byte
        } else {
            bytes.append(byte)
        }
    }

    /// The word, and begins anew; nil where nothing of one was read.
    mutating func take() -> [UInt8]? {
        guard isBegun else { return nil }
        defer { self = QuotedWord(isPattern: isPattern) }
        return bytes
    }
}
