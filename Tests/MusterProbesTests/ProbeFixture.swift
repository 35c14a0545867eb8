import MusterCore
import MusterFormats
import MusterSystem
import MusterTesting

@testable import MusterProbes

/// A check of one host, as an inventory would have it.
struct Subject: Sendable {
    let target: Target
    let probe: any Probe

    /// What is wrong in the settings, one line each.
    struct Faults: Error { var lines: [String] }

    /// A check of a kind with settings in JSON, for one host.
    init(
        _ kind: String, _ settings: String, name: String = "web1.test", address: String? = "127.0.0.1",
        variables: String = "{}", resolveTimeout: Duration = Check.defaultResolveTimeout,
        in environment: ProbeEnvironment = .local()
    ) throws {
        let line = address.map { "\"address\": \"\($0)\"," } ?? ""
        let text = """
            {"version": 1, "defaults": {"resolve_timeout": "\(resolveTimeout.nanoseconds / 1000)us"},
             "checks": {"it": {"\(kind)": \(settings)}},
             "hosts": [{"name": "\(name)", \(line) "vars": \(variables), "checks": ["it"]}]}
            """
        let log = FaultLog()
        let inventory = InventoryCatalog.read(
            Array(text.utf8), source: "fleet.json", vocabulary: .probes, log: log)
        guard let inventory, log.isEmpty else { throw Faults(lines: log.lines) }
        let blueprint = ProbeCatalog.blueprint(for: inventory.checks[0], in: environment, log: log)
        guard let blueprint, log.isEmpty else { throw Faults(lines: log.lines) }
        probe = blueprint.probe
        target = Plan(inventory).target(at: 0)
    }

    /// One attempt; one that our own stalled loop spoilt is made again, as the engine does.
    func attempt(within limit: Duration = .seconds(60)) async -> Attempt {
        var attempt = Attempt(.unknown(.late))
        for _ in 0..<50 where attempt.verdict == .unknown(.late) {
            attempt = await probe.attempt(target, until: SystemClock.now.advanced(by: limit))
        }
        return attempt
    }

    /// An attempt that is cancelled when `moment` has come, and how long it went on after that.
    func attempt(cancelledAfter moment: () async -> Void) async -> (attempt: Attempt, delay: Duration) {
        await withTaskGroup(of: Attempt.self) { group in
            group.addTask { await probe.attempt(target, until: SystemClock.now.advanced(by: .seconds(300))) }
            await moment()
            let start = SystemClock.now
            group.cancelAll()
            let attempt = await group.next() ?? Attempt(.up)
            return (attempt, start.duration(to: SystemClock.now))
        }
    }
}

extension InventoryVocabulary {
    static let probes = InventoryVocabulary(kinds: ProbeCatalog.kinds.map(\.name), faultNames: [])
}

extension ProbeEnvironment {
    /// An environment that asks no resolver of this machine.
    static func local(
        hosts: [String: [IPAddress]] = [:], servers: [Endpoint] = [], roots: [String] = []
    ) -> ProbeEnvironment {
        ProbeEnvironment(
            resolver: Resolver(ResolverConfiguration(servers: servers, hosts: hosts)), extraRoots: roots)
    }
}

extension Attempt {
    /// The phases that happened, in order.
    var happened: [Phase] { Phase.allCases.filter { phases[$0] != nil } }

    subscript(fact: String) -> Setting? { facts.first { $0.name == fact }?.value }
}

extension Duration {
    /// Where the expected outcome is a timeout: long enough for what comes before it on a busy machine.
    static let short = Duration.milliseconds(400)
    /// Far less than the deadlines of what is cancelled, and far more than a busy machine needs.
    static let prompt = Duration.seconds(30)
}

/// Gives the loop a few turns, for what has no sign of having happened.
func fewTurns() async {
    for _ in 0..<20 { await Task.yield() }
    await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(5)))
}
