import MusterCore
import MusterEngine
import MusterTesting
import Synchronization
import Testing

@testable import MusterFleet

/// Hosts that end as a script says, after a time of the manual clock, and all that was seen of them.
private final class Script: Sendable {
    struct Seen {
        var begun: [(host: String, at: Instant)] = []
        var ended: [HostEnding] = []
        var running = 0
        var most = 0
    }

    let clock = ManualClock()
    let seen = Mutex(Seen())
    let outcomes: [String: HostOutcome]
    let time: Duration

    init(_ outcomes: [String: HostOutcome] = [:], time: Duration = .seconds(10)) {
        self.outcomes = outcomes
        self.time = time
    }

    func command(_ host: FleetHost) async -> HostEnding {
        seen.withLock { seen in
            seen.begun.append((host.name, clock.now))
            seen.running += 1
            seen.most = max(seen.most, seen.running)
        }
        let wasWhole = await clock.sleep(for: time)
        seen.withLock { $0.running -= 1 }
        return HostEnding(host: host, outcome: wasWhole ? outcomes[host.name] ?? .done : .unknown(.cancelled))
    }

    func run(
        _ hosts: [String], forks: Int, limit: FailureLimit? = nil, splay: Duration = .zero,
        sink: @escaping @Sendable (HostEnding) -> Bool = { _ in true }
    ) -> FleetRun {
        FleetRun(
            hosts: hosts.map { FleetHost(name: $0, address: $0) }, forks: forks, failureLimit: limit,
            splay: Splay(splay), clock: clock.engineClock, command: { await self.command($0) },
            sink: { ending in
                self.seen.withLock { $0.ended.append(ending) }
                return sink(ending)
            })
    }

    /// Runs it while the clock's hands turn as soon as `sleepers` wait, or all hosts that are left; so many times
    /// at most, after which the run is cancelled.
    func conduct(_ run: FleetRun, sleepers: Int, turns: Int = .max) async -> FleetRun.Outcome {
        await withTaskGroup(of: FleetRun.Outcome?.self) { group in
            group.addTask { await run.run() }
            group.addTask {
                var turned = 0
                while !Task.isCancelled, turned < turns {
                    let isSettled = self.clock.sleeperCount >= min(sleepers, self.left(run))
                    if isSettled, self.clock.advanceToNextSleeper() { turned += 1 }
                    await Task.yield()
                }
                return nil
            }
            var outcome: FleetRun.Outcome?
            while let next = await group.next() {
                outcome = outcome ?? next
                group.cancelAll()
            }
            return outcome ?? FleetRun.Outcome(ending: .complete, notBegun: [])
        }
    }

    private func left(_ run: FleetRun) -> Int { max(1, run.hosts.count - seen.withLock { $0.ended.count }) }
}

@Suite("A command on many hosts")
struct FleetRunTests {
    private static func names(_ count: Int) -> [String] { (1...count).map { "h\($0)" } }

