/// Why a certificate chain does not hold, in the order in which a person should fix them.
///
/// The list is closed: the raw values are fixed strings, fit for reports and metric labels.
package enum CertificateProblem: String, CaseIterable, Sendable, Hashable {
    /// A certificate on the path is past its notAfter (RFC 5280 §4.1.2.5: the named second itself is still valid).
    case expired
    /// A certificate on the path is before its notBefore.
    case notYetValid
    /// No subject alternative name of the leaf is the name that was asked for (RFC 9525 §6).
    case wrongName
    /// The leaf signed itself, and is not in the trust store.
    case selfSigned
    /// The server left out an intermediate certificate, and that is known: see ``MissingIssuer``.
    case incomplete
    /// The path ends at an issuer that is not in the trust store, whether its certificate was presented or not.
    case untrusted
    /// A signature below the root over SHA-1, MD5 or MD2, an RSA key under 2,048 bits or an EC key under 224.
    case weak
    /// A certificate names an issuer at hand, and that issuer's key did not sign it.
    case badSignature
    /// The path breaks a rule of RFC 5280 §6 (who may issue, path length, name constraints, policies, purposes), or a
    /// certificate of it one of §4 (``CertificateProfile``).
    case chainRules
    /// A certificate is not X.509.
    case unreadable
    /// The peer presented no certificate.
    case missing
    /// Nothing else is wrong, but something is used that cannot be judged here: an algorithm, a critical extension, or
    /// a chain over the bounds.
    case unsupported
}

/// What exactly was found.
package struct ChainFinding: Sendable, Hashable {
    package var problem: CertificateProblem
    /// The subject of the certificate it is about; nil for the leaf.
    package var certificate: String?
    /// What it is, in a few words; empty where the problem says it all.
    package var detail: String
    /// The end or the beginning of the validity that is broken, in Unix seconds.
    package var time: Int64?

    init(_ problem: CertificateProblem, _ detail: String = "", certificate: String? = nil, time: Int64? = nil) {
        self.problem = problem
        self.detail = detail
        self.certificate = certificate
        self.time = time
    }

    /// The finding in a few words, for a person.
    ///
    /// - Parameter now: Unix seconds.
    package func text(now: Int64) -> String {
        let what =
            switch (problem, time) {
            case (.expired, let time?): Self.span(now - time) + " ago"
            case (.notYetValid, let time?): "in " + Self.span(time - now)
            default: detail
            }
        return [certificate, what].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
    }

    private static func span(_ seconds: Int64) -> String {
        switch seconds / 86_400 {
        case 0: "less than a day"
        case 1: "1 day"
        case let days: "\(days) days"
        }
    }
}

extension [ChainFinding] {
    /// The first finding of each problem, in the order of the list of problems.
    var ordered: [ChainFinding] {
        isEmpty ? [] : CertificateProblem.allCases.compactMap { problem in first { $0.problem == problem } }
    }
}
