import SwiftASN1

/// A digest that signatures are made over, as far as the cryptographic library offers it.
enum DigestKind: Sendable, Hashable {
    case sha1, sha256, sha384, sha512

    /// Its length in octets.
    var length: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    init?(_ identifier: ASN1ObjectIdentifier) {
        switch identifier {
        case [1, 3, 14, 3, 2, 26]: self = .sha1
        case [2, 16, 840, 1, 101, 3, 4, 2, 1]: self = .sha256
        case [2, 16, 840, 1, 101, 3, 4, 2, 2]: self = .sha384
        case [2, 16, 840, 1, 101, 3, 4, 2, 3]: self = .sha512
        default: return nil
        }
    }
}

/// How a signature is checked.
enum SignatureMethod: Sendable, Hashable {
    case rsa(DigestKind)
    case pss(PSSParameters)
    case ecdsa(DigestKind)
    case ed25519

    /// Whether the cryptographic library can check it. It knows one shape of RSASSA-PSS: one digest for both purposes, and a
    /// salt of its length.
    var isInLibrary: Bool {
        guard case .pss(let parameters) = self else { return true }
        return parameters.mask == parameters.digest && parameters.salt == parameters.digest.length
    }
}

/// A signature algorithm: its name, whether it is too weak to be trusted, and how to check it.
struct SignatureKind: Sendable, Hashable {
    /// Its name as commonly written (RFC 3279, RFC 4055, RFC 5758).
    let name: String
    /// Whether its digest is MD2, MD5 or SHA-1.
    let isWeak: Bool
    /// Nil if we cannot check it.
    let method: SignatureMethod?
    /// Whether it has parameters that it does not take (RFC 3279 §2.2.1, RFC 5758 §3.2, RFC 8410 §3).
    private(set) var hasStrangeParameters = false

    init(_ identifier: ASN1ObjectIdentifier, parameters: ASN1Node?) {
        if identifier == Self.pss {
            // Parameters that cannot be read, or name digests that are not at hand, make a signature we cannot check.
            let parameters = try? PSSParameters(parameters)
            self.init("rsassaPss", weak: parameters?.digest == .sha1, parameters.map { .pss($0) })
        } else if let known = Self.known[identifier] {
            self = known
            hasStrangeParameters = parameters.map { !takes($0) } ?? false
        } else {
            self.init(identifier.description, weak: false)
        }
    }

    private init(_ name: String, weak: Bool, _ method: SignatureMethod? = nil) {
        self.name = name
        self.isWeak = weak
        self.method = method
    }

    private func takes(_ parameters: ASN1Node) -> Bool {
        switch method {
        case .rsa: parameters.identifier == .null
        case .ecdsa, .ed25519: false
        case .pss, nil: true
        }
    }

    private static let pss: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 1, 10]

    private static let known: [ASN1ObjectIdentifier: SignatureKind] = [
        [1, 2, 840, 113549, 1, 1, 2]: .init("md2WithRSAEncryption", weak: true),
        [1, 2, 840, 113549, 1, 1, 4]: .init("md5WithRSAEncryption", weak: true),
        [1, 2, 840, 113549, 1, 1, 5]: .init("sha1WithRSAEncryption", weak: true, .rsa(.sha1)),
        [1, 3, 14, 3, 2, 29]: .init("sha1WithRSA", weak: true, .rsa(.sha1)),
        [1, 2, 840, 113549, 1, 1, 11]: .init("sha256WithRSAEncryption", weak: false, .rsa(.sha256)),
        [1, 2, 840, 113549, 1, 1, 12]: .init("sha384WithRSAEncryption", weak: false, .rsa(.sha384)),
        [1, 2, 840, 113549, 1, 1, 13]: .init("sha512WithRSAEncryption", weak: false, .rsa(.sha512)),
        [1, 2, 840, 113549, 1, 1, 14]: .init("sha224WithRSAEncryption", weak: false),
        [1, 2, 840, 10040, 4, 3]: .init("dsa-with-sha1", weak: true),
        [2, 16, 840, 1, 101, 3, 4, 3, 2]: .init("dsa-with-sha256", weak: false),
        [1, 2, 840, 10045, 4, 1]: .init("ecdsa-with-SHA1", weak: true, .ecdsa(.sha1)),
        [1, 2, 840, 10045, 4, 3, 1]: .init("ecdsa-with-SHA224", weak: false),
        [1, 2, 840, 10045, 4, 3, 2]: .init("ecdsa-with-SHA256", weak: false, .ecdsa(.sha256)),
        [1, 2, 840, 10045, 4, 3, 3]: .init("ecdsa-with-SHA384", weak: false, .ecdsa(.sha384)),
        [1, 2, 840, 10045, 4, 3, 4]: .init("ecdsa-with-SHA512", weak: false, .ecdsa(.sha512)),
        [1, 3, 101, 112]: .init("ed25519", weak: false, .ed25519),
        [1, 3, 101, 113]: .init("ed448", weak: false),
    ]
}

