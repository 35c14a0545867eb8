import MusterCore
import MusterEngine
import MusterTesting
import Testing

@Suite("A survey's further attempts")
struct SurveyRetryTests {
    private static let reasons = Reason.allCases

    @Test(
        "Only what another attempt can change is tried again, as often as the check allows", arguments: reasons, 1...4)
    func count(reason: Reason, attempts: Int) throws {
        let trial = Trial(plan: try Plan(targets: 5, attempts: attempts))
        let result = try trial.run { _, _, scene in await scene.answer(.down(reason)) }
        let expected = reason.isTransient ? attempts : 1
        for observation in result.observations {
            #expect(observation.verdict == .down(reason))
            #expect(observation.earlier.map(\.verdict) == Array(repeating: .down(reason), count: expected - 1))
            #expect(!observation.isFlaky)
            #expect(result.ledger.attempts(at: observation.target.index).count == expected)
        }
        #expect(result.isWhole(trial.plan))
    }

    @Test("A degraded target is judged by its first attempt")
    func degraded() throws {
        let trial = Trial(plan: try Plan(targets: 3, attempts: 4))
        let result = try trial.run { _, _, _ in Attempt(.degraded(.tlsExpiresSoon)) }
        #expect(result.ledger.verdicts == Array(repeating: .degraded(.tlsExpiresSoon), count: 3))
        #expect(result.scene.gauge.total == 3)
    }

    @Test("Local faults that waiting cannot mend are reported at once", arguments: LocalReason.allCases)
    func local(_ reason: LocalReason) throws {
        guard !reason.isShortage else { return }
        let trial = Trial(plan: try Plan(targets: 2, attempts: 3))
        let result = try trial.run { _, _, _ in Attempt(.unknown(reason)) }
        #expect(result.ledger.verdicts == [.unknown(reason), .unknown(reason)])
        #expect(result.scene.gauge.total == (reason == .resolver ? 6 : 2))
    }

    @Test("A target that is up after failed attempts is flaky, and keeps them in order")
    func flaky() throws {
        let answers: [Verdict] = [.down(.tcpTimeout), .down(.tcpReset), .up]
        let trial = Trial(plan: try Plan(targets: 4, attempts: 3))
        let result = try trial.run { _, number, _ in Attempt(answers[number - 1], detail: "attempt \(number)") }
        for observation in result.observations {
            #expect(observation.verdict == .up)
            #expect(observation.isFlaky)
            #expect(observation.earlier.map(\.verdict) == Array(answers.dropLast()))
            #expect(observation.earlier.map(\.detail) == ["attempt 1", "attempt 2"])
            #expect(observation.last.detail == "attempt 3")
        }
    }

    @Test("A clear answer after a lost packet ends the attempts")
    func clear() throws {
        let trial = Trial(plan: try Plan(targets: 1, attempts: 5))
        let result = try trial.run { _, number, _ in Attempt(number == 1 ? .down(.tcpTimeout) : .down(.tcpRefused)) }
        #expect(result.ledger.verdicts == [.down(.tcpRefused)])
        #expect(result.scene.gauge.total == 2)
    }

    @Test("An attempt that the resolver of this machine failed makes nothing flaky")
    func resolver() throws {
        let trial = Trial(plan: try Plan(targets: 1, attempts: 2))
        let result = try trial.run { _, number, _ in Attempt(number == 1 ? .unknown(.resolver) : .up) }
        #expect(result.ledger.verdicts == [.up])
        #expect(result.observations.first?.isFlaky == false)
    }

    @Test("The pauses double up to the cap and are spread over their upper half")
    func pauses() throws {
        let backoff = Backoff(base: .milliseconds(100), cap: .milliseconds(700))
        let trial = Trial(plan: try Plan(targets: 200, attempts: 6), concurrency: 200, backoff: backoff)
        let result = try trial.run { _, _, scene in await scene.answer(.down(.tcpTimeout), after: .seconds(2)) }
        var pauses: [[Duration]] = Array(repeating: [], count: 5)
        for index in 0..<200 {
            let begun = result.ledger.attempts(at: index)
            #expect(begun.count == 6)
            for (place, pair) in zip(begun, begun.dropFirst()).enumerated() {
                pauses[place].append(pair.0.duration(to: pair.1) - .seconds(2))
            }
        }
        for (place, full) in [100, 200, 400, 700, 700].enumerated() {
            #expect(pauses[place].allSatisfy { (.milliseconds(full) / 2)...(.milliseconds(full)) ~= $0 })
            // Jitter: a fleet that failed together does not come back together.
            #expect(Set(pauses[place]).count > 150)
        }
    }
}
