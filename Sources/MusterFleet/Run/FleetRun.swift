internal import MusterCore
package import MusterEngine
internal import Synchronization

/// One command on many hosts: at most so many at a time, each at its place of the splay, until all are done, too many have
/// failed, or the task is cancelled.
///
/// A fixed number of workers pull the next host, so that the bound holds by construction.
package struct FleetRun: Sendable {
    /// How a run ended.
    package enum Ending: String, Sendable {
        case complete
        /// As many failures as `--max-failures` allows.
        case failures
        case interrupted
        /// The sink could not take what came: nothing more can be remembered.
        case fault
    }

    package struct Outcome: Sendable {
        package var ending: Ending
        /// Hosts that nothing was begun on, in the order they would have had.
        package var notBegun: [FleetHost]

        package init(ending: Ending, notBegun: [FleetHost]) {
            self.ending = ending
            self.notBegun = notBegun
        }
    }

    package var hosts: [FleetHost]
    /// Hosts at a time, at least 1.
    package var forks: Int
    /// Nil for no limit.
    package var failureLimit: FailureLimit?
    package var splay: Splay
    package var clock: EngineClock
    /// Runs the command on a host, to its end; soon after its task is cancelled in any case.
    package var command: @Sendable (FleetHost) async -> HostEnding
    /// Takes each ending as it comes, several at a time; false where no further host may begin.
    package var sink: @Sendable (HostEnding) async -> Bool

    package init(
        hosts: [FleetHost], forks: Int = 50, failureLimit: FailureLimit? = nil, splay: Splay = Splay(.zero),
        clock: EngineClock, command: @escaping @Sendable (FleetHost) async -> HostEnding,
        sink: @escaping @Sendable (HostEnding) async -> Bool
    ) {
        self.hosts = hosts
        self.forks = max(1, forks)
        self.failureLimit = failureLimit
        self.splay = splay
        self.clock = clock
        self.command = command
        self.sink = sink
    }

    /// Longest sleep before a look at whether the run still goes on.
    private static let patience = Duration.seconds(1)

    /// Runs it to its end.
    package func run() async -> Outcome {
        let queue = HostQueue(
            hosts, splay, started: clock.now(), failures: failureLimit?.failures(of: hosts.count) ?? .max)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<min(forks, hosts.count) {
                group.addTask { await work(queue) }
            }
        }
        return queue.outcome
    }

    private func work(_ queue: HostQueue) async {
        while true {
            let now = clock.now()
            switch queue.take(at: now, isCancelled: Task.isCancelled) {
            case .over: return
            case .wait(let due): _ = await clock.sleep(min(due, now.advanced(by: Self.patience)))
            case .begin(let host):
                let ending = await command(host)
                queue.note(ending.outcome, goesOn: await sink(ending))
            }
        }
    }
}

/// The hosts of a run in the order in which they begin, shared by its workers.
private final class HostQueue: Sendable {
    enum Step {
        case begin(FleetHost)
        case wait(Instant)
        case over
    }

    private struct State {
        var next = 0
        var failures = 0
        var ending = FleetRun.Ending.complete
    }

    private let entries: [(due: Instant, host: FleetHost)]
    /// Failures after which no host begins.
    private let allowed: Int
    private let state = Mutex(State())

    init(_ hosts: [FleetHost], _ splay: Splay, started: Instant, failures: Int) {
        let entries = hosts.map { (due: started.advanced(by: splay.offset(of: $0.name)), host: $0) }
        // Of equal offsets, without a splay all of them, in the inventory's order.
        let order = entries.indices.sorted { (entries[$0].due, $0) < (entries[$1].due, $1) }
        self.entries = order.map { entries[$0] }
        allowed = failures
    }

    func take(at now: Instant, isCancelled: Bool) -> Step {
        state.withLock { state in
            guard state.next < entries.count else { return .over }
            if isCancelled, state.ending == .complete { state.ending = .interrupted }
            guard state.ending == .complete else { return .over }
            let (due, host) = entries[state.next]
            guard due <= now else { return .wait(due) }
            state.next += 1
            return .begin(host)
        }
    }

    func note(_ outcome: HostOutcome, goesOn: Bool) {
        state.withLock { state in
            let wasCancelled = outcome == .unknown(.cancelled)
            if outcome != .done, !wasCancelled { state.failures += 1 }
            guard state.ending == .complete else { return }
            if !goesOn {
                state.ending = .fault
            } else if wasCancelled {
                state.ending = .interrupted
            } else if state.failures >= allowed, state.next < entries.count {
                state.ending = .failures
            }
        }
    }

    var outcome: FleetRun.Outcome {
        state.withLock { state in
            FleetRun.Outcome(ending: state.ending, notBegun: entries[state.next...].map(\.host))
        }
    }
}
