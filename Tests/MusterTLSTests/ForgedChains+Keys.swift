import MusterTLS

private typealias W = WrittenDER

private let advice = "give its certificate with tls.ca"

/// Signatures, keys, and what they may be used for.
extension ForgedChain {
    static let signatures: [ForgedChain] = [
        .init("6.1.3 (a)", "a leaf's signature with a changed bit", "badSignature: not signed by CN=middle") {
            $0.leaf.damagesSignature = true
        },
        .init("6.1.3 (a)", "an issuer's", "badSignature: CN=middle: not signed by CN=upper") {
            $0.middle.damagesSignature = true
        },
        .init("6.1.3 (a)", "that of an issuer further up", "badSignature: CN=upper: not signed by CN=root") {
            $0.upper.damagesSignature = true
        },
        .init("6.1.3 (a)", "a leaf that a stranger signed", "badSignature: not signed by CN=middle") {
            $0.signers[3] = ForgedKeys.stranger
        },
        .init("6.1.3 (a)", "an issuer that a stranger signed", "badSignature: CN=middle: not signed by CN=upper") {
            $0.signers[2] = ForgedKeys.stranger
        },
        .init("6.1.3 (a)", "an authority that a stranger signed", "badSignature: CN=upper: not signed by CN=root") {
            $0.signers[1] = ForgedKeys.stranger
        },
        .init("6.1.3 (a)", "a leaf that the root signed in another's name", "badSignature: not signed by CN=middle") {
            $0.signers[3] = DraftChain.keys[0]
        },
        .init("6.1.3 (a)", "a leaf that signed itself in another's name", "badSignature: not signed by CN=middle") {
            $0.signers[3] = DraftChain.keys[3]
        },
        .init("6.1.3 (a)", "a signature of another kind than the key's", "badSignature: not signed by CN=middle") {
            $0.signers[3] = .rsa(ForgedKeys.rsa)
        },
        .init("6.1.3 (a)", "an algorithm of another kind than the key's", "badSignature: not signed by CN=middle") {
            $0.leaf.algorithm = W.sequence(W.identifier("1.2.840.113549.1.1.11"), W.null)
        },
        .init("6.1.3 (a)", "another digest than it was made with", "badSignature: not signed by CN=middle") {
            $0.leaf.algorithm = W.sequence(W.identifier("1.2.840.10045.4.3.3"))
        },
        .init(
            "6.1.3 (a)", "a leaf that signed itself", "selfSigned: give it with tls.ca to trust it"
        ) {
            $0.leaf.issuer = W.name("leaf")
            $0.leaf.remove(.authorityKey)
            $0.signers[3] = DraftChain.keys[3]
        },
        .init(
            "6.1.3 (a)", "a root beside the store",
            "untrusted: issued by CN=stranger, which is not trusted here: \(advice)"
        ) {
            $0.upper.issuer = W.name("stranger")
            $0.upper.subject = W.name("stranger")
            $0.upper.set(.authorityKey, W.sequence(W.node(0x80, [1])))
            $0.middle.issuer = W.name("stranger")
            $0.signers[1] = DraftChain.keys[1]
        },
        .init(
            "6.1.3 (a) (4)", "a leaf that names another issuer",
            "untrusted: issued by CN=other, which is not known here: \(advice)"
        ) { $0.leaf.issuer = W.name("other") },
        .init(
            "6.1.3 (a) (4)", "an issuer that names another issuer",
            "untrusted: issued by CN=other, which is not known here: \(advice)"
        ) { $0.middle.issuer = W.name("other") },
        .init(
            "6.1.3 (a) (4)", "an issuer with more in its name",
            "untrusted: issued by CN=middle, which is not known here: \(advice)"
        ) { $0.middle.subject = W.sequence(Array(W.name("middle").dropFirst(2)), Array(W.name("x").dropFirst(2))) },
        .init(
            "6.1.3 (a) (4)", "the name as another attribute",
            "untrusted: issued by CN=middle, which is not known here: \(advice)"
        ) { $0.middle.subject = W.name("middle", "2.5.4.10") },
        .init("6.1", "an issuer that is missing", "untrusted: issued by CN=middle, which is not known here: \(advice)")
        {
            $0.presented = [3, 1]
        },
        .init(
            "4.2.1.1", "an identifier of another key",
            "untrusted: issued by CN=middle, which is not known here: \(advice)"
        ) { $0.leaf.set(.authorityKey, W.sequence(W.node(0x80, [9]))) },
        .init(
            "4.2.1.1", "a serial number of another certificate",
            "untrusted: issued by CN=middle, which is not known here: \(advice)"
        ) {
            $0.leaf.set(.authorityKey, W.sequence(W.node(0xA1, W.directory(W.name("upper"))), W.node(0x82, [9])))
        },
        .init(
            "4.2.1.1", "an issuer of another certificate",
            "untrusted: issued by CN=middle, which is not known here: \(advice)"
        ) {
            $0.leaf.set(.authorityKey, W.sequence(W.node(0xA1, W.directory(W.name("other"))), W.node(0x82, [3])))
        },
    ]

