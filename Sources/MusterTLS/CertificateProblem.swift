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
    /// The issuer of the last certificate of the path was neither presented nor is it in the trust store.
    case incomplete
    /// The path ends in a self-signed root which is not in the trust store.
    case untrusted
    /// Below the root: a signature over SHA-1, MD5 or MD2, an RSA key under 2,048 bits or an EC key under 224.
    case weak
    /// A certificate names an issuer at hand, and that issuer's key did not sign it.
    case badSignature
    /// The path breaks a rule of RFC 5280 §6: basicConstraints, path length, name constraints, an unknown critical
    /// extension, or an extended key usage without serverAuth.
    case chainRules
    /// A certificate is not X.509, uses an algorithm that cannot be judged, or the chain is over the bounds.
    case unreadable
    /// The peer presented no certificate.
    case missing
}

extension CertificateProblem {
    /// The given problems once each, in the order of the list.
    static func ordered(_ problems: Set<CertificateProblem>) -> [CertificateProblem] {
        problems.isEmpty ? [] : allCases.filter(problems.contains)
    }
}
