import MusterCore
import MusterEngine
import MusterTesting
import Testing

@Suite("A survey whose own network fails")
struct SurveyNetworkTests {
    /// A fleet behind a network that is out at times; packets are sent again after 1 and 3 seconds, as TCP does.
    struct Rig: Sendable {
        var hosts = 100
        var attempts = 1
        var concurrency = 64
        var lanes = 1
        var seed = 1
        var deadline: Duration?
        var patience = Duration.seconds(60)
        /// Milliseconds in which nothing passes.
        var outages: [Range<Int>] = []
        /// Whether our own kernel says so at once.
        var isTold = false
        var isDead: @Sendable (_ index: Int, _ milliseconds: Int) -> Bool = { _, _ in false }
        var hasRoute: @Sendable (_ index: Int) -> Bool = { _ in true }

        static let roundTrip = Duration.milliseconds(30)

        struct Result {
            var outcome: Survey.Outcome
            var observations: [Observation]
            var elapsed: Duration
            var asked: Int
            var announcements: Int

            func verdicts(_ verdict: Verdict) -> Int { observations.filter { $0.verdict == verdict }.count }
        }

        private func isOut(_ instant: Instant) -> Bool {
            outages.contains { $0.contains(Int(instant.nanoseconds / 1_000_000)) }
        }

        private func attempt(_ target: Target, _ deadline: Instant, _ clock: ManualClock) async -> Attempt {
            let began = clock.now
            guard hasRoute(target.index), !(isTold && isOut(began)) else { return Attempt(.unknown(.route)) }
            let dies = isDead(target.index, Int(began.nanoseconds / 1_000_000))
            let arrival = [0, 1, 3].lazy.map { began.advanced(by: .seconds($0)) }.first { sent in
                !dies && !isOut(sent) && !isOut(sent.advanced(by: Self.roundTrip))
            }?.advanced(by: Self.roundTrip)
            let isAnswered = arrival.map { $0 < deadline } ?? false
            let isOver = await clock.sleep(until: isAnswered ? arrival ?? deadline : deadline)
            return Attempt(!isOver ? .unknown(.cancelled) : isAnswered ? .up : .down(.tcpTimeout))
        }

        func run() throws -> Result {
            let rehearsal = Rehearsal(seed: seed)
            let (clock, ledger, asked, told) = (rehearsal.clock, Ledger(), Gauge(), Gauge())
            let check = Check(
                name: "ssh", kind: "tcp", settings: .object([]), timeout: .seconds(2), attempts: attempts,
                location: "fleet.json: checks.ssh")
            let entry = Inventory.Entry(
                names: try RangePattern("h[0:9]-[1:\(hosts)].test"),
                addresses: try RangePattern("10.0.[0:9].[1:\(hosts)]"), group: 0, checks: [0], location: "fleet.json")
            let plan = Plan(
                Inventory(source: "fleet.json", checks: [check], groups: [.init(path: "web")], entries: [entry]))
            let senses = NetworkSenses(
                reach: { _ in .gateway },
                trouble: { _ in isTold && isOut(clock.now) ? "eth0 is down" : nil },
                change: { await clock.sleep(until: $0) }, ask: { _, _ in nil }, announce: { _ in told.enter() },
                patience: patience)
            let survey = Survey(
                plan: plan, concurrency: concurrency, deadline: deadline.map { clock.now.advanced(by: $0) },
                clock: clock.engineClock, senses: senses,
                probe: { target, deadline in
                    asked.enter()
                    return await attempt(target, deadline, clock)
                },
                sink: { ledger.note($0) })
            let (executor, lanes) = (rehearsal.executor, lanes)
            let outcome = try rehearsal.perform { await survey.run(on: Array(repeating: executor, count: lanes)) }
            #expect(clock.sleeperCount == 0)
            let observed = ledger.observed
            #expect(Set(observed).count == observed.count && observed.count + outcome.notStarted == plan.count)
            return Result(
                outcome: outcome, observations: ledger.observations,
                elapsed: Instant(nanoseconds: 0).duration(to: clock.now), asked: asked.total,
                announcements: told.total)
        }
    }

    @Test(
        "An outage in the middle makes nobody down or flaky, and is told once", arguments: [1, 2], [false, true])
    func middle(attempts: Int, isTold: Bool) throws {
        for seed in 0..<4 {
            let rig = Rig(
                attempts: attempts, concurrency: 32, lanes: 1 + seed % 2, seed: seed, outages: [200..<3200],
                isTold: isTold)
            let result = try rig.run()
            #expect(result.observations.allSatisfy { $0.verdict == .up && $0.earlier.isEmpty })
            #expect(result.observations.count == 1000)
            #expect(result.outcome.networkOutage?.episodes == 1)
            #expect(result.announcements == 1)
            #expect(result.elapsed < .seconds(7))
        }
    }