    @Test("Never more hosts at a time than allowed, and all of them in the end", arguments: [1, 3, 10, 50])
    func bound(_ forks: Int) async {
        let script = Script()
        let outcome = await script.conduct(script.run(Self.names(20), forks: forks), sleepers: forks)
        let seen = script.seen.withLock { $0 }
        #expect(outcome.ending == .complete && outcome.notBegun.isEmpty)
        #expect(seen.most == min(forks, 20))
        #expect(Set(seen.begun.map(\.host)) == Set(Self.names(20)) && seen.ended.count == 20)
        if forks == 1 { #expect(seen.begun.map(\.host) == Self.names(20)) }
    }

    @Test("After so many failures no further host begins, and those that run end")
    func failures() async {
        let failing = Dictionary(uniqueKeysWithValues: Self.names(20).map { ($0, HostOutcome.failed(status: 1)) })
        let script = Script(failing)
        let run = script.run(Self.names(20), forks: 4, limit: .count(2))
        let outcome = await script.conduct(run, sleepers: 1)
        let seen = script.seen.withLock { $0 }
        #expect(outcome.ending == .failures)
        // Beside the second failure three may have been under way.
        #expect((2...5).contains(seen.ended.count))
        #expect(outcome.notBegun.count == 20 - seen.ended.count)
        #expect(seen.ended.allSatisfy { $0.outcome == .failed(status: 1) })
    }

    @Test("One at a time, exactly as many hosts begin as may fail", arguments: [1, 2, 5])
    func exactFailures(_ count: Int) async {
        let script = Script(["h2": .timedOut, "h3": .unreachable(.denied), "h5": .unknown(.fault)])
        let outcome = await script.conduct(
            script.run(Self.names(9), forks: 1, limit: .count(count)), sleepers: 1)
        let ended = script.seen.withLock { $0.ended.map(\.host.name) }
        #expect(ended == Self.names(count == 1 ? 2 : count == 2 ? 3 : 9))
        #expect(outcome.ending == (count == 5 ? .complete : .failures))
    }

    @Test("A run whose endings cannot be kept begins no further host")
    func sinkFault() async {
        let script = Script()
        let run = script.run(Self.names(9), forks: 1, sink: { $0.host.name != "h3" })
        let outcome = await script.conduct(run, sleepers: 1)
        #expect(outcome.ending == .fault && outcome.notBegun.map(\.name) == Array(Self.names(9)[3...]))
    }

    @Test("An interruption ends those that run, and says which were not begun")
    func interruption() async {
        let script = Script()
        let run = script.run(Self.names(9), forks: 2)
        // Two turns of the hands, then the conductor gives up, which cancels the run.
        let outcome = await script.conduct(run, sleepers: 2, turns: 2)
        let seen = script.seen.withLock { $0 }
        #expect(outcome.ending == .interrupted)
        #expect(seen.ended.count + outcome.notBegun.count == 9 && seen.running == 0)
        #expect(seen.ended.count { $0.outcome == .done } >= 2)
        #expect(seen.ended.allSatisfy { [.done, .unknown(.cancelled)].contains($0.outcome) })
    }

    @Test("With a splay every host begins at its own place, the same in every run and in any company")
    func splay() async {
        let splay = Splay(.seconds(300))
        var former: [String: Instant] = [:]
        for names in [Self.names(12), Array(Self.names(8).reversed())] {
            let script = Script(time: .milliseconds(1))
            let outcome = await script.conduct(
                script.run(names, forks: 50, splay: .seconds(300)), sleepers: names.count)
            #expect(outcome.ending == .complete)
            for (host, begun) in script.seen.withLock({ $0.begun }) {
                let due = Instant(nanoseconds: 0).advanced(by: splay.offset(of: host))
                #expect(begun >= due && begun < due.advanced(by: .seconds(2)))
                if let before = former.updateValue(due, forKey: host) { #expect(before == due) }
            }
        }
    }

    @Test("Offsets lie in the span, spread evenly, and are the same everywhere")
    func offsets() {
        let splay = Splay(.seconds(100))
        var tenths = [Int](repeating: 0, count: 10)
        for index in 0..<10_000 {
            let offset = splay.offset(of: "web\(index).example").nanoseconds
            #expect((0..<100_000_000_000).contains(offset))
            tenths[Int(offset / 10_000_000_000)] += 1
        }
        #expect(tenths.allSatisfy { (900...1100).contains($0) }, "\(tenths)")
        #expect(Splay(.zero).offset(of: "a") == .zero)
        #expect(splay.offset(of: "web1") == .nanoseconds(15_868_310_007))
    }

    @Test(
        "A limit of failures is a number or a part, rounded up",
        arguments: [
            ("1", 1), ("5", 5), ("10%", 2), ("1%", 1), ("100%", 20), ("50.5%", 11), ("0", nil), ("0%", nil),
            ("101%", nil), ("-1", nil), ("x", nil), ("", nil), ("%", nil), ("nan%", nil),
        ] as [(String, Int?)])
    func limits(_ text: String, _ failures: Int?) { #expect(FailureLimit(text)?.failures(of: 20) == failures) }
}
