import SwiftASN1
import X509

/// The rules of RFC 5280 §6 for a path that was found, without its times, signatures and strength: those are told apart.
///
/// The anchor is trusted by its key and name; what it says about its own power (who may issue, path length, purposes,
/// name constraints) holds as well, as RFC 5937 allows. ``CertificateProfile`` says which demands on issuers are not made.
enum ChainRules {
    /// What breaks the rules, and what of it cannot be judged.
    static func findings(of path: CertificatePath, work: inout ChainWork) -> [ChainFinding] {
        let certificates = path.certificates
        let isPinned = path.end == .anchored && certificates.count == 1
        // One certificate of the store is trusted as it is.
        let belowAnchor = path.end == .anchored && !isPinned ? certificates.dropLast() : certificates[...]
        var findings: [ChainFinding] = []
        for (index, certificate) in certificates.enumerated() {
            findings += extensionFindings(certificate, isLeaf: index == 0)
        }
        if !isPinned {
            for (index, certificate) in belowAnchor.enumerated() {
                findings += CertificateProfile.faults(of: certificate.outline).map {
                    certificate.finding(.chainRules, $0, isLeaf: index == 0)
                }
            }
        }
        findings += leafFindings(certificates[0])
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
        return findings + nameFindings(certificates, work: &work) + policyFindings(belowAnchor)
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

    /// Whether the leaf is a server's. As in OpenSSL and Firefox, any purpose does not name servers.
    private static func leafFindings(_ leaf: ReadCertificate) -> [ChainFinding] {
        var findings: [ChainFinding] = []
        // What cannot be read allows nothing.
        do {
            if let purposes = try leaf.outline.extendedPurposes(), !purposes.isForServers { throw MalformedExtension() }
        } catch {
            findings.append(ChainFinding(.chainRules, "its extended key usage lacks serverAuth"))
        }
        do {
            // An authority's own certificate may be the server's.
            if let purposes = try leaf.outline.keyPurposes(), !purposes.authenticatesServers,
                try leaf.outline.authorityConstraints()?.isAuthority != true
            {
                throw MalformedExtension()
            }
        } catch {
            findings.append(
                ChainFinding(
                    .chainRules, "its key usage lacks digitalSignature, keyEncipherment and keyAgreement"))
        }
        if leaf.outline.key.family == .other {
            findings.append(ChainFinding(.unsupported, "a key of \(leaf.outline.key.description)"))
        }
        return findings
    }

    /// Why the certificate may not have issued the one before it; nil if it may (RFC 5280 §6.1.4 (k) to (n)).
    ///
    /// - Parameter length: How many authorities below it are not self-issued.
    private static func authorityFault(_ authority: ReadCertificate, isAnchor: Bool, length: Int) -> String? {
        let outline = authority.outline
        guard isAnchor || outline.version == 3 else {
            return "a certificate of version \(outline.version) is no authority, but issued a certificate"
        }
        do {
            if let constraints = try outline.authorityConstraints() {
                guard constraints.isAuthority else {
                    return "it is no authority (basicConstraints), but issued a certificate"
                }
                if let maximum = constraints.pathLength, length > maximum {
                    return "\(length) authorities below it, where its path length allows \(maximum)"
                }
            } else if !isAnchor || outline.version == 3 {
                // Roots older than version 3 have no extensions; the store's are authorities because they are in it.
                return "it is no authority (no basicConstraints), but issued a certificate"
            }
        } catch {
            return "its basicConstraints cannot be read"
        }
        // What cannot be read allows nothing.
        do {
            if let purposes = try outline.keyPurposes(), !purposes.signsCertificates { throw MalformedExtension() }
        } catch {
            return "its key usage lacks keyCertSign, but it issued a certificate"
        }
        do {
            let purposes = try outline.extendedPurposes()
            if let purposes, !purposes.isForServers, !purposes.isForAny { throw MalformedExtension() }
        } catch {
            return "its extended key usage lacks serverAuth"
        }
        return nil
    }

    // MARK: The whole path

    private static func nameFindings(_ certificates: [ReadCertificate], work: inout ChainWork) -> [ChainFinding] {
        guard certificates.contains(where: { $0.outline.extension(.X509ExtensionID.nameConstraints) != nil }) else {
            return []
        }
        var rules = NameConstraintRules()
        defer { work.comparedNames += rules.work }
        let names = certificates.map { try? $0.outline.constrainedNames() }
        for (index, authority) in certificates.enumerated().dropFirst() {
            guard let found = authority.outline.extension(.X509ExtensionID.nameConstraints) else { continue }
            guard let constraints = try? NameConstraintSet(found) else {
                return [authority.finding(.chainRules, "its name constraints cannot be read", isLeaf: false)]
            }
            for (below, certificate) in certificates[..<index].enumerated()
            where below == 0 || !certificate.isSelfIssued {
                guard let names = names[below] else {
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
    /// All names that name constraints apply to (RFC 5280 §4.2.1.10). Throws if they cannot be read.
    fileprivate func constrainedNames() throws -> [ConstrainedName] {
        var names = try alternativeNames().map(ConstrainedName.init)
        guard !subject.isEmpty else { return names }
        // A mailbox in the subject counts where no alternative name is one.
        if !names.contains(where: { $0.form == .email }) {
            for attribute in subject.name.joined() where attribute.type == Self.emailAddress {
                if let text = String(attribute.value) { names.append(ConstrainedName(.rfc822Name(text))) }
            }
        }
        return names + [ConstrainedName(subject: subject)]
    }

    /// RFC 2985 §5.2.1.
    private static let emailAddress: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 1]
}
