import SwiftASN1
import X509

/// The parts of a certificate that matter here, read without understanding its key or its signature (RFC 5280 §4.1).
///
/// swift-certificates refuses a certificate whose key or algorithm it does not offer, such as RSA 1024. Reading the
/// frame ourselves keeps its facts, and its weakness, reportable.
struct CertificateOutline: Sendable {
    /// 1 to 3; another number is an unknown version (RFC 5280 §4.1.2.1).
    let version: Int
    let signedBytes: ArraySlice<UInt8>
    let signature: SignatureKind
    /// Whether the algorithm that was signed is the one beside the signature (RFC 5280 §4.1.1.2).
    let namesOneAlgorithm: Bool
    let signatureBytes: ArraySlice<UInt8>
    let serial: ArraySlice<UInt8>
    let issuer: DirectoryName
    let subject: DirectoryName
    let notBefore: Int64
    let notAfter: Int64
    /// The SubjectPublicKeyInfo as encoded, to compare keys by.
    let keyBytes: ArraySlice<UInt8>
    let key: KeyKind
    let extensions: [Certificate.Extension]
    /// Whether the list of extensions is there, perhaps empty.
    let hasExtensions: Bool
    /// Whether issuerUniqueID or subjectUniqueID is there.
    let hasUniqueIdentifiers: Bool
    /// Whether notBefore or notAfter has fractions of seconds.
    let hasFractionalTimes: Bool

    /// Throws if the octets are not a certificate.
    init(der: [UInt8]) throws {
        self = try DER.sequence(DER.parse(der), identifier: .sequence) { nodes in
            guard let body = nodes.next(), let algorithm = nodes.next() else { throw CertificateUnreadable() }
            let signature = try ASN1BitString(derEncoded: &nodes)
            guard signature.paddingBits == 0 else { throw CertificateUnreadable() }
            return try CertificateOutline(body: body, algorithm: algorithm, signatureBytes: signature.bytes)
        }
    }

    private init(body: ASN1Node, algorithm: ASN1Node, signatureBytes: ArraySlice<UInt8>) throws {
        let (identifier, parameters) = try Self.algorithm(algorithm)
        var nodes = try Self.members(body)
        let version = try DER.optionalExplicitlyTagged(&nodes, tagNumber: 0, tagClass: .contextSpecific) {
            try Int(derEncoded: $0)
        }
        guard let number = nodes.next() else { throw CertificateUnreadable() }
        let serial = try Self.serial(number)
        guard let inner = nodes.next(), let issuer = nodes.next(), let validity = nodes.next(),
            let subject = nodes.next(), let key = nodes.next()
        else { throw CertificateUnreadable() }
        var uniqueIdentifiers = 0
        for tag: UInt in [1, 2] {
            let node = DER.optionalImplicitlyTagged(&nodes, tagNumber: tag, tagClass: .contextSpecific) { $0 }
            if node != nil { uniqueIdentifiers += 1 }
        }
        let extensions = try DER.optionalExplicitlyTagged(&nodes, tagNumber: 3, tagClass: .contextSpecific) {
            try DER.sequence(of: Certificate.Extension.self, identifier: .sequence, rootNode: $0)
        }
        guard nodes.next() == nil else { throw CertificateUnreadable() }
        let times = try Self.validity(validity)
        // Numbers over 2 have no meaning, and the greatest has no successor.
        self.version = (0...2).contains(version ?? 0) ? 1 + (version ?? 0) : 0
        signedBytes = body.encodedBytes
        signature = SignatureKind(identifier, parameters: parameters)
        namesOneAlgorithm = inner.encodedBytes == algorithm.encodedBytes
        self.signatureBytes = signatureBytes
        self.serial = serial
        self.issuer = try DirectoryName(derEncoded: issuer)
        // Nearly every root: one name to be read, not two.
        let isSame = issuer.encodedBytes == subject.encodedBytes
        self.subject = isSame ? self.issuer : try DirectoryName(derEncoded: subject)
        (notBefore, notAfter, hasFractionalTimes) = (
            times.notBefore.seconds, times.notAfter.seconds, times.isFractional
        )
        keyBytes = key.encodedBytes
        self.key = try Self.key(key)
        self.extensions = extensions ?? []
        hasExtensions = extensions != nil
        hasUniqueIdentifiers = uniqueIdentifiers > 0
    }

    /// The extension of that kind; nil if there is none.
    func `extension`(_ identifier: ASN1ObjectIdentifier) -> Certificate.Extension? {
        extensions.first { $0.oid == identifier }
    }
}

/// The octets are not a certificate; what exactly is wrong in them helps nobody.
private struct CertificateUnreadable: Error {}

extension CertificateOutline {
    private static func members(_ node: ASN1Node) throws -> ASN1NodeCollection.Iterator {
        guard node.identifier == .sequence, case .constructed(let members) = node.content else {
            throw CertificateUnreadable()
        }
        return members.makeIterator()
    }

    /// Without leading zeros. Negative ones are to be handled as well (RFC 5280 §4.1.2.2).
    private static func serial(_ node: ASN1Node) throws -> ArraySlice<UInt8> {
        if node.identifier == .integer, case .primitive(let octets) = node.content, octets.first ?? 0 >= 0x80 {
            return octets
        }
        return try ArraySlice<UInt8>(derEncoded: node)
    }

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

    private typealias Time = (seconds: Int64, isFractional: Bool)

    private static func validity(_ node: ASN1Node) throws -> (notBefore: Time, notAfter: Time, isFractional: Bool) {
        try DER.sequence(node, identifier: .sequence) { nodes in
            guard let first = nodes.next(), let last = nodes.next() else { throw CertificateUnreadable() }
            let (notBefore, notAfter) = (try time(first), try time(last))
            return (notBefore, notAfter, notBefore.isFractional || notAfter.isFractional)
        }
    }

    /// RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
    private static func time(_ node: ASN1Node) throws -> Time {
        if node.identifier == .utcTime {
            let time = try UTCTime(derEncoded: node)
            let seconds = Self.unixSeconds(
                year: time.year, month: time.month, day: time.day,
                seconds: time.hours * 3600 + time.minutes * 60 + time.seconds)
            return (seconds, false)
        }
        let time = try GeneralizedTime(derEncoded: node)
        let seconds = Self.unixSeconds(
            year: time.year, month: time.month, day: time.day,
            seconds: time.hours * 3600 + time.minutes * 60 + time.seconds)
        return (seconds, time.fractionalSeconds != 0)
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