/// A public key's kind and size, told from its SubjectPublicKeyInfo alone (RFC 5280 §4.1.2.7).
struct KeyKind: Sendable {
    /// What signatures the key can make.
    enum Family: Sendable, Hashable {
        case rsa, p256, p384, p521, ed25519
        /// One whose signatures we cannot check.
        case other
    }

    /// Such as `RSA 2048` or `EC P-256`.
    let description: String
    let family: Family
    /// The octets of the key's bit string.
    let octets: ArraySlice<UInt8>
    /// Whether it is an RSA key under 2,048 bits or an EC key under 224.
    let isWeak: Bool
    /// Whether it is an RSA key for RSASSA-PSS alone (RFC 4055 §1.2).
    let isForPSSAlone: Bool

    /// - Parameters:
    ///   - algorithm: The key's algorithm.
    ///   - curve: The named curve, for EC keys.
    ///   - key: The octets of the key's bit string.
    init(algorithm: ASN1ObjectIdentifier, curve: ASN1ObjectIdentifier?, key: ArraySlice<UInt8>) {
        octets = key
        isForPSSAlone = algorithm == [1, 2, 840, 113549, 1, 1, 10]
        switch algorithm {
        case [1, 2, 840, 113549, 1, 1, 1], [1, 2, 840, 113549, 1, 1, 10]:
            family = .rsa
            let bits = Self.modulusBits(key)
            description = bits.map { "RSA \($0)" } ?? "RSA"
            isWeak = bits.map { $0 < 2048 } ?? true
        case [1, 2, 840, 10045, 2, 1]:
            // An uncompressed point is one octet and two coordinates (SEC 1 §2.3.3).
            let bits = key.first == 4 ? (key.count - 1) / 2 * 8 : (key.count - 1) * 8
            family = curve.flatMap { Self.families[$0] } ?? .other
            description = "EC " + (curve.map { Self.curves[$0] ?? $0.description } ?? "with explicit parameters")
            isWeak = bits < 224
        case [1, 3, 101, 112]: (description, family, isWeak) = ("Ed25519", .ed25519, false)
        case [1, 3, 101, 113]: (description, family, isWeak) = ("Ed448", .other, false)
        case [1, 2, 840, 10040, 4, 1]: (description, family, isWeak) = ("DSA", .other, false)
        default: (description, family, isWeak) = (algorithm.description, .other, false)
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

    private static let families: [ASN1ObjectIdentifier: Family] = [
        [1, 2, 840, 10045, 3, 1, 7]: .p256, [1, 3, 132, 0, 34]: .p384, [1, 3, 132, 0, 35]: .p521,
    ]

    private static let curves: [ASN1ObjectIdentifier: String] = [
        [1, 2, 840, 10045, 3, 1, 1]: "P-192",
        [1, 3, 132, 0, 33]: "P-224",
        [1, 2, 840, 10045, 3, 1, 7]: "P-256",
        [1, 3, 132, 0, 34]: "P-384",
        [1, 3, 132, 0, 35]: "P-521",
        [1, 3, 132, 0, 10]: "secp256k1",
    ]
}
