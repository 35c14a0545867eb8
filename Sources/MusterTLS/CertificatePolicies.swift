import SwiftASN1
import X509

/// The extensions about policies, which swift-certificates does not read.
extension CertificateOutline {
    static let policiesIdentifier: ASN1ObjectIdentifier = [2, 5, 29, 32]
    static let policyMappingsIdentifier: ASN1ObjectIdentifier = [2, 5, 29, 33]
    static let policyConstraintsIdentifier: ASN1ObjectIdentifier = [2, 5, 29, 36]
    static let inhibitAnyPolicyIdentifier: ASN1ObjectIdentifier = [2, 5, 29, 54]
    /// RFC 5280 §4.2.1.4.
    static let anyPolicy: ASN1ObjectIdentifier = [2, 5, 29, 32, 0]

    /// The policies the certificate was issued under; empty if it names none (RFC 5280 §4.2.1.4).
    func policies() throws -> [ASN1ObjectIdentifier] {
        guard let found = `extension`(Self.policiesIdentifier) else { return [] }
        return try DER.sequence(DER.parse(found.value), identifier: .sequence) { nodes in
            var policies: [ASN1ObjectIdentifier] = []
            while let node = nodes.next() {
                policies.append(
                    try DER.sequence(node, identifier: .sequence) { members in
                        let policy = try ASN1ObjectIdentifier(derEncoded: &members)
                        // Qualifiers are for people (RFC 5280 §4.2.1.4).
                        _ = members.next()
                        return policy
                    })
            }
            return policies
        }
    }

    /// Throws if one of the extensions about policies is not well-formed.
    func checkPolicies() throws {
        let named = try policies()
        guard `extension`(Self.policiesIdentifier) == nil || !named.isEmpty else { throw MalformedExtension() }
        // RFC 5280 §4.2.1.4.
        guard Set(named).count == named.count else { throw MalformedExtension() }
        let mapped = try policyMappings()
        guard `extension`(Self.policyMappingsIdentifier) == nil || !mapped.isEmpty else { throw MalformedExtension() }
        let constraints = try policyConstraints()
        let constrains = constraints.requireExplicit != nil || constraints.inhibitMapping != nil
        guard `extension`(Self.policyConstraintsIdentifier) == nil || constrains else { throw MalformedExtension() }
        _ = try inhibitAnyPolicy()
    }

    /// Which policies of the issuer are which of the subject; empty if none are mapped (RFC 5280 §4.2.1.5).
    func policyMappings() throws -> [(issuer: ASN1ObjectIdentifier, subject: ASN1ObjectIdentifier)] {
        guard let found = `extension`(Self.policyMappingsIdentifier) else { return [] }
        return try DER.sequence(DER.parse(found.value), identifier: .sequence) { nodes in
            var mappings: [(issuer: ASN1ObjectIdentifier, subject: ASN1ObjectIdentifier)] = []
            while let node = nodes.next() {
                mappings.append(
                    try DER.sequence(node, identifier: .sequence) { members in
                        (
                            issuer: try ASN1ObjectIdentifier(derEncoded: &members),
                            subject: try ASN1ObjectIdentifier(derEncoded: &members)
                        )
                    })
            }
            return mappings
        }
    }

    /// After how many certificates a policy has to be named, and may not be mapped any more (RFC 5280 §4.2.1.11).
    func policyConstraints() throws -> (requireExplicit: Int?, inhibitMapping: Int?) {
        guard let found = `extension`(Self.policyConstraintsIdentifier) else { return (nil, nil) }
        return try DER.sequence(DER.parse(found.value), identifier: .sequence) { nodes in
            let require = try Self.count(&nodes, tag: 0)
            let inhibit = try Self.count(&nodes, tag: 1)
            return (require, inhibit)
        }
    }

    /// After how many certificates anyPolicy stands for no policy any more (RFC 5280 §4.2.1.14).
    func inhibitAnyPolicy() throws -> Int? {
        guard let found = `extension`(Self.inhibitAnyPolicyIdentifier) else { return nil }
        let count = try Int(derEncoded: Array(found.value))
        guard count >= 0 else { throw MalformedExtension() }
        return count
    }

    /// SkipCerts ::= INTEGER (0..MAX), in an implicit tag.
    private static func count(_ nodes: inout ASN1NodeCollection.Iterator, tag: UInt) throws -> Int? {
        let identifier = ASN1Identifier(tagWithNumber: tag, tagClass: .contextSpecific)
        let count: Int? = try DER.optionalImplicitlyTagged(&nodes, tag: identifier)
        guard count ?? 0 >= 0 else { throw MalformedExtension() }
        return count
    }
}