    static let keys: [ForgedChain] = [
        .init("weak", "a leaf signed over SHA-1", "weak: signed with sha1WithRSAEncryption") {
            $0.middle.publicKey = DraftCertificate.Signer.rsa(ForgedKeys.rsa).publicKey
            $0.signers[3] = .rsa(ForgedKeys.rsa, isSHA1: true)
        },
        .init("weak", "an issuer signed over SHA-1", "weak: CN=middle: signed with sha1WithRSAEncryption") {
            $0.upper.publicKey = DraftCertificate.Signer.rsa(ForgedKeys.rsa).publicKey
            $0.signers[2] = .rsa(ForgedKeys.rsa, isSHA1: true)
        },
        .init("weak", "a leaf signed over MD5", "weak: signed with md5WithRSAEncryption") {
            $0.middle.publicKey = DraftCertificate.Signer.rsa(ForgedKeys.rsa).publicKey
            $0.signers[3] = .rsa(ForgedKeys.rsa)
            $0.leaf.algorithm = W.sequence(W.identifier("1.2.840.113549.1.1.4"), W.null)
        },
        .init("weak", "a leaf's key of RSA 1024", "weak: a key of RSA 1024") {
            $0.leaf.publicKey = DraftCertificate.Signer.rsa(ForgedKeys.weak).publicKey
        },
        .init("weak", "an issuer's", "weak: CN=middle: a key of RSA 1024") {
            $0.middle.publicKey = DraftCertificate.Signer.rsa(ForgedKeys.weak).publicKey
            $0.signers[3] = .rsa(ForgedKeys.weak)
        },
        .init("weak", "a root's", "weak: CN=root: a key of RSA 1024") {
            $0.root.publicKey = DraftCertificate.Signer.rsa(ForgedKeys.weak).publicKey
            ($0.signers[0], $0.signers[1]) = (.rsa(ForgedKeys.weak), .rsa(ForgedKeys.weak))
        },
        .init(
            "weak", "a leaf's key of P-192", "weak: a key of EC P-192", "unsupported: a key of EC P-192"
        ) {
            $0.leaf.publicKey = W.sequence(
                W.sequence(W.identifier("1.2.840.10045.2.1"), W.identifier("1.2.840.10045.3.1.1")),
                W.bits([4] + Array(repeating: 7, count: 48)))
        },
        .init(
            "keys", "a root's key of exponent 1, which signs everything",
            "badSignature: CN=upper: not signed by CN=root"
        ) {
            // Whoever raises to the power of 1 finds in the signature what it should be.
            $0.root.publicKey = W.sequence(
                W.sequence(W.identifier("1.2.840.113549.1.1.1"), W.null),
                W.bits(W.sequence(W.node(2, [0], Array(repeating: 0xFF, count: 256)), W.integer(1))))
            $0.upper.algorithm = W.sequence(W.identifier("1.2.840.113549.1.1.11"), W.null)
        },
        .init("keys", "an issuer's key off its curve", "badSignature: not signed by CN=middle") {
            $0.middle.publicKey = W.sequence(
                W.sequence(W.identifier("1.2.840.10045.2.1"), W.identifier("1.2.840.10045.3.1.7")),
                W.bits([4] + Array(repeating: 7, count: 64)))
        },
        .init(
            "keys", "an issuer's key of a curve that names itself",
            "unsupported: signed with ecdsa-with-SHA256, by a key of EC with explicit parameters"
        ) {
            $0.middle.publicKey = W.sequence(
                W.sequence(W.identifier("1.2.840.10045.2.1"), W.sequence(W.integer(1))),
                W.bits([4] + Array(repeating: 7, count: 64)))
        },
        .init(
            "keys", "an algorithm that cannot be checked",
            "unsupported: signed with ecdsa-with-SHA224, by a key of EC P-256"
        ) { $0.leaf.algorithm = W.sequence(W.identifier("1.2.840.10045.4.3.1")) },
        .init("keys", "a leaf's key that no handshake takes", "unsupported: a key of DSA") {
            $0.leaf.publicKey = W.sequence(W.sequence(W.identifier("1.2.840.10040.4.1")), W.bits(W.integer(7)))
        },
    ]

