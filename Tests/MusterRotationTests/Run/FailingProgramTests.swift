import MusterCore
import MusterSystem
import Testing

@testable import MusterRotation

/// Scripts and compressors that end with something else than 0.
@Suite("Rotations whose programs fail", .timeLimit(.minutes(10))) struct FailingProgramTests {
    private static func scenario(_ name: String) throws -> CrashScenario {
        try #require(CrashScenario.all.first { $0.name == name })
    }

    /// Runs with one kind of program failing; then once more, in peace.
    private func outcome(
        _ scenario: CrashScenario, failing kind: ScriptKind?
    ) async throws -> (first: [String], second: [String], rig: CrashRig, report: RotationReport) {
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(scenario)
            let outcome = await rig.run(on: pool, failing: { $0 == kind })
            let first = rig.paths
            let report = try #require(outcome.report)
            #expect(report.hasFaults)
            let again = await rig.run(on: pool)
            #expect(again.report?.texts == [])
            rig.write()
            return (first, rig.paths, rig, report)
        }
    }

    @Test(
        "a log is not rotated where a script before it fails, but by the next run",
        arguments: [
            ("sharedscripts", ScriptKind.firstAction), ("sharedscripts", .beforeRotation),
            ("scripts of each log", .firstAction), ("scripts of each log", .beforeRotation),
        ])
    func before(_ name: String, _ kind: ScriptKind) async throws {
        let scenario = try Self.scenario(name)
        let (first, second, rig, report) = try await outcome(scenario, failing: kind)
        #expect(first == (scenario.logs + scenario.older).sorted())
        #expect(report.count(.rotated) == 0)
        #expect(report.texts.contains { $0.contains("it fails") })
        #expect(second == scenario.after)
        #expect(try rig.problems() == [])
    }

    @Test(
        "a log is left as it is after its rename where postrotate fails",
        arguments: ["sharedscripts", "scripts of each log"])
    func after(_ name: String) async throws {
        let scenario = try Self.scenario(name)
        let (first, second, rig, report) = try await outcome(scenario, failing: .afterRotation)
        #expect(first.contains("/logs/a.log.1"))
        #expect(!first.contains("/logs/a.log.1.gz"))
        #expect(report.texts.contains { $0.contains("it fails") })
        #expect(second == first)
        #expect(try rig.problems() == [])
    }

    @Test("a compressor that fails leaves the plain log to the next run")
    func compressor() async throws {
        let (first, second, rig, report) = try await outcome(try Self.scenario("compresscmd"), failing: nil)
        #expect(first == ["/logs/a.log", "/logs/a.log.1", "/logs/a.log.2.xz"])
        #expect(report.texts.count == 1)
        #expect(second == ["/logs/a.log", "/logs/a.log.1.xz", "/logs/a.log.2.xz"])
        #expect(try rig.problems() == [])
    }

    @Test("a log is not removed where preremove fails")
    func removal() async throws {
        let (first, second, rig, _) = try await outcome(try Self.scenario("preremove"), failing: .beforeRemoval)
        #expect(first == ["/logs/a.log", "/logs/a.log.1", "/logs/a.log.2"])
        #expect(second == first)
        #expect(try rig.problems() == [])
    }

    @Test("lastaction that fails is a fault and nothing else")
    func last() async throws {
        let scenario = try Self.scenario("scripts of each log")
        let (first, second, rig, _) = try await outcome(scenario, failing: .lastAction)
        #expect(first == scenario.after)
        #expect(second == first)
        #expect(try rig.problems() == [])
    }

    @Test("every script runs, once and in order, where nothing fails")
    func order() async throws {
        let rig = try CrashRig(try Self.scenario("sharedscripts"))
        _ = await WorkerPool.withPool(2) { pool in await rig.run(on: pool) }
        #expect(rig.scripts.map(\.kind) == [.firstAction, .beforeRotation, .afterRotation, .lastAction])
        #expect(rig.scripts.map(\.moved) == [[], [], Set(rig.scenario.logs), Set(rig.scenario.logs)])
        #expect(rig.scripts.allSatisfy { $0.arguments == ["/logs/*.log"] })
        let single = try CrashRig(try Self.scenario("scripts of each log"))
        _ = await WorkerPool.withPool(1) { pool in await single.run(on: pool) }
        #expect(
            single.scripts.map(\.arguments) == [
                ["/logs/*.log"], ["/logs/a.log"], ["/logs/a.log", "/logs/a.log.1"], ["/logs/b.log"],
                ["/logs/b.log", "/logs/b.log.1"], ["/logs/*.log"],
            ])
    }
}
