internal import MusterCore
internal import MusterWire

/// What an answer must say.
struct DNSExpectation: Sendable {
    /// The response code; NOERROR where nothing is said.
    var code: DNSResponseCode
    /// Exactly these records of the asked type, in any order; nil where any will do.
    var answers: [Template]?
    /// So many records of the asked type at least.
    var minimum: Int

    /// Compares an answer; the detail says what differs.
    func judge(
        _ actual: DNSResponseCode, _ message: Span<UInt8>, _ query: DNSQuery, _ host: Host
    ) -> (verdict: Verdict, detail: String) {
        guard actual == code else { return (Self.verdict(forUnexpected: actual), "got \(actual.text)") }
        guard actual == .noError else { return (.up, "") }
        if minimum <= 1, answers?.count == 1, answers?[0].segments == [.address], Self.answerCount(message) == 1,
            Self.contains(host.address, query, message)
        {
            return (.up, "")
        }
        guard let parsed = try? DNSMessage(parsing: message) else { return (.down(.dnsMalformed), "") }
        let records = parsed.answers.filter { $0.type == query.type.rawValue }.map(\.data)
        guard !records.isEmpty else {
            return minimum == 0 && (answers ?? []).isEmpty ? (.up, "") : (.down(.dnsNoData), "")
        }
        guard records.count >= minimum else {
            return (.down(.dnsMismatch), "\(records.count) records, expected at least \(minimum)")
        }
        guard let answers else { return (.up, "") }
        let wanted = Set(answers.map { Self.canonical($0.text(for: host), query.type) })
        let found = Set(records.map(Self.canonical))
        if wanted == found { return (.up, "") }
        return (.down(.dnsMismatch), "got \(Self.shown(found)), expected \(Self.shown(wanted))")
    }

    private static func shown(_ records: Set<String>) -> String {
        records.isEmpty ? "none" : records.sorted().prefix(3).joined(separator: ", ")
    }

    private static func verdict(forUnexpected code: DNSResponseCode) -> Verdict {
        switch code {
        case .nxDomain: .down(.dnsNXDomain)
        case .servFail: .down(.dnsServFail)
        case .refused: .down(.dnsRefused)
        default: .down(.dnsRcode)
        }
    }

    private static func answerCount(_ message: Span<UInt8>) -> Int {
        message.count >= 12 ? Int(message[6]) << 8 | Int(message[7]) : 0
    }

    private static func contains(_ address: IPAddress?, _ query: DNSQuery, _ message: Span<UInt8>) -> Bool {
        switch (address, query.type) {
        case (.v4(let value), .a): query.answersContain(ipv4: value, in: message)
        case (.v6(let high, let low), .aaaa): query.answersContain(ipv6High: high, low: low, in: message)
        default: false
        }
    }

    /// One way of writing for records that mean the same: letter case, the last dot, quotes, the forms of an address.
    static func canonical(_ text: String, _ type: DNSRecordType) -> String {
        switch type {
        case .a, .aaaa: return IPAddress(text: text)?.text ?? text
        case .txt: return text.hasPrefix("\"") ? unquoted(text) : text
        default:
            let words = text.lowercased().split(separator: " ").map { word in
                word.hasSuffix(".") && word.count > 1 ? word.dropLast() : word
            }
            return words.joined(separator: " ")
        }
    }

    /// The same of a record; the strings of a TXT record are one text.
    private static func canonical(_ record: DNSRecordData) -> String {
        if case .txt(let texts) = record { return String(decoding: texts.joined(), as: UTF8.self) }
        return canonical(record.text, DNSRecordType(rawValue: record.type) ?? .txt)
    }

    /// The strings of a zone file as one text: what is between quotes, `\"`, `\\` and `\DDD` read (RFC 1035 §5.1).
    private static func unquoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        var isInside = false
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") {
                isInside.toggle()
            } else if byte == UInt8(ascii: "\\"), let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self)) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else if byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
                bytes.append(next)
            } else if isInside {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
