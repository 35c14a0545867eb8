import Crypto
import CryptoExtras
import FoundationEssentials

/// A certificate before it is signed, every part of which can be written wrongly.
struct DraftCertificate {
    /// The extensions that the rules speak of.
    enum Extension: String {
        case authorityInformation = "1.3.6.1.5.5.7.1.1"
        case subjectKey = "2.5.29.14"
        case keyUsage = "2.5.29.15"
        case alternativeNames = "2.5.29.17"
        case basicConstraints = "2.5.29.19"
        case nameConstraints = "2.5.29.30"
        case policies = "2.5.29.32"
        case policyMappings = "2.5.29.33"
        case authorityKey = "2.5.29.35"
        case policyConstraints = "2.5.29.36"
        case extendedUsage = "2.5.29.37"
        case inhibitAnyPolicy = "2.5.29.54"
        case unknown = "1.3.6.1.4.1.99999.1"
    }

    /// What signs it, and what the algorithm is called.
    enum Signer {
        case p256(P256.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey, isSHA1: Bool = false)

        var algorithm: [UInt8] {
            switch self {
            case .p256: WrittenDER.sequence(WrittenDER.identifier("1.2.840.10045.4.3.2"))
            case .rsa(_, let isSHA1):
                WrittenDER.sequence(
                    WrittenDER.identifier(isSHA1 ? "1.2.840.113549.1.1.5" : "1.2.840.113549.1.1.11"), WrittenDER.null)
            }
        }

        /// SubjectPublicKeyInfo.
        var publicKey: [UInt8] {
            switch self {
            case .p256(let key): Array(key.publicKey.derRepresentation)
            case .rsa(let key, _): Array(key.publicKey.derRepresentation)
            }
        }

        fileprivate func signature(of bytes: [UInt8]) throws -> [UInt8] {
            switch self {
            case .p256(let key): Array(try key.signature(for: bytes).derRepresentation)
            case .rsa(let key, isSHA1: true):
                Array(
                    try key.signature(for: Insecure.SHA1.hash(data: bytes), padding: .insecurePKCS1v1_5)
                        .rawRepresentation)
            case .rsa(let key, isSHA1: false):
                Array(try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation)
            }
        }
    }

    /// Its number, in its explicit tag; empty for version 1.
    var version = WrittenDER.node(0xA0, WrittenDER.integer(2))
    var serial = WrittenDER.integer(77)
    /// The algorithm that is signed, and the one beside the signature; nil for the signer's.
    var algorithm: [UInt8]?
    var outerAlgorithm: [UInt8]?
    var issuer: [UInt8]
    var notBefore = WrittenDER.time("200101000000Z")
    var notAfter = WrittenDER.time("400101000000Z")
    var subject: [UInt8]
    var publicKey: [UInt8]
    var uniqueIdentifiers: [UInt8] = []
    /// In order; nil for no list at all.
    var extensions: [(kind: Extension, encoded: [UInt8])]? = []
    /// What follows the extensions.
    var trailer: [UInt8] = []
    var damagesSignature = false

    mutating func add(_ kind: Extension, critical: Bool = false, _ value: [UInt8]) {
        let criticality = critical ? WrittenDER.true : []
        let encoded = WrittenDER.sequence(
            WrittenDER.identifier(kind.rawValue), criticality, WrittenDER.octets(value))
        extensions = (extensions ?? []) + [(kind, encoded)]
    }

    mutating func set(_ kind: Extension, critical: Bool = false, _ value: [UInt8]) {
        remove(kind)
        add(kind, critical: critical, value)
    }

    mutating func remove(_ kind: Extension) { extensions?.removeAll { $0.kind == kind } }

    func signed(by signer: Signer) throws -> [UInt8] {
        let list = extensions.map { WrittenDER.node(0xA3, WrittenDER.sequence($0.map(\.encoded))) } ?? []
        let body = WrittenDER.sequence(
            version, serial, algorithm ?? signer.algorithm, issuer, WrittenDER.sequence(notBefore, notAfter), subject,
            publicKey, uniqueIdentifiers, list, trailer)
        var signature = try signer.signature(of: body)
        if damagesSignature { signature[signature.count - 1] ^= 1 }
        return WrittenDER.sequence(
            body, outerAlgorithm ?? algorithm ?? signer.algorithm, WrittenDER.bits(signature))
    }
}

/// A root, two authorities below it and a leaf, which hold until something is changed.
struct DraftChain {
    static let keys = (0..<4).map { _ in DraftCertificate.Signer.p256(P256.Signing.PrivateKey()) }

    var root: DraftCertificate
    var upper: DraftCertificate
    var middle: DraftCertificate
    var leaf: DraftCertificate
    /// What signs the root, the upper authority, the middle one and the leaf.
    var signers = [keys[0], keys[0], keys[1], keys[2]]
    /// What is presented, by number: 0 is the root.
    var presented = [3, 2, 1]

    init() {
        let keys = Self.keys.map(\.publicKey)
        root = Self.authority("root", by: "root", keys[0], identifier: 0, issuer: 0)
        upper = Self.authority("upper", by: "root", keys[1], identifier: 1, issuer: 0)
        middle = Self.authority("middle", by: "upper", keys[2], identifier: 2, issuer: 1)
        leaf = Self.certificate("leaf", by: "middle", keys[3], issuer: 2)
        leaf.add(.basicConstraints, critical: true, WrittenDER.sequence())
        leaf.add(.keyUsage, critical: true, WrittenDER.bits([0x80], unused: 7))
        leaf.add(.extendedUsage, WrittenDER.sequence(WrittenDER.identifier("1.3.6.1.5.5.7.3.1")))
        leaf.add(.alternativeNames, WrittenDER.sequence(WrittenDER.dns(Lab.name)))
    }

    private static func certificate(
        _ name: String, by issuer: String, _ key: [UInt8], issuer number: UInt8
    ) -> DraftCertificate {
        var draft = DraftCertificate(
            issuer: WrittenDER.name(issuer), subject: WrittenDER.name(name), publicKey: key)
        draft.add(.authorityKey, WrittenDER.sequence(WrittenDER.node(0x80, [number])))
        return draft
    }

    private static func authority(
        _ name: String, by issuer: String, _ key: [UInt8], identifier: UInt8, issuer number: UInt8
    ) -> DraftCertificate {
        var draft = certificate(name, by: issuer, key, issuer: number)
        draft.serial = WrittenDER.integer(Int(identifier) + 1)
        draft.add(.subjectKey, WrittenDER.octets([identifier]))
        draft.add(.basicConstraints, critical: true, WrittenDER.sequence(WrittenDER.true))
        draft.add(.keyUsage, critical: true, WrittenDER.bits([0x06], unused: 1))
        return draft
    }

    /// All certificates in DER, the root first.
    func encoded() throws -> [[UInt8]] {
        try zip([root, upper, middle, leaf], signers).map { try $0.signed(by: $1) }
    }
}
