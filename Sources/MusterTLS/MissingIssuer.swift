import SwiftASN1
import Synchronization
import X509

/// Tells whose fault it is that a path does not reach the trust store.
///
/// A server may leave the root out (RFC 8446 §4.4.2), so a path that ends at an issuer nobody here knows lacks nothing
/// that can be seen: the issuer may be a root which is not trusted here. That is ``CertificateProblem/untrusted``. Where
/// a certificate says its issuer's lies (caIssuers) does not help: it points to roots as well. An intermediate is
/// certainly missing, ``CertificateProblem/incomplete``, in two cases:
///
/// - another server of this run presented it, on a path that holds;
/// - the leaf says that it was issued under the rules of the public authorities (CA/Browser Forum Baseline Requirements
///   §7.1.2.7.9: a policy under 2.23.140.1), and those forbid roots to issue leaves (§6.1.7).
enum MissingIssuer {
    /// The finding about a path that ends outside the store.
    static func finding(of path: CertificatePath, trust: TrustStore, issuers: KnownIssuers) -> ChainFinding {
        let tip = path.certificates[path.certificates.count - 1]
        let isLeaf = path.certificates.count == 1
        if path.end == .selfSigned {
            return isLeaf
                ? ChainFinding(.selfSigned, "give it with tls.ca to trust it")
                : ChainFinding(.untrusted, "issued by \(tip.facts.subject), which is not trusted here: \(advice)")
        }
        if issuers.contains(issuerOf: tip) {
            return ChainFinding(
                .incomplete, "issued by \(tip.facts.issuer), which other servers send and this one does not")
        }
        if isLeaf, isIssuedByPublicRules(tip) {
            return ChainFinding(.incomplete, "issued by \(tip.facts.issuer), which the server did not send")
        }
        if trust.knows(tip.outline.issuer) {
            return ChainFinding(
                .untrusted, "issued by \(tip.facts.issuer) with another key than the one known here: \(advice)")
        }
        let place = tip.issuerLocation.map { " (it is at \($0))" } ?? ""
        return ChainFinding(.untrusted, "issued by \(tip.facts.issuer), which is not known here: \(advice)\(place)")
    }

    private static let advice = "give its certificate with tls.ca"

    private static func isIssuedByPublicRules(_ leaf: ReadCertificate) -> Bool {
        // Policies that cannot be read say nothing of the kind.
        guard let policies = try? leaf.outline.policies() else { return false }
        return policies.contains { policy in Array(policy.oidComponents.prefix(4)) == [2, 23, 140, 1] }
    }
}

/// The intermediate authorities that were seen on paths that hold; a bounded number. Shared by all threads of a run.
final class KnownIssuers: Sendable {
    static let maximum = 256

    private struct State {
        var bySubject: [DirectoryName: [ReadCertificate]] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    func remember(_ issuers: [ReadCertificate]) {
        for issuer in issuers {
            state.withLock { state in
                guard state.count < Self.maximum,
                    !(state.bySubject[issuer.outline.subject]?.contains { $0.der == issuer.der } ?? false)
                else { return }
                state.bySubject[issuer.outline.subject, default: []].append(issuer)
                state.count += 1
            }
        }
    }

    /// Whether a remembered authority signed the certificate.
    func contains(issuerOf child: ReadCertificate) -> Bool {
        let candidates = state.withLock { $0.bySubject[child.outline.issuer] } ?? []
        // Few bear one name; the bound holds where a peer made many.
        return candidates.prefix(8).contains { $0.mayHaveIssued(child) && $0.signed(child) == true }
    }
}
