import Testing

@testable import MusterTLS

private typealias W = WrittenDER

/// What a peer can send to cost us work: each case counts what it costs, and none takes the time.
@Suite("Hostile chains cost a bounded amount of work")
struct HostileChainTests {
    private static let signer = DraftChain.keys[0]
    /// The signatures of a search, and those of the path that was guessed before.
    private static let mostSignatures = PathSearch.maximumChecks + PathSearch.maximumLength

    private static func pem(_ der: [UInt8]) -> String {
        "-----BEGIN CERTIFICATE-----\n\(base64(der))\n-----END CERTIFICATE-----\n"
    }

    private static func verdict(_ chain: [[UInt8]], root: [UInt8]) throws -> ChainVerdict {
        ChainVerdict(of: chain, trust: try TrustStore(pem: pem(root)), now: Lab.now, issuers: KnownIssuers())
    }

    /// A chain after a change, as presented.
    private static func verdict(_ change: (inout DraftChain) -> Void) throws -> ChainVerdict {
        var draft = DraftChain()
        change(&draft)
        let certificates = try draft.encoded()
        return try verdict(draft.presented.map { certificates[$0] }, root: certificates[0])
    }

    /// An authority without identifiers, so that its name alone says who may have issued what.
    private static func authority(_ name: String, by issuer: String, serial: Int) -> DraftCertificate {
        var draft = DraftChain().middle
        draft.subject = W.name(name)
        draft.issuer = W.name(issuer)
        draft.serial = W.integer(serial)
        draft.remove(.subjectKey)
        draft.remove(.authorityKey)
        return draft
    }

    private static func leaf(by issuer: String) -> DraftCertificate {
        var leaf = DraftChain().leaf
        leaf.issuer = W.name(issuer)
        leaf.remove(.authorityKey)
        return leaf
    }

    @Test("An ordinary chain costs its signatures, once")
    func ordinary() throws {
        let verdict = try Self.verdict { _ in }
        #expect(verdict.findings.isEmpty)
        #expect(verdict.work.signatures == 3)
        #expect(verdict.work.comparedNames == 0)
    }

    @Test("Authorities that all issued one another, with keys that fit, are followed up to the bound")
    func tangle() throws {
        // Six names with one key, each issued by three others: every step leads on, and none to the store.
        var chain = [try Self.leaf(by: "a0").signed(by: Self.signer)]
        for index in 0..<18 {
            var one = Self.authority("a\(index % 6)", by: "a\((index % 6 + 1 + index / 6) % 6)", serial: index + 10)
            one.publicKey = Self.signer.publicKey
            chain.append(try one.signed(by: Self.signer))
        }
        let root = try DraftChain().encoded()[0]
        let verdict = try Self.verdict(chain, root: root)
        #expect(!verdict.findings.isEmpty)
        #expect(verdict.work.signatures > 18)
        #expect(verdict.work.signatures <= Self.mostSignatures)
    }

    @Test("The same, where every one of them is below the root as well, and all ways are expired")
    func anchoredTangle() throws {
        var draft = DraftChain()
        draft.root.remove(.subjectKey)
        draft.root.publicKey = Self.signer.publicKey
        let root = try draft.root.signed(by: Self.signer)
        var chain = [try Self.leaf(by: "a0").signed(by: Self.signer)]
        for index in 0..<18 {
            let name = index % 6
            let issuer = index < 6 ? "root" : "a\((name + 1 + index / 6) % 6)"
            var one = Self.authority("a\(name)", by: issuer, serial: index + 10)
            one.publicKey = Self.signer.publicKey
            one.notAfter = W.time("210101000000Z")
            chain.append(try one.signed(by: Self.signer))
        }
        let verdict = try Self.verdict(chain, root: root)
        #expect(verdict.findings.first?.problem == .expired)
        #expect(verdict.work.signatures <= Self.mostSignatures)
    }

