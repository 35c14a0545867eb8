import NIOSSL

/// Client settings shared by many connections. Expensive to make, about 1 ms: make one a run.
///
/// Offers TLS 1.2 and 1.3 with X25519, P-256, P-384 and P-521 and keys of RSA, ECDSA and Ed25519, and never resumes a
/// session: every handshake is a whole one.
package final class TLSClientContext: Sendable {
    let context: NIOSSLContext
    let verifies: Bool

    /// - Parameters:
    ///   - applicationProtocols: What to offer by ALPN (RFC 7301), best first; each 1 to 255 octets; empty offers none.
    ///   - verify: Whether connections stop at ``TLSStep/needsVerdict``. If not they accept any chain at once, and still
    ///     tell it.
    /// - Throws: ``TLSFault/Code/badApplicationProtocol``, ``TLSFault/Code/badSettings``.
    package init(applicationProtocols: [String] = ["http/1.1"], verify: Bool = true) throws(TLSFault) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // In TLS 1.2 a server may have a P-521 key only if the curve is offered.
        configuration.curves = [.x25519, .secp256r1, .secp384r1, .secp521r1]
        configuration.verifySignatureAlgorithms = Self.signatureAlgorithms
        // Any mode but none calls our verification, which replaces BoringSSL's; the trust roots are never used.
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates([])
        configuration.applicationProtocols = try checked(applicationProtocols)
        self.verifies = verify
        self.context = try makeContext(configuration)
    }

    /// BoringSSL's own list with P-521 and Ed25519, which it leaves out though it can do them.
    private static let signatureAlgorithms: [SignatureAlgorithm] = [
        .ecdsaSecp256R1Sha256, .rsaPssRsaeSha256, .rsaPkcs1Sha256, .ecdsaSecp384R1Sha384, .rsaPssRsaeSha384,
        .rsaPkcs1Sha384, .ed25519, .ecdsaSecp521R1Sha512, .rsaPssRsaeSha512, .rsaPkcs1Sha512, .rsaPkcs1Sha1,
    ]
}

/// Server settings shared by many connections, for the lab.
package final class TLSServerContext: Sendable {
    let context: NIOSSLContext

    /// - Parameters:
    ///   - chain: The certificates to present, in DER, leaf first.
    ///   - privateKeyPEM: The leaf's private key, PKCS #8, PKCS #1 or SEC 1 in PEM.
    ///   - applicationProtocols: What to choose from by ALPN, best first; each 1 to 255 octets.
    ///   - onlyTLS12: Whether TLS 1.3 is refused, as old servers do.
    ///   - requiresClientCertificate: Whether clients without a certificate are refused, and those with one as well:
    ///     nobody is trusted.
    /// - Throws: ``TLSFault/Code/badCertificate``, ``TLSFault/Code/badKey``, ``TLSFault/Code/badApplicationProtocol``,
    ///   ``TLSFault/Code/badSettings``.
    package init(
        chain: [[UInt8]], privateKeyPEM: String, applicationProtocols: [String] = ["http/1.1"],
        onlyTLS12: Bool = false, requiresClientCertificate: Bool = false
    ) throws(TLSFault) {
        var certificates: [NIOSSLCertificateSource] = []
        for (index, der) in chain.enumerated() {
            do {
                certificates.append(.certificate(try NIOSSLCertificate(bytes: der, format: .der)))
            } catch {
                throw TLSFault(
                    code: .badCertificate, location: "certificate \(index + 1)", hint: "give X.509 in DER: \(error)")
            }
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(bytes: Array(privateKeyPEM.utf8), format: .pem)
        } catch {
            throw TLSFault(code: .badKey, location: "private key", hint: "give an unencrypted key in PEM: \(error)")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.maximumTLSVersion = onlyTLS12 ? .tlsv12 : nil
        if requiresClientCertificate {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates([])
        }
        configuration.applicationProtocols = try checked(applicationProtocols)
        self.context = try makeContext(configuration)
    }

    /// The same with the chain in PEM, leaf first.
    package convenience init(
        chainPEM: String, privateKeyPEM: String, applicationProtocols: [String] = ["http/1.1"], onlyTLS12: Bool = false
    ) throws(TLSFault) {
        try self.init(
            chain: certificatesInPEM(chainPEM, location: "certificate chain"), privateKeyPEM: privateKeyPEM,
            applicationProtocols: applicationProtocols, onlyTLS12: onlyTLS12)
    }
}

private func checked(_ protocols: [String]) throws(TLSFault) -> [String] {
    for name in protocols where !(1...255).contains(name.utf8.count) {
        throw TLSFault(
            code: .badApplicationProtocol, location: "application protocol \"\(name.prefix(40))\"",
            hint: "give 1 to 255 octets, such as http/1.1")
    }
    return protocols
}

private func makeContext(_ configuration: TLSConfiguration) throws(TLSFault) -> NIOSSLContext {
    do {
        return try NIOSSLContext(configuration: configuration)
    } catch {
        let isKey = (error as? NIOSSLError) == .failedToLoadPrivateKey
        throw TLSFault(
            code: isKey ? .badKey : .badSettings, location: "TLS context",
            hint: "give a chain and the private key of its leaf: \(error)")
    }
}
