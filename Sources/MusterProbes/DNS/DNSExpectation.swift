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
        if answers?.count == 1, answers?[0].segments == [.address], Self.answerCount(message) == 1,
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
        let found = Set(records.map { Self.canonical($0.text, query.type) })
        if wanted == found { return (.up, "") }
        return (
            .down(.dnsMismatch),
            "got \(found.sorted().prefix(3).joined(separator: ", ")), expected \(wanted.sorted().prefix(3).joined(separator: ", "))"
        )
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
        case .txt: return text.contains("\"") ? text.split(separator: "\" \"").joined().filter { $0 != "\"" } : text
        default:
            let words = text.lowercased().split(separator: " ").map {
                $0.hasSuffix(".") && $0.count > 1 ? $0.dropLast() : $0
            }
            return words.joined(separator: " ")
        }
    }
}
