/// Keys as texts that can be shown: different keys are different texts.
enum KeyText {
    /// The key with `\xNN` for every byte that is no UTF-8. A backslash that would then read as such an escape is one itself:
    /// `\x5c`.
    static func string(_ key: [UInt8]) -> String {
        if let text = String(validating: key, as: UTF8.self), !key.contains(0x5c) { return text }
        var text = ""
        var rest = key[...]
        while let byte = rest.first {
            if byte == 0x5c, isEscape(rest) {
                text += escape(byte)
                rest = rest.dropFirst()
                continue
            }
            let length = scalarLength(rest)
            if length == 0 {
                text += escape(byte)
                rest = rest.dropFirst()
            } else {
                text += String(decoding: rest.prefix(length), as: UTF8.self)
                rest = rest.dropFirst(length)
            }
        }
        return text
    }

    private static func escape(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
    }

    /// Whether `\x` and two hexadecimal digits stand at the beginning.
    private static func isEscape(_ bytes: ArraySlice<UInt8>) -> Bool {
        let start = bytes.startIndex
        return bytes.count >= 4 && bytes[start + 1] == UInt8(ascii: "x")
            && Unescaping.hexDigit(bytes[start + 2]) != nil && Unescaping.hexDigit(bytes[start + 3]) != nil
    }

    /// Bytes of the scalar at the beginning; 0 where there is none (RFC 3629 §4).
    private static func scalarLength(_ bytes: ArraySlice<UInt8>) -> Int {
        let length =
            switch bytes.first ?? 0xff {
            case 0..<0x80: 1
            case 0xc2...0xdf: 2
            case 0xe0...0xef: 3
            case 0xf0...0xf4: 4
            default: 0
            }
        guard length > 0, bytes.count >= length else { return 0 }
        return String(validating: bytes.prefix(length), as: UTF8.self) == nil ? 0 : length
    }
}