    @Test("Issuers of one name whose keys do not fit are tried up to the bound")
    func impostors() throws {
        let root = try DraftChain().encoded()[0]
        var chain = [try Self.leaf(by: "a").signed(by: DraftChain.keys[3])]
        for index in 0..<19 { chain.append(try Self.authority("a", by: "a", serial: index).signed(by: Self.signer)) }
        let verdict = try Self.verdict(chain, root: root)
        #expect(!verdict.findings.isEmpty)
        #expect(verdict.work.signatures <= Self.mostSignatures)
    }

    @Test(
        "Signatures that we verify ourselves are tried fewer times",
        arguments: [(32, true), (20, false), (222, false)])
    func dearSignatures(salt: Int, isInLibrary: Bool) throws {
        let root = try DraftChain().encoded()[0]
        var leaf = Self.leaf(by: "a")
        let digest = W.sequence(W.identifier("2.16.840.1.101.3.4.2.1"), W.null)
        leaf.algorithm = W.sequence(
            W.identifier("1.2.840.113549.1.1.10"),
            W.sequence(
                W.node(0xA0, digest), W.node(0xA1, W.sequence(W.identifier("1.2.840.113549.1.1.8"), digest)),
                W.node(0xA2, W.integer(salt))))
        leaf.outerAlgorithm = leaf.algorithm
        var chain = [try leaf.signed(by: DraftChain.keys[3])]
        for index in 0..<19 { chain.append(try Self.authority("a", by: "a", serial: index).signed(by: Self.signer)) }
        let verdict = try Self.verdict(chain, root: root)
        // Nineteen of them were more than a search may cost.
        #expect(verdict.findings.contains { $0.problem == .badSignature } == isInLibrary)
        #expect(verdict.findings.contains { $0.problem == .unsupported } != isInLibrary)
        #expect(verdict.work.signatures <= Self.mostSignatures)
    }

    @Test("A chain of twenty that leads to the root costs twenty signatures", arguments: [17, 18])
    func deep(_ authorities: Int) throws {
        var draft = DraftChain()
        draft.root.publicKey = Self.signer.publicKey
        draft.root.remove(.subjectKey)
        let root = try draft.root.signed(by: Self.signer)
        var chain = [try Self.leaf(by: "a1").signed(by: Self.signer)]
        for index in 1...authorities {
            let issuer = index == authorities ? "root" : "a\(index + 1)"
            var one = Self.authority("a\(index)", by: issuer, serial: index)
            one.publicKey = Self.signer.publicKey
            chain.append(try one.signed(by: Self.signer))
        }
        let verdict = try Self.verdict(chain, root: root)
        #expect(verdict.findings.isEmpty)
        #expect(verdict.work.signatures == authorities + 1)
    }

    @Test("Thousands of names against thousands of constraints are compared up to the bound, and left open")
    func namesTimesConstraints() throws {
        let verdict = try Self.verdict { draft in
            draft.middle.add(
                .nameConstraints, W.constraints(excluded: (0..<2000).map { W.dns("x\($0).bank.test") }))
            draft.leaf.set(
                .alternativeNames, W.sequence([W.dns(Lab.name)] + (0..<2000).map { W.dns("y\($0).bank.test") }))
        }
        #expect(verdict.findings.map(\.problem) == [.unsupported])
        #expect(verdict.findings.first?.detail == "too many name constraints")
        let mostAtOnce = NameConstraintRules.maximumWork + 64
        #expect(verdict.work.comparedNames > NameConstraintRules.maximumWork)
        // For the path that was guessed, and for those that were found.
        #expect(verdict.work.comparedNames <= mostAtOnce * (1 + PathSearch.maximumPaths))
    }

