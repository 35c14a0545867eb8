import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate that could at least be read: its facts, its frame, and swift-certificates' view where it has one.
struct ReadCertificate: Sendable {
    let der: [UInt8]
    let facts: CertificateFacts
    let outline: CertificateOutline
    /// Nil if swift-certificates cannot represent it: an RSA key under 2,048 bits, an algorithm it does not offer.
    let certificate: Certificate?
    /// RFC 5280 §4.2.1.1 and §4.2.1.2; nil if not given.
    let subjectKeyIdentifier: ArraySlice<UInt8>?
    let authorityKeyIdentifier: ArraySlice<UInt8>?

    /// Throws if the octets are not a certificate.
    init(der: [UInt8]) throws {
        let outline = try CertificateOutline(der: der)
        self.der = der
        self.outline = outline
        self.facts = CertificateFacts(outline, der: der)
        // Nil keeps the certificate's facts; the judge then says weak or unreadable.
        self.certificate = try? Certificate(derEncoded: der)
        // An identifier that cannot be read does not help to find the issuer; the rules of the path judge it.
        self.subjectKeyIdentifier = outline.extension(.X509ExtensionID.subjectKeyIdentifier)
            .flatMap { try? SubjectKeyIdentifier($0).keyIdentifier }
        self.authorityKeyIdentifier = outline.extension(.X509ExtensionID.authorityKeyIdentifier)
            .flatMap { try? AuthorityKeyIdentifier($0).keyIdentifier }
    }

    /// Whether it names itself as its issuer; says nothing about its signature.
    var isSelfIssued: Bool { outline.subject == outline.issuer }

    /// Whether its key or the digest of its signature is too weak to be trusted.
    var isWeak: Bool { outline.key.isWeak || outline.signature.isWeak }

    /// Whether it bears the name, and if both are given the key identifier, that `child` gives for its issuer.
    func mayHaveIssued(_ child: ReadCertificate) -> Bool {
        guard outline.subject == child.outline.issuer else { return false }
        guard let wanted = child.authorityKeyIdentifier, let own = subjectKeyIdentifier else { return true }
        return wanted == own
    }

    /// Whether its key signed `child`; nil if that cannot be checked with the algorithms at hand.
    func signed(_ child: ReadCertificate) -> Bool? {
        guard let key = certificate?.publicKey, let algorithm = child.outline.signature.algorithm else { return nil }
        return key.isValidSignature(
            child.outline.signatureBytes, for: child.outline.signedBytes, signatureAlgorithm: algorithm)
    }
}

extension CertificateFacts {
    fileprivate init(_ outline: CertificateOutline, der: [UInt8]) {
        var dnsNames: [String] = []
        var ipAddresses: [[UInt8]] = []
        // Names that cannot be read are names that match nothing.
        let names = outline.extension(.X509ExtensionID.subjectAlternativeName)
            .flatMap { try? SubjectAlternativeNames($0) }
        for name in names ?? SubjectAlternativeNames() {
            switch name {
            case .dnsName(let text): dnsNames.append(printable(text))
            case .ipAddress(let octets): ipAddresses.append(Array(octets.bytes))
            default: continue
            }
        }
        self.init(
            subject: printable(outline.subject.description), issuer: printable(outline.issuer.description),
            dnsNames: dnsNames, ipAddresses: ipAddresses, notBefore: outline.notBefore, notAfter: outline.notAfter,
            serial: hexadecimal(outline.serial), fingerprint: hexadecimal(SHA256.hash(data: der)),
            keyDescription: outline.key.description, signatureAlgorithm: outline.signature.name)
    }
}

/// A peer's text without control characters, at most 1,024 characters long.
private func printable(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    if isPlain, text.utf8.count <= 1024 { return text }
    let scalars = text.unicodeScalars.prefix(1024).map { scalar in
        scalar.properties.generalCategory == .control ? Unicode.Scalar(0xFFFD) ?? scalar : scalar
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
}

private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
