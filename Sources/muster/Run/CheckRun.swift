import MusterCore
import MusterEngine
import MusterFormats
import MusterLab
import MusterSystem

/// One run over a plan: survey on the loops, reports on a loop of their own, ended by SIGINT, SIGTERM, SIGHUP or the deadline.
struct CheckRun {
    var loaded: LoadedInventory
    var concurrency: Concurrency
    var loopCount: Int
    var deadline: Duration?
    /// How long our own network may be gone in all.
    var networkWait = NetworkSenses.defaultPatience
    var outlets: [ReportDesk.Outlet]
    var progressWidth: Int?
    var color: Bool
    var interruption: Interruption
    var expectation: LabExpectation?

    /// What is left to say and to do after the reports.
    struct Outcome {
        var summary: Summary
        var footer: RunFooter
        var comparison: LabComparison?
        var faults: [FileFault]

        var exitStatus: Int32 { summary.exitStatus(footer) }
    }

    func run() async throws -> Outcome {
        let plan = Plan(loaded.inventory)
        return try await Reactor.withLoops(1, name: "muster-report") { desk in
            try await Reactor.withLoops(loopCount) { loops in
                await run(plan, loops, desk[0])
            }
        }
    }

    private func run(_ plan: Plan, _ loops: [Reactor], _ deskLoop: Reactor) async -> Outcome {
        let feed = ObservationFeed()
        let started = SystemClock.now
        // Whatever the run waits for by then: a reader that takes nothing is waited for no longer.
        if let deadline { Patience.ofProcess.end(at: started.advanced(by: deadline)) }
        let header = header(plan, started)
        let comparison = expectation.map { LabComparison($0, targetCount: plan.count) }
        return await withTaskGroup(of: Outcome?.self) { group in
            group.addTask(executorPreference: deskLoop) { [outlets, progressWidth, color] in
                var desk = ReportDesk(
                    header, outlets: outlets, progressWidth: progressWidth, color: color, comparison: comparison)
                let footer = await desk.run(feed)
                return Outcome(
                    summary: desk.summary, footer: footer, comparison: desk.comparison, faults: desk.faults)
            }
            group.addTask(executorPreference: deskLoop) {
                while await Reactor.sleep(until: SystemClock.now.advanced(by: .milliseconds(100))) { feed.tick() }
                return nil
            }
            let survey = Survey(
                plan: plan, concurrency: concurrency.width, deadline: deadline.map { started.advanced(by: $0) },
                clock: EngineClock(now: { SystemClock.now }, sleep: { await Reactor.sleep(until: $0) }),
                senses: .system(patience: networkWait, clearsLine: progressWidth != nil), probe: loaded.probing,
                sink: { await feed.send($0) })
            let outcome = await conduct(survey, loops, feed)
            let footer = RunFooter(
                ending: outcome.ending, elapsed: started.duration(to: SystemClock.now), notStarted: outcome.notStarted,
                worstLag: await worstLag(loops), reducedConcurrency: outcome.reducedConcurrency,
                networkOutage: outcome.networkOutage, resolver: loaded.resolverAccount)
            feed.finish(footer)
            var result: Outcome?
            while result == nil, let finished = await group.next() { result = finished }
            group.cancelAll()
            return result ?? Outcome(summary: Summary(), footer: footer, comparison: comparison, faults: [])
        }
    }

    /// The survey, until it has ended, somebody interrupts it or nobody reads its reports.
    private func conduct(
        _ survey: Survey, _ loops: [Reactor], _ feed: ObservationFeed
    ) async -> Survey.Outcome {
        await withTaskGroup(of: Survey.Outcome?.self) { group in
            group.addTask { await survey.run(on: loops) }
            // Not on the desk's loop, which may sit in a write that nobody reads.
            group.addTask(executorPreference: loops[0]) { [interruption] in
                _ = await interruption.wait()
                return nil
            }
            group.addTask {
                await feed.waitUntilAbandoned()
                return nil
            }
            var outcome: Survey.Outcome?
            while outcome == nil, let finished = await group.next() {
                outcome = finished
                group.cancelAll()
            }
            return outcome ?? Survey.Outcome(ending: .interrupted, notStarted: 0, reducedConcurrency: nil)
        }
    }

    private func worstLag(_ loops: [Reactor]) async -> Duration {
        await withTaskGroup(of: Int64.self) { group in
            for loop in loops { group.addTask(executorPreference: loop) { Reactor.current?.lag.worst ?? 0 } }
            return .nanoseconds(await group.reduce(0, max))
        }
    }

    private func header(_ plan: Plan, _ started: Instant) -> RunHeader {
        RunHeader(
            version: Version.text, inventory: plan.inventory.source, hosts: plan.inventory.hostCount,
            checks: plan.checks.count, targets: plan.count, concurrency: concurrency.width,
            concurrencyReason: concurrency.reason, loops: loopCount, deadline: deadline,
            startedAt: SystemClock.wallSeconds, started: started)
    }
}
