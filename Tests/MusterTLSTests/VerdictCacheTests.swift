import MusterTLS
import Testing

@Suite("Kept verdicts")
struct VerdictCacheTests {
    @Test("A kept verdict is the same as one made anew", arguments: LabAuthority.Flaw.allCases)
    func equal(_ flaw: LabAuthority.Flaw) async throws {
        let chain = try Lab.chain([flaw]).certificates
        let judge = ChainJudge(trust: Lab.trust)
        for name: ServerName in [.dns(Lab.name), .ip(Lab.address), .dns("other.example")] {
            let fresh = Lab.judge(chain, name)
            _ = judge.judge(chain: chain, serverName: .dns("first.example"), now: Lab.now)
            #expect(judge.cachedJudgement(chain: chain, serverName: name, now: Lab.now) == fresh)
            #expect(judge.judge(chain: chain, serverName: name, now: Lab.now) == fresh)
        }
        #expect(judge.cachedCount == 1)
    }

    @Test("A verdict is kept for all names, and not for other chains")
    func perChain() async throws {
        let judge = ChainJudge(trust: Lab.trust)
        let chain = try Lab.chain(names: ["*.lab.example"]).certificates
        #expect(judge.cachedJudgement(chain: chain, serverName: .dns("a.lab.example"), now: Lab.now) == nil)
        _ = judge.judge(chain: chain, serverName: .dns("a.lab.example"), now: Lab.now)
        for index in 0..<100 {
            let name = ServerName.dns("host\(index).lab.example")
            #expect(judge.cachedJudgement(chain: chain, serverName: name, now: Lab.now)?.problems == [])
        }
        let other = [chain[0] + chain[1]]
        #expect(judge.cachedJudgement(chain: other, serverName: .dns("a.lab.example"), now: Lab.now) == nil)
        #expect(
            judge.cachedJudgement(chain: [chain[0]], serverName: .dns("a.lab.example"), now: Lab.now) == nil)
    }

    @Test(
        "A verdict stands until a certificate becomes valid or expires",
        arguments: [
            ([], 89 * 86_400, true), ([], 90 * 86_400, true), ([], 90 * 86_400 + 1, false), ([], -86_400, true),
            ([], -86_401, false), ([.notYetValid], 86_399, true), ([.notYetValid], 86_400, false),
            ([.expired], -86_399, true), ([.expired], -86_400, false), ([.expired], 3000 * 86_400, true),
            ([], 4000 * 86_400, false),
        ] as [(Set<LabAuthority.Flaw>, Int64, Bool)])
    func boundaries(_ flaws: Set<LabAuthority.Flaw>, _ shift: Int64, _ stands: Bool) async throws {
        let judge = ChainJudge(trust: Lab.trust)
        let chain = try Lab.chain(flaws).certificates
        _ = judge.judge(chain: chain, serverName: .dns(Lab.name), now: Lab.now)
        let later = Lab.now + shift
        #expect((judge.cachedJudgement(chain: chain, serverName: .dns(Lab.name), now: later) != nil) == stands)
        let again = judge.judge(chain: chain, serverName: .dns(Lab.name), now: later)
        #expect(again == (Lab.judge(chain, now: later)))
    }

    @Test("The number of kept verdicts is bounded, and those in use stay")
    func bounded() async throws {
        let judge = ChainJudge(trust: Lab.trust, capacity: 8)
        let used = try Lab.chain().certificates
        _ = judge.judge(chain: used, serverName: .dns(Lab.name), now: Lab.now)
        for index in 0..<50 {
            let chain = try Lab.chain(names: ["host\(index).example"]).certificates
            _ = judge.judge(chain: chain, serverName: .dns(Lab.name), now: Lab.now)
            #expect(judge.cachedCount <= 8)
            #expect(judge.cachedJudgement(chain: used, serverName: .dns(Lab.name), now: Lab.now) != nil)
        }
        #expect(judge.cachedCount > 2)
    }

    @Test("Threads share one judge")
    func shared() async throws {
        let judge = ChainJudge(trust: Lab.trust, capacity: 4)
        let chains = try LabAuthority.Flaw.allCases.map { try Lab.chain([$0]).certificates }
        var expected: [[CertificateProblem]] = []
        for chain in chains { expected.append(Lab.judge(chain).problems) }
        let wrong = await withTaskGroup(of: Int.self) { group in
            for offset in 0..<8 {
                group.addTask { [expected] in
                    var wrong = 0
                    for round in 0..<40 {
                        let index = (round + offset) % chains.count
                        let judgement = judge.judge(
                            chain: chains[index], serverName: .dns(Lab.name), now: Lab.now)
                        if judgement.problems != expected[index] { wrong += 1 }
                    }
                    return wrong
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }
}
