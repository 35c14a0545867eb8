import MusterCore
import MusterEngine
import MusterTesting
import Synchronization
import Testing

@Suite("A survey whose own side runs short")
struct SurveyShortageTests {
    private static let shortages = LocalReason.allCases.filter(\.isShortage)

    @Test(
        "With 64 descriptors and 5,000 workers every target is judged, none down or unknown for it",
        arguments: [1, 2, 4])
    func descriptors(_ lanes: Int) throws {
        let trial = Trial(plan: try Plan(targets: 5000, attempts: 1), concurrency: 5000, lanes: lanes, seed: lanes)
        let result = try trial.run { target, _, scene in
            if scene.gauge.now > 64 { return Attempt(.unknown(.descriptors)) }
            return await scene.answer(target.index % 5 == 0 ? .down(.tcpRefused) : .up)
        }
        #expect(result.isWhole(trial.plan))
        #expect(result.ledger.verdicts.filter { $0.kind == .unknown }.count == 0)
        #expect(result.observations.allSatisfy { $0.verdict == ($0.target.index % 5 == 0 ? .down(.tcpRefused) : .up) })
        #expect(result.observations.allSatisfy { $0.earlier.isEmpty && !$0.isFlaky })
        #expect((result.outcome.reducedConcurrency ?? 5000) <= 64)
    }

    @Test(
        "Few places, many lanes and hosts that answer slowly starve nobody", arguments: [1, 4, 8, 64], [1, 2, 3])
    func starvation(room: Int, seed: Int) throws {
        let trial = Trial(plan: try Plan(targets: 2000, attempts: 1), concurrency: 500, lanes: 4, seed: seed)
        let result = try trial.run { target, _, scene in
            if scene.gauge.now > room { return Attempt(.unknown(.ports)) }
            return await scene.answer(.up, after: .milliseconds(50 + target.index % 2000))
        }
        #expect(result.isWhole(trial.plan))
        #expect(result.ledger.verdicts.filter { $0 != .up }.count == 0)
    }

    @Test("Without any room a target is unknown after some tries, never down", arguments: shortages, [1, 2])
    func never(reason: LocalReason, lanes: Int) throws {
        let trial = Trial(plan: try Plan(targets: 200, attempts: 3), concurrency: 50, lanes: lanes, seed: 1)
        let result = try trial.run { _, _, _ in Attempt(.unknown(reason)) }
        #expect(result.isWhole(trial.plan))
        #expect(result.outcome.ending == .complete)
        #expect(result.ledger.verdicts == Array(repeating: .unknown(reason), count: 200))
        let tries = Set((0..<200).map { result.ledger.attempts(at: $0).count })
        #expect(tries.count == 1)
        #expect((2...20).contains(tries.first ?? 0))
        #expect(result.observations.allSatisfy { $0.earlier.isEmpty })
    }

    @Test("What our own side failed at uses up no attempt and makes nothing flaky", arguments: shortages)
    func attempts(_ reason: LocalReason) throws {
        let answers: [Verdict] = [
            .unknown(reason), .unknown(reason), .down(.tcpTimeout), .unknown(reason), .down(.tcpTimeout), .up,
        ]
        let trial = Trial(plan: try Plan(targets: 1, attempts: 3), concurrency: 10)
        let result = try trial.run { _, number, _ in Attempt(answers[number - 1]) }
        let observation = try #require(result.observations.first)
        #expect(observation.verdict == .up)
        #expect(observation.earlier.map(\.verdict) == [.down(.tcpTimeout), .down(.tcpTimeout)])
        #expect(observation.isFlaky)
        let once = Trial(plan: try Plan(targets: 1, attempts: 1), concurrency: 10)
        let judged = try once.run { _, number, _ in Attempt(number < 4 ? .unknown(reason) : .up) }
        #expect(judged.ledger.verdicts == [.up])
        #expect(judged.observations.first?.isFlaky == false)
        #expect(judged.observations.first?.earlier.isEmpty == true)
    }

    @Test("A loop that is late shrinks the window, and a late attempt is made again")
    func late() throws {
        let trial = Trial(plan: try Plan(targets: 400, attempts: 1), concurrency: 100, lanes: 2, seed: 4)
        let result = try trial.run { _, number, scene in
            if number == 1, scene.gauge.now > 20 { return await scene.answer(.unknown(.late)) }
            return await scene.answer(.up)
        }
        #expect(result.ledger.verdicts == Array(repeating: .up, count: 400))
        #expect((result.outcome.reducedConcurrency ?? 100) < 100)
    }

    @Test("One stall of a loop costs half the window, not all of it")
    func stall() throws {
        let trial = Trial(plan: try Plan(targets: 2000, attempts: 1), concurrency: 400, lanes: 2, seed: 7)
        let result = try trial.run { _, number, scene in
            await scene.answer(scene.gauge.total <= 400 ? .unknown(.late) : .up)
        }
        #expect(result.isWhole(trial.plan))
        #expect(result.ledger.verdicts.allSatisfy { $0 == .up })
        #expect(result.outcome.reducedConcurrency == 200)
    }

    @Test("The window grows back to its full width once there is room again", arguments: [1, 2])
    func growth(_ lanes: Int) throws {
        let trial = Trial(plan: try Plan(targets: 14_000, attempts: 1), concurrency: 100, lanes: lanes, seed: 5)
        let result = try trial.run { target, _, scene in
            if scene.gauge.total < 1000, scene.gauge.now > 10 { return Attempt(.unknown(.descriptors)) }
            if target.index == 13_000 { scene.gauge.forgetMost() }
            return await scene.answer(.up)
        }
        #expect(result.isWhole(trial.plan))
        #expect(result.ledger.verdicts.allSatisfy { $0 == .up })
        #expect((result.outcome.reducedConcurrency ?? 100) <= 10)
        #expect(result.scene.gauge.most == 100)
    }

    @Test("While there is no room, few attempts are wasted on it")
    func waste() throws {
        let trial = Trial(plan: try Plan(targets: 5000, attempts: 1), concurrency: 2000, lanes: 1, seed: 6)
        let wasted = Gauge()
        let result = try trial.run { _, _, scene in
            if scene.gauge.now > 64 {
                wasted.enter()
                return Attempt(.unknown(.descriptors))
            }
            return await scene.answer(.up)
        }
        #expect(result.isWhole(trial.plan))
        // The first rush, then one try too many a full window at most.
        #expect(wasted.total < 2000 + 2 * 5000 / 32)
    }
}
