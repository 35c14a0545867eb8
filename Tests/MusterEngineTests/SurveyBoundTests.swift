import MusterCore
import MusterEngine
import MusterTesting
import Testing

@Suite("The bound of a survey")
struct SurveyBoundTests {
    @Test("As many targets as allowed are in flight, and never one more", arguments: [1, 2, 100, 5000], [1, 2])
    func bound(concurrency: Int, lanes: Int) throws {
        let trial = Trial(plan: try Plan(targets: 6000), concurrency: concurrency, lanes: lanes, seed: concurrency)
        let result = try trial.run { target, number, scene in
            await scene.answer(settledVerdict(target, attempt: number), after: .milliseconds(1 + target.index % 40))
        }
        #expect(result.isWhole(trial.plan))
        #expect(result.scene.gauge.most == concurrency)
        #expect(result.outcome == Survey.Outcome(ending: .complete, notStarted: 0, reducedConcurrency: nil))
    }

    @Test("A target that waits for its next attempt keeps its worker but takes no place from its lane's bound")
    func boundOverRetries() throws {
        let trial = Trial(plan: try Plan(targets: 500, attempts: 5), concurrency: 16, lanes: 2, seed: 1)
        let result = try trial.run { _, _, scene in await scene.answer(.down(.tcpTimeout)) }
        #expect(result.isWhole(trial.plan))
        #expect(result.scene.gauge.most == 16)
        #expect(result.scene.gauge.total == 2500)
    }

    @Test("More lanes than places leave no lane without a place, and no place twice", arguments: [1, 2, 3, 7, 8, 9])
    func lanes(_ concurrency: Int) throws {
        let trial = Trial(plan: try Plan(targets: 90), concurrency: concurrency, lanes: 8, seed: 2)
        let result = try trial.run { _, _, scene in await scene.answer(.up) }
        #expect(result.isWhole(trial.plan))
        #expect(result.scene.gauge.most == concurrency)
    }

    @Test("Verdicts, attempts and flakiness do not depend on the concurrency, the lanes or the order")
    func independence() throws {
        /// What a report says of a target whatever the order.
        struct Row: Hashable {
            var index: Int
            var verdict: Verdict
            var attempts: Int
            var isFlaky: Bool
        }
        let plan = try Plan(hosts: [1200, 1, 399], checks: 3)
        var tables: Set<[Row]> = []
        for (concurrency, lanes, seed) in [(1, 1, nil), (100, 2, 3), (100, 1, 4), (5000, 2, 5), (5000, 1, nil)] {
            let result = try Trial(plan: plan, concurrency: concurrency, lanes: lanes, seed: seed).run {
                await $2.answer(settledVerdict($0, attempt: $1), after: .milliseconds(1 + $0.index % 7))
            }
            #expect(result.isWhole(plan))
            #expect(result.outcome.ending == .complete)
            tables.insert(
                result.observations.map {
                    Row(
                        index: $0.target.index, verdict: $0.verdict, attempts: $0.earlier.count + 1,
                        isFlaky: $0.isFlaky)
                })
        }
        #expect(tables.count == 1)
        let table = try #require(tables.first)
        #expect(table.count == 4800)
        #expect(table.allSatisfy { $0.isFlaky == ($0.index % 13 == 7) })
        #expect(table.filter { $0.attempts == 2 }.allSatisfy { [5, 7, 9].contains($0.index % 13) })
    }

    @Test("Each target of any plan is observed exactly once", arguments: 0..<40)
    func everyPlan(_ seed: Int) throws {
        var dice = Dice(seed)
        let lines = (0..<Int.random(in: 0...4, using: &dice)).map { _ in Int.random(in: 0...60, using: &dice) }
        let plan = try Plan(
            hosts: lines, checks: Int.random(in: 0...4, using: &dice), attempts: Int.random(in: 1...4, using: &dice))
        let trial = Trial(
            plan: plan, concurrency: Int.random(in: 1...90, using: &dice), lanes: Int.random(in: 1...4, using: &dice),
            seed: seed)
        let room = Int.random(in: 8...90, using: &dice)
        let result = try trial.run { target, number, scene in
            if scene.gauge.now > room { return Attempt(.unknown(.descriptors)) }
            return await scene.answer(
                settledVerdict(target, attempt: number), after: .milliseconds((target.index * 7 + seed) % 50))
        }
        #expect(result.ledger.observed == Array(0..<plan.count))
        #expect(result.outcome.notStarted == 0)
        #expect(result.isWhole(plan))
    }

