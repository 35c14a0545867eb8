import MusterCore
import MusterWire

/// Reads the data of records as expectations write them: `127.0.0.1`, `10 mail.example.com`, `v=spf1 -all`.
enum RecordText {
    /// The data of a text, nil where it is none of that type.
    static func read(_ text: String, _ type: DNSRecordType) -> DNSRecordData? {
        let words = text.split(separator: " ").map(String.init)
        switch type {
        case .a:
            guard case .v4(let value)? = IPAddress(text: text) else { return nil }
            return .a(value)
        case .aaaa:
            guard case .v6(let high, let low)? = IPAddress(text: text) else { return nil }
            return .aaaa(high: high, low: low)
        case .cname: return name(text).map { .cname($0) }
        case .ns: return name(text).map { .ns($0) }
        case .ptr: return name(text).map { .ptr($0) }
        case .mx:
            guard words.count == 2, let preference = UInt16(words[0]), let exchange = name(words[1]) else { return nil }
            return .mx(preference: preference, exchange: exchange)
        case .srv:
            guard words.count == 4, let target = name(words[3]) else { return nil }
            let numbers = words[..<3].compactMap { UInt16($0) }
            guard numbers.count == 3 else { return nil }
            return .srv(priority: numbers[0], weight: numbers[1], port: numbers[2], target: target)
        case .soa: return authority(words)
        case .txt: return .txt(texts(text))
        case .opt: return nil
        }
    }

    private static func name(_ text: String) -> DNSName? { try? DNSName(text) }

    private static func authority(_ words: [String]) -> DNSRecordData? {
        guard words.count == 7, let primary = name(words[0]), let mailbox = name(words[1]) else { return nil }
        let numbers = words[2...].compactMap { UInt32($0) }
        guard numbers.count == 5 else { return nil }
        return .soa(
            DNSStartOfAuthority(
                primary: primary, mailbox: mailbox, serial: numbers[0], refresh: numbers[1], retry: numbers[2],
                expire: numbers[3], minimum: numbers[4]))
    }

    /// `"one" "two"` is two strings, anything else is one.
    private static func texts(_ text: String) -> [[UInt8]] {
        guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return [Array(text.utf8)] }
        return text.dropFirst().dropLast().split(separator: "\" \"", omittingEmptySubsequences: false).map {
            Array($0.utf8)
        }
    }
}
