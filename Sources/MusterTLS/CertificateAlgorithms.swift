import SwiftASN1
import X509

/// A signature algorithm: its name, whether it is too weak to be trusted, and how to check it.
struct SignatureKind: Sendable {
    /// Its name as commonly written (RFC 3279, RFC 4055, RFC 5758).
    let name: String
    /// Whether its digest is MD2, MD5 or SHA-1.
    let isWeak: Bool
    /// The same algorithm in swift-certificates' terms; nil if that cannot check it.
    let algorithm: Certificate.SignatureAlgorithm?

    init(_ identifier: ASN1ObjectIdentifier) {
        if let known = Self.known[identifier] {
            self = known
        } else {
            self.init(identifier.description, weak: false)
        }
    }

    private init(_ name: String, weak: Bool, _ algorithm: Certificate.SignatureAlgorithm? = nil) {
        self.name = name
        self.isWeak = weak
        self.algorithm = algorithm
    }

    private static let known: [ASN1ObjectIdentifier: SignatureKind] = [
        [1, 2, 840, 113549, 1, 1, 2]: .init("md2WithRSAEncryption", weak: true),
        [1, 2, 840, 113549, 1, 1, 4]: .init("md5WithRSAEncryption", weak: true),
        [1, 2, 840, 113549, 1, 1, 5]: .init("sha1WithRSAEncryption", weak: true, .sha1WithRSAEncryption),
        [1, 3, 14, 3, 2, 29]: .init("sha1WithRSA", weak: true),
        [1, 2, 840, 113549, 1, 1, 10]: .init("rsassaPss", weak: false),
        [1, 2, 840, 113549, 1, 1, 11]: .init("sha256WithRSAEncryption", weak: false, .sha256WithRSAEncryption),
        [1, 2, 840, 113549, 1, 1, 12]: .init("sha384WithRSAEncryption", weak: false, .sha384WithRSAEncryption),
        [1, 2, 840, 113549, 1, 1, 13]: .init("sha512WithRSAEncryption", weak: false, .sha512WithRSAEncryption),
        [1, 2, 840, 113549, 1, 1, 14]: .init("sha224WithRSAEncryption", weak: false),
        [1, 2, 840, 10040, 4, 3]: .init("dsa-with-sha1", weak: true),
        [1, 2, 840, 10045, 4, 1]: .init("ecdsa-with-SHA1", weak: true),
        [1, 2, 840, 10045, 4, 3, 1]: .init("ecdsa-with-SHA224", weak: false),
        [1, 2, 840, 10045, 4, 3, 2]: .init("ecdsa-with-SHA256", weak: false, .ecdsaWithSHA256),
        [1, 2, 840, 10045, 4, 3, 3]: .init("ecdsa-with-SHA384", weak: false, .ecdsaWithSHA384),
        [1, 2, 840, 10045, 4, 3, 4]: .init("ecdsa-with-SHA512", weak: false, .ecdsaWithSHA512),
        [1, 3, 101, 112]: .init("ed25519", weak: false, .ed25519),
        [1, 3, 101, 113]: .init("ed448", weak: false),
    ]
}

/// A public key's kind and size, told from its SubjectPublicKeyInfo alone (RFC 5280 §4.1.2.7).
struct KeyKind: Sendable {
    /// Such as `RSA 2048` or `EC P-256`.
    let description: String
    /// Whether it is an RSA key under 2,048 bits or an EC key under 224.
    let isWeak: Bool

    /// - Parameters:
    ///   - algorithm: The key's algorithm.
    ///   - curve: The named curve, for EC keys.
    ///   - key: The octets of the key's bit string.
    init(algorithm: ASN1ObjectIdentifier, curve: ASN1ObjectIdentifier?, key: ArraySlice<UInt8>) {
        switch algorithm {
        case [1, 2, 840, 113549, 1, 1, 1], [1, 2, 840, 113549, 1, 1, 10]:
            let bits = Self.modulusBits(key)
            description = bits.map { "RSA \($0)" } ?? "RSA"
            isWeak = bits.map { $0 < 2048 } ?? true
        case [1, 2, 840, 10045, 2, 1]:
            // An uncompressed point is one octet and two coordinates (SEC 1 §2.3.3).
            let bits = key.first == 4 ? (key.count - 1) / 2 * 8 : (key.count - 1) * 8
            description = "EC " + (curve.map { Self.curves[$0] ?? $0.description } ?? "with explicit parameters")
            isWeak = bits < 224
        case [1, 3, 101, 112]: (description, isWeak) = ("Ed25519", false)
        case [1, 3, 101, 113]: (description, isWeak) = ("Ed448", false)
        case [1, 2, 840, 10040, 4, 1]: (description, isWeak) = ("DSA", false)
        default: (description, isWeak) = (algorithm.description, false)
        }
    }

    /// RFC 8017 A.1.1: SEQUENCE { modulus INTEGER, publicExponent INTEGER }.
    private static func modulusBits(_ key: ArraySlice<UInt8>) -> Int? {
        // A key that is no such sequence has no size to tell.
        guard let root = try? DER.parse(key) else { return nil }
        let modulus = try? DER.sequence(root, identifier: .sequence) { nodes in
            let modulus = try ArraySlice<UInt8>(derEncoded: &nodes)
            _ = try ArraySlice<UInt8>(derEncoded: &nodes)
            return modulus
        }
        guard let digits = modulus?.drop(while: { $0 == 0 }), let first = digits.first else { return nil }
        return digits.count * 8 - first.leadingZeroBitCount
    }

    private static let curves: [ASN1ObjectIdentifier: String] = [
        [1, 2, 840, 10045, 3, 1, 1]: "P-192",
        [1, 3, 132, 0, 33]: "P-224",
        [1, 2, 840, 10045, 3, 1, 7]: "P-256",
        [1, 3, 132, 0, 34]: "P-384",
        [1, 3, 132, 0, 35]: "P-521",
        [1, 3, 132, 0, 10]: "secp256k1",
    ]
}
