import MusterCore
import MusterFormats
import MusterText

/// The same numbers for the same seed on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

/// A fleet and what a run over it might have found, made up from a seed.
struct SyntheticRun {
    var plan: Plan
    var header: RunHeader
    var footer: RunFooter
    var observations: [Observation]

    /// 2026-11-23T18:06:27.123456Z
    static let startedAt = 1_795_457_187.123456
    static let started = Instant(nanoseconds: 5_000_000_000)

    var summary: Summary {
        var summary = Summary()
        for observation in observations { summary.add(observation) }
        return summary
    }

    /// The report of this run in a format.
    func report(_ name: String, _ options: ReportOptions = ReportOptions()) -> [UInt8] {
        var output: [UInt8] = []
        guard var writer = ReportCatalog.format(named: name)?.make(options) else { return [] }
        writer.begin(header, into: &output)
        for observation in observations { writer.add(observation, into: &output) }
        writer.end(footer, summary, into: &output)
        return output
    }

    init(_ plan: Plan, _ observations: [Observation], ending: RunFooter.Ending = .complete, worstLag: Duration = .zero)
    {
        self.plan = plan
        self.observations = observations
        header = RunHeader(
            version: "0.1.0", inventory: plan.inventory.source, hosts: plan.inventory.hostCount,
            checks: plan.checks.count, targets: plan.count, concurrency: 4096,
            concurrencyReason: "descriptor limit 20000", loops: 2, deadline: nil, startedAt: SyntheticRun.startedAt,
            started: SyntheticRun.started)
        footer = RunFooter(
            ending: ending, elapsed: .milliseconds(2310), notStarted: plan.count - observations.count,
            worstLag: worstLag, reducedConcurrency: nil)
    }

    /// Groups `web/eu`, `web/us`, `api` and `db`, three checks each.
    static func fleet(web: Int, api: Int, db: Int) throws -> Plan {
        let checks = [("ssh", "tcp"), ("name", "dns"), ("home", "http")].map {
            Check(name: $0, kind: $1, settings: .null, timeout: .seconds(2), attempts: 2, location: "checks.\($0)")
        }
        let groups = ["web/eu", "web/us", "api", "db"].map { path in
            Inventory.Group(path: path, labels: ["tier": path.hasPrefix("web") ? "edge" : "core", "env": "prod"])
        }
        let lines = [
            ("web[0001:\(pad(web))]", 0), ("web[5001:\(5000 + web)]", 1), ("api[0001:\(pad(api))]", 2),
            ("db[0001:\(pad(db))]", 3),
        ]
        let entries = try lines.map { name, group in
            Inventory.Entry(
                names: try RangePattern(name + ".fleet.test"),
                addresses: try RangePattern("127.1\(group).[0:39].[1:250]"),
                group: group, checks: [0, 1, 2], location: "groups")
        }
        return Plan(Inventory(source: "inventory.json", checks: checks, groups: groups, entries: entries))
    }

    private static func pad(_ number: Int, _ width: Int = 4) -> String {
        String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
    }

    /// 10,000 hosts, 30,000 targets, 900 down or degraded for every reason there is, some not judged, some flaky.
    static func fleetWithEveryReason() throws -> SyntheticRun { try everyReason.get() }

    private static let everyReason = Result { try makeFleetWithEveryReason() }

    private static func makeFleetWithEveryReason() throws -> SyntheticRun {
        let plan = try fleet(web: 4000, api: 1500, db: 500)
        var generator = SeededGenerator(state: 7)
        var verdicts: [Int: Verdict] = [:]
        var index = 0
        for reason in Reason.allCases {
            // A check that can end so, somewhere in the fleet.
            repeat {
                index = Int.random(in: 0..<plan.count, using: &generator)
            } while verdicts[index] != nil
                || !reasons(of: plan.target(at: index).check.kind).contains(reason)
            verdicts[index] = ReasonList.verdict(of: reason)
        }
        while verdicts.count < 900 {
            // A power, so that some reasons are frequent and some rare.
            let share = Double.random(in: 0..<1, using: &generator)
            index = Int.random(in: 0..<plan.count, using: &generator)
            let reasons = reasons(of: plan.target(at: index).check.kind)
            verdicts[index] = ReasonList.verdict(of: reasons[Int(share * share * share * Double(reasons.count))])
        }
        for reason in LocalReason.allCases {
            verdicts[Int.random(in: 0..<plan.count, using: &generator)] = .unknown(reason)
        }
        let observations = (0..<plan.count).map { index in
            observation(plan.target(at: index), verdicts[index] ?? .up, &generator)
        }
        return SyntheticRun(plan, observations)
    }

    /// What a check of a kind can find, the usual first.
    private static func reasons(of kind: String) -> [Reason] {
        let connect: [Reason] = [
            .tcpTimeout, .tcpRefused, .tcpUnreachable, .tcpProhibited, .tcpTTLExceeded, .resolveNXDomain,
            .resolveNoAddress, .resolveServFail,
        ]
        let own = Reason.allCases.filter { reason in
            let code = reason.rawValue
            switch kind {
            case "dns": return code.hasPrefix("dns")
            case "tcp": return [.tcpMismatch, .tcpReset, .tcpSilent, .tcpClosed].contains(reason)
            default: return code.hasPrefix("tls") || code.hasPrefix("http")
            }
        }
        return kind == "dns" ? own : connect.prefix(2) + own + connect.dropFirst(2)
    }

    static func observation(_ target: Target, _ verdict: Verdict, _ generator: inout SeededGenerator) -> Observation {
        var now = SyntheticRun.started.advanced(by: .microseconds(Int.random(in: 0..<2_000_000, using: &generator)))
        let start = now
        var phases = PhaseTimes()
        let wanted: [Phase] =
            switch target.check.kind {
            case "tcp": [.connect, .wait]
            case "dns": [.send, .wait]
            default: [.connect, .tls, .send, .wait, .transfer]
            }
        for phase in wanted {
            let end = now.advanced(by: .microseconds(Int.random(in: 20..<4000, using: &generator)))
            phases.add(phase, from: now, to: end)
            now = end
        }
        let detail =
            switch verdict {
            case .down(.tcpMismatch): "expected SSH-2.0-, got SSH-1.99-Cisco-1.25"
            case .down(.httpStatus): "503 Service Unavailable"
            case .down(.tlsExpired): "*.fleet.test ended 2026-11-20, 3 days ago"
            case .down(.dnsMismatch): "got 127.10.9.9, expected 127.10.0.4"
            default: ""
            }
        let facts = target.check.kind == "http" && verdict == .up ? [Fact("status", .integer(200))] : []
        let roundTrip = target.check.kind == "dns" ? 0 : UInt32.random(in: 40..<900, using: &generator)
        let last = Attempt(verdict, phases: phases, roundTrip: roundTrip, detail: detail, facts: facts)
        let flaky = verdict == .up && Int.random(in: 0..<1000, using: &generator) == 0
        let earlier = flaky ? [Attempt(.down(.tcpTimeout)), Attempt(.down(.tcpReset), detail: "after 12 bytes")] : []
        return Observation(target: target, verdict: verdict, last: last, earlier: earlier, started: start, ended: now)
    }
}
