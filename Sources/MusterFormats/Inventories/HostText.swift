import MusterCore

/// What names and addresses of an inventory may look like.
enum HostText {
    /// Bytes of a host's name at most (RFC 1035 §2.3.4, written out).
    static let nameLimit = 253

    /// Why bytes are no host's name, nil where they are one.
    static func nameFault(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty else { return "an empty name; write for example \"web1.example\"" }
        guard bytes.count <= nameLimit else {
            return "a name of \(bytes.count) characters; write at most \(nameLimit)"
        }
        guard bytes.allSatisfy({ isWordByte($0) || $0 == UInt8(ascii: ":") }) else {
            return "\(quoted(bytes)) is no host's name; write letters, digits, \"-\", \"_\", \".\" and \":\" only"
        }
        return nil
    }

    /// Why bytes are neither an IP address nor a name that could be resolved, nil where they are.
    static func addressFault(_ bytes: [UInt8]) -> String? {
        if IPAddress(ascii: bytes.span) != nil { return nil }
        guard !bytes.isEmpty else { return "an empty address; write for example \"127.0.0.1\"" }
        if bytes.contains(UInt8(ascii: ":")) {
            return "\(quoted(bytes)) is no IPv6 address; write for example \"2001:db8::1\", without brackets or port"
        }
        if bytes.allSatisfy({ $0 &- 48 < 10 || $0 == UInt8(ascii: ".") }) {
            return "\(quoted(bytes)) is no IPv4 address; write four numbers from 0 to 255 without leading zeros"
        }
        return nameFault(bytes)
    }

    /// Letters, digits, `_`, `-` and `.`, from 1 to 64: a name of a group, check or label.
    static func isWord(_ text: String) -> Bool {
        1...64 ~= text.utf8.count && text.utf8.allSatisfy(isWordByte)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }

    private static func quoted(_ bytes: [UInt8]) -> String { "\"\(String(decoding: bytes, as: UTF8.self))\"" }
}
