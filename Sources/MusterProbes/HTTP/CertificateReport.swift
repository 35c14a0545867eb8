internal import MusterCore
internal import MusterTLS

/// What a report tells of a TLS connection, whether its chain held or not.
enum CertificateReport {
    static func facts(_ judgement: ChainJudgement, _ client: TLSClient, now: Int64) -> [Fact] {
        var facts: [Fact] = []
        if let version = client.version { facts.append(Fact("tls_version", .string(version))) }
        if let cipher = client.cipherName { facts.append(Fact("tls_cipher", .string(cipher))) }
        if let daysLeft = judgement.daysLeft(now: now) {
            facts.append(Fact("certificate_days_left", .integer(daysLeft)))
        }
        if let first = authorityThatEndsFirst(judgement) {
            facts.append(Fact("certificate_ends_first", .string(first)))
        }
        if !judgement.problems.isEmpty {
            let codes = judgement.problems.compactMap(\.verdict.code)
            facts.append(Fact("certificate_problems", .list(codes.map { .string($0) })))
        }
        // An ordinary chain is told by its leaf; one that does not hold is told whole.
        let told = judgement.problems.isEmpty ? judgement.chain.prefix(1) : judgement.chain[...]
        if !told.isEmpty { facts.append(Fact("certificates", .list(told.map(certificate)))) }
        return facts
    }

    /// The subject of the certificate that ends first where that is not the leaf.
    static func authorityThatEndsFirst(_ judgement: ChainJudgement) -> String? {
        guard let first = judgement.firstToEnd, first != judgement.leaf else { return nil }
        return first.subject
    }

    /// What the certificate names instead of what was asked for.
    static func names(of leaf: CertificateFacts?, asked: ServerName) -> String {
        let asked =
            switch asked {
            case .dns(let name): name
            case .ip(let octets): address(octets)
            }
        guard let leaf else { return "" }
        let names = leaf.dnsNames + leaf.ipAddresses.map(address)
        guard !names.isEmpty else {
            let common = leaf.subject.isEmpty ? "" : " (\(leaf.subject) alone does not count)"
            return "asked for \(asked), the certificate has no names at all\(common)"
        }
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return "asked for \(asked), the certificate names \(names.prefix(3).joined(separator: ", "))\(more)"
    }

    /// As text; octets of another number are no address.
    private static func address(_ octets: [UInt8]) -> String {
        switch octets.count {
        case 4: IPAddress.v4(octets.reduce(0) { $0 << 8 | UInt32($1) }).text
        case 16:
            IPAddress.v6(
                high: octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: octets.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
            ).text
        default: "a malformed address"
        }
    }

    private static func certificate(_ facts: CertificateFacts) -> Setting {
        .object([
            .init("subject", .string(facts.subject)),
            .init("issuer", .string(facts.issuer)),
            .init("names", .list(facts.dnsNames.prefix(16).map { .string($0) })),
            .init("not_before", .integer(Int(facts.notBefore))),
            .init("not_after", .integer(Int(facts.notAfter))),
            .init("key", .string(facts.keyDescription)),
            .init("signature", .string(facts.signatureAlgorithm)),
            .init("sha256", .string(facts.fingerprint)),
        ])
    }
}
