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
        // What cannot be read was told apart before; this only has no other way to say so.
        guard let parsed = try? DNSMessage(parsing: message) else { return (.down(.dnsMalformed), "") }
        let chain = parsed.chain(from: DNSQuestion(name: query.name, type: query.type))
        let records = chain.records.map(\.data)
        guard !records.isEmpty else { return judge(emptyChain: chain, of: parsed) }
        guard records.count >= minimum else {
            return (.down(.dnsMismatch), "\(records.count) records, expected at least \(minimum)")
        }
        guard let answers else { return (.up, "") }
        let wanted = Set(answers.map { Self.canonical($0.text(for: host), query.type) })
        let found = Set(records.map(Self.canonical))
        if wanted == found { return (.up, "") }
        return (.down(.dnsMismatch), Self.difference(found, wanted))
    }

    /// An answer without a record of the asked type: fine where none is needed, unless none is expected and the server only
    /// says whom to ask.
    private func judge(emptyChain chain: DNSAnswerChain, of message: DNSMessage) -> (verdict: Verdict, detail: String) {
        if minimum == 0, answers == nil { return (.up, "") }
        if let referral = message.referral(after: chain) {
            let servers = referral.servers.map(\.inLowerCase).excerpt
            return (.down(.dnsReferral), "for \(referral.zone.inLowerCase.excerpt(80)) to \(servers)")
        }
        if minimum == 0, answers?.isEmpty == true, !chain.isEndless { return (.up, "") }
        return (.down(.dnsNoData), Self.detail(ofEmpty: chain, message))
    }

    /// What there is instead of a record: aliases, and records that belong to other names.
    private static func detail(ofEmpty chain: DNSAnswerChain, _ message: DNSMessage) -> String {
        if chain.isEndless { return "its aliases do not end" }
        if chain.aliases > 0 { return "alias of \(chain.name.inLowerCase.excerpt(80))" }
        guard let stray = message.answers.first else { return "" }
        if stray.name != chain.name { return "ignored records of \(stray.name.inLowerCase.excerpt(80))" }
        return stray.recordClass == 1 ? "" : "ignored records of class \(stray.recordClass)"
    }

    /// Two sets that have nothing in common are shown as they are, others by what is missing and what is too much.
    private static func difference(_ found: Set<String>, _ wanted: Set<String>) -> String {
        let missing = wanted.subtracting(found).sorted()
        let surplus = found.subtracting(wanted).sorted()
        if missing.count == wanted.count, missing.count <= 3, surplus.count <= 3 {
            if surplus.count == 1, missing.count == 1 {
                let (got, expected) = apart(surplus[0], missing[0])
                return "got \(got), expected \(expected)"
            }
            return "got \(surplus.excerpt), expected \(missing.isEmpty ? "none" : missing.excerpt)"
        }
        let parts = [("missing", missing), ("too much", surplus)].filter { !$0.1.isEmpty }
        return parts.map { "\($0.0): \($0.1.excerpt)" }.joined(separator: "; ")
    }

    /// Two texts so that one sees where they differ: long ones that begin alike are shown from shortly before that place.
    private static func apart(_ left: String, _ right: String) -> (String, String) {
        let scalars = (Array(left.unicodeScalars), Array(right.unicodeScalars))
        let common = zip(scalars.0, scalars.1).prefix { $0 == $1 }.count
        guard common > 40, max(scalars.0.count, scalars.1.count) > 80 else {
            return (left.excerpt(80), right.excerpt(80))
        }
        func shown(_ text: [Unicode.Scalar]) -> String {
            var rest = String.UnicodeScalarView()
            rest.append(contentsOf: text[(common - 20)...])
            return "…" + String(rest).excerpt(60)
        }
        return (shown(scalars.0), shown(scalars.1))
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

extension DNSName {
    /// The name as it is told: in what a server writes, parts of our question may stand in the case that we made up for it.
    fileprivate var inLowerCase: String { description.lowercased() }
}
