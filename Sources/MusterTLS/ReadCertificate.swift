import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate that could be read: its facts and its frame.
struct ReadCertificate: Sendable {
    let der: [UInt8]
    let facts: CertificateFacts
    let outline: CertificateOutline
    /// RFC 5280 §4.2.1.1 and §4.2.1.2; nil if not given.
    let subjectKeyIdentifier: ArraySlice<UInt8>?
    let authorityKeyIdentifier: ArraySlice<UInt8>?
    /// The issuer's certificate, where this one means a certain one of them (RFC 5280 §4.2.1.1).
    private let issuerCertificate: CertificateOutline.IssuerIdentifier.Certificate?

    /// Throws if the octets are not a certificate.
    init(der: [UInt8]) throws {
        let outline = try CertificateOutline(der: der)
        self.der = der
        self.outline = outline
        self.facts = CertificateFacts(outline, der: der)
        // An identifier that cannot be read does not help to find the issuer; the rules of the path judge it.
        self.subjectKeyIdentifier = outline.extension(.X509ExtensionID.subjectKeyIdentifier)
            .flatMap { try? SubjectKeyIdentifier($0).keyIdentifier }
        let issuer = try? outline.issuerIdentifier()
        self.authorityKeyIdentifier = issuer?.key
        self.issuerCertificate = issuer?.certificate
    }

    /// Whether it names itself as its issuer; says nothing about its signature.
    var isSelfIssued: Bool { outline.subject == outline.issuer }

    /// Whether it bears the name, and if both are given the identifiers, that `child` gives for its issuer.
    func mayHaveIssued(_ child: ReadCertificate) -> Bool {
        guard outline.subject == child.outline.issuer else { return false }
        if let wanted = child.issuerCertificate {
            guard wanted.serial == outline.serial.drop(while: { $0 == 0 }) else { return false }
            guard wanted.issuers.isEmpty || wanted.issuers.contains(outline.issuer) else { return false }
        }
        guard let wanted = child.authorityKeyIdentifier, let own = subjectKeyIdentifier else { return true }
        return wanted == own
    }

    /// Whether both key identifiers are given, so that it is the very key that `child` means (RFC 5280 §4.2.1.1).
    func isIdentifiedIssuer(of child: ReadCertificate) -> Bool {
        subjectKeyIdentifier != nil && subjectKeyIdentifier == child.authorityKeyIdentifier
    }

    /// Whether its key signed `child`; nil if that cannot be checked with the algorithms at hand.
    func signed(_ child: ReadCertificate) -> Bool? {
        if let key = SigningKey(outline) { return key.signed(child.outline) }
        // A key of a kind we know which cannot be read signed nothing; a weak one may only be too short for the library.
        return outline.key.family == .other || outline.key.isWeak ? nil : false
    }

    /// Where the issuer's certificate lies, as far as the certificate says (RFC 5280 §4.2.2.1).
    var issuerLocation: String? {
        guard let found = outline.extension(.X509ExtensionID.authorityInformationAccess),
            // Access information that cannot be read tells no place.
            let access = try? AuthorityInformationAccess(found)
        else { return nil }
        for description in access where description.method == .issuingCA {
            if case .uniformResourceIdentifier(let location) = description.location { return printable(location) }
        }
        return nil
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
        let issuer = printable(outline.issuer.name.description)
        let isSame = outline.issuer.name == outline.subject.name
        self.init(
            subject: isSame ? issuer : printable(outline.subject.name.description), issuer: issuer,
            dnsNames: dnsNames, ipAddresses: ipAddresses, notBefore: outline.notBefore, notAfter: outline.notAfter,
            serial: hexadecimal(outline.serial), fingerprint: hexadecimal(SHA256.hash(data: der)),
            keyDescription: outline.key.description, signatureAlgorithm: outline.signature.name)
    }
}

/// A peer's text without control characters, at most 1,024 characters long.
func printable(_ text: String) -> String {
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