    static let purposes: [ForgedChain] = [
        .init("4.2.1.12", "a leaf for clients", "chainRules: its extended key usage lacks serverAuth") {
            $0.leaf.set(.extendedUsage, W.sequence(W.identifier("1.3.6.1.5.5.7.3.2")))
        },
        .init("4.2.1.12", "a leaf for any purpose", "chainRules: its extended key usage lacks serverAuth") {
            $0.leaf.set(.extendedUsage, W.sequence(W.identifier("2.5.29.37.0")))
        },
        .init(
            "4.2.1.12", "a leaf for no purpose", "chainRules: its extended key usage cannot be read"
        ) { $0.leaf.set(.extendedUsage, W.sequence()) },
        .init("4.2.1.12", "a purpose that cannot be read", "chainRules: its extended key usage cannot be read") {
            $0.leaf.set(.extendedUsage, W.identifier("1.3.6.1.5.5.7.3.1"))
        },
        .init("4.2.1.12", "an issuer for clients", "chainRules: CN=middle: its extended key usage lacks serverAuth") {
            $0.middle.add(.extendedUsage, W.sequence(W.identifier("1.3.6.1.5.5.7.3.2")))
        },
        .init(
            "4.2.1.12", "an issuer further up for mail", "chainRules: CN=upper: its extended key usage lacks serverAuth"
        ) { $0.upper.add(.extendedUsage, critical: true, W.sequence(W.identifier("1.3.6.1.5.5.7.3.4"))) },
        .init("4.2.1.12", "a root for code", "chainRules: CN=root: its extended key usage lacks serverAuth") {
            $0.root.add(.extendedUsage, W.sequence(W.identifier("1.3.6.1.5.5.7.3.3")))
        },
        .init("4.2.1.12", "an issuer for servers among others") {
            $0.middle.add(
                .extendedUsage,
                W.sequence(W.identifier("1.3.6.1.5.5.7.3.2"), W.identifier("1.3.6.1.5.5.7.3.1")))
        },
        .init("4.2.1.12", "an issuer for any purpose, which includes servers", openssl: .other) {
            $0.middle.add(.extendedUsage, W.sequence(W.identifier("2.5.29.37.0")))
        },
        .init(
            "4.2.1.3", "a leaf to sign certificates, though it is no authority",
            "chainRules: its key usage lacks digitalSignature, keyEncipherment and keyAgreement"
        ) { $0.leaf.set(.keyUsage, critical: true, W.bits([0x04], unused: 2)) },
        .init(
            "4.2.1.3", "a leaf to sign documents",
            "chainRules: its key usage lacks digitalSignature, keyEncipherment and keyAgreement"
        ) { $0.leaf.set(.keyUsage, critical: true, W.bits([0x40], unused: 6)) },
        .init("4.2.1.3", "a leaf for nothing", "chainRules: its key usage cannot be read") {
            $0.leaf.set(.keyUsage, critical: true, W.bits([]))
        },
        .init("4.2.1.3", "a key usage that is no string of bits", "chainRules: its key usage cannot be read") {
            $0.leaf.set(.keyUsage, critical: true, W.integer(128))
        },
        .init("4.2.1.3", "a key usage of too many bits", "chainRules: its key usage cannot be read", openssl: .other) {
            $0.leaf.set(.keyUsage, critical: true, W.bits([0x80, 0, 1]))
        },
        .init("4.2.1.3", "a leaf that enciphers keys") { $0.leaf.set(.keyUsage, W.bits([0x20], unused: 5)) },
    ]