    @Test(
        "A network that does not come back leaves all that is not judged unknown, without trying it",
        arguments: [false, true])
    func forever(isTold: Bool) throws {
        let rig = Rig(concurrency: 32, patience: .seconds(10), outages: [200..<1_000_000], isTold: isTold)
        let result = try rig.run()
        let up = result.verdicts(.up)
        #expect(up > 100)
        #expect(result.verdicts(.unknown(.network)) == 1000 - up)
        #expect(result.elapsed < .seconds(15))
        #expect(result.asked < up + 1000)
        let bounded = try Rig(concurrency: 32, deadline: .seconds(5), outages: [200..<1_000_000]).run()
        #expect(bounded.outcome.ending == .deadline)
        #expect(bounded.elapsed == .seconds(5))
        #expect(bounded.verdicts(.down(.tcpTimeout)) == 0)
    }

    @Test("70 % of the fleet dead from the start or in the middle are down, and soon", arguments: [0, 100], [1, 2])
    func dead(since: Int, attempts: Int) throws {
        for seed in 0..<4 {
            let rig = Rig(attempts: attempts, concurrency: 400, seed: seed, isDead: { $0 % 10 < 7 && $1 >= since })
            let result = try rig.run()
            for observation in result.observations where observation.verdict != .up {
                #expect(observation.verdict == .down(.tcpTimeout))
            }
            #expect(since > 0 || result.verdicts(.up) == 300)
            #expect(result.outcome.networkOutage == nil)
            // As long as it takes anyway in this window, one timeout and a second.
            #expect(result.elapsed < .seconds(attempts == 1 ? 7 : 15))
        }
    }

    @Test("Whole prefixes that die together are down where others live, although all that were up are dead")
    func prefixes() throws {
        let result = try Rig(concurrency: 100, isDead: { $0 < 700 && $1 >= 50 }).run()
        for observation in result.observations {
            let isUp = observation.target.index >= 700 || observation.ended.nanoseconds < 100_000_000
            #expect(observation.verdict == (isUp ? .up : .down(.tcpTimeout)))
        }
        // Seven waves of dead ones at most, and one timeout and a second.
        #expect(result.elapsed < .seconds(18))
    }

    @Test("A fleet that is dead from the start is down, for nobody says otherwise")
    func all() throws {
        let result = try Rig(concurrency: 1000, isDead: { _, _ in true }).run()
        #expect(result.verdicts(.down(.tcpTimeout)) == 1000)
        // One timeout later, however many waves there are.
        #expect(result.elapsed < .milliseconds(5300))
        let waves = try Rig(concurrency: 200, isDead: { _, _ in true }).run()
        #expect(waves.verdicts(.down(.tcpTimeout)) == 1000)
        #expect(waves.elapsed < .milliseconds(13_500))
    }

    @Test("Targets without a route among others are told so, and hold nobody up")
    func route() throws {
        let result = try Rig(concurrency: 50, hasRoute: { $0 % 100 != 7 }).run()
        #expect(result.verdicts(.unknown(.route)) == 10)
        #expect(result.verdicts(.up) == 990)
        #expect(result.elapsed < .seconds(2))
        let without = try Rig(concurrency: 50).run()
        #expect(without.elapsed < .milliseconds(700))
        #expect(without.asked == 1000)
    }

    @Test("Whatever happens when, each target is judged once and never wrongly", arguments: 0..<40)
    func truth(_ seed: Int) throws {
        var dice = Dice(seed)
        let first = Int.random(in: 200..<1000, using: &dice)
        let length = Int.random(in: 200..<6000, using: &dice)
        let second = first + length + Int.random(in: 5000..<9000, using: &dice)
        let (modulus, patience) = (Int.random(in: 3...50, using: &dice), Int.random(in: 2...30, using: &dice))
        let rig = Rig(
            hosts: 20, attempts: Int.random(in: 1...2, using: &dice),
            concurrency: Int.random(in: 1...100, using: &dice),
            lanes: Int.random(in: 1...3, using: &dice), seed: seed, patience: .seconds(patience),
            outages: [first..<first + length, second..<second + 1500], isTold: Bool.random(using: &dice),
            isDead: { index, _ in index % modulus == 1 })
        let result = try rig.run()
        for observation in result.observations {
            let isDead = observation.target.index % modulus == 1
            switch observation.verdict {
            case .up: #expect(!isDead && !observation.isFlaky)
            case .down: #expect(isDead, "\(observation.target.index)")
            case .unknown(.network): #expect(result.outcome.networkOutage != nil)
            default: Issue.record("\(observation.verdict)")
            }
        }
    }
}
