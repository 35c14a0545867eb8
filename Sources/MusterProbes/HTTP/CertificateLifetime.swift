internal import MusterCore
internal import MusterTLS

/// How long the chain in use lasts, for checks that say how long it should.
struct CertificateLifetime {
    private let daysLeft: Int?
    /// The subject of the certificate that ends first; nil for the leaf.
    private let authority: String?
    /// What has expired; nil where nothing has.
    private let expired: String?

    init(_ judgement: ChainJudgement, now: Int64) {
        daysLeft = judgement.daysLeft(now: now)
        authority = CertificateReport.authorityThatEndsFirst(judgement)
        expired = judgement.findings.first { $0.problem == .expired }?.text(now: now)
    }

    /// Why fewer than so many days are left; nil where there are enough.
    func degradation(least: Int) -> Refusal? {
        if let expired { return Refusal(.degraded(.tlsExpired), expired) }
        guard let daysLeft, daysLeft < least else { return nil }
        let whose = authority.map { "\($0): " } ?? ""
        return Refusal(.degraded(.tlsExpiresSoon), "\(whose)\(daysLeft) days left, expected \(least)")
    }
}
