import SwiftASN1
import Synchronization
@_spi(DisableValidityCheck) import X509

/// The rules of RFC 5280 §6 for a path that was found, without its times, names and strength: those are told apart.
enum ChainRules {
    /// Whether the path keeps them.
    static func hold(_ path: CertificatePath) async -> Bool {
        let certificates = path.certificates
        guard
            certificates.dropLast(path.end == .anchored && certificates.count > 1 ? 1 : 0)
                .allSatisfy(allowsServers)
        else { return false }
        // One certificate alone is trusted as it is, or has a problem already.
        guard certificates.count > 1 else { return true }
        let parsed = certificates.compactMap(\.certificate)
        guard parsed.count == certificates.count, let root = parsed.last else { return true }
        var verifier = Verifier(rootCertificates: CertificateStore([root])) {
            RFC5280Policy.withValidityCheckDisabled()
            UnderstoodExtensions()
        }
        let between = CertificateStore(custom: PathStore(parsed.dropFirst().dropLast()))
        if case .validCertificate = await verifier.validate(leaf: parsed[0], intermediates: between) { return true }
        return false
    }

    /// RFC 5280 §4.2.1.12: no extended key usage, or one that names serverAuth or any purpose.
    private static func allowsServers(_ certificate: ReadCertificate) -> Bool {
        guard let found = certificate.outline.extension(.X509ExtensionID.extendedKeyUsage) else { return true }
        // A usage that cannot be read allows nothing.
        guard let usage = try? ExtendedKeyUsage(found) else { return false }
        return usage.contains(.serverAuth) || usage.contains(.any)
    }
}

/// Declares the extensions that are judged elsewhere, so that a critical one does not fail the path.
private struct UnderstoodExtensions: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.extendedKeyUsage,
        .X509ExtensionID.subjectAlternativeName,
        // certificatePolicies: we ask for no particular policy, and any is then acceptable (RFC 5280 §6.1.1 (c)).
        [2, 5, 29, 32],
    ]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        .meetsPolicy
    }
}

/// Hands the verifier the middle of a path that was found already, and stops its own search after a few steps.
private struct PathStore: CustomCertificateStore {
    private let middle: [Certificate]
    private let lookups: Lookups

    private final class Lookups: Sendable {
        let count = Atomic<Int>(0)
    }

    init(_ middle: some Sequence<Certificate>) {
        self.middle = Array(middle)
        self.lookups = Lookups()
    }

    subscript(subject: DistinguishedName) -> [Certificate]? {
        get async {
            let count = lookups.count.wrappingAdd(1, ordering: .relaxed).newValue
            guard count <= 2 * PathSearch.maximumLength else { return nil }
            return middle.filter { $0.subject == subject }
        }
    }

    func contains(_ certificate: Certificate) async -> Bool { middle.contains(certificate) }

    mutating func append(contentsOf certificates: some Sequence<Certificate>) {
        self = PathStore(middle + certificates)
    }

    static func == (left: PathStore, right: PathStore) -> Bool { left.middle == right.middle }

    func hash(into hasher: inout Hasher) { hasher.combine(middle) }
}
