import MusterCore
import MusterEngine
import MusterTesting
import Testing

@Suite("The end of a survey")
struct SurveyEndTests {
    @Test("At the run's deadline what is in flight is unknown, and the rest not started", arguments: [1, 2])
    func deadline(_ lanes: Int) throws {
        let trial = Trial(
            plan: try Plan(targets: 1000), concurrency: 100, lanes: lanes, deadline: .milliseconds(1500), seed: lanes)
        let result = try trial.run { _, _, scene in await scene.answer(.up, after: .seconds(1)) }
        #expect(result.outcome == Survey.Outcome(ending: .deadline, notStarted: 800, reducedConcurrency: nil))
        #expect(result.elapsed == .milliseconds(1500))
        #expect(result.isWhole(trial.plan))
        #expect(result.ledger.verdicts.filter { $0 == .up }.count == 100)
        #expect(result.ledger.verdicts.filter { $0 == .unknown(.deadline) }.count == 100)
    }

    @Test("A deadline in a pause before the next attempt says nothing about the host, but keeps what was tried")
    func pausing() throws {
        let trial = Trial(
            plan: try Plan(targets: 10, attempts: 2), deadline: .seconds(3),
            backoff: Backoff(base: .seconds(60), cap: .seconds(60)))
        let result = try trial.run { _, _, _ in Attempt(.down(.tcpTimeout)) }
        #expect(result.outcome.ending == .deadline)
        #expect(result.elapsed == .seconds(3))
        for observation in result.observations {
            #expect(observation.verdict == .unknown(.deadline))
            #expect(observation.earlier.map(\.verdict) == [.down(.tcpTimeout)])
            #expect(!observation.isFlaky)
        }
        #expect(result.isWhole(trial.plan))
    }

    @Test("A deadline ends those who wait for room as well", arguments: [1, 2])
    func parked(_ lanes: Int) throws {
        let trial = Trial(
            plan: try Plan(targets: 600, attempts: 1), concurrency: 200, lanes: lanes, deadline: .seconds(2), seed: 1)
        let result = try trial.run { _, _, scene in
            if scene.gauge.now > 10 { return Attempt(.unknown(.descriptors)) }
            return await scene.answer(.up, after: .seconds(10))
        }
        #expect(result.outcome.ending == .deadline)
        #expect(result.elapsed == .seconds(2))
        #expect(result.isWhole(trial.plan))
        #expect(result.ledger.verdicts.filter { $0 == .unknown(.deadline) }.count == 200)
        #expect(result.outcome.notStarted == 400)
    }

    @Test("A run that ends before its deadline does not wait for it, one that begins after it judges nothing")
    func edges() throws {
        let early = Trial(plan: try Plan(targets: 10), deadline: .seconds(3600))
        let complete = try early.run { _, _, scene in await scene.answer(.up, after: .seconds(1)) }
        #expect(complete.outcome == Survey.Outcome(ending: .complete, notStarted: 0, reducedConcurrency: nil))
        #expect(complete.elapsed == .seconds(1))
        let late = Trial(plan: try Plan(targets: 10), concurrency: 2, deadline: .seconds(-1))
        let nothing = try late.run { _, _, scene in await scene.answer(.up, after: .seconds(1)) }
        #expect(nothing.outcome.ending == .deadline)
        #expect(nothing.elapsed == .zero)
        #expect(nothing.ledger.verdicts.allSatisfy { $0 == .unknown(.deadline) })
        #expect(nothing.isWhole(late.plan))
    }

    @Test("Cancelled at any moment, everything begun is reported once and nothing hangs", arguments: 0..<6)
    func cancellation(_ seed: Int) throws {
        let plan = try Plan(targets: 24, attempts: 2)
        var interrupted = 0
        var judged: Set<Int> = []
        for step in 0..<1000 {
            let trial = Trial(plan: plan, concurrency: 7, lanes: 1 + seed % 2, seed: seed, cancelAfter: step)
            let result = try trial.run { target, number, scene in
                if scene.gauge.now > 3 { return Attempt(.unknown(.descriptors)) }
                return await scene.answer(
                    settledVerdict(target, attempt: number), after: .milliseconds(target.index % 9))
            }
            #expect(result.isWhole(plan), "step \(step)")
            for observation in result.observations where observation.verdict != .unknown(.cancelled) {
                #expect(observation.verdict == settledVerdict(observation.target, attempt: 2), "step \(step)")
            }
            judged.insert(result.ledger.verdicts.filter { $0 != .unknown(.cancelled) }.count)
            guard result.outcome.ending == .interrupted else {
                #expect(result.outcome.ending == .complete)
                #expect(result.outcome.notStarted == 0)
                #expect(result.ledger.verdicts.contains(.unknown(.cancelled)) == false)
                break
            }
            interrupted += 1
        }
        // From nothing judged to nearly all.
        #expect(interrupted > 50)
        #expect(judged.count > 15)
    }

    @Test("A probe that finishes although it is cancelled is believed")
    func believed() throws {
        let trial = Trial(plan: try Plan(targets: 100), concurrency: 10, deadline: .seconds(1))
        let result = try trial.run { _, _, scene in
            _ = await scene.clock.sleep(for: .seconds(5))
            return Attempt(.down(.tcpRefused))
        }
        #expect(result.outcome.ending == .deadline)
        #expect(result.ledger.verdicts == Array(repeating: .down(.tcpRefused), count: 10))
        #expect(result.outcome.notStarted == 90)
    }

    @Test("On real threads every target is observed once, and a cancelled run ends", .timeLimit(.minutes(40)))
    func threads() async throws {
        let plan = try Plan(targets: 400)
        for round in 0..<60 {
            let (ledger, gauge, clock) = (Ledger(), Gauge(), ManualClock())
            let survey = Survey(
                plan: plan, concurrency: 60, backoff: Backoff(base: .zero, cap: .zero), clock: clock.engineClock,
                probe: { target, _ in
                    let number = ledger.begin(target, at: clock.now)
                    let inFlight = gauge.enter()
                    defer { gauge.leave() }
                    await Task.yield()
                    if Task.isCancelled { return Attempt(.unknown(.cancelled)) }
                    if inFlight > 20 { return Attempt(.unknown(.memory)) }
                    return Attempt(settledVerdict(target, attempt: number))
                },
                sink: { ledger.note($0) })
            let outcome = await withTaskGroup(of: Survey.Outcome?.self) { group in
                group.addTask { await survey.run(on: [nil, nil]) }
                group.addTask {
                    // Turns the hands until somewhere in the middle, or to the end.
                    while !Task.isCancelled, round % 2 == 0 || gauge.total < round * 8 {
                        clock.advanceToNextSleeper()
                        await Task.yield()
                    }
                    return nil
                }
                var outcome: Survey.Outcome?
                while let finished = await group.next() {
                    outcome = outcome ?? finished
                    group.cancelAll()
                }
                return outcome
            }
            let observed = ledger.observed
            #expect(Set(observed).count == observed.count)
            #expect(observed.count + (outcome?.notStarted ?? -1) == plan.count)
            #expect(gauge.now == 0)
            #expect(clock.sleeperCount == 0)
            #expect(gauge.most <= 60)
            if round % 2 == 0 { #expect(outcome?.ending == .complete) }
        }
    }
}
