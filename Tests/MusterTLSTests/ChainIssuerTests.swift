import MusterTLS
import SwiftASN1
import Testing
import X509

@Suite("Issuers that are missing, and ends of validity")
struct ChainIssuerTests {
    private static func text(_ judgement: ChainJudgement) -> String? {
        judgement.findings.first.map { "\($0.problem): \($0.text(now: Lab.now))" }
    }

    @Test("An issuer that nobody here knows is untrusted, with its name and its place")
    func unknown() throws {
        let root = try MadeCertificate("Corp Root", by: nil)
        let middle = try MadeCertificate("Corp Issuing", by: root)
        let place = try Certificate.Extension(
            AuthorityInformationAccess([
                .init(method: .issuingCA, location: .uniformResourceIdentifier("http://pki.corp/ca.crt"))
            ]), critical: false)
        let leaf = try MadeCertificate("leaf", by: middle, isAuthority: false)
        let placed = try MadeCertificate("leaf", by: middle, isAuthority: false, [place])
        let advice = "give its certificate with tls.ca"
        let issuing = "untrusted: issued by CN=Corp Issuing, which is not known here: \(advice)"
        #expect(Self.text(Lab.judge([try leaf.der])) == issuing)
        #expect(Self.text(Lab.judge([try placed.der])) == "\(issuing) (it is at http://pki.corp/ca.crt)")
        #expect(
            Self.text(Lab.judge([try leaf.der, try middle.der]))
                == "untrusted: issued by CN=Corp Root, which is not known here: \(advice)")
        #expect(
            Self.text(Lab.judge([try leaf.der, try middle.der, try root.der]))
                == "untrusted: issued by CN=Corp Root, which is not trusted here: \(advice)")
        #expect(
            Self.text(Lab.judge([try MadeCertificate("alone", by: nil, isAuthority: false).der]))
                == "selfSigned: give it with tls.ca to trust it")
        // The advice helps: also an issuing authority may be given.
        #expect(Lab.judge([try leaf.der], trust: try TrustStore(pem: middle.pem)).problems == [])
    }

    @Test("A leaf of the public rules lacks an intermediate")
    func publicRules() throws {
        let middle = try MadeCertificate("Public Issuing", by: try MadeCertificate("Public Root", by: nil))
        let leaf = try MadeCertificate(
            "leaf", by: middle, isAuthority: false, [try .policies([[2, 23, 140, 1, 2, 2]])])
        #expect(
            Self.text(Lab.judge([try leaf.der]))
                == "incomplete: issued by CN=Public Issuing, which the server did not send")
        // With the intermediate it is the root that is not known.
        #expect(Lab.judge([try leaf.der, try middle.der]).problems == [.untrusted])
    }

    @Test("What another server sent is known to be missing, also for a chain that was judged before")
    func seenElsewhere() throws {
        let root = try MadeCertificate("root", by: nil)
        let middle = try MadeCertificate("middle", by: root)
        let judge = ChainJudge(trust: try TrustStore(pem: root.pem))
        let bare = [try MadeCertificate("bare", by: middle, isAuthority: false).der]
        let whole = [try MadeCertificate("whole", by: middle, isAuthority: false).der, try middle.der]
        func judged(_ chain: [[UInt8]]) -> ChainJudgement {
            judge.judge(chain: chain, serverName: .dns(Lab.name), now: Lab.now)
        }
        #expect(judged(bare).problems == [.untrusted])
        #expect(judged(whole).problems == [])
        let sentence = "incomplete: issued by CN=middle, which other servers send and this one does not"
        #expect(Self.text(judged(bare)) == sentence)
        #expect(Self.text(judged(bare)) == sentence)
        // The same name with another key was not seen.
        let impostor = try MadeCertificate("middle", by: root)
        #expect(judged([try MadeCertificate("x", by: impostor, isAuthority: false).der]).problems == [.untrusted])
    }

    @Test("The first certificate to end counts, below the root")
    func firstToEnd() throws {
        let root = try MadeCertificate("root", by: nil, notAfter: Lab.now + 2 * Lab.day)
        let middle = try MadeCertificate("middle", by: root, notAfter: Lab.now + 5 * Lab.day)
        let leaf = try MadeCertificate("leaf", by: middle, isAuthority: false, notAfter: Lab.now + 300 * Lab.day)
        let trust = try TrustStore(pem: root.pem)
        for chain in [[try leaf.der, try middle.der], [try leaf.der, try middle.der, try root.der]] {
            let judgement = Lab.judge(chain, trust: trust)
            #expect(judgement.problems == [])
            #expect(judgement.firstToEnd?.subject == "CN=middle")
            #expect(judgement.daysLeft(now: Lab.now) == 5)
        }
        // A path that lasts longer is there: clients take it.
        let renewed = try MadeCertificate("middle", middle.key, by: root, notAfter: Lab.now + 400 * Lab.day)
        for chain in [
            [try leaf.der, try middle.der, try renewed.der], [try leaf.der, try renewed.der, try middle.der],
        ] {
            let judgement = Lab.judge(chain, trust: trust)
            #expect(judgement.firstToEnd?.subject == "CN=leaf")
            #expect(judgement.daysLeft(now: Lab.now) == 300)
        }
        let expired = Lab.judge([try leaf.der, try middle.der], now: Lab.now + 7 * Lab.day, trust: trust)
        #expect(expired.findings.first?.text(now: Lab.now + 7 * Lab.day) == "CN=middle: 2 days ago")
    }
}