    private static let policy = W.sequence(W.sequence(W.identifier("1.2.3.4")))
    private static let otherPolicy = W.sequence(W.sequence(W.identifier("1.2.3.5")))
    private static let explicit = W.sequence(W.node(0x80, [0]))
    private static let notNamed = "chainRules: an authority demands a policy that the path does not have"

    static let policies: [ForgedChain] = [
        .init("6.1.5 (g)", "no policy where one is demanded", notNamed) {
            $0.middle.add(.policyConstraints, critical: true, explicit)
        },
        .init("6.1.5 (g)", "the same further up", notNamed) {
            $0.upper.add(.policyConstraints, critical: true, explicit)
        },
        .init("6.1.3 (f)", "a leaf of another policy than its issuer", notNamed) {
            $0.upper.add(.policyConstraints, critical: true, explicit)
            $0.upper.add(.policies, policy)
            $0.middle.add(.policies, policy)
            $0.leaf.add(.policies, otherPolicy)
        },
        .init("6.1.3 (d)", "an issuer without the policy between two that have it", notNamed) {
            $0.upper.add(.policyConstraints, critical: true, explicit)
            $0.upper.add(.policies, policy)
            $0.leaf.add(.policies, policy)
        },
        .init("6.1.4 (j)", "any policy where that is inhibited", notNamed) {
            $0.upper.add(.policyConstraints, critical: true, explicit)
            $0.upper.add(.policies, policy)
            $0.upper.add(.inhibitAnyPolicy, critical: true, W.integer(0))
            $0.middle.add(.policies, W.sequence(W.sequence(W.identifier("2.5.29.32.0"))))
            $0.leaf.add(.policies, policy)
        },
        .init("6.1.4 (b)", "a policy mapped where that is inhibited", notNamed) {
            $0.upper.add(.policyConstraints, critical: true, W.sequence(W.node(0x80, [0]), W.node(0x81, [0])))
            $0.upper.add(.policies, policy)
            $0.middle.add(.policies, policy)
            $0.middle.add(
                .policyMappings, W.sequence(W.sequence(W.identifier("1.2.3.4"), W.identifier("1.2.3.5"))))
            $0.leaf.add(.policies, otherPolicy)
        },
        .init("6.1.4 (a)", "any policy mapped", "chainRules: an authority maps anyPolicy") {
            $0.middle.add(.policies, policy)
            $0.middle.add(
                .policyMappings, W.sequence(W.sequence(W.identifier("2.5.29.32.0"), W.identifier("1.2.3.5"))))
        },
        .init("4.2.1.11", "a demand of nothing", "chainRules: CN=middle: its policies cannot be read") {
            $0.middle.add(.policyConstraints, critical: true, W.sequence())
        },
        .init(
            "4.2.1.14", "a negative number of certificates", "chainRules: CN=middle: its policies cannot be read",
            openssl: .other
        ) {
            $0.middle.add(.inhibitAnyPolicy, critical: true, W.integer(-1))
        },
        .init("6.1.5 (g)", "the policy that is demanded") {
            $0.upper.add(.policyConstraints, critical: true, explicit)
            $0.upper.add(.policies, policy)
            $0.middle.add(.policies, policy)
            $0.leaf.add(.policies, policy)
        },
    ]
}
