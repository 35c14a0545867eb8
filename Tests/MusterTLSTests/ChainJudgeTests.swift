import MusterTLS
import Testing

@Suite("Judging chains")
struct ChainJudgeTests {
    @Test(
        "Each flaw is judged as its problem",
        arguments: [
            ([.none], []),
            ([.expired], [.expired]),
            ([.notYetValid], [.notYetValid]),
            ([.wrongName], [.wrongName]),
            ([.selfSigned], [.selfSigned]),
            ([.incomplete], [.incomplete]),
            ([.untrusted], [.untrusted]),
            ([.weak], [.weak]),
            ([.wrongPurpose], [.chainRules]),
            ([.expired, .wrongName], [.expired, .wrongName]),
            ([.notYetValid, .selfSigned], [.notYetValid, .selfSigned]),
            ([.wrongName, .untrusted], [.wrongName, .untrusted]),
            ([.expired, .incomplete], [.expired, .incomplete]),
            ([.weak, .expired], [.expired, .weak]),
            ([.weak, .selfSigned], [.selfSigned, .weak]),
            ([.weak, .untrusted, .wrongName], [.wrongName, .untrusted, .weak]),
            ([.expired, .wrongName, .selfSigned, .weak], [.expired, .wrongName, .selfSigned, .weak]),
        ] as [(Set<LabAuthority.Flaw>, [CertificateProblem])])
    func flaws(_ flaws: Set<LabAuthority.Flaw>, _ problems: [CertificateProblem]) async throws {
        let judgement = Lab.judge(try Lab.chain(flaws).certificates)
        #expect(judgement.problems == problems)
        #expect(judgement.holds == problems.isEmpty)
        #expect(judgement.leaf != nil)
    }

    @Test("A chain holds for its names and addresses only")
    func names() async throws {
        let chain = try Lab.chain(names: ["web.lab.example", "*.many.example"]).certificates
        for (name, problems) in [
            (.dns("web.lab.example"), []), (.dns("x.many.example"), []), (.ip(Lab.address), []),
            (.dns("mail.lab.example"), [.wrongName]), (.ip([127, 0, 0, 10]), [.wrongName]),
        ] as [(ServerName, [CertificateProblem])] {
            #expect(Lab.judge(chain, name).problems == problems, "\(name)")
        }
    }

    @Test("The facts are those of the certificates")
    func facts() async throws {
        let judgement = Lab.judge(try Lab.chain().certificates)
        let leaf = try #require(judgement.leaf)
        #expect(leaf.subject == "CN=web.lab.example")
        #expect(leaf.issuer == "CN=muster lab intermediate")
        #expect(leaf.dnsNames == ["web.lab.example"])
        #expect(leaf.ipAddresses == [Lab.address])
        #expect(leaf.notBefore == Lab.now - Lab.day)
        #expect(leaf.notAfter == Lab.now + 90 * Lab.day)
        #expect(leaf.keyDescription == "EC P-256")
        #expect(leaf.signatureAlgorithm == "ecdsa-with-SHA256")
        #expect(leaf.fingerprint.count == 64)
        #expect(!leaf.serial.isEmpty)
        #expect(judgement.chain.map(\.subject) == ["CN=web.lab.example", "CN=muster lab intermediate"])
        #expect(judgement.earliestNotAfter == leaf.notAfter)
    }

    @Test("A weak key is told with its facts, though it cannot be used")
    func weakFacts() async throws {
        let leaf = try #require(Lab.judge(try Lab.chain([.weak]).certificates).leaf)
        #expect(leaf.keyDescription == "RSA 1024")
        #expect(leaf.dnsNames == ["web.lab.example"])
    }

    @Test(
        "Days left are rounded down and negative once expired",
        arguments: [
            (0, 90), (1, 89), (90 * 86_400, 0), (90 * 86_400 + 1, -1), (91 * 86_400, -1), (91 * 86_400 + 1, -2),
        ] as [(Int64, Int)])
    func daysLeft(_ later: Int64, _ days: Int) async throws {
        let judgement = Lab.judge(try Lab.chain().certificates)
        #expect(judgement.daysLeft(now: Lab.now + later) == days)
    }

    @Test(
        "Validity includes both of its ends",
        arguments: [
            (-86_401, [.notYetValid]), (-86_400, []), (90 * 86_400, []), (90 * 86_400 + 1, [.expired]),
        ] as [(Int64, [CertificateProblem])])
    func validityEnds(_ shift: Int64, _ problems: [CertificateProblem]) async throws {
        let chain = try Lab.chain().certificates
        #expect(Lab.judge(chain, now: Lab.now + shift).problems == problems)
    }

