import Crypto
import CryptoExtras
import FoundationEssentials
import MusterTLS
import SwiftASN1
import Testing
import X509

/// Chains that the lab does not make: other algorithms, other shapes.
@Suite("Chains of unusual shape")
struct ChainShapeTests {
    @Test("A SHA-1 signature is weak on a leaf, and of no matter on a root")
    func sha1() async throws {
        let rootKey = Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits2048))
        for (rootAlgorithm, leafAlgorithm, problems) in [
            (.sha1WithRSAEncryption, .sha256WithRSAEncryption, []),
            (.sha256WithRSAEncryption, .sha1WithRSAEncryption, [.weak]),
        ] as [(Certificate.SignatureAlgorithm, Certificate.SignatureAlgorithm, [CertificateProblem])] {
            let root = try certificate("root", rootKey, issuer: "root", rootKey, isAuthority: true, rootAlgorithm)
            let leaf = try certificate("leaf", rootKey, issuer: "root", rootKey, isAuthority: false, leafAlgorithm)
            let trust = try TrustStore(pem: root.serializeAsPEM().pemString)
            let judgement = Lab.judge([try der(leaf)], trust: trust)
            #expect(judgement.problems == problems)
            #expect(judgement.leaf?.keyDescription == "RSA 2048")
        }
    }

    @Test("A leaf that issues a leaf breaks the rules")
    func leafAsIssuer() async throws {
        let keys = (0..<3).map { _ in Certificate.PrivateKey(P384.Signing.PrivateKey()) }
        let root = try certificate("root", keys[0], issuer: "root", keys[0], isAuthority: true)
        let middle = try certificate("middle", keys[1], issuer: "root", keys[0], isAuthority: false)
        let leaf = try certificate("leaf", keys[2], issuer: "middle", keys[1], isAuthority: false)
        let trust = try TrustStore(pem: root.serializeAsPEM().pemString)
        let judgement = Lab.judge([try der(leaf), try der(middle)], trust: trust)
        #expect(judgement.problems == [.chainRules])
        #expect(judgement.leaf?.keyDescription == "EC P-384")
    }

    @Test("A root presented but not trusted is untrusted, and an expired one is both")
    func presentedRoot() async throws {
        let keys = (0..<3).map { _ in Certificate.PrivateKey(P384.Signing.PrivateKey()) }
        let root = try certificate("root", keys[0], issuer: "root", keys[0], isAuthority: true)
        let middle = try certificate("middle", keys[1], issuer: "root", keys[0], isAuthority: true)
        let leaf = try certificate("leaf", keys[2], issuer: "middle", keys[1], isAuthority: false)
        let chain = [try der(leaf), try der(middle), try der(root)]
        #expect(Lab.judge(chain).problems == [.untrusted])
        #expect(Lab.judge(chain, now: Lab.now + 2 * Lab.day).problems == [.expired, .untrusted])
        // The root may be left out, and nothing tells that anything else was.
        #expect(Lab.judge([chain[0], chain[1]]).problems == [.untrusted])
    }

    @Test("The second way to the store is taken where the first has expired")
    func crossSigned() async throws {
        let keys = (0..<3).map { _ in Certificate.PrivateKey(P384.Signing.PrivateKey()) }
        let expired = try certificate(
            "root", keys[0], issuer: "root", keys[0], isAuthority: true, notAfter: Lab.now - 1)
        let renewed = try certificate("root", keys[0], issuer: "root", keys[0], isAuthority: true)
        let leaf = try certificate("leaf", keys[2], issuer: "root", keys[0], isAuthority: false)
        let trust = try TrustStore(pems: try [expired, renewed].map { try $0.serializeAsPEM().pemString })
        #expect(trust.count == 2)
        #expect(Lab.judge([try der(leaf)], trust: trust).problems == [])
    }

    @Test("Authorities that all issue one another lead nowhere, and the search ends")
    func tangle() async throws {
        let key = Certificate.PrivateKey(P384.Signing.PrivateKey())
        var chain = [try der(certificate("leaf", key, issuer: "a0", key, isAuthority: false))]
        for subject in 0..<4 {
            for issuer in 0..<4 where issuer != subject {
                let one = try certificate("a\(subject)", key, issuer: "a\(issuer)", key, isAuthority: true)
                chain.append(try der(one))
            }
        }
        #expect(Lab.judge(chain).problems == [.untrusted])
    }

    @Test(
        "A path of more than twenty certificates is left open",
        arguments: [(12, []), (19, []), (20, [.unsupported]), (21, [.unsupported])] as [(Int, [CertificateProblem])])
    func long(_ length: Int, _ problems: [CertificateProblem]) async throws {
        let keys = (0...length).map { _ in Certificate.PrivateKey(P384.Signing.PrivateKey()) }
        let root = try certificate("a0", keys[0], issuer: "a0", keys[0], isAuthority: true)
        var chain: [[UInt8]] = []
        for index in 1...length {
            let isLeaf = index == length
            let one = try certificate(
                "a\(index)", keys[index], issuer: "a\(index - 1)", keys[index - 1], isAuthority: !isLeaf)
            chain.insert(try der(one), at: 0)
        }
        let trust = try TrustStore(pem: root.serializeAsPEM().pemString)
        #expect(Lab.judge(chain, trust: trust).problems == problems)
    }

    @Test(
        "Validity beyond 2049 is read as Unix seconds",
        arguments: [
            (2_524_608_000, 2_524_608_000), (4_102_444_800, 4_102_444_800), (951_782_400, 951_782_400),
        ] as [(Int64, Int64)])
    func farTimes(_ notAfter: Int64, _ seconds: Int64) async throws {
        let key = Certificate.PrivateKey(P384.Signing.PrivateKey())
        let leaf = try certificate("leaf", key, issuer: "leaf", key, isAuthority: false, notAfter: notAfter)
        #expect(Lab.judge([try der(leaf)]).leaf?.notAfter == seconds)
    }

    private func certificate(
        _ name: String, _ key: Certificate.PrivateKey, issuer: String, _ issuerKey: Certificate.PrivateKey,
        isAuthority: Bool, _ algorithm: Certificate.SignatureAlgorithm? = nil, notAfter: Int64 = Lab.now + Lab.day
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date(timeIntervalSince1970: 900_000_000),
            notValidAfter: Date(timeIntervalSince1970: Double(notAfter)),
            issuer: try DistinguishedName { CommonName(issuer) }, subject: try DistinguishedName { CommonName(name) },
            signatureAlgorithm: algorithm ?? .ecdsaWithSHA384,
            extensions: try Certificate.Extensions {
                Critical(
                    isAuthority
                        ? BasicConstraints.isCertificateAuthority(maxPathLength: nil) : .notCertificateAuthority)
                SubjectAlternativeNames([.dnsName(Lab.name)])
            }, issuerPrivateKey: issuerKey)
    }

    private func der(_ certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }
}
