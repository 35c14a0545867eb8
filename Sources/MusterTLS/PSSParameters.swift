import SwiftASN1

/// How an RSASSA-PSS signature was made (RFC 4055 §3.1).
struct PSSParameters: Sendable, Hashable {
    var digest: DigestKind
    /// The digest of the mask generation function MGF1.
    var mask: DigestKind
    /// The length of the salt in octets.
    var salt: Int

    /// Throws if they cannot be read or name something that is not at hand.
    ///
    /// - Parameter node: RSASSA-PSS-params; what is left out has its default.
    init(_ node: ASN1Node?) throws {
        (digest, mask, salt) = (.sha1, .sha1, 20)
        guard let node else { throw Unsupported() }
        self = try DER.sequence(node, identifier: .sequence) { nodes in
            var read = self
            let digest = try DER.optionalExplicitlyTagged(&nodes, tagNumber: 0, tagClass: .contextSpecific) {
                try Self.digest($0)
            }
            let mask = try DER.optionalExplicitlyTagged(&nodes, tagNumber: 1, tagClass: .contextSpecific) {
                try Self.maskDigest($0)
            }
            let salt = try DER.optionalExplicitlyTagged(&nodes, tagNumber: 2, tagClass: .contextSpecific) {
                try Int(derEncoded: $0)
            }
            let trailer = try DER.optionalExplicitlyTagged(&nodes, tagNumber: 3, tagClass: .contextSpecific) {
                try Int(derEncoded: $0)
            }
            read.digest = digest ?? read.digest
            read.mask = mask ?? read.mask
            read.salt = salt ?? read.salt
            // RFC 4055 §3.1: the only trailer field there is.
            guard trailer ?? 1 == 1, (0...1024).contains(read.salt) else { throw Unsupported() }
            return read
        }
    }

    private struct Unsupported: Error {}

    private static func digest(_ node: ASN1Node) throws -> DigestKind {
        try DER.sequence(node, identifier: .sequence) { nodes in
            let identifier = try ASN1ObjectIdentifier(derEncoded: &nodes)
            _ = nodes.next()
            guard let digest = DigestKind(identifier) else { throw Unsupported() }
            return digest
        }
    }

    private static func maskDigest(_ node: ASN1Node) throws -> DigestKind {
        try DER.sequence(node, identifier: .sequence) { nodes in
            let function = try ASN1ObjectIdentifier(derEncoded: &nodes)
            guard function == [1, 2, 840, 113549, 1, 1, 8], let digest = nodes.next() else { throw Unsupported() }
            return try Self.digest(digest)
        }
    }
}