    @Test("An issuer's expiry is told too, and a root's")
    func issuerExpiry() async throws {
        let chain = try Lab.chain().certificates
        let judgement = Lab.judge(chain, now: Lab.now + 3651 * Lab.day)
        #expect(judgement.problems == [.expired])
    }

    @Test("A changed octet of the signature is a bad signature, of the leaf or the intermediate", arguments: [0, 1])
    func badSignature(_ index: Int) async throws {
        var chain = try Lab.chain().certificates
        chain[index][chain[index].count - 1] ^= 1
        #expect(Lab.judge(chain).problems == [.badSignature])
    }

    @Test("A name borrowed from the trust store does not help a foreign root")
    func borrowedRootName() async throws {
        let other = try LabAuthority(now: Lab.now)
        let chain = try other.chain(dnsNames: [Lab.name]).certificates
        let judgement = Lab.judge(chain)
        #expect(judgement.problems == [.untrusted])
        #expect(
            judgement.findings[0].text(now: Lab.now)
                == "issued by CN=muster lab root with another key than the one known here: "
                + "give its certificate with tls.ca")
    }

    @Test("The order and the surplus of presented issuers do not matter")
    func surplus() async throws {
        let chain = try Lab.chain().certificates
        let foreign = try Lab.chain([.untrusted]).certificates
        #expect(Lab.judge([chain[0], foreign[1], chain[1]]).problems == [])
        #expect(Lab.judge([chain[0], Array("garbage".utf8), chain[1]]).problems == [])
        #expect(Lab.judge([chain[0], Array("garbage".utf8)]).problems == [.incomplete, .unreadable])
    }

    @Test("A self-signed certificate of the store is trusted as it is")
    func pinned() async throws {
        let chain = try Lab.chain([.selfSigned]).certificates
        let pem = "-----BEGIN CERTIFICATE-----\n\(base64(chain[0]))\n-----END CERTIFICATE-----\n"
        let trust = try TrustStore(pems: [Lab.authority.rootPEM, pem, pem])
        #expect(trust.count == 2)
        #expect(Lab.judge(chain, trust: trust).problems == [])
        #expect(Lab.judge(chain, .dns("other.example"), trust: trust).problems == [.wrongName])
    }

    @Test("A chain over the bounds is left open, an empty one missing")
    func bounds() async throws {
        let chain = try Lab.chain().certificates
        let intermediates = Array(repeating: chain[1], count: 19)
        #expect(Lab.judge([chain[0]] + intermediates).problems == [])
        #expect(Lab.judge([chain[0]] + intermediates + [chain[1]]).problems == [.unsupported])
        #expect(Lab.judge(chain + [[UInt8](repeating: 0, count: 256 << 10)]).problems == [.unsupported])
        #expect(Lab.judge([]).problems == [.missing])
        #expect(Lab.judge([[]]).problems == [.unreadable])
    }

    @Test("A leaf cut or changed anywhere is judged without a crash, and holds only if it is whole")
    func damaged() async throws {
        let chain = try Lab.chain().certificates
        let judge = ChainJudge(trust: Lab.trust)
        for index in chain[0].indices {
            let cut = [Array(chain[0][..<index]), chain[1]]
            let cutJudgement = judge.judge(chain: cut, serverName: .dns(Lab.name), now: Lab.now)
            #expect(!cutJudgement.holds)
            var changed = chain
            changed[0][index] ^= 0x41
            let judgement = judge.judge(chain: changed, serverName: .dns(Lab.name), now: Lab.now)
            #expect(!judgement.holds, "octet \(index)")
        }
    }

    @Test(
        "A text without certificates is refused as a trust store",
        arguments: [
            "", "no PEM at all", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n",
        ])
    func emptyStore(_ pem: String) {
        let fault = #expect(throws: TrustFault.self) { try TrustStore(pem: pem) }
        #expect(fault?.code == .noCertificates)
    }
}

/// RFC 4648, in lines of 64 characters.
func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for (group, start) in stride(from: 0, to: bytes.count, by: 3).enumerated() {
        if group > 0, group % 16 == 0 { text += "\n" }
        let count = min(3, bytes.count - start)
        var bits = 0
        for index in 0..<3 { bits = bits << 8 | (index < count ? Int(bytes[start + index]) : 0) }
        for index in 0..<4 { text.append(index <= count ? digits[bits >> (18 - 6 * index) & 63] : "=") }
    }
    return text
}
