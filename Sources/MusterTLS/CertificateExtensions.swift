import SwiftASN1
import X509

/// The extensions that swift-certificates reads more strictly, or more slowly, than it is good for what a peer sends.
extension CertificateOutline {
    /// Whether the key is an authority's, and how many others may follow (RFC 5280 §4.2.1.9).
    struct AuthorityConstraints {
        var isAuthority: Bool
        var pathLength: Int?
    }

    /// Nil without the extension. FALSE written out, and a path length that means nothing, are common and harmless.
    func authorityConstraints() throws -> AuthorityConstraints? {
        guard let found = `extension`(.X509ExtensionID.basicConstraints) else { return nil }
        return try DER.sequence(DER.parse(found.value), identifier: .sequence) { nodes in
            var isAuthority = false
            var next = nodes.next()
            if let node = next, node.identifier == .boolean {
                isAuthority = try Bool(derEncoded: node)
                next = nodes.next()
            }
            let length = try next.map { try Int(derEncoded: $0) }
            guard length ?? 0 >= 0 else { throw MalformedExtension() }
            return AuthorityConstraints(isAuthority: isAuthority, pathLength: length)
        }
    }

    /// What the key may be used for (RFC 5280 §4.2.1.3).
    struct KeyPurposes {
        fileprivate var bits: UInt8

        var signsCertificates: Bool { bits & 0x04 != 0 }
        /// digitalSignature, keyEncipherment or keyAgreement: one of them each key exchange of TLS needs.
        var authenticatesServers: Bool { bits & 0xA8 != 0 }
    }

    /// Nil without the extension. At least one bit is set.
    func keyPurposes() throws -> KeyPurposes? {
        guard let found = `extension`(.X509ExtensionID.keyUsage) else { return nil }
        let bits = try ASN1BitString(derEncoded: DER.parse(found.value))
        guard bits.bytes.count <= 2, bits.bytes.contains(where: { $0 != 0 }), let first = bits.bytes.first else {
            throw MalformedExtension()
        }
        return KeyPurposes(bits: first)
    }

    /// What the key's owner may be (RFC 5280 §4.2.1.12).
    struct ExtendedPurposes {
        var isForServers = false
        var isForAny = false
    }

    /// Nil without the extension.
    func extendedPurposes() throws -> ExtendedPurposes? {
        guard let found = `extension`(.X509ExtensionID.extendedKeyUsage) else { return nil }
        let identifiers = try DER.sequence(
            of: ASN1ObjectIdentifier.self, identifier: .sequence, rootNode: DER.parse(found.value))
        guard !identifiers.isEmpty else { throw MalformedExtension() }
        return identifiers.reduce(into: ExtendedPurposes()) { purposes, identifier in
            switch identifier {
            case [1, 3, 6, 1, 5, 5, 7, 3, 1]: purposes.isForServers = true
            case [2, 5, 29, 37, 0]: purposes.isForAny = true
            default: break
            }
        }
    }

    /// The subject alternative names; empty without the extension (RFC 5280 §4.2.1.6).
    func alternativeNames() throws -> [GeneralName] {
        guard let found = `extension`(.X509ExtensionID.subjectAlternativeName) else { return [] }
        let names = try DER.sequence(of: GeneralName.self, identifier: .sequence, rootNode: DER.parse(found.value))
        guard !names.isEmpty else { throw MalformedExtension() }
        for name in names {
            switch name {
            case .ipAddress(let octets):
                guard octets.bytes.count == 4 || octets.bytes.count == 16 else { throw MalformedExtension() }
            // What some reader may take for the end of the name.
            case .dnsName(let text), .rfc822Name(let text), .uniformResourceIdentifier(let text):
                guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw MalformedExtension() }
            default: continue
            }
        }
        return names
    }

    /// Which certificate signed this one, as far as it says (RFC 5280 §4.2.1.1).
    struct IssuerIdentifier: Sendable {
        /// Names of the issuer's issuer, and the issuer's serial number without leading zeros.
        struct Certificate: Sendable {
            var issuers: [DirectoryName]
            var serial: ArraySlice<UInt8>
        }

        var key: ArraySlice<UInt8>?
        var certificate: Certificate?
    }

    /// Nil without the extension.
    func issuerIdentifier() throws -> IssuerIdentifier? {
        guard let found = `extension`(.X509ExtensionID.authorityKeyIdentifier) else { return nil }
        let read = try AuthorityKeyIdentifier(found)
        guard (read.authorityCertIssuer == nil) == (read.authorityCertSerialNumber == nil) else {
            throw MalformedExtension()
        }
        var identifier = IssuerIdentifier(key: read.keyIdentifier)
        if let names = read.authorityCertIssuer, let serial = read.authorityCertSerialNumber {
            let issuers = try names.compactMap { name in
                if case .directoryName(let name) = name { return try DirectoryName(name) }
                return nil as DirectoryName?
            }
            identifier.certificate = .init(issuers: issuers, serial: serial.bytes.drop { $0 == 0 })
        }
        return identifier
    }

    /// Throws if the authority information access is not well-formed (RFC 5280 §4.2.2.1).
    func checkInformationAccess() throws {
        guard let found = `extension`(.X509ExtensionID.authorityInformationAccess) else { return }
        try DER.sequence(DER.parse(found.value), identifier: .sequence) { nodes in
            var count = 0
            while let node = nodes.next() {
                count += 1
                try DER.sequence(node, identifier: .sequence) { members in
                    _ = try ASN1ObjectIdentifier(derEncoded: &members)
                    guard members.next()?.identifier.tagClass == .contextSpecific else { throw MalformedExtension() }
                }
            }
            guard count > 0 else { throw MalformedExtension() }
        }
    }
}

/// The extension is not as RFC 5280 has it; what exactly is wrong in it helps nobody.
struct MalformedExtension: Error {}
