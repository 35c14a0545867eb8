import SwiftASN1
import X509

/// The certificates a chain may end in.
///
/// They are trusted by their names and keys; what signed them does not matter (RFC 5280 §6.1.1 (d)). One which a server
/// presents itself, such as its own self-signed one, is trusted as it is.
/// Making a store of the system's roots takes about 25 ms: make one a run.
package final class TrustStore: Sendable {
    /// How many certificates the store holds.
    package let count: Int
    /// How many certificates of the texts were left out, because they cannot be read.
    package let skipped: Int

    private let anchorsBySubject: [DirectoryName: [ReadCertificate]]

    /// - Parameter pem: Certificates in PEM form, with or without text between them (RFC 7468 §5).
    /// - Throws: ``TLSFault/Code/noCertificates`` if the text holds no usable certificate.
    package convenience init(pem: String) throws(TrustFault) {
        try self.init(pems: [pem])
    }

    /// The certificates of several texts together; duplicates count once.
    ///
    /// - Throws: ``TLSFault/Code/noCertificates`` if one of the texts holds no usable certificate.
    package init(pems: [String]) throws(TrustFault) {
        var anchors: [DirectoryName: [ReadCertificate]] = [:]
        var known: Set<[UInt8]> = []
        var skipped = 0
        for (index, pem) in pems.enumerated() {
            let location = "PEM text \(index + 1)"
            var usable = 0
            for der in try certificatesInPEM(pem, location: location) {
                // What cannot be read is counted, and does not spoil the rest of the bundle. A key of a kind that cannot
                // be judged stays: what it signed is then told as that.
                guard let anchor = try? ReadCertificate(der: der) else {
                    skipped += 1
                    continue
                }
                usable += 1
                if known.insert(der).inserted { anchors[anchor.outline.subject, default: []].append(anchor) }
            }
            guard usable > 0 else {
                throw TLSFault(
                    code: .noCertificates, location: location,
                    hint: "give at least one X.509 certificate that can be read")
            }
        }
        self.anchorsBySubject = anchors
        self.count = known.count
        self.skipped = skipped
    }

    /// The anchors that may have issued a certificate, judged by name and key identifier only.
    func anchors(issuing child: ReadCertificate) -> [ReadCertificate] {
        anchorsBySubject[child.outline.issuer]?.filter { $0.mayHaveIssued(child) } ?? []
    }

    /// Whether the store holds a certificate of that name, whatever its key.
    func knows(_ subject: DirectoryName) -> Bool { anchorsBySubject[subject] != nil }

    /// Whether the store holds this very certificate.
    func contains(_ certificate: ReadCertificate) -> Bool {
        anchorsBySubject[certificate.outline.subject]?.contains { $0.der == certificate.der } ?? false
    }
}

/// The DER forms of the certificates in a PEM text, other documents left out.
///
/// - Throws: ``TLSFault/Code/noCertificates`` if the text is not PEM or holds none.
func certificatesInPEM(_ pem: String, location: String) throws(TLSFault) -> [[UInt8]] {
    var ders: [[UInt8]] = []
    do {
        for document in try PEMDocument.parseMultiple(pemString: pem)
        where document.discriminator == Certificate.defaultPEMDiscriminator {
            ders.append(document.derBytes)
        }
    } catch {
        throw TLSFault(code: .noCertificates, location: location, hint: "the text is not PEM: \(error)")
    }
    guard !ders.isEmpty else {
        throw TLSFault(
            code: .noCertificates, location: location, hint: "give certificates between BEGIN CERTIFICATE lines")
    }
    return ders
}
