import MusterCore
import MusterEngine
import MusterTesting
import Synchronization

extension Plan {
    /// A plan of `count` targets: as many hosts with one check, which is all that the engine looks at.
    convenience init(targets count: Int, attempts: Int = 2, timeout: Duration = .seconds(2)) throws {
        try self.init(hosts: [count], checks: 1, attempts: attempts, timeout: timeout)
    }

    /// Lines of hosts that every check applies to.
    convenience init(hosts: [Int], checks: Int, attempts: Int = 2, timeout: Duration = .seconds(2)) throws {
        let entries = try hosts.enumerated().filter { $1 > 0 }.map { line, count in
            Inventory.Entry(
                names: try RangePattern("line\(line)-[1:\(count)].test"), group: 0, checks: Array(0..<checks),
                location: "fleet.json: groups.web.hosts[\(line)]")
        }
        let checks = (0..<checks).map { number in
            Check(
                name: "check\(number)", kind: "tcp", settings: .object([]), timeout: timeout, attempts: attempts,
                location: "fleet.json: checks.check\(number)")
        }
        self.init(Inventory(source: "fleet.json", checks: checks, groups: [.init(path: "web")], entries: entries))
    }
}

/// Counts what is going on at the same time.
final class Gauge: Sendable {
    private struct State {
        var now = 0
        var most = 0
        var total = 0
    }

    private let state = Mutex(State())

    /// How many are in at the moment.
    var now: Int { state.withLock { $0.now } }
    /// How many have been in at a time at most.
    var most: Int { state.withLock { $0.most } }
    /// How many have come in altogether.
    var total: Int { state.withLock { $0.total } }

    /// How many are in, with this one.
    @discardableResult
    func enter() -> Int {
        state.withLock { state in
            state.now += 1
            state.total += 1
            state.most = max(state.most, state.now)
            return state.now
        }
    }

    func leave() { state.withLock { $0.now -= 1 } }

    /// Forgets the most there have been, so that a later part of a run can be looked at alone.
    func forgetMost() { state.withLock { $0.most = $0.now } }
}

/// Every attempt and every observation of a run, by target.
final class Ledger: Sendable {
    private struct State {
        var attempts: [Int: [Instant]] = [:]
        var observations: [Int: [Observation]] = [:]
    }

    private let state = Mutex(State())

    /// Notes that an attempt begins; returns its number, from 1.
    func begin(_ target: Target, at instant: Instant) -> Int {
        state.withLock { state in
            state.attempts[target.index, default: []].append(instant)
            return state.attempts[target.index]?.count ?? 0
        }
    }

    func note(_ observation: Observation) {
        state.withLock { $0.observations[observation.target.index, default: []].append(observation) }
    }

    /// When each attempt at a target began, those that our own side failed included.
    func attempts(at index: Int) -> [Instant] { state.withLock { $0.attempts[index] ?? [] } }

    /// The targets that an attempt was begun for.
    var begun: Set<Int> { state.withLock { Set($0.attempts.keys) } }

    /// What was observed, in the plan's order.
    var observations: [Observation] {
        state.withLock { $0.observations }.values.flatMap { $0 }.sorted { $0.target.index < $1.target.index }
    }

    /// The targets that were observed, each as often as it was.
    var observed: [Int] { observations.map(\.target.index) }

    var verdicts: [Verdict] { observations.map(\.verdict) }
}

/// One survey as a rehearsal, with its ledger.
struct Trial {
    var plan: Plan
    var concurrency = 100
    var lanes = 1
    var deadline: Duration?
    var backoff = Backoff()
    /// Decides the interleaving; nil: first come, first served.
    var seed: Int?
    /// Steps before the run is cancelled.
    var cancelAfter: Int?

    /// What a probe of the tests can see of the run.
    struct Scene: Sendable {
        let clock: ManualClock
        let gauge: Gauge
        let ledger: Ledger

        /// An answer after a while; nothing is known where the task is cancelled first.
        func answer(_ verdict: Verdict, after duration: Duration = .milliseconds(30)) async -> Attempt {
            Attempt(await clock.sleep(for: duration) ? verdict : .unknown(.cancelled))
        }
    }

    /// What is left of a run.
    struct Result {
        var outcome: Survey.Outcome
        var scene: Scene
        /// How long it took on the manual clock.
        var elapsed: Duration
        var executor: ManualExecutor

        var ledger: Ledger { scene.ledger }
        var observations: [Observation] { ledger.observations }

        /// Everything was observed once or counted as not started, and nothing is under way any more.
        func isWhole(_ plan: Plan) -> Bool {
            let observed = ledger.observed
            return Set(observed).count == observed.count && observed.count + outcome.notStarted == plan.count
                && ledger.begun.isSubset(of: observed) && scene.gauge.now == 0 && scene.clock.sleeperCount == 0
        }
    }

    /// Runs the survey; `probe` gets the number of the attempt, from 1. Errors: the survey hangs.
    func run(
        sink: (@Sendable (Observation, Scene) async -> Void)? = nil,
        _ probe: @escaping @Sendable (Target, Int, Scene) async -> Attempt
    ) throws -> Result {
        let rehearsal = Rehearsal(seed: seed)
        let scene = Scene(clock: rehearsal.clock, gauge: Gauge(), ledger: Ledger())
        let survey = Survey(
            plan: plan, concurrency: concurrency, deadline: deadline.map { scene.clock.now.advanced(by: $0) },
            backoff: backoff, clock: scene.clock.engineClock,
            probe: { target, _ in
                let number = scene.ledger.begin(target, at: scene.clock.now)
                scene.gauge.enter()
                defer { scene.gauge.leave() }
                return await probe(target, number, scene)
            },
            sink: { observation in
                await sink?(observation, scene)
                scene.ledger.note(observation)
            })
        let (executor, lanes) = (rehearsal.executor, lanes)
        let outcome = try rehearsal.perform(cancelAfter: cancelAfter) {
            await survey.run(on: Array(repeating: executor, count: lanes))
        }
        return Result(
            outcome: outcome, scene: scene, elapsed: Instant(nanoseconds: 0).duration(to: scene.clock.now),
            executor: executor)
    }
}

/// A verdict that a target always gets, whatever the order: most are up, some are down at once, some after lost packets.
func settledVerdict(_ target: Target, attempt: Int) -> Verdict {
    switch target.index % 13 {
    case 3: .down(.tcpRefused)
    case 5: .down(.tcpTimeout)
    case 7: attempt == 1 ? .down(.tcpReset) : .up
    case 9: attempt == 1 ? .unknown(.resolver) : .up
    case 11: .degraded(.tlsExpiresSoon)
    default: .up
    }
}
