import Crypto
import CryptoExtras
import MusterTLS
import SwiftASN1
import Testing
import X509

@Suite("The rules of a path")
struct ChainRulesTests {
    // MARK: Algorithms

    @Test("Signatures of RSASSA-PSS with salts of every length are taken, and of a root that has one")
    func pss() throws {
        let trust = try TrustStore(pem: PSSCertificates.root)
        for leaf in PSSCertificates.leaves {
            var der = try PEMDocument(pemString: leaf.pem).derBytes
            let judgement = Lab.judge([der], trust: trust)
            #expect(judgement.problems == [], "salt \(leaf.salt), \(leaf.digest)")
            #expect(judgement.leaf?.signatureAlgorithm == "rsassaPss")
            for octet in [1, 100, 255] {
                der[der.count - octet] ^= 4
                #expect(!Lab.judge([der], trust: trust).holds, "salt \(leaf.salt), octet \(octet)")
                der[der.count - octet] ^= 4
            }
        }
    }

    @Test("A key that is for RSASSA-PSS alone signs so, and not otherwise")
    func restrictedKey() throws {
        let now: Int64 = 1_800_000_000
        let leaf = try PEMDocument(pemString: PSSCertificates.restricted.leaf).derBytes
        let trust = try TrustStore(pem: PSSCertificates.restricted.root)
        #expect(Lab.judge([leaf], now: now, trust: trust).problems == [])
        // The same key, said to be for every kind of signature by a root, and only for PSS by another.
        let open = Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits2048))
        let signed = try MadeCertificate("leaf", by: MadeCertificate("root", open, by: nil), isAuthority: false).der
        let made = try MadeCertificate("root", open, by: nil).der
        let restricted = made.replacing(Self.rsaKey, with: Self.pssKey)
        #expect(restricted != made)
        #expect(Lab.judge([signed], trust: try TrustStore(pem: Self.pem(made))).problems == [])
        #expect(!Lab.judge([signed], trust: try TrustStore(pem: Self.pem(restricted))).holds)
    }

    /// rsaEncryption and its parameters, and id-RSASSA-PSS with as many octets that say nothing.
    private static let rsaKey: [UInt8] = [0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 13, 1, 1, 1, 5, 0]
    private static let pssKey: [UInt8] = [0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 13, 1, 1, 10, 0x30, 0]

    @Test(
        "Every kind of key may sign",
        arguments: ["RSA", "P-256", "P-384", "P-521", "Ed25519"])
    func keys(_ kind: String) throws {
        let key: Certificate.PrivateKey =
            switch kind {
            case "RSA": .init(try _RSA.Signing.PrivateKey(keySize: .bits2048))
            case "P-256": .init(P256.Signing.PrivateKey())
            case "P-384": .init(P384.Signing.PrivateKey())
            case "P-521": .init(P521.Signing.PrivateKey())
            default: .init(Curve25519.Signing.PrivateKey())
            }
        let root = try MadeCertificate("root", key, by: nil)
        let leaf = try MadeCertificate("leaf", key, by: root, isAuthority: false)
        let trust = try TrustStore(pem: root.pem)
        #expect(Lab.judge([try leaf.der], trust: trust).problems == [])
        var damaged = try leaf.der
        damaged[damaged.count - 1] ^= 1
        // Nothing but the name says whose signature it is meant to be.
        #expect(Lab.judge([damaged], trust: trust).problems == [.untrusted])
    }

    @Test("A root is trusted whatever signed it, and a path that needs an unknown algorithm is left open")
    func rootSignature() throws {
        let root = try MadeCertificate("root", by: nil)
        let leaf = try MadeCertificate("leaf", by: root, isAuthority: false)
        var resigned = try root.der
        // The last octets are the signature: now it is none.
        resigned[resigned.count - 1] ^= 1
        #expect(Lab.judge([try leaf.der], trust: try TrustStore(pem: Self.pem(resigned))).problems == [])
        // ecdsa-with-SHA256 becomes ecdsa-with-SHA224, inside and outside.
        let unknown = try leaf.der.replacing(
            [0x86, 0x48, 0xCE, 0x3D, 4, 3, 2], with: [0x86, 0x48, 0xCE, 0x3D, 4, 3, 1])
        let judgement = Lab.judge([unknown], trust: try TrustStore(pem: root.pem))
        #expect(judgement.problems == [.unsupported])
        #expect(
            judgement.findings.first?.text(now: Lab.now) == "signed with ecdsa-with-SHA224, by a key of EC P-256")
        // What is wrong for certain is said first.
        #expect(
            Lab.judge([unknown], .dns("other.example"), trust: try TrustStore(pem: root.pem)).problems
                == [.wrongName, .unsupported])
    }

    private static func pem(_ der: [UInt8]) -> String {
        "-----BEGIN CERTIFICATE-----\n\(base64(der))\n-----END CERTIFICATE-----\n"
    }

    // MARK: Extensions

    /// A chain of root, authority and leaf with these extensions.
    private static func judge(
        authority: [Certificate.Extension] = [], leaf: [Certificate.Extension] = [], names: [GeneralName]? = nil,
        isAuthority: Bool? = true
    ) throws -> ChainJudgement {
        let root = try MadeCertificate("root", by: nil)
        let middle = try MadeCertificate("middle", by: root, isAuthority: isAuthority, names: [], authority)
        let end = try MadeCertificate("leaf", by: middle, isAuthority: false, names: names, leaf)
        return Lab.judge([try end.der, try middle.der], trust: try TrustStore(pem: root.pem))
    }

    private static func texts(_ judgement: ChainJudgement) -> [String] {
        judgement.findings.map { "\($0.problem): \($0.text(now: Lab.now))" }
    }

    @Test("Only an authority that may sign certificates has issued one")
    func authorities() throws {
        let usage = try Certificate.Extension(KeyUsage(digitalSignature: true), critical: true)
        #expect(
            Self.texts(try Self.judge(authority: [usage]))
                == ["chainRules: CN=middle: its key usage lacks keyCertSign, but it issued a certificate"])
        #expect(
            Self.texts(try Self.judge(isAuthority: nil))
                == ["chainRules: CN=middle: it is no authority (no basicConstraints), but issued a certificate"])
        #expect(
            Self.texts(try Self.judge(isAuthority: false))
                == ["chainRules: CN=middle: it is no authority (basicConstraints), but issued a certificate"])
    }

    @Test("What breaks a rule or cannot be judged is told with its certificate")
    func told() throws {
        let clients = try Certificate.Extension(ExtendedKeyUsage([.clientAuth]), critical: false)
        #expect(
            Self.texts(try Self.judge(authority: [clients]))
                == ["chainRules: CN=middle: its extended key usage lacks serverAuth"])
        let strange = try Certificate.Extension.critical([1, 3, 6, 1, 4, 1, 99]) { try $0.serialize(ASN1Null()) }
        #expect(
            Self.texts(try Self.judge(leaf: [strange])) == ["unsupported: the critical extension 1.3.6.1.4.1.99"])
        #expect(
            Self.texts(try Self.judge(authority: [strange], leaf: [clients]))
                == [
                    "chainRules: its extended key usage lacks serverAuth",
                    "unsupported: CN=middle: the critical extension 1.3.6.1.4.1.99",
                ])
    }

    @Test("Critical policy extensions are obeyed: a policy has to be named where one is demanded")
    func policies() throws {
        typealias Case = (authority: [Certificate.Extension], leaf: [Certificate.Extension], holds: Bool)
        let cases: [Case] = [
            ([try .policyConstraints(inhibitMapping: 0)], [], true),
            ([try .inhibitAnyPolicy(0)], [], true),
            ([try .policyConstraints(requireExplicit: 2)], [], true),
            // The leaf is the one certificate that may follow, and the path ends with it.
            ([try .policyConstraints(requireExplicit: 1)], [], false),
            ([try .policyConstraints(requireExplicit: 0)], [], false),
            ([try .policyConstraints(requireExplicit: 0), try .policies([policy])], [], false),
            (
                [try .policyConstraints(requireExplicit: 0), try .policies([policy])],
                [try .policies([policy])], true
            ),
            (
                [try .policyConstraints(requireExplicit: 0), try .policies([policy])], [try .policies([other])],
                false
            ),
            ([try .policyConstraints(requireExplicit: 0), try .policies([any])], [try .policies([other])], true),
            (
                [try .policyConstraints(requireExplicit: 0), try .policies([policy])], [try .policies([any])],
                true
            ),
            (
                [
                    try .policyConstraints(requireExplicit: 0), try .policies([policy]), try .inhibitAnyPolicy(0),
                ], [try .policies([any])], false
            ),
            (
                [
                    try .policyConstraints(requireExplicit: 0), try .policies([policy]),
                    try .policyMappings([(policy, other)]),
                ], [try .policies([other])], true
            ),
            (
                [
                    try .policyConstraints(requireExplicit: 0), try .policies([policy]),
                    try .policyMappings([(policy, other)]),
                ], [try .policies([policy])], false
            ),
            ([try .policies([policy]), try .policyMappings([(any, other)])], [], false),
        ]
        for (index, one) in cases.enumerated() {
            let judgement = try Self.judge(authority: one.authority, leaf: one.leaf)
            #expect(judgement.problems == (one.holds ? [] : [.chainRules]), "case \(index)")
        }
    }

    @Test("Names are held against the constraints of their own kind only")
    func names() throws {
        typealias Case = (permitted: [GeneralName], excluded: [GeneralName], names: [GeneralName], String?)
        let web = GeneralName.dnsName(Lab.name)
        let cases: [Case] = [
            ([], [.rfc822Name("evil.test")], [web], nil),
            ([.rfc822Name("good.test")], [], [web], nil),
            (
                [.rfc822Name("good.test")], [], [web, .rfc822Name("a@evil.test")],
                "does not permit the name a@evil.test"
            ),
            ([.rfc822Name(".good.test")], [], [web, .rfc822Name("a@b.good.test")], nil),
            ([.dnsName("lab.example")], [], [web], nil),
            ([.dnsName("LAB.example")], [], [web], nil),
            ([.dnsName(".lab.example")], [], [web], nil),
            ([.dnsName("ab.example")], [], [web], "does not permit the name web.lab.example"),
            ([.dnsName("other.example"), .dnsName("lab.example")], [], [web], nil),
            ([], [.dnsName("web.lab.example")], [web], "excludes the name web.lab.example"),
            ([], [.dnsName("a.web.lab.example")], [web], nil),
            ([], [.dnsName("a.x.test")], [web, .dnsName("*.x.test")], "excludes the name *.x.test"),
            ([], [.dnsName("b.a.x.test")], [web, .dnsName("*.x.test")], nil),
            ([web, .dnsName("x.test")], [], [web, .dnsName("*.x.test")], nil),
            ([web, .dnsName("a.x.test")], [], [web, .dnsName("*.x.test")], "does not permit the name *.x.test"),
            ([], [.dnsName("")], [web], "excludes the name web.lab.example"),
            ([ip([10, 0, 0, 0, 255, 0, 0, 0])], [], [web, ip([10, 9, 9, 9])], nil),
            ([ip([10, 0, 0, 0, 255, 0, 0, 0])], [], [web, ip([11, 0, 0, 1])], "does not permit the name 11.0.0.1"),
            (
                [.uniformResourceIdentifier(".x.test")], [],
                [web, .uniformResourceIdentifier("https://u@a.x.test:8/p")], nil
            ),
            (
                [.uniformResourceIdentifier(".x.test")], [], [web, .uniformResourceIdentifier("https://x.test/")],
                "does not permit the name https://x.test/"
            ),
            ([.directoryName(try DistinguishedName { CommonName("leaf") })], [], [web], nil),
            (
                [.directoryName(try DistinguishedName { CommonName("x") })], [], [web],
                "does not permit the name CN=leaf"
            ),
        ]
        for (index, one) in cases.enumerated() {
            let judgement = try Self.judge(
                authority: [try .nameConstraints(permitted: one.permitted, excluded: one.excluded)], names: one.names)
            let expected = one.3.map { ["chainRules: CN=middle: it \($0)"] } ?? []
            #expect(Self.texts(judgement) == expected, "case \(index)")
        }
    }

    @Test("Constraints on names that cannot be compared, or too many of them, leave the path open")
    func openNames() throws {
        let registered = GeneralName.registeredID([1, 2, 3])
        let web = GeneralName.dnsName(Lab.name)
        let constraint = try Certificate.Extension.nameConstraints(excluded: [registered])
        #expect(try Self.judge(authority: [constraint]).problems == [])
        #expect(
            Self.texts(try Self.judge(authority: [constraint], names: [web, registered]))
                == ["unsupported: CN=middle: a name constraint on registered ID names"])
        let many = (0..<400).map { GeneralName.dnsName("\($0).test") }
        let judgement = try Self.judge(
            authority: [try .nameConstraints(excluded: many)],
            names: [web] + (0..<400).map { .dnsName("x\($0).test") })
        #expect(Self.texts(judgement) == ["unsupported: CN=middle: too many name constraints"])
    }
}

private let policy: ASN1ObjectIdentifier = [1, 2, 3, 4]
private let other: ASN1ObjectIdentifier = [1, 2, 3, 5]
private let any: ASN1ObjectIdentifier = [2, 5, 29, 32, 0]

private func ip(_ octets: [UInt8]) -> GeneralName { .ipAddress(ASN1OctetString(contentBytes: octets[...])) }
