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
        if !judgement.problems.isEmpty {
            facts.append(Fact("certificate_problems", .list(judgement.problems.map { .string($0.reason.rawValue) })))
        }
        // An ordinary chain is told by its leaf; one that does not hold is told whole.
        let told = judgement.problems.isEmpty ? judgement.chain.prefix(1) : judgement.chain[...]
        if !told.isEmpty { facts.append(Fact("certificates", .list(told.map(certificate)))) }
        return facts
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