/// The policies of a path (RFC 5280 §6.1.2 to §6.1.5), where we accept any policy and ask for none.
///
/// Then they matter only where an authority demands that some policy be named (policyConstraints). The policies of the
/// last level are kept instead of the whole tree, whose size could grow by a power of the path's length: a level follows
/// from the one before it alone (RFC 9618 §5).
struct PolicyRules {
    /// Policies or mappings of one certificate that are looked at.
    static let maximum = 256

    /// How many more certificates may do without a valid policy, may map policies, may stand for any policy.
    private var explicit: Int
    private var mapping: Int
    private var any: Int
    /// The valid policies of this level, and which names of the next level each stands for; nil once no policy is valid.
    private var level: [ASN1ObjectIdentifier: Set<ASN1ObjectIdentifier>]?

    /// What is wrong with the policies of a path.
    enum Failure: Error {
        case notNamed, mappedFromOrToAny, unreadable, tooMany
    }

    /// - Parameter certificates: Below the anchor, leaf first.
    static func check(_ certificates: some BidirectionalCollection<CertificateOutline>) throws(Failure) {
        let demands = [
            CertificateOutline.policyConstraintsIdentifier, CertificateOutline.policyMappingsIdentifier,
        ]
        guard certificates.contains(where: { one in demands.contains { one.extension($0) != nil } }) else { return }
        var rules = PolicyRules(length: certificates.count)
        for (index, certificate) in certificates.reversed().enumerated() {
            do {
                try rules.take(certificate, isLeaf: index == certificates.count - 1)
            } catch let failure as Failure {
                throw failure
            } catch {
                throw .unreadable
            }
        }
    }

    private init(length: Int) {
        (explicit, mapping, any) = (length + 1, length + 1, length + 1)
        level = [CertificateOutline.anyPolicy: [CertificateOutline.anyPolicy]]
    }

    private mutating func take(_ certificate: CertificateOutline, isLeaf: Bool) throws {
        let policies = try certificate.policies()
        guard policies.count <= Self.maximum else { throw Failure.tooMany }
        let isSelfIssued = certificate.subject == certificate.issuer
        descend(policies, allowsAny: any > 0 || !isLeaf && isSelfIssued)
        let constraints = try certificate.policyConstraints()
        if isLeaf {
            // §6.1.5 (a), (b).
            if explicit > 0 { explicit -= 1 }
            if constraints.requireExplicit == 0 { explicit = 0 }
        }
        guard explicit > 0 || level != nil else { throw Failure.notNamed }
        guard !isLeaf else { return }
        try map(certificate.policyMappings())
        // §6.1.4 (h) to (j).
        if !isSelfIssued { (explicit, mapping, any) = (max(0, explicit - 1), max(0, mapping - 1), max(0, any - 1)) }
        explicit = min(explicit, constraints.requireExplicit ?? .max)
        mapping = min(mapping, constraints.inhibitMapping ?? .max)
        any = min(any, try certificate.inhibitAnyPolicy() ?? .max)
    }

    /// §6.1.3 (d), (e).
    private mutating func descend(_ policies: [ASN1ObjectIdentifier], allowsAny: Bool) {
        guard let above = level, !policies.isEmpty else {
            level = nil
            return
        }
        let expected = above.values.reduce(into: Set()) { $0.formUnion($1) }
        let isOpen = above[CertificateOutline.anyPolicy] != nil
        var next: [ASN1ObjectIdentifier: Set<ASN1ObjectIdentifier>] = [:]
        for policy in policies where policy != CertificateOutline.anyPolicy {
            if isOpen || expected.contains(policy) { next[policy] = [policy] }
        }
        if allowsAny, policies.contains(CertificateOutline.anyPolicy) {
            for policy in expected where next[policy] == nil { next[policy] = [policy] }
        }
        level = next.isEmpty ? nil : next
    }

    /// §6.1.4 (a), (b).
    private mutating func map(_ mappings: [(issuer: ASN1ObjectIdentifier, subject: ASN1ObjectIdentifier)]) throws {
        guard mappings.count <= Self.maximum else { throw Failure.tooMany }
        let anyPolicy = CertificateOutline.anyPolicy
        guard mappings.allSatisfy({ $0.issuer != anyPolicy && $0.subject != anyPolicy }) else {
            throw Failure.mappedFromOrToAny
        }
        guard var current = level else { return }
        for (policy, group) in Dictionary(grouping: mappings, by: \.issuer) {
            if mapping == 0 {
                current[policy] = nil
            } else if current[policy] != nil || current[anyPolicy] != nil {
                current[policy] = Set(group.map(\.subject))
            }
        }
        level = current.isEmpty ? nil : current
    }
}
