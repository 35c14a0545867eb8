/// Pieces of the presentation form of records (RFC 1035 §5.1).
enum DNSText {
    /// `\DDD` for a byte that does not print.
    static func decimalEscape(_ byte: UInt8) -> String {
        let digits = String(byte)
        return "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }

    /// A character string in quotes; quotes and backslashes escaped, bytes that do not print as `\DDD`.
    static func quoted(_ bytes: [UInt8]) -> String {
        var text = "\""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text += "\\"
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x20...0x7E:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += decimalEscape(byte)
            }
        }
        return text + "\""
    }

    /// Data of a type that muster does not know: `\# 2 0AFF` (RFC 3597 §5).
    static func unknown(_ bytes: [UInt8]) -> String {
        var text = "\\# \(bytes.count)"
        if !bytes.isEmpty { text += " " }
        for byte in bytes {
            text += String(byte >> 4, radix: 16, uppercase: true) + String(byte & 0xF, radix: 16, uppercase: true)
        }
        return text
    }
}
