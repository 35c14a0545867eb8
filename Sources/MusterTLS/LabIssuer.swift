import Crypto
import CryptoExtras
import FoundationEssentials
import SwiftASN1
import X509

/// From when until when a certificate is valid, in Unix seconds.
struct LabValidity {
    static let day: Int64 = 86_400

    var from: Int64
    var to: Int64
}

/// What a leaf is to say.
struct LabRequest {
    var dnsNames: [String]
    var ipAddresses: [[UInt8]]
    var validity: LabValidity
    var isForServers: Bool
}

/// A leaf's key.
enum LabKey {
    case p256(P256.Signing.PrivateKey)
    case rsa(_RSA.Signing.PrivateKey)

    /// A key as weak as servers of the last century have it.
    static func rsa1024() throws(TLSFault) -> LabKey {
        try labelled("RSA key") { .rsa(try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1024))) }
    }

    var publicKey: Certificate.PublicKey {
        switch self {
        case .p256(let key): Certificate.PublicKey(key.publicKey)
        case .rsa(let key): Certificate.PublicKey(key.publicKey)
        }
    }

    var privateKey: Certificate.PrivateKey {
        switch self {
        case .p256(let key): Certificate.PrivateKey(key)
        case .rsa(let key): Certificate.PrivateKey(key)
        }
    }

    var pem: String {
        switch self {
        case .p256(let key): key.pemRepresentation
        case .rsa(let key): key.pemRepresentation
        }
    }
}

/// A certificate that issues others, and its P-256 key.
struct LabIssuer: Sendable {
    let der: [UInt8]

    private let certificate: Certificate
    private let key: Certificate.PrivateKey

    /// A root, which signs itself.
    init(root name: String, validity: LabValidity) throws(TLSFault) {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        try self.init(key: key) {
            let subject = try DistinguishedName { CommonName(name) }
            return try Certificate(
                validity: validity, subject: subject, publicKey: key.publicKey, issuer: subject, issuerKey: key,
                extensions: Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: key.publicKey)
                })
        }
    }

    /// An authority below a root, which may issue leaves only.
    init(intermediate name: String, issuer: LabIssuer, validity: LabValidity) throws(TLSFault) {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        try self.init(key: key) {
            try Certificate(
                validity: validity, subject: DistinguishedName { CommonName(name) }, publicKey: key.publicKey,
                issuer: issuer.certificate.subject, issuerKey: issuer.key,
                extensions: Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: key.publicKey)
                    issuer.identifier
                })
        }
    }

    private init(key: Certificate.PrivateKey, _ make: () throws -> Certificate) throws(TLSFault) {
        let certificate = try labelled("authority", make)
        self.certificate = certificate
        self.key = key
        self.der = try labelled("authority") { try certificate.derBytes() }
    }

    /// The certificate in PEM.
    func pem() throws(TLSFault) -> String {
        try labelled("authority") { try certificate.serializeAsPEM().pemString + "\n" }
    }

    /// A leaf signed by this authority, in DER.
    func leaf(_ request: LabRequest, key: LabKey) throws(TLSFault) -> [UInt8] {
        try labelled("leaf") {
            try Certificate(
                validity: request.validity, subject: request.subject(), publicKey: key.publicKey,
                issuer: certificate.subject, issuerKey: self.key,
                extensions: request.extensions(key: key, issuer: identifier)
            ).derBytes()
        }
    }

    /// A leaf that signed itself, in DER.
    static func selfSigned(_ request: LabRequest, key: LabKey) throws(TLSFault) -> [UInt8] {
        try labelled("leaf") {
            let subject = try request.subject()
            return try Certificate(
                validity: request.validity, subject: subject, publicKey: key.publicKey, issuer: subject,
                issuerKey: key.privateKey, extensions: request.extensions(key: key, issuer: nil)
            ).derBytes()
        }
    }

    private var identifier: AuthorityKeyIdentifier {
        AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: certificate.publicKey).keyIdentifier)
    }
}

extension LabRequest {
    /// certificatePolicies with domain-validated alone (CA/Browser Forum Baseline Requirements §7.1.6.1).
    private static func domainValidated() throws -> [UInt8] {
        let policy: ASN1ObjectIdentifier = [2, 23, 140, 1, 2, 1]
        var serializer = DER.Serializer()
        try serializer.appendConstructedNode(identifier: .sequence) { policies in
            try policies.appendConstructedNode(identifier: .sequence) { try $0.serialize(policy) }
        }
        return serializer.serializedBytes
    }

    fileprivate func subject() throws -> DistinguishedName {
        try DistinguishedName { CommonName(dnsNames.first ?? "muster lab server") }
    }

    fileprivate func extensions(key: LabKey, issuer: AuthorityKeyIdentifier?) throws -> Certificate.Extensions {
        let names =
            dnsNames.map { GeneralName.dnsName($0) }
            + ipAddresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0[...])) }
        return try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true, keyEncipherment: true))
            try ExtendedKeyUsage([isForServers ? .serverAuth : .clientAuth])
            SubjectAlternativeNames(names)
            // As public authorities do: so that a missing intermediate is known to be missing (``MissingIssuer``).
            Certificate.Extension(
                oid: CertificateOutline.policiesIdentifier, critical: false, value: try Self.domainValidated()[...])
            SubjectKeyIdentifier(hash: key.publicKey)
            if let issuer { issuer }
        }
    }
}

extension Certificate {
    fileprivate init(
        validity: LabValidity, subject: DistinguishedName, publicKey: PublicKey, issuer: DistinguishedName,
        issuerKey: PrivateKey, extensions: Extensions
    ) throws {
        try self.init(
            version: .v3, serialNumber: SerialNumber(), publicKey: publicKey,
            notValidBefore: Date(timeIntervalSince1970: Double(validity.from)),
            notValidAfter: Date(timeIntervalSince1970: Double(validity.to)), issuer: issuer, subject: subject,
            extensions: extensions, issuerPrivateKey: issuerKey)
    }

    fileprivate func derBytes() throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(self)
        return serializer.serializedBytes
    }
}

/// Turns what the certificate library throws into a fault that says what was being made.
private func labelled<Made>(_ what: String, _ make: () throws -> Made) throws(TLSFault) -> Made {
    do {
        return try make()
    } catch {
        throw TLSFault(
            code: .badCertificate, location: "lab \(what)", hint: "give other names or times: \(error)")
    }
}
