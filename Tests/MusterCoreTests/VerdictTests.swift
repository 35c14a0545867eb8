import MusterCore
import Testing

@Suite("Verdicts and reasons")
struct VerdictTests {
    @Test("every reason has a fixed string fit for a metric label and a line of its own")
    func reasons() {
        let reasons =
            Reason.allCases.map { ($0.rawValue, $0.summary) } + LocalReason.allCases.map { ($0.rawValue, $0.summary) }
        #expect(Set(reasons.map(\.0)).count == reasons.count)
        #expect(Set(reasons.map(\.1)).count == reasons.count)
        for (code, summary) in reasons {
            #expect(!summary.isEmpty && !summary.contains("\n") && summary.count <= 100, "\(code)")
            #expect(
                summary.first?.isUppercase == false || summary.hasPrefix("TLS") || summary.hasPrefix("DNS"), "\(code)")
            let parts = code.split(separator: ".")
            #expect(parts.count == 2 && parts.allSatisfy { $0.allSatisfy { $0 == "_" || $0.isLowercase } }, "\(code)")
        }
        #expect(LocalReason.allCases.allSatisfy { $0.rawValue.hasPrefix("local.") })
        #expect(Reason.allCases.allSatisfy { !$0.rawValue.hasPrefix("local.") })
    }

    @Test("a verdict tells its kind and its code")
    func codes() {
        #expect(Verdict.up.code == nil)
        #expect(Verdict.degraded(.tlsExpiresSoon).code == "tls.expires_soon")
        #expect(Verdict.down(.tcpRefused).code == "tcp.refused")
        #expect(Verdict.unknown(.descriptors).code == "local.descriptors")
        let verdicts: [Verdict] = [.up, .degraded(.tlsExpiresSoon), .down(.tcpRefused), .unknown(.fault)]
        #expect(verdicts.map(\.kind) == Verdict.Kind.allCases)
    }

    @Test("a clear answer is final, a lost one is not")
    func transience() {
        for reason in [Reason.tcpTimeout, .tcpReset, .dnsTimeout, .httpClosed] {
            #expect(Verdict.down(reason).isTransient)
            #expect(!Verdict.degraded(reason).isTransient)
        }
        for reason in [Reason.tcpRefused, .dnsNXDomain, .tlsExpired, .httpStatus, .httpBody, .tcpMismatch] {
            #expect(!Verdict.down(reason).isTransient)
        }
        #expect(Verdict.unknown(.resolver).isTransient)
        #expect(!Verdict.unknown(.cancelled).isTransient)
        #expect(!Verdict.up.isTransient)
        #expect(LocalReason.allCases.filter(\.isShortage) == [.descriptors, .ports, .memory, .late])
    }

    @Test("up after a failed attempt is flaky, up at once and down are not")
    func flaky() throws {
        let inventory = Inventory(source: "a", checks: [], groups: [], entries: [])
        let target = Target(index: 0, host: Host(inventory: inventory, entry: 0, offset: 0), checkIndex: 0)
        let now = Instant(nanoseconds: 0)
        let observe = { (verdict: Verdict, earlier: [Attempt]) in
            Observation(
                target: target, verdict: verdict, last: Attempt(verdict), earlier: earlier, started: now, ended: now)
        }
        #expect(observe(.up, [Attempt(.down(.tcpTimeout))]).isFlaky)
        #expect(!observe(.up, []).isFlaky)
        #expect(!observe(.down(.tcpTimeout), [Attempt(.down(.tcpTimeout))]).isFlaky)
    }
}
