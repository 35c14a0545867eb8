import Crypto
import CryptoExtras
import FoundationEssentials

/// The public key of an authority, to check signatures with.
enum SigningKey {
    /// And RSAPublicKey in DER (RFC 8017 §A.1.1), and whether it may sign by RSASSA-PSS alone.
    case rsa(_RSA.Signing.PublicKey, octets: ArraySlice<UInt8>, isForPSSAlone: Bool)
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)

    /// Nil if the key is of another kind, not well-formed, or an RSA key under 1,024 bits.
    init?(_ outline: CertificateOutline) {
        let information = Array(outline.keyBytes)
        do {
            switch outline.key.family {
            // Keys under 2,048 bits are weak, which is told apart; whether they signed is told all the same.
            case .rsa:
                self = .rsa(
                    try _RSA.Signing.PublicKey(unsafeDERRepresentation: information), octets: outline.key.octets,
                    isForPSSAlone: outline.key.isForPSSAlone)
            case .p256: self = .p256(try P256.Signing.PublicKey(derRepresentation: information))
            case .p384: self = .p384(try P384.Signing.PublicKey(derRepresentation: information))
            case .p521: self = .p521(try P521.Signing.PublicKey(derRepresentation: information))
            case .ed25519:
                self = .ed25519(try Curve25519.Signing.PublicKey(rawRepresentation: Array(outline.key.octets)))
            case .other: return nil
            }
        } catch {
            return nil
        }
    }

    /// Whether this key signed what `child` says; nil if its method cannot be checked.
    func signed(_ child: CertificateOutline) -> Bool? {
        guard let method = child.signature.method else { return nil }
        let signature = child.signatureBytes
        switch (self, method) {
        case (.rsa(let key, _, let isForPSSAlone), .rsa(let digest)):
            return !isForPSSAlone
                && key.isValidSignature(
                    .init(rawRepresentation: signature), for: digest.digest(of: child.signedBytes),
                    padding: .insecurePKCS1v1_5)
        case (.rsa(let key, let octets, _), .pss(let parameters)):
            guard method.isInLibrary else {
                return PSSSignature.isValid(signature, over: child.signedBytes, key: octets, parameters)
            }
            return key.isValidSignature(
                .init(rawRepresentation: signature), for: parameters.digest.digest(of: child.signedBytes),
                padding: .PSS)
        case (.p256(let key), .ecdsa(let digest)):
            guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: digest.digest(of: child.signedBytes))
        case (.p384(let key), .ecdsa(let digest)):
            guard let signature = try? P384.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: digest.digest(of: child.signedBytes))
        case (.p521(let key), .ecdsa(let digest)):
            guard let signature = try? P521.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: digest.digest(of: child.signedBytes))
        case (.ed25519(let key), .ed25519): return key.isValidSignature(signature, for: child.signedBytes)
        // A key of one kind made no signature of another.
        default: return false
        }
    }
}

extension DigestKind {
    func digest(of bytes: ArraySlice<UInt8>) -> any Digest {
        switch self {
        case .sha1: Insecure.SHA1.hash(data: bytes)
        case .sha256: SHA256.hash(data: bytes)
        case .sha384: SHA384.hash(data: bytes)
        case .sha512: SHA512.hash(data: bytes)
        }
    }
}
