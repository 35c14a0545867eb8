package import MusterCore
internal import Synchronization

/// Carries a plan out: fans its targets out over lanes with bounded parallelism, tries again where that can help, and
/// hands each observation on as soon as it stands.
///
/// Parallelism is a fixed number of worker tasks that pull the next target, so the bound holds by construction and memory
/// does not grow with the plan. The engine knows no sockets: a probe is a closure.
///
/// A class, so that a worker holds it as one reference; its workers never outlive ``run(on:)``, so they may hold it.
package final class Survey: Sendable {
    /// Performs one attempt at a target before the deadline; it always returns, cancelled or not.
    package typealias Probing = @Sendable (Target, Instant) async -> Attempt
    /// Takes an observation; may wait where the reader is slow, and so slows the survey down.
    package typealias Sink = @Sendable (Observation) async -> Void

    /// How a survey ended.
    package struct Outcome: Sendable, Hashable {
        package var ending: RunFooter.Ending
        /// Targets that no attempt was begun for.
        package var notStarted: Int
        /// The narrowest the window has been, nil where it never shrank.
        package var reducedConcurrency: Int?
        /// When our own network was gone, nil where it never was.
        package var networkOutage: NetworkOutage?

        package init(
            ending: RunFooter.Ending, notStarted: Int, reducedConcurrency: Int?, networkOutage: NetworkOutage? = nil
        ) {
            self.ending = ending
            self.notStarted = notStarted
            self.reducedConcurrency = reducedConcurrency
            self.networkOutage = networkOutage
        }
    }

    private let plan: Plan
    private let concurrency: Int
    private let deadline: Instant?
    private let backoff: Backoff
    private let clock: EngineClock
    private let probe: Probing
    private let sink: Sink
    private let timeouts: [Duration]
    private let attempts: [Int]
    private let watch: NetworkWatch?

    /// How often a target is tried again because our own side ran short, before it is unknown.
    static let shortageTries = 8

    package init(
        plan: Plan, concurrency: Int, deadline: Instant? = nil, backoff: Backoff = Backoff(), clock: EngineClock,
        senses: NetworkSenses? = nil, probe: @escaping Probing, sink: @escaping Sink
    ) {
        precondition(concurrency > 0, "a survey needs a window")
        self.plan = plan
        self.concurrency = concurrency
        self.deadline = deadline
        self.backoff = backoff
        self.clock = clock
        self.probe = probe
        self.sink = sink
        timeouts = plan.checks.map(\.timeout)
        attempts = plan.checks.map { max(1, $0.attempts) }
        watch = NetworkWatch(senses, plan: plan, clock: clock, probe: probe)
    }

    /// What all workers share.
    private final class Shared: Sendable {
        let next = Atomic<Int>(0)
        let isPastDeadline = Atomic<Bool>(false)
    }

    /// Runs on the given executors, one lane each (nil: the default one), until all targets are judged, the deadline
    /// passes or the task is cancelled.
    package func run(on lanes: [(any TaskExecutor)?]) async -> Outcome {
        precondition(!lanes.isEmpty, "a survey needs a lane")
        let shared = Shared()
        // Fewer targets than places: fewer workers.
        let width = max(1, min(concurrency, plan.count))
        let count = min(lanes.count, width)
        let window = Window(width: width)
        // True: the deadline has passed; false: a lane has ended; nil: the watch has.
        await withTaskGroup(of: Bool?.self) { group in
            if let watch {
                group.addTask(executorPreference: lanes[0]) {
                    await watch.run { window.inFlight }
                    return nil
                }
            }
            if let deadline {
                group.addTask(executorPreference: lanes[0]) { [clock] in
                    guard await clock.sleep(deadline) else { return false }
                    shared.isPastDeadline.store(true, ordering: .releasing)
                    return true
                }
            }
            for (number, lane) in lanes.prefix(count).enumerated() {
                group.addTask(executorPreference: lane) { [self] in
                    await work(width / count + (number < width % count ? 1 : 0), window, shared)
                    return false
                }
            }
            var running = count
            while running > 0, let part = await group.next() {
                if part == true { group.cancelAll() } else if part == false { running -= 1 }
            }
            group.cancelAll()
        }
        return outcome(shared, width, window.least)
    }

    private func outcome(_ shared: Shared, _ width: Int, _ least: Int) -> Outcome {
        let started = min(shared.next.load(ordering: .acquiring), plan.count)
        let ending: RunFooter.Ending =
            shared.isPastDeadline.load(ordering: .acquiring) ? .deadline : Task.isCancelled ? .interrupted : .complete
        return Outcome(
            ending: ending, notStarted: plan.count - started, reducedConcurrency: least < width ? least : nil,
            networkOutage: watch?.outage())
    }

    /// One lane: its workers, each pulling targets until there are none.
    private func work(_ workers: Int, _ window: Window, _ shared: Shared) async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<workers {
                group.addTask { [self] in
                    let trial = Trial()
                    while advance(trial, shared) {
                        await observe(trial, window, shared)
                        await tell(trial)
                    }
                }
            }
        }
    }

    // What does not wait stands in functions of its own that are not inlined: their values would take room in the frame
    // of every check in flight.

    /// Turns to the next target; false where there is none.
    @inline(never)
    private func advance(_ trial: Trial, _ shared: Shared) -> Bool {
        guard !Task.isCancelled else { return false }
        let index = shared.next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < plan.count else { return false }
        trial.begin(plan.target(at: index), at: clock.now())
        return true
    }

    /// Tries one target until its verdict stands.
    private func observe(_ trial: Trial, _ window: Window, _ shared: Shared) async {
        while true {
            if let watch, watch.isClosed {
                guard await waitForNetwork(watch, trial, shared) else { return }
            }
            if !window.tryEnter() {
                guard await window.enter() else { return stop(trial, shared) }
            }
            trial.epoch = window.epoch
            trial.last = await probe(trial.target, deadline(of: trial))
            var pause = judge(trial, window, shared)
            if trial.held != 0, let watch { pause = await waitForRuling(watch, trial, shared) }
            guard let pause else { return }
            guard await clock.sleep(clock.now().advanced(by: pause)) else { return stop(trial, shared) }
        }
    }

    @inline(never)
    private func deadline(of trial: Trial) -> Instant {
        trial.began = clock.now()
        return trial.began.advanced(by: timeouts[trial.target.checkIndex])
    }

    /// Waits until our own network is there; false where the target is not tried any more.
    @inline(never)
    private func waitForNetwork(_ watch: NetworkWatch, _ trial: Trial, _ shared: Shared) async -> Bool {
        switch await watch.pass() {
        case .go: return true
        case .cancelled: stop(trial, shared)
        case .unjudged: trial.last = Attempt(.unknown(.network))
        }
        return false
    }

    /// Waits for what becomes of a loss; how long to wait before the next attempt, nil where the verdict stands.
    @inline(never)
    private func waitForRuling(_ watch: NetworkWatch, _ trial: Trial, _ shared: Shared) async -> Duration? {
        let ruling = await watch.ruling(trial.held)
        trial.held = 0
        switch ruling {
        case .stands: return afterAttempt(trial)
        case .again:
            trial.wasRepeated = true
            return .zero
        case .unjudged: trial.last = Attempt(.unknown(.network))
        case nil: stop(trial, shared)
        }
        return nil
    }

    /// Leaves the window after an attempt; how long to wait before the next one, nil where the verdict stands or a ruling
    /// is to be waited for.
    @inline(never)
    private func judge(_ trial: Trial, _ window: Window, _ shared: Shared) -> Duration? {
        let verdict = trial.last.verdict
        let ranShort = if case .unknown(let reason) = verdict { reason.isShortage } else { false }
        window.leave(ranShort ? (verdict == .unknown(.late) ? .late(since: trial.epoch) : .short) : .well)
        if verdict == .unknown(.cancelled) {
            stop(trial, shared)
        } else if ranShort, trial.shortages < Self.shortageTries {
            trial.shortages += 1
            let backoff = Backoff(base: .milliseconds(5), cap: .seconds(1))
            return backoff.delay(after: trial.shortages, random: .random(in: 0..<1))
        } else if !ranShort {
            if let watch {
                trial.held = watch.note(
                    trial.last, of: trial.target, since: trial.began, mayRepeat: !trial.wasRepeated)
                if trial.held != 0 { return nil }
            }
            return afterAttempt(trial)
        }
        return nil
    }

    /// How long to wait before the next attempt, nil where this one decides.
    private func afterAttempt(_ trial: Trial) -> Duration? {
        guard trial.last.verdict.isTransient, trial.earlier.count + 1 < attempts[trial.target.checkIndex] else {
            return nil
        }
        trial.earlier.append(trial.last)
        return backoff.delay(after: trial.earlier.count, random: .random(in: 0..<1))
    }

    /// The run ended before the verdict stood: nothing is said about the host.
    @inline(never)
    private func stop(_ trial: Trial, _ shared: Shared) {
        let isGone = watch?.isGone ?? false
        let isPast = shared.isPastDeadline.load(ordering: .acquiring)
        trial.last = Attempt(.unknown(!isPast ? .cancelled : isGone ? .network : .deadline))
    }

    /// Hands the observation on. A function of its own, so that an observation takes no room while its check goes on.
    @inline(never)
    private func tell(_ trial: Trial) async { await sink(trial.observation(endedAt: clock.now())) }
}

/// One target on its way to a verdict: what its worker remembers of it. One a worker, because in the frames of its
/// functions it would stand several times.
private final class Trial {
    private var current: Target?
    private var started = Instant(nanoseconds: 0)
    var last = Attempt(.up)
    var earlier: [Attempt] = []
    var shortages = 0
    /// When the attempt began.
    var began = Instant(nanoseconds: 0)
    /// The window's epoch at that time.
    var epoch = 0
    /// The number of the ruling it waits for, 0 where for none.
    var held = 0
    /// A lost attempt was made again because nobody had answered meanwhile.
    var wasRepeated = false

    var target: Target {
        guard let current else { preconditionFailure("a trial begins with a target") }
        return current
    }

    func begin(_ target: Target, at start: Instant) {
        current = target
        started = start
        earlier = []
        shortages = 0
        wasRepeated = false
    }

    func observation(endedAt end: Instant) -> Observation {
        Observation(
            target: target, verdict: last.verdict, last: last, earlier: earlier, started: started, ended: end)
    }
}
