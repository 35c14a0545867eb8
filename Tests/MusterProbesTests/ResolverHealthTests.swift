import MusterCore
import MusterWire
import Testing

@testable import MusterProbes

@Suite("The resolver's health")
struct ResolverHealthTests {
    private static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

    @Test(
        "blames a name once chance explains its failures no more",
        arguments: [
            // Names that resolved, how often each failed before, names that failed, failures of ours.
            (0, 0, 0, 9, .undecided), (0, 0, 50, 9, .undecided), (100, 0, 0, 2, .undecided), (100, 0, 0, 3, .name),
            (10, 0, 0, 3, .undecided), (10, 0, 0, 4, .name), (100, 1, 20, 16, .undecided), (100, 1, 20, 17, .name),
            (50, 0, 51, 99, .everyone),
        ] as [(Int, Int, Int, Int, ResolverHealth.Blame)])
    func blame(_ good: Int, _ idle: Int, _ bad: Int, _ failures: Int, _ expected: ResolverHealth.Blame) {
        var health = ResolverHealth(serverCount: 1)
        for name in 0..<good { health.lookedUp(name, after: idle, at: Self.at(1)) }
        for name in 0..<bad { health.failed(1000 + name, at: Self.at(1)) }
        // Its own failures say nothing of the others.
        health.failed(-1, at: Self.at(1))
        #expect(health.blame(-1, failures: failures, since: Self.at(1), at: Self.at(2)) == expected)
        // What was before its first failure is no sign that names resolve now.
        #expect(health.blame(-1, failures: 99, since: Self.at(1.5), at: Self.at(2)) == .undecided)
        #expect(health.blame(-1, failures: 99, since: Self.at(1), at: Self.at(32)) == .undecided)
    }

    @Test("takes a name that every resolver knows for one more")
    func control() {
        var health = ResolverHealth(serverCount: 1)
        health.failed(-1, at: Self.at(1))
        for _ in 0..<4 {
            health.controlled(isGood: true, at: Self.at(1))
        }
        #expect(health.blame(-1, failures: 4, since: Self.at(1), at: Self.at(2)) == .undecided)
        #expect(health.blame(-1, failures: 6, since: Self.at(1), at: Self.at(2)) == .name)
        health.failed(-2, at: Self.at(1))
        #expect(health.blame(-1, failures: 6, since: Self.at(1), at: Self.at(2)) == .name)
        health.failed(-3, at: Self.at(1))
        #expect(health.blame(-1, failures: 6, since: Self.at(1), at: Self.at(2)) == .everyone)
        let taken = [1, 1.05, 1.1].map { health.takesControl(at: Self.at($0)) }
        #expect(taken == [true, false, true])
    }

    @Test("puts a silent server last, tries it now and then, and forgets when it answers")
    func silence() {
        var health = ResolverHealth(serverCount: 3)
        func expectOrder(_ expected: [Int], _ seconds: Double, _ place: SourceLocation = #_sourceLocation) {
            let order = health.order(rotating: false, at: Self.at(seconds))
            #expect(order == expected, sourceLocation: place)
        }
        expectOrder([0, 1, 2], 0)
        health.missed(0, since: Self.at(0), at: Self.at(1))
        // Many questions that it misses at once are one offence.
        health.missed(0, since: Self.at(0), at: Self.at(1))
        expectOrder([1, 2, 0], 1)
        expectOrder([1, 2, 0], 2.9)
        // One question tries it, the next one does not.
        expectOrder([0, 1, 2], 3)
        expectOrder([1, 2, 0], 3)
        health.missed(0, since: Self.at(3), at: Self.at(5.1))
        expectOrder([1, 2, 0], 9)
        expectOrder([0, 1, 2], 9.2)
        health.answered(0, .noError, wasMissed: true, at: Self.at(9.3))
        expectOrder([0, 1, 2], 9.3)
        // A lost datagram is no silence.
        health.missed(0, since: Self.at(9), at: Self.at(10))
        expectOrder([0, 1, 2], 10)
    }

    @Test("takes turns where it is told to")
    func turns() {
        var health = ResolverHealth(serverCount: 3)
        let orders = (0..<4).map { _ in health.order(rotating: true, at: Self.at(0)) }
        #expect(orders == [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]])
    }

    @Test("lets lookups fail at once after a long outage, but for one now and then")
    func outage() {
        var health = ResolverHealth(serverCount: 1)
        let time = Duration.seconds(5)
        health.missed(0, since: Self.at(0), at: Self.at(1))
        let early = [1, 10.9, 11, 11.1, 11.2, 11.25].map { health.admits(time, at: Self.at($0)) }
        #expect(early == [true, true, true, false, false, true])
        health.lookedUp(1, after: 0, at: Self.at(12))
        let well = health.admits(time, at: Self.at(100))
        #expect(well)
        // One that had worked before is waited for longer.
        health.failed(2, at: Self.at(200))
        let late = [259, 260, 260.1].map { health.admits(time, at: Self.at($0)) }
        #expect(late == [true, true, false])
    }

    @Test("tells what each server did")
    func account() {
        var health = ResolverHealth(serverCount: 3)
        let endpoints = ["127.0.0.53:53", "10.0.0.1:53", "[fe80::1]:5300"].compactMap { Endpoint(text: $0) }
        #expect(health.account(endpoints) == nil)
        for _ in 0..<4 { health.sent(to: 0) }
        health.missed(0, since: Self.at(0), at: Self.at(1))
        health.missed(0, since: Self.at(0), at: Self.at(1))
        health.answered(0, .noError, wasMissed: true, at: Self.at(2))
        health.answered(0, .servFail, wasMissed: false, at: Self.at(2))
        health.sent(to: 2)
        health.answered(2, .refused, wasMissed: false, at: Self.at(2))
        #expect(
            health.account(endpoints)?.servers == [
                .init(address: "127.0.0.53", queries: 4, unanswered: 1, servFail: 1),
                .init(address: "[fe80::1]:5300", queries: 1, refused: 1),
            ])
    }
}
