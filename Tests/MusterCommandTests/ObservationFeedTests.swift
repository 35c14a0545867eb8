import MusterCore
import Synchronization
import Testing

@testable import muster

@Suite("The feed of observations")
struct ObservationFeedTests {
    @Test("A slow reader makes the writers wait, and gets everything, in any order, then the foot")
    func backpressure() async throws {
        let feed = ObservationFeed()
        let plan = try Self.plan(50_000)
        let handed = Tally()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withTaskGroup(of: Void.self) { writers in
                    for writer in 0..<4 {
                        writers.addTask {
                            for index in stride(from: writer, to: plan.count, by: 4) {
                                await feed.send(Self.observation(plan.target(at: index)))
                                handed.add()
                            }
                        }
                    }
                }
                feed.finish(
                    RunFooter(ending: .complete, elapsed: .zero, notStarted: 0, worstLag: .zero, reducedConcurrency: 7))
            }
            var read: [Int] = []
            while true {
                let batch = await feed.next()
                read += batch.observations.map(\.target.index)
                // What is on its way: the feed's room, and one in each writer's hands.
                #expect(handed.count - read.count <= 8192 + 4)
                guard let footer = batch.footer else { continue }
                #expect(footer.reducedConcurrency == 7)
                break
            }
            #expect(read.sorted() == Array(0..<plan.count))
        }
    }

    @Test("Once nobody reads, no writer waits")
    func abandoned() async throws {
        let feed = ObservationFeed()
        let plan = try Self.plan(20_000)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for index in 0..<plan.count { await feed.send(Self.observation(plan.target(at: index))) } }
            await Task.yield()
            feed.abandon()
            await group.waitForAll()
        }
        await feed.waitUntilAbandoned()
    }

    @Test("Who is cancelled waits for no reader, and what it has is kept")
    func cancelled() async throws {
        let feed = ObservationFeed()
        let plan = try Self.plan(10_000)
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<plan.count { group.addTask { await feed.send(Self.observation(plan.target(at: index))) } }
            // Some wait by now, others find that they are cancelled.
            await Task.yield()
            group.cancelAll()
            await group.waitForAll()
        }
        feed.finish(
            RunFooter(ending: .interrupted, elapsed: .zero, notStarted: 0, worstLag: .zero, reducedConcurrency: nil))
        let batch = await feed.next()
        #expect(batch.observations.count == plan.count)
    }

    /// A count between tasks.
    private final class Tally: Sendable {
        private let state = Atomic<Int>(0)
        var count: Int { state.load(ordering: .acquiring) }
        func add() { state.add(1, ordering: .releasing) }
    }

    private static func plan(_ count: Int) throws -> Plan {
        let check = Check(
            name: "ssh", kind: "tcp", settings: .object([]), timeout: .seconds(1), attempts: 1, location: "checks.ssh")
        return Plan(
            Inventory(
                source: "fleet.json", checks: [check], groups: [.init(path: "web")],
                entries: [
                    .init(names: try RangePattern("web[1:\(count)].test"), group: 0, checks: [0], location: "hosts[0]")
                ]))
    }

    private static func observation(_ target: Target) -> Observation {
        Observation(
            target: target, verdict: .up, last: Attempt(.up), started: Instant(nanoseconds: 0),
            ended: Instant(nanoseconds: 0))
    }
}