    @Test("A plan without targets ends at once, whatever the deadline", arguments: [nil, Duration.seconds(60)])
    func empty(_ deadline: Duration?) throws {
        let trial = Trial(plan: try Plan(hosts: [], checks: 1), concurrency: 5000, lanes: 2, deadline: deadline)
        let result = try trial.run { _, _, _ in Attempt(.up) }
        #expect(result.outcome == Survey.Outcome(ending: .complete, notStarted: 0, reducedConcurrency: nil))
        #expect(result.elapsed == .zero)
        #expect(result.isWhole(trial.plan))
    }

    @Test("An attempt's deadline is its check's timeout from its own beginning, not from the target's")
    func deadlines() throws {
        let rehearsal = Rehearsal()
        let (clock, ledger) = (rehearsal.clock, Ledger())
        let survey = Survey(
            plan: try Plan(targets: 3, attempts: 3, timeout: .milliseconds(700)), concurrency: 1,
            clock: clock.engineClock,
            probe: { target, deadline in
                _ = ledger.begin(target, at: clock.now)
                let left = clock.now.duration(to: deadline)
                _ = await clock.sleep(until: deadline)
                return Attempt(left == .milliseconds(700) ? .down(.tcpTimeout) : .unknown(.fault))
            },
            sink: { ledger.note($0) })
        _ = try rehearsal.perform { await survey.run(on: [rehearsal.executor]) }
        #expect(ledger.verdicts == Array(repeating: .down(.tcpTimeout), count: 3))
        for observation in ledger.observations {
            #expect(observation.earlier.count == 2)
            #expect(observation.started == ledger.attempts(at: observation.target.index).first)
            #expect(observation.started.duration(to: observation.ended) >= .milliseconds(2100))
        }
    }

    @Test("A slow reader slows the survey; nothing is lost, and no more is kept than the bound", arguments: [1, 8])
    func slowSink(_ concurrency: Int) throws {
        let trial = Trial(plan: try Plan(targets: 300, attempts: 1), concurrency: concurrency, lanes: 2, seed: 3)
        let (unread, reading) = (Gauge(), Gauge())
        let result = try trial.run(sink: { _, scene in
            reading.enter()
            // One reader: the others wait for their turn.
            while reading.now > 1, reading.total % 2 == 0 { if await scene.clock.sleep(for: .seconds(1)) { break } }
            _ = await scene.clock.sleep(for: .seconds(1))
            reading.leave()
            unread.leave()
        }) { _, _, _ in
            unread.enter()
            return Attempt(.up)
        }
        #expect(result.isWhole(trial.plan))
        #expect(result.ledger.observed == Array(0..<300))
        #expect(unread.most <= concurrency)
        #expect(result.elapsed >= .seconds(300 / concurrency))
    }

    @Test("A million targets keep no more tasks and observations alive than the bound")
    func million() throws {
        let rehearsal = Rehearsal()
        let (executor, clock) = (rehearsal.executor, rehearsal.clock)
        let (alive, observed) = (Gauge(), Gauge())
        let survey = Survey(
            plan: try Plan(targets: 1_000_000), concurrency: 64, clock: clock.engineClock,
            probe: { _, _ in
                alive.enter()
                return Attempt(.up)
            },
            sink: { _ in
                observed.enter()
                // Lets all the others go ahead, so that what can pile up does.
                if observed.total % 100 == 0 { await Task.yield() }
                observed.leave()
                alive.leave()
            })
        let outcome = try rehearsal.perform { await survey.run(on: [executor, executor]) }
        #expect(outcome == Survey.Outcome(ending: .complete, notStarted: 0, reducedConcurrency: nil))
        #expect(observed.total == 1_000_000)
        #expect(alive.most <= 64)
        #expect(alive.now == 0)
        // The workers, a task for each lane, and the one that waits for them.
        #expect(executor.mostWaiting <= 64 + 3)
    }
}
