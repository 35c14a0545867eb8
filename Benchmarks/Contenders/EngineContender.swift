import CMusterLimits
import MusterBenchmarkResults
import MusterCore
import MusterEngine
import MusterProbes
import MusterSystem

/// Muster's engine with its own probes on a loop a core; what computes or blocks goes to threads of its worker pool, as in
/// muster itself.
enum EngineContender {
    static let contender = Contender(
        name: ModelContender.ours, title: "muster's engine on its loops", kind: .ours, heart: .own
    ) { ledger in
        let cores = Int(lim_core_count())
        let probes = try Probes(ledger.work)
        try await Reactor.withLoops(cores) { loops in
            guard let width = threads(ledger, cores) else { return await survey(ledger, probes, loops, pool: nil) }
            await WorkerPool.withPool(width, niceness: niceness(ledger)) { pool in
                await survey(ledger, probes, loops, pool: pool)
            }
        }
    }

    /// Threads beside the loops; nil where none are needed.
    private static func threads(_ ledger: Ledger, _ cores: Int) -> Int? {
        switch ledger.item(0) {
        case LIM_ITEM_LOG: cores
        case LIM_ITEM_READ: ledger.window
        default: nil
        }
    }

    private static func niceness(_ ledger: Ledger) -> Int32 {
        ledger.work.kind == LIM_WORK_MIXED.rawValue ? WorkerPool.nicenessBesideChecks : 0
    }

    private static func survey(_ ledger: Ledger, _ probes: Probes, _ loops: [Reactor], pool: WorkerPool?) async {
        let survey = Survey(
            plan: Plan(probes.inventory), concurrency: ledger.window,
            clock: EngineClock(now: { SystemClock.now }, sleep: { await Reactor.sleep(until: $0) }),
            probe: { await attempt($0, until: $1, ledger, probes, pool) }, sink: { _ in })
        guard ledger.work.beats != 0 else {
            _ = await survey.run(on: loops)
            return
        }
        let pulse = Pulse()
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: loops[0]) {
                await pulse.beat { await Reactor.sleep(until: Instant(nanoseconds: $0)) }
            }
            _ = await survey.run(on: loops)
            pulse.stop()
        }
        ledger.heartbeat = pulse.late
    }

    private static func attempt(
        _ target: Target, until deadline: Instant, _ ledger: Ledger, _ probes: Probes, _ pool: WorkerPool?
    ) async -> Attempt {
        switch ledger.item(target.index) {
        case LIM_ITEM_DIALOGUE:
            ledger.begin(target.index)
            let attempt = await probes.probe(target.index, ledger).attempt(target, until: deadline)
            ledger.end(target.index, isUp: attempt.verdict == .up)
            return attempt
        case LIM_ITEM_LOG, LIM_ITEM_READ:
            // The pool refuses only what is cancelled, and nothing is.
            try? await pool?.run { ledger.perform(target.index) }
        default: ledger.perform(target.index)
        }
        return Attempt(.up)
    }

    /// The hosts and what is asked of them.
    private struct Probes: Sendable {
        let inventory: Inventory
        private let usual: any Probe
        private let intoHole: (any Probe)?

        init(_ work: lim_work) throws {
            let count = Int(work.items)
            let timeout = Duration.milliseconds(work.timeout_ms)
            let fleet = try Fleet(
                count: count, kind: Self.kind(work), settings: Self.settings(work, port: work.port), timeout: timeout,
                attempts: 1)
            inventory = fleet.inventory
            usual = fleet.probe
            intoHole =
                work.hole_port == 0
                ? nil
                : try Fleet(
                    count: count, kind: "tcp", settings: Self.settings(work, port: work.hole_port), timeout: timeout,
                    attempts: 1
                ).probe
        }

        func probe(_ index: Int, _ ledger: Ledger) -> any Probe {
            ledger.isBehindHole(index) ? intoHole ?? usual : usual
        }

        private static func kind(_ work: lim_work) -> String {
            switch work.kind {
            case LIM_WORK_DNS.rawValue: "dns"
            case LIM_WORK_HTTP.rawValue: "http"
            default: "tcp"
            }
        }

        private static func settings(_ work: lim_work, port: UInt32) -> Setting {
            switch work.kind {
            case LIM_WORK_DNS.rawValue: DNSWorkload.check(port: UInt16(port))
            case LIM_WORK_HTTP.rawValue: HTTPWorkload.check(url: "http://{address}:\(port)/health")
            default: .object([.init("port", .integer(Int(max(port, 1)))), .init("expect", .string("ok"))])
            }
        }
    }
}
