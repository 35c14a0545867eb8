import SwiftASN1
import X509

/// The rules of RFC 5280 §6 for a path that was found, without its times, signatures and strength: those are told apart.
///
/// The anchor is trusted by its key and name; what it says about its own power (who may issue, path length, name
/// constraints) holds as well, as RFC 5937 allows. Demands on authorities which change nothing about who is trusted,
/// such as which extensions have to be marked critical or how long serial numbers are, are not made.
enum ChainRules {
    /// What breaks the rules, and what of it cannot be judged.
    static func findings(of path: CertificatePath) -> [ChainFinding] {
        let certificates = path.certificates
        // One certificate of the store is trusted as it is.
        let belowAnchor = path.end == .anchored && certificates.count > 1 ? certificates.dropLast() : certificates[...]
        var findings: [ChainFinding] = []
        for (index, certificate) in certificates.enumerated() {
            findings += extensionFindings(certificate, isLeaf: index == 0)
        }
        for (index, certificate) in belowAnchor.enumerated() where !allowsServers(certificate) {
            findings.append(
                certificate.finding(.chainRules, "its extended key usage lacks serverAuth", isLeaf: index == 0))
        }
        // One certificate alone is trusted as it is, or has a problem already.
        guard certificates.count > 1 else { return findings }
        var length = 0
        for (index, authority) in certificates.enumerated().dropFirst() {
            let isAnchor = index >= belowAnchor.count
            if let fault = authorityFault(authority, isAnchor: isAnchor, length: length) {
                findings.append(authority.finding(.chainRules, fault, isLeaf: false))
            }
            if !authority.isSelfIssued { length += 1 }
        }
        return findings + nameFindings(certificates) + policyFindings(belowAnchor)
    }

    // MARK: One certificate

    private static let understood: Set<ASN1ObjectIdentifier> = [
        .X509ExtensionID.basicConstraints, .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
        .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.nameConstraints,
        .X509ExtensionID.subjectKeyIdentifier, .X509ExtensionID.authorityKeyIdentifier,
        .X509ExtensionID.authorityInformationAccess,
        CertificateOutline.policiesIdentifier, CertificateOutline.policyMappingsIdentifier,
        CertificateOutline.policyConstraintsIdentifier, CertificateOutline.inhibitAnyPolicyIdentifier,
    ]

    private static func extensionFindings(_ certificate: ReadCertificate, isLeaf: Bool) -> [ChainFinding] {
        var findings: [ChainFinding] = []
        var seen: Set<ASN1ObjectIdentifier> = []
        for one in certificate.outline.extensions {
            if one.critical, !understood.contains(one.oid) {
                findings.append(
                    certificate.finding(.unsupported, "the critical extension \(one.oid)", isLeaf: isLeaf))
            }
            // RFC 5280 §4.2.
            if !seen.insert(one.oid).inserted {
                findings.append(certificate.finding(.chainRules, "the extension \(one.oid) twice", isLeaf: isLeaf))
            }
        }
        if !certificate.outline.namesOneAlgorithm {
            findings.append(
                certificate.finding(.chainRules, "it names two signature algorithms", isLeaf: isLeaf))
        }
        return findings
    }

    /// RFC 5280 §4.2.1.12: no extended key usage, or one that names serverAuth or any purpose.
    private static func allowsServers(_ certificate: ReadCertificate) -> Bool {
        guard let found = certificate.outline.extension(.X509ExtensionID.extendedKeyUsage) else { return true }
        // A usage that cannot be read allows nothing.
        guard let usage = try? ExtendedKeyUsage(found) else { return false }
        return usage.contains(.serverAuth) || usage.contains(.any)
    }

    /// Why the certificate may not have issued the one before it; nil if it may (RFC 5280 §6.1.4 (k) to (n)).
    ///
    /// - Parameter length: How many authorities below it are not self-issued.
    private static func authorityFault(_ authority: ReadCertificate, isAnchor: Bool, length: Int) -> String? {
        let outline = authority.outline
        if let found = outline.extension(.X509ExtensionID.basicConstraints) {
            guard let constraints = try? BasicConstraints(found) else { return "its basicConstraints cannot be read" }
            guard case .isCertificateAuthority(let maximum) = constraints else {
                return "it is no authority (basicConstraints), but issued a certificate"
            }
            if let maximum, length > maximum {
                return "\(length) authorities below it, where its path length allows \(maximum)"
            }
        } else if !isAnchor || outline.version == 3 {
            // Roots older than version 3 have no extensions; those of the store are authorities because they are in it.
            return "it is no authority (no basicConstraints), but issued a certificate"
        }
        if let found = outline.extension(.X509ExtensionID.keyUsage) {
            // A usage that cannot be read allows nothing.
            guard let usage = try? KeyUsage(found), usage.keyCertSign else {
                return "its key usage lacks keyCertSign, but it issued a certificate"
            }
        }
        return nil
    }

    // MARK: The whole path

    private static func nameFindings(_ certificates: [ReadCertificate]) -> [ChainFinding] {
        var rules = NameConstraintRules()
        for (index, authority) in certificates.enumerated().dropFirst() {
            guard let found = authority.outline.extension(.X509ExtensionID.nameConstraints) else { continue }
            guard let constraints = try? NameConstraintSet(found) else {
                return [authority.finding(.chainRules, "its name constraints cannot be read", isLeaf: false)]
            }
            for (below, certificate) in certificates[..<index].enumerated()
            where below == 0 || !certificate.isSelfIssued {
                guard let names = certificate.outline.constrainedNames() else {
                    return [certificate.finding(.chainRules, "its names cannot be read", isLeaf: below == 0)]
                }
                do throws(NameConstraintRules.Failure) {
                    try rules.check(names, constraints)
                } catch {
                    switch error {
                    case .violated(let what): return [authority.finding(.chainRules, "it \(what)", isLeaf: false)]
                    case .unsupported(let what): return [authority.finding(.unsupported, what, isLeaf: false)]
                    }
                }
            }
        }
        return []
    }

    private static func policyFindings(_ certificates: ArraySlice<ReadCertificate>) -> [ChainFinding] {
        do throws(PolicyRules.Failure) {
            try PolicyRules.check(certificates.map(\.outline))
            return []
        } catch {
            switch error {
            case .notNamed:
                return [ChainFinding(.chainRules, "an authority demands a policy that the path does not have")]
            case .mappedFromOrToAny: return [ChainFinding(.chainRules, "an authority maps anyPolicy")]
            case .unreadable: return [ChainFinding(.chainRules, "the policies of the path cannot be read")]
            case .tooMany:
                return [ChainFinding(.unsupported, "more than \(PolicyRules.maximum) policies in a certificate")]
            }
        }
    }
}

extension CertificateOutline {
    /// All names that name constraints apply to (RFC 5280 §4.2.1.10); nil if they cannot be read.
    fileprivate func constrainedNames() -> [GeneralName]? {
        var names: [GeneralName] = []
        if let found = `extension`(.X509ExtensionID.subjectAlternativeName) {
            guard let alternatives = try? SubjectAlternativeNames(found) else { return nil }
            names += alternatives
        }
        guard !subject.isEmpty else { return names }
        // A mailbox in the subject counts where no alternative name is one.
        if !names.contains(where: { NameForm($0) == .email }) {
            for attribute in subject.joined() where attribute.type == Self.emailAddress {
                if let text = String(attribute.value) { names.append(.rfc822Name(text)) }
            }
        }
        return names + [.directoryName(subject)]
    }

    /// RFC 2985 §5.2.1.
    private static let emailAddress: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 1]
}
