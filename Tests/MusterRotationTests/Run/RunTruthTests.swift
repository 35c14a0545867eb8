import MusterCore
import MusterSystem
import MusterTesting
import Synchronization
import Testing

@testable import MusterRotation

/// What a dry run says, and what a run does that has nothing to do.
@Suite("What a rotation touches", .timeLimit(.minutes(40))) struct RunTruthTests {
    /// Calls that change nothing.
    private static let readings: Set = ["openDirectory", "facts", "listing", "open", "read", "entry"]

    /// Calls of a run that may change something, with their paths.
    private final class Writings: Sendable {
        private let calls = Mutex<[String]>([])

        func note(_ call: DiskCall) -> DiskAction {
            if !readings.contains(call.name) { calls.withLock { $0.append("\(call.name) \(call.path)") } }
            return .go
        }

        var list: [String] { calls.withLock { $0 } }
    }

    private func steps(_ outcome: CrashRig.Outcome) throws -> [[RotationReport.Step]] {
        let stanzas = try #require(outcome.report).stanzas
        return stanzas.flatMap { stanza in [stanza.steps] + stanza.logs.map(\.steps) }
    }

    @Test("a dry run lists the steps of the real one, and writes nothing", arguments: CrashScenario.all)
    func dryRun(_ scenario: CrashScenario) async throws {
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(scenario)
            let before = rig.snapshot
            let writings = Writings()
            let dry = await rig.run(on: pool, isDry: true, isQuiet: true, onCall: writings.note)
            #expect(writings.list == [])
            #expect(rig.snapshot == before)
            #expect(rig.scripts == [])
            let real = await rig.run(on: pool, isQuiet: true)
            #expect(try steps(dry) == steps(real))
            #expect(try steps(real).contains { !$0.isEmpty })
        }
    }

    @Test("where nothing is due nothing is written but the lock taken", arguments: CrashScenario.all)
    func nothingDue(_ scenario: CrashScenario) async throws {
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(scenario)
            _ = await rig.run(on: pool)
            let writings = Writings()
            let outcome = await rig.run(on: pool, isQuiet: true, onCall: writings.note)
            #expect(outcome.report?.texts == [])
            #expect(writings.list == ["lock /state/status.lock", "lock /state/status"])
        }
    }

    @Test(
        "a dry run lists a log that an earlier run left in the middle as one that is ended first, which is no failure")
    func unfinished() async throws {
        let scenario = try #require(CrashScenario.renames.first)
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(scenario)
            _ = await rig.run(on: pool, isQuiet: true, onCall: { $0.name == "rename" ? .stop : .go })
            let before = rig.snapshot
            let dry = try #require(await rig.run(on: pool, isDry: true, isQuiet: true).report)
            #expect(rig.snapshot == before)
            #expect(!dry.hasFaults)
            #expect(dry.stanzas.flatMap(\.logs).map(\.reason) == ["an earlier rotation is ended first"])
            #expect(dry.warnings.map(\.hint).contains { $0.contains("in the middle of 1 log;") })
            #expect(await rig.run(on: pool).report?.texts == [])
            #expect(rig.paths == scenario.after)
        }
    }

    @Test("a rename of two steps that was cut in the middle is ended, with its two names", arguments: [1, 2])
    func twoNames(_ shifts: Int) async throws {
        let scenario = try #require(CrashScenario.renames.first)
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(scenario)
            // The intention is on the device, and nothing is done.
            let seen = Mutex(false)
            _ = await rig.run(
                on: pool, isQuiet: true,
                onCall: { call in
                    guard call.name == "rename" else { return .go }
                    seen.withLock { $0 = true }
                    return .stop
                })
            #expect(seen.withLock { $0 })
            // As link(2) and unlink(2) leave it between them.
            rig.disk.addHardLink("/logs/a.log.4", to: "/logs/a.log.3")
            if shifts == 2 {
                _ = try rig.disk.openDirectory("/logs").remove("a.log.3")
                rig.disk.addHardLink("/logs/a.log.3", to: "/logs/a.log.2")
            }
            let outcome = await rig.run(on: pool)
            #expect(outcome.report?.texts == [])
            #expect(rig.paths == scenario.after)
            #expect(try rig.problems() == [])
            for path in rig.paths { #expect(rig.disk.facts(path)?.links == 1) }
        }
    }
}
