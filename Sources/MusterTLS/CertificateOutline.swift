import SwiftASN1
import X509

/// The parts of a certificate that matter here, read without understanding its key or its signature (RFC 5280 §4.1).
///
/// swift-certificates refuses a certificate whose key or algorithm it does not offer, such as RSA 1024. Reading the
/// frame ourselves keeps its facts, and its weakness, reportable.
struct CertificateOutline: Sendable {
    /// 1 to 3 (RFC 5280 §4.1.2.1).
    let version: Int
    let signedBytes: ArraySlice<UInt8>
    let signature: SignatureKind
    /// Whether the algorithm that was signed is the one beside the signature (RFC 5280 §4.1.1.2).
    let namesOneAlgorithm: Bool
    let signatureBytes: ArraySlice<UInt8>
    let serial: ArraySlice<UInt8>
    let issuer: DistinguishedName
    let subject: DistinguishedName
    let notBefore: Int64
    let notAfter: Int64
    /// The SubjectPublicKeyInfo as encoded, to compare keys by.
    let keyBytes: ArraySlice<UInt8>
    let key: KeyKind
    let extensions: [Certificate.Extension]

    /// Throws if the octets are not a certificate.
    init(der: [UInt8]) throws {
        self = try DER.sequence(DER.parse(der), identifier: .sequence) { nodes in
            guard let body = nodes.next(), let algorithm = nodes.next() else { throw CertificateUnreadable() }
            let signature = try ASN1BitString(derEncoded: &nodes)
            guard signature.paddingBits == 0 else { throw CertificateUnreadable() }
            let (identifier, parameters) = try Self.algorithm(algorithm)
            return try CertificateOutline(
                body: body, algorithm: algorithm.encodedBytes,
                signature: SignatureKind(identifier, parameters: parameters), signatureBytes: signature.bytes)
        }
    }

    private init(
        body: ASN1Node, algorithm: ArraySlice<UInt8>, signature: SignatureKind, signatureBytes: ArraySlice<UInt8>
    ) throws {
        self = try DER.sequence(body, identifier: .sequence) { nodes in
            let version = try DER.optionalExplicitlyTagged(&nodes, tagNumber: 0, tagClass: .contextSpecific) {
                try Int(derEncoded: $0)
            }
            let serial = try ArraySlice<UInt8>(derEncoded: &nodes)
            guard let inner = nodes.next(), let issuer = nodes.next(), let validity = nodes.next(),
                let subject = nodes.next(), let key = nodes.next()
            else { throw CertificateUnreadable() }
            for tag: UInt in [1, 2] {
                _ = DER.optionalImplicitlyTagged(&nodes, tagNumber: tag, tagClass: .contextSpecific) { $0 }
            }
            let extensions = try DER.optionalExplicitlyTagged(&nodes, tagNumber: 3, tagClass: .contextSpecific) {
                try DER.sequence(of: Certificate.Extension.self, identifier: .sequence, rootNode: $0)
            }
            let times = try Self.validity(validity)
            return try CertificateOutline(
                version: 1 + (version ?? 0), signedBytes: body.encodedBytes, signature: signature,
                namesOneAlgorithm: inner.encodedBytes == algorithm, signatureBytes: signatureBytes, serial: serial,
                issuer: DistinguishedName(derEncoded: issuer), subject: DistinguishedName(derEncoded: subject),
                notBefore: times.notBefore, notAfter: times.notAfter, keyBytes: key.encodedBytes,
                key: Self.key(key), extensions: extensions ?? [])
        }
    }

    private init(
        version: Int, signedBytes: ArraySlice<UInt8>, signature: SignatureKind, namesOneAlgorithm: Bool,
        signatureBytes: ArraySlice<UInt8>, serial: ArraySlice<UInt8>, issuer: DistinguishedName,
        subject: DistinguishedName, notBefore: Int64,
        notAfter: Int64, keyBytes: ArraySlice<UInt8>, key: KeyKind, extensions: [Certificate.Extension]
    ) throws {
        self.version = version
        self.signedBytes = signedBytes
        self.signature = signature
        self.namesOneAlgorithm = namesOneAlgorithm
        self.signatureBytes = signatureBytes
        self.serial = serial
        self.issuer = issuer
        self.subject = subject
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.keyBytes = keyBytes
        self.key = key
        self.extensions = extensions
    }

    /// The extension of that kind; nil if there is none.
    func `extension`(_ identifier: ASN1ObjectIdentifier) -> Certificate.Extension? {
        extensions.first { $0.oid == identifier }
    }
}

/// The octets are not a certificate; what exactly is wrong in them helps nobody.
private struct CertificateUnreadable: Error {}

extension CertificateOutline {
    /// AlgorithmIdentifier ::= SEQUENCE { algorithm OID, parameters ANY OPTIONAL }
    private static func algorithm(
        _ node: ASN1Node
    ) throws -> (identifier: ASN1ObjectIdentifier, parameters: ASN1Node?) {
        try DER.sequence(node, identifier: .sequence) { nodes in
            (try ASN1ObjectIdentifier(derEncoded: &nodes), nodes.next())
        }
    }

    private static func key(_ node: ASN1Node) throws -> KeyKind {
        try DER.sequence(node, identifier: .sequence) { nodes in
            guard let algorithmNode = nodes.next() else { throw CertificateUnreadable() }
            let (identifier, parameters) = try algorithm(algorithmNode)
            // Parameters that are no object identifier name no curve.
            let curve = parameters.flatMap { try? ASN1ObjectIdentifier(derEncoded: $0) }
            return KeyKind(algorithm: identifier, curve: curve, key: try ASN1BitString(derEncoded: &nodes).bytes)
        }
    }

    private static func validity(_ node: ASN1Node) throws -> (notBefore: Int64, notAfter: Int64) {
        try DER.sequence(node, identifier: .sequence) { nodes in
            guard let first = nodes.next(), let last = nodes.next() else { throw CertificateUnreadable() }
            return (try unixSeconds(first), try unixSeconds(last))
        }
    }

    /// RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
    private static func unixSeconds(_ node: ASN1Node) throws -> Int64 {
        if node.identifier == .utcTime {
            let time = try UTCTime(derEncoded: node)
            return Self.unixSeconds(
                year: time.year, month: time.month, day: time.day,
                seconds: time.hours * 3600 + time.minutes * 60 + time.seconds)
        }
        let time = try GeneralizedTime(derEncoded: node)
        return Self.unixSeconds(
            year: time.year, month: time.month, day: time.day,
            seconds: time.hours * 3600 + time.minutes * 60 + time.seconds)
    }

    /// Days are counted from March, so that the leap day is the last of its year.
    static func unixSeconds(year: Int, month: Int, day: Int, seconds: Int) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468) * 86_400 + Int64(seconds)
    }
}
