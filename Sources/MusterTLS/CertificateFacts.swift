/// What one certificate says about itself, whether or not it can be trusted.
///
/// Texts come from the peer: control characters are replaced, and names are cut at 1,024 characters.
package struct CertificateFacts: Sendable, Hashable {
    /// The subject's distinguished name, such as `CN=web-1.example`; empty if the certificate gives none.
    package var subject: String
    /// The issuer's distinguished name.
    package var issuer: String
    /// The dNSName entries of the subject alternative name, as written (RFC 5280 §4.2.1.6).
    package var dnsNames: [String]
    /// The iPAddress entries of the subject alternative name: 4 or 16 octets each, in network order.
    package var ipAddresses: [[UInt8]]
    /// The first second of validity, in Unix seconds.
    package var notBefore: Int64
    /// The last second of validity, in Unix seconds.
    package var notAfter: Int64
    /// The serial number in lower-case hexadecimal, as encoded but without leading zero octets.
    package var serial: String
    /// The SHA-256 digest of the DER form, 64 lower-case hexadecimal digits.
    package var fingerprint: String
    /// The kind and size of the public key, such as `EC P-256` or `RSA 2048`.
    package var keyDescription: String
    /// The signature algorithm, such as `ecdsa-with-SHA256`; the dotted identifier if it is not a known one.
    package var signatureAlgorithm: String

    package init(
        subject: String, issuer: String, dnsNames: [String], ipAddresses: [[UInt8]], notBefore: Int64,
        notAfter: Int64, serial: String, fingerprint: String, keyDescription: String, signatureAlgorithm: String
    ) {
        self.subject = subject
        self.issuer = issuer
        self.dnsNames = dnsNames
        self.ipAddresses = ipAddresses
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.serial = serial
        self.fingerprint = fingerprint
        self.keyDescription = keyDescription
        self.signatureAlgorithm = signatureAlgorithm
    }

    /// Whole days until the certificate expires, rounded down; negative once it has expired.
    ///
    /// - Parameter now: Unix seconds.
    package func daysLeft(now: Int64) -> Int {
        let (left, overflow) = notAfter.subtractingReportingOverflow(now)
        guard !overflow else { return notAfter < now ? .min : .max }
        let days = left / 86_400
        return Int(left % 86_400 < 0 ? days - 1 : days)
    }
}
