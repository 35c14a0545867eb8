import SwiftASN1
import X509

/// What RFC 5280 §4 demands of each certificate by itself, as far as clients insist on it.
///
/// What says nothing about who is trusted, and what common clients take, is let pass: which extensions are marked
/// critical, which identifiers are missing, serial numbers of zero (§4.1.2.2 asks to take them), keyCertSign without cA.
enum CertificateProfile {
    /// Serial numbers have 20 octets at most (RFC 5280 §4.1.2.2).
    static let maximumSerialOctets = 20

    /// What is wrong with a certificate below the anchor, each in a few words.
    static func faults(of outline: CertificateOutline) -> [String] {
        frameFaults(outline) + extensionFaults(outline)
    }

    private static func frameFaults(_ outline: CertificateOutline) -> [String] {
        var faults: [String] = []
        // RFC 5280 §4.1.2.1, §4.1.2.8 and §4.1.2.9.
        switch outline.version {
        case 1 where outline.hasUniqueIdentifiers: faults.append("unique identifiers in version 1")
        case 1, 2: if outline.hasExtensions { faults.append("extensions in version \(outline.version)") }
        case 3: if outline.hasExtensions, outline.extensions.isEmpty { faults.append("an empty list of extensions") }
        default: faults.append("an unknown version")
        }
        // RFC 5280 §4.1.2.4.
        if outline.issuer.isEmpty { faults.append("no issuer") }
        if outline.serial.drop(while: { $0 == 0 }).count > maximumSerialOctets {
            faults.append("a serial number of more than \(maximumSerialOctets) octets")
        }
        // RFC 3279 §2.2.1, RFC 5758 §3.2, RFC 8410 §3.
        if outline.signature.hasStrangeParameters {
            faults.append("parameters that its signature algorithm does not have")
        }
        // RFC 5280 §4.1.2.5.2.
        if outline.hasFractionalTimes { faults.append("fractions of seconds in its validity") }
        return faults
    }

    private static func extensionFaults(_ outline: CertificateOutline) -> [String] {
        var faults: [String] = []
        func read(_ name: String, _ read: () throws -> Void) {
            do { try read() } catch { faults.append("its \(name) cannot be read") }
        }
        read("basicConstraints") { _ = try outline.authorityConstraints() }
        read("key usage") { _ = try outline.keyPurposes() }
        read("extended key usage") { _ = try outline.extendedPurposes() }
        read("names") { _ = try outline.alternativeNames() }
        read("subject key identifier") {
            if let found = outline.extension(.X509ExtensionID.subjectKeyIdentifier) {
                _ = try SubjectKeyIdentifier(found)
            }
        }
        read("authority key identifier") { _ = try outline.issuerIdentifier() }
        read("authority information access") { try outline.checkInformationAccess() }
        read("policies") { try outline.checkPolicies() }
        // RFC 5280 §4.2.1.10: only authorities have name constraints, and those of a leaf constrain nobody.
        if outline.extension(.X509ExtensionID.nameConstraints) != nil,
            // Basic constraints that cannot be read are told above.
            !((try? outline.authorityConstraints())?.isAuthority ?? false)
        {
            faults.append("name constraints, though it is no authority")
        }
        return faults
    }
}
