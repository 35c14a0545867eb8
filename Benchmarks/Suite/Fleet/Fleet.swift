import MusterCore
import MusterEngine
import MusterProbes
import MusterSystem
import Synchronization

/// An inventory of hosts on loopback with one check each, and what the engine needs to check them: everything a run of
/// `muster check` has but the file and the reports.
struct Fleet: Sendable {
    let inventory: Inventory
    let probe: any Probe

    /// The most hosts: second octets 10 to 209.
    static let most = 10_000_000

    /// So many hosts, `host000000.fleet.test` at 127.10.0.1 and up, with a check of this kind.
    init(
        count: Int, kind: String, settings: Setting, timeout: Duration = .seconds(10), attempts: Int = 2,
        roots: [String] = []
    ) throws {
        let check = Check(
            name: kind, kind: kind, settings: settings, timeout: timeout, attempts: attempts,
            location: "benchmark: checks.\(kind)")
        inventory = try Self.inventory(count, checks: [check])
        let log = FaultLog()
        let environment = ProbeEnvironment(resolver: Resolver(ResolverConfiguration()), extraRoots: roots)
        guard let blueprint = ProbeCatalog.blueprint(for: check, in: environment, log: log), log.isEmpty else {
            throw BenchmarkFault(log.lines.joined(separator: "\n"))
        }
        probe = blueprint.probe
    }

    /// One pass on one loop, all of it: plan, loop, workers, checks, end.
    func survey(window: Int, note: @escaping @Sendable (Int) -> Void = { _ in }) async throws -> Tally {
        let probe = probe
        return try await Self.survey(inventory, window: window, note: note) { await probe.attempt($0, until: $1) }
    }

    /// The same with a probe of one's own. `note` hears how many are done, after each.
    static func survey(
        _ inventory: Inventory, window: Int, note: @escaping @Sendable (Int) -> Void = { _ in },
        probing: @escaping Survey.Probing
    ) async throws -> Tally {
        let count = Count()
        let plan = Plan(inventory)
        return try await Reactor.withLoops(1, name: "muster-bench") { loops in
            let survey = Survey(
                plan: plan, concurrency: window,
                clock: EngineClock(now: { SystemClock.now }, sleep: { await Reactor.sleep(until: $0) }), probe: probing,
                sink: { observation in
                    if observation.verdict != .up { count.failed.add(1, ordering: .relaxed) }
                    if !observation.earlier.isEmpty { count.repeated.add(1, ordering: .relaxed) }
                    note(count.done.add(1, ordering: .relaxed).newValue)
                })
            _ = await survey.run(on: loops)
            let up = count.done.load(ordering: .relaxed) - count.failed.load(ordering: .relaxed)
            return Tally(up: up, failed: plan.count - up, repeated: count.repeated.load(ordering: .relaxed))
        }
    }

    private final class Count: Sendable {
        let done = Atomic<Int>(0)
        let failed = Atomic<Int>(0)
        let repeated = Atomic<Int>(0)
    }

    /// Hosts in ranges, as an inventory file has them: whole second octets of 50,000 addresses, whole blocks of 250, the
    /// rest. The addresses are those of `lim_address`.
    static func inventory(_ count: Int, checks: [Check]) throws -> Inventory {
        let (octets, afterOctets) = count.quotientAndRemainder(dividingBy: 50_000)
        let (blocks, rest) = afterOctets.quotientAndRemainder(dividingBy: 250)
        var lines: [(count: Int, addresses: String)] = []
        if octets > 0 { lines.append((octets * 50_000, "127.[10:\(9 + octets)].[0:199].[1:250]")) }
        if blocks > 0 { lines.append((blocks * 250, "127.\(10 + octets).[0:\(blocks - 1)].[1:250]")) }
        if rest > 0 { lines.append((rest, "127.\(10 + octets).\(blocks).[1:\(rest)]")) }
        var first = 0
        let entries = try lines.map { line in
            let names = "host[\(padded(first)):\(padded(first + line.count - 1))].fleet.test"
            first += line.count
            return Inventory.Entry(
                names: try RangePattern(names), addresses: try RangePattern(line.addresses), group: 0,
                checks: Array(checks.indices), location: "benchmark: groups.fleet.hosts")
        }
        return Inventory(source: "benchmark", checks: checks, groups: [.init(path: "fleet")], entries: entries)
    }

    private static func padded(_ number: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, 6 - text.count)) + text
    }
}