    @Test("Few but endless constraints count by their length")
    func longConstraints() throws {
        let long = Array(repeating: "a.", count: 30_000).joined() + "test"
        let verdict = try Self.verdict { draft in
            draft.middle.add(.nameConstraints, W.constraints(excluded: [W.dns(long)]))
            draft.leaf.set(
                .alternativeNames, W.sequence([W.dns(Lab.name)] + (0..<200).map { W.dns("y\($0).bank.test") }))
        }
        #expect(verdict.findings.map(\.problem) == [.unsupported])
        #expect(
            verdict.work.comparedNames <= (NameConstraintRules.maximumWork + 61_000) * (1 + PathSearch.maximumPaths))
    }

    @Test("Many names, purposes, policies and parts of a name are read once, and judged")
    func large() throws {
        let names = try Self.verdict { draft in
            draft.leaf.set(
                .alternativeNames, W.sequence((0..<8000).map { W.dns("host\($0).lab.example") } + [W.dns(Lab.name)]))
        }
        #expect(names.judgement(for: .dns(Lab.name)).holds)
        #expect(names.judgement(for: .dns("host7999.lab.example")).holds)
        #expect(!names.judgement(for: .dns("host8000.lab.example")).holds)
        // Each compared with all others, these would be half a thousand million comparisons.
        let purposes = try Self.verdict { draft in
            draft.leaf.set(
                .extendedUsage,
                W.sequence(
                    (0..<30_000).map { W.identifier("1.3.\(128 + $0)") } + [W.identifier("1.3.6.1.5.5.7.3.1")]))
        }
        #expect(purposes.findings.isEmpty)
        let policies = try Self.verdict { draft in
            draft.upper.add(.policyConstraints, W.sequence(W.node(0x80, [0])))
            draft.middle.add(.policies, W.sequence((0..<20_000).map { W.sequence(W.identifier("1.3.\($0)")) }))
        }
        #expect(policies.findings.map(\.problem) == [.unsupported])
        let parts = try Self.verdict { draft in
            let part = Array(W.name("x").dropFirst(2))
            draft.leaf.subject = W.sequence(Array(repeating: part, count: 10_000))
        }
        #expect(parts.findings.isEmpty)
    }

    @Test("What was signed and then changed anywhere is never taken", arguments: 0..<4)
    func changed(_ seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let certificates = try DraftChain().encoded()
        let judge = ChainJudge(trust: try TrustStore(pem: Self.pem(certificates[0])))
        for round in 0..<250 {
            var chain = [certificates[3], certificates[2], certificates[1]]
            let which = random.below(3)
            let place = random.below(chain[which].count)
            chain[which][place] ^= UInt8(1 + random.below(255))
            let judgement = judge.judge(chain: chain, serverName: .dns(Lab.name), now: Lab.now)
            #expect(!judgement.holds, "seed \(seed), round \(round): certificate \(which), octet \(place)")
        }
    }

    @Test("Whatever an issuer signs is judged, and the same again", arguments: 0..<4)
    func strange(_ seed: UInt64) throws {
        var random = SplitMix(state: seed &+ 1000)
        for round in 0..<100 {
            var draft = DraftChain()
            let kinds: [DraftCertificate.Extension] = [
                .basicConstraints, .keyUsage, .extendedUsage, .alternativeNames, .nameConstraints, .policies,
                .policyConstraints, .policyMappings, .inhibitAnyPolicy, .authorityKey, .subjectKey,
                .authorityInformation,
            ]
            let kind = kinds[random.below(kinds.count)]
            var value = W.constraints(permitted: [W.dns("lab.example"), W.ip([10, 0, 0, 0, 255, 0, 0, 0])])
            if random.below(2) == 0 { value = W.sequence(W.identifier("1.2.3"), W.integer(random.below(300)), W.true) }
            for _ in 0...random.below(4) { value[random.below(value.count)] = UInt8(random.below(256)) }
            let isCritical = random.below(2) == 0
            switch random.below(3) {
            case 0: draft.leaf.set(kind, critical: isCritical, value)
            case 1: draft.middle.set(kind, critical: isCritical, value)
            default: draft.root.set(kind, critical: isCritical, value)
            }
            let certificates = try draft.encoded()
            let chain = draft.presented.map { certificates[$0] }
            guard let trust = try? TrustStore(pem: Self.pem(certificates[0])) else { continue }
            let first = Lab.judge(chain, trust: trust)
            #expect(first == Lab.judge(chain, trust: trust), "seed \(seed), round \(round)")
        }
    }
}

/// Random numbers that are the same each time.
private struct SplitMix {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ (value >> 31)) % UInt64(bound))
    }
}
