/// A fault of the caller's material (keys, certificates, names): what is wrong, where, and what to give instead.
///
/// What a peer does wrong is never thrown: it is a ``TLSStep/failed`` connection or a ``CertificateProblem``.
package struct TLSFault: Error, Hashable, Sendable {
    /// What kind of fault it is.
    package enum Code: String, Sendable, CaseIterable {
        /// A PEM text without a usable certificate, or one that is not PEM.
        case noCertificates = "no_certificates"
        /// A certificate that cannot be read.
        case badCertificate = "bad_certificate"
        /// A private key that cannot be read or does not belong to the certificate.
        case badKey = "bad_key"
        /// A server name that cannot be sent (RFC 6066 §3: a DNS name of 1 to 255 octets, no address).
        case badServerName = "bad_server_name"
        /// An application protocol that cannot be offered (RFC 7301: 1 to 255 octets each).
        case badApplicationProtocol = "bad_application_protocol"
        /// The TLS library refused its settings.
        case badSettings = "bad_settings"
    }

    /// What kind of fault it is.
    package var code: Code
    /// Where the fault is, such as `PEM text 2` or `server name`.
    package var location: String
    /// What to give instead.
    package var hint: String

    package init(code: Code, location: String, hint: String) {
        self.code = code
        self.location = location
        self.hint = hint
    }
}

/// The fault thrown for trust anchors.
package typealias TrustFault = TLSFault
