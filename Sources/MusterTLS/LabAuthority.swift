import Crypto
import CryptoExtras

/// A certificate authority for the lab: a root, an intermediate, a foreign root nobody trusts, and leaves with planted
/// flaws. Its keys are made anew each time and never leave the process; making one takes about 1 ms.
package struct LabAuthority: Sendable {
    /// What is wrong with a chain. Flaws of different kinds can be planted together.
    package enum Flaw: String, CaseIterable, Sendable, Hashable {
        /// Nothing: the chain holds.
        case none
        /// The leaf expired a day ago.
        case expired
        /// The leaf becomes valid in a day.
        case notYetValid
        /// The leaf is for `wrong-name.invalid` and no address.
        case wrongName
        /// The leaf is signed by its own key.
        case selfSigned
        /// The intermediate is not presented.
        case incomplete
        /// The leaf is signed by the foreign root, which is presented.
        case untrusted
        /// The leaf has an RSA key of 1,024 bits; made anew each time, in about 20 ms.
        case weak
        /// The leaf is for clients only: its extended key usage lacks serverAuth.
        case wrongPurpose
    }

    /// The certificate to trust, in PEM.
    package let rootPEM: String

    private let now: Int64
    private let root: LabIssuer
    private let intermediate: LabIssuer
    private let foreignRoot: LabIssuer
    private let leafKey: P256.Signing.PrivateKey

    /// - Parameter now: Unix seconds, between the years 1970 and 2200: all validity is counted from there. The root is
    ///   valid ten years to both sides, good leaves from a day before to 90 days after.
    /// - Throws: ``TLSFault/Code/badCertificate`` if the certificates cannot be made.
    package init(now: Int64) throws(TLSFault) {
        let years = LabValidity(from: now - 10 * 365 * LabValidity.day, to: now + 10 * 365 * LabValidity.day)
        self.now = now
        root = try LabIssuer(root: "muster lab root", validity: years)
        intermediate = try LabIssuer(intermediate: "muster lab intermediate", issuer: root, validity: years)
        foreignRoot = try LabIssuer(root: "muster lab foreign root", validity: years)
        leafKey = P256.Signing.PrivateKey()
        rootPEM = try root.pem()
    }

    /// A chain as a server presents it, with its flaws.
    ///
    /// - Parameters:
    ///   - dnsNames: For the subject alternative name; the first is the common name too.
    ///   - ipAddresses: 4 or 16 octets each.
    ///   - flaws: Any of ``Flaw``; of those that exclude one another (``Flaw/expired`` and ``Flaw/notYetValid``,
    ///     ``Flaw/selfSigned`` and ``Flaw/untrusted`` and ``Flaw/incomplete``) the first of these counts.
    /// - Throws: ``TLSFault/Code/badCertificate`` if the certificates cannot be made.
    package func chain(
        dnsNames: [String], ipAddresses: [[UInt8]] = [], flaws: Set<Flaw> = []
    ) throws(TLSFault) -> LabChain {
        let key = try flaws.contains(.weak) ? LabKey.rsa1024() : LabKey.p256(leafKey)
        let isMisnamed = flaws.contains(.wrongName)
        let request = LabRequest(
            dnsNames: isMisnamed ? ["wrong-name.invalid"] : dnsNames, ipAddresses: isMisnamed ? [] : ipAddresses,
            validity: validity(flaws), isForServers: !flaws.contains(.wrongPurpose))
        let certificates: [[UInt8]]
        if flaws.contains(.selfSigned) {
            certificates = [try LabIssuer.selfSigned(request, key: key)]
        } else if flaws.contains(.untrusted) {
            certificates = [try foreignRoot.leaf(request, key: key), foreignRoot.der]
        } else {
            let leaf = try intermediate.leaf(request, key: key)
            certificates = flaws.contains(.incomplete) ? [leaf] : [leaf, intermediate.der]
        }
        return LabChain(certificates: certificates, privateKeyPEM: key.pem)
    }

    /// A server's settings with one planted flaw.
    ///
    /// - Throws: ``TLSFault`` if the certificates or the settings cannot be made.
    package func serverContext(
        dnsNames: [String], ipAddresses: [[UInt8]] = [], flaw: Flaw = .none
    ) throws(TLSFault) -> TLSServerContext {
        let chain = try chain(dnsNames: dnsNames, ipAddresses: ipAddresses, flaws: [flaw])
        return try TLSServerContext(chain: chain.certificates, privateKeyPEM: chain.privateKeyPEM)
    }

    private func validity(_ flaws: Set<Flaw>) -> LabValidity {
        let day = LabValidity.day
        if flaws.contains(.expired) { return LabValidity(from: now - 30 * day, to: now - day) }
        if flaws.contains(.notYetValid) { return LabValidity(from: now + day, to: now + 30 * day) }
        return LabValidity(from: now - day, to: now + 90 * day)
    }
}

/// What a server of the lab presents, and the key to it.
package struct LabChain: Sendable {
    /// In DER, leaf first.
    package var certificates: [[UInt8]]
    /// The leaf's private key in PEM.
    package var privateKeyPEM: String
}
