import Crypto
import CryptoExtras
import FoundationEssentials
import SwiftASN1
import Testing
import X509

/// A certificate made for one test, with its key.
struct MadeCertificate {
    let name: String
    let key: Certificate.PrivateKey
    let certificate: Certificate

    /// - Parameters:
    ///   - issuer: Nil for one that signs itself.
    ///   - isAuthority: Nil for no basicConstraints.
    init(
        _ name: String, _ key: Certificate.PrivateKey = .init(P256.Signing.PrivateKey()), by issuer: MadeCertificate?,
        isAuthority: Bool? = true, notAfter: Int64 = Lab.now + 1000 * Lab.day, names: [GeneralName]? = nil,
        _ extra: [Certificate.Extension] = []
    ) throws {
        let names = names ?? (isAuthority == true ? [] : [.dnsName(Lab.name)])
        self.name = name
        self.key = key
        certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSince1970: 900_000_000),
            notValidAfter: Date(timeIntervalSince1970: Double(notAfter)),
            issuer: try DistinguishedName { CommonName(issuer?.name ?? name) },
            subject: try DistinguishedName { CommonName(name) },
            extensions: try Certificate.Extensions {
                if let isAuthority {
                    Critical(
                        isAuthority
                            ? BasicConstraints.isCertificateAuthority(maxPathLength: nil) : .notCertificateAuthority)
                }
                if !names.isEmpty { SubjectAlternativeNames(names) }
                for one in extra { one }
            }, issuerPrivateKey: (issuer?.key ?? key))
    }

    var der: [UInt8] {
        get throws {
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return serializer.serializedBytes
        }
    }

    var pem: String { get throws { try certificate.serializeAsPEM().pemString + "\n" } }
}

extension Certificate.Extension {
    /// One whose value is the DER that `write` makes.
    static func critical(
        _ identifier: ASN1ObjectIdentifier, _ write: (inout DER.Serializer) throws -> Void
    ) throws -> Certificate.Extension {
        var serializer = DER.Serializer()
        try write(&serializer)
        return Certificate.Extension(oid: identifier, critical: true, value: serializer.serializedBytes[...])
    }

    /// policyConstraints (RFC 5280 §4.2.1.11).
    static func policyConstraints(requireExplicit: Int? = nil, inhibitMapping: Int? = nil) throws -> Self {
        try critical([2, 5, 29, 36]) { serializer in
            try serializer.appendConstructedNode(identifier: .sequence) { members in
                for (tag, count) in [(0, requireExplicit), (1, inhibitMapping)] as [(UInt, Int?)] {
                    guard let count else { continue }
                    try count.serialize(
                        into: &members, withIdentifier: .init(tagWithNumber: tag, tagClass: .contextSpecific))
                }
            }
        }
    }

    /// inhibitAnyPolicy (RFC 5280 §4.2.1.14).
    static func inhibitAnyPolicy(_ count: Int) throws -> Self {
        try critical([2, 5, 29, 54]) { try $0.serialize(count) }
    }

    /// certificatePolicies (RFC 5280 §4.2.1.4).
    static func policies(_ policies: [ASN1ObjectIdentifier]) throws -> Self {
        try critical([2, 5, 29, 32]) { serializer in
            try serializer.appendConstructedNode(identifier: .sequence) { members in
                for policy in policies {
                    try members.appendConstructedNode(identifier: .sequence) { try $0.serialize(policy) }
                }
            }
        }
    }

    /// policyMappings (RFC 5280 §4.2.1.5).
    static func policyMappings(_ mappings: [(ASN1ObjectIdentifier, ASN1ObjectIdentifier)]) throws -> Self {
        try critical([2, 5, 29, 33]) { serializer in
            try serializer.appendConstructedNode(identifier: .sequence) { members in
                for (issuer, subject) in mappings {
                    try members.appendConstructedNode(identifier: .sequence) { pair in
                        try pair.serialize(issuer)
                        try pair.serialize(subject)
                    }
                }
            }
        }
    }

    /// nameConstraints (RFC 5280 §4.2.1.10).
    static func nameConstraints(permitted: [GeneralName] = [], excluded: [GeneralName] = []) throws -> Self {
        try critical([2, 5, 29, 30]) { serializer in
            try serializer.appendConstructedNode(identifier: .sequence) { members in
                for (tag, names) in [(0, permitted), (1, excluded)] as [(UInt, [GeneralName])] where !names.isEmpty {
                    try members.appendConstructedNode(
                        identifier: .init(tagWithNumber: tag, tagClass: .contextSpecific)
                    ) { subtrees in
                        for name in names {
                            try subtrees.appendConstructedNode(identifier: .sequence) { try $0.serialize(name) }
                        }
                    }
                }
            }
        }
    }
}
