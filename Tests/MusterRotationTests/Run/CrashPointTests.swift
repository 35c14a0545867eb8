import Glibc
import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterRotation

/// The process ends, the power goes or a call fails, at every call of a run.
@Suite("Rotations that are cut off", .timeLimit(.minutes(40))) struct CrashPointTests {
    /// What went wrong at some of the calls, the first few.
    private struct Failures {
        private var texts: [String] = []
        private var count = 0

        mutating func add(_ problems: [String], _ place: @autoclosure () -> String) {
            if problems.isEmpty { return }
            count += 1
            if texts.count < 5 { texts.append("\(place()): \(problems.joined(separator: "; "))") }
        }

        func tell(_ scenario: CrashScenario) {
            if count > 0 { Issue.record("\(scenario.name), \(count) times: \(texts.joined(separator: "\n"))") }
        }
    }

    /// Calls of a run in peace.
    private func calls(_ scenario: CrashScenario, _ pool: WorkerPool) async throws -> Int {
        await (try CrashRig(scenario)).run(on: pool).calls
    }

    /// Recovers, writes, and runs once more, which may change nothing.
    private func recovered(
        _ rig: CrashRig, on pool: WorkerPool, isComplete: Bool = true
    ) async throws -> [String] {
        let outcome = await rig.run(on: pool)
        rig.write()
        var problems = try rig.problems()
        if let fault = outcome.fault { problems.append("the run that recovers fails: \(fault.text)") }
        if let report = outcome.report, report.hasFaults {
            problems.append("the run that recovers has faults: \(report.texts)")
        }
        // A daemon that starts again makes its log.
        let allowed = [rig.scenario.after, Set(rig.scenario.after + rig.scenario.logs).sorted()]
        if isComplete, !allowed.contains(rig.paths) { problems.append("there are \(rig.paths)") }
        let before = rig.snapshot
        _ = await rig.run(on: pool, isQuiet: true)
        let changed = rig.snapshot.filter { before[$0.key] != $0.value }.map(\.key).sorted()
        if rig.snapshot != before { problems.append("a further run changes \(changed)") }
        return problems
    }

    @Test("a run in peace leaves what is asked for", arguments: CrashScenario.all)
    func peace(_ scenario: CrashScenario) async throws {
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(scenario)
            let outcome = await rig.run(on: pool)
            #expect(outcome.fault == nil)
            #expect(outcome.report?.texts == [])
            #expect(rig.paths == scenario.after)
            #expect(try await recovered(rig, on: pool) == [])
        }
    }

    @Test("after a kill at any call the next run ends what was begun", arguments: CrashScenario.all)
    func kill(_ scenario: CrashScenario) async throws {
        try await WorkerPool.withPool(1) { pool in
            var failures = Failures()
            for number in 1...(try await calls(scenario, pool)) {
                let rig = try CrashRig(scenario)
                _ = await rig.run(on: pool, onCall: { $0.number == number ? .stop : .go })
                rig.write(isNeeded: !scenario.losesLog)
                failures.add(try await recovered(rig, on: pool), "kill at call \(number)")
            }
            failures.tell(scenario)
        }
    }

    @Test("after a power cut at any call the next run ends what was begun", arguments: CrashScenario.all)
    func powerCut(_ scenario: CrashScenario) async throws {
        try await WorkerPool.withPool(1) { pool in
            var failures = Failures()
            for number in 1...(try await calls(scenario, pool)) {
                let before = try CrashRig(scenario)
                _ = await before.run(on: pool, onCall: { $0.number == number ? .stop : .go })
                for seed in [number, number + 1_000] {
                    let rig = try before.crashed(seed)
                    rig.write(isNeeded: !scenario.losesLog)
                    failures.add(try await recovered(rig, on: pool), "power cut at call \(number), seed \(seed)")
                }
            }
            failures.tell(scenario)
        }
    }

    @Test("after a failure of any call nothing is lost, and the next run goes on", arguments: CrashScenario.all)
    func failure(_ scenario: CrashScenario) async throws {
        try await WorkerPool.withPool(1) { pool in
            var failures = Failures()
            for number in 1...(try await calls(scenario, pool)) {
                let code = [EIO, ENOSPC, EACCES][number % 3]
                let rig = try CrashRig(scenario)
                let outcome = await rig.run(on: pool, onCall: { $0.number == number ? .fail(code) : .go })
                rig.write(isNeeded: !scenario.losesLog)
                failures.add(
                    try await recovered(rig, on: pool, isComplete: false),
                    "errno \(code) at call \(number) (\(outcome.report?.texts ?? []))")
            }
            failures.tell(scenario)
        }
    }

    @Test("on a disk that stays full nothing is lost, and the next run goes on", arguments: CrashScenario.all)
    func fullDisk(_ scenario: CrashScenario) async throws {
        try await WorkerPool.withPool(1) { pool in
            var failures = Failures()
            for number in 1...(try await calls(scenario, pool)) {
                let rig = try CrashRig(scenario)
                _ = await rig.run(
                    on: pool,
                    onCall: {
                        ["create", "write", "makeDirectory"].contains($0.name) && $0.number >= number
                            ? .fail(ENOSPC) : .go
                    })
                rig.write(isNeeded: !scenario.losesLog)
                failures.add(
                    try await recovered(rig, on: pool, isComplete: false), "a full disk from call \(number) on")
            }
            failures.tell(scenario)
        }
    }

    @Test("a run that is killed while it recovers is ended by the next one as well", arguments: CrashScenario.all)
    func killTwice(_ scenario: CrashScenario) async throws {
        try await WorkerPool.withPool(1) { pool in
            var failures = Failures()
            var dice = Dice(4)
            let count = try await calls(scenario, pool)
            for number in stride(from: 1, through: count, by: 3) {
                let first = try CrashRig(scenario)
                _ = await first.run(on: pool, onCall: { $0.number == number ? .stop : .go })
                let second = Int.random(in: 8...max(8, count - 8), using: &dice)
                first.write(isNeeded: !scenario.losesLog)
                _ = await first.run(on: pool, onCall: { $0.number == second ? .stop : .go })
                let rig = number % 2 == 0 ? first : try first.crashed(number)
                rig.write(isNeeded: !scenario.losesLog)
                failures.add(
                    try await recovered(rig, on: pool), "kills at call \(number), and of the recovery at call \(second)"
                )
            }
            failures.tell(scenario)
        }
    }

    @Test("kills and failures with two threads leave nothing undone", arguments: CrashScenario.all)
    func twoThreads(_ scenario: CrashScenario) async throws {
        try await WorkerPool.withPool(2) { pool in
            var failures = Failures()
            for number in stride(from: 20, through: try await calls(scenario, pool), by: 7) {
                for action in [DiskAction.stop, .fail(EIO)] {
                    let rig = try CrashRig(scenario)
                    _ = await rig.run(on: pool, onCall: { $0.number == number ? action : .go })
                    rig.write(isNeeded: !scenario.losesLog)
                    failures.add(
                        try await recovered(rig, on: pool, isComplete: action == .stop), "\(action) at call \(number)")
                }
            }
            failures.tell(scenario)
        }
    }

    @Test("a run that is interrupted at any call is ended by the next one", arguments: CrashScenario.all)
    func interruption(_ scenario: CrashScenario) async throws {
        try await WorkerPool.withPool(1) { pool in
            var failures = Failures()
            for number in 1...(try await calls(scenario, pool)) {
                let rig = try CrashRig(scenario)
                let (events, event) = AsyncStream.makeStream(of: Void.self)
                let report = await withTaskGroup(of: RotationReport?.self) { group in
                    // On the pool, so that whoever cancels has a thread.
                    group.addTask(executorPreference: pool) {
                        defer { event.finish() }
                        return await rig.run(
                            on: pool,
                            onCall: { call in
                                guard call.number == number else { return .go }
                                event.yield()
                                // The call waits for the cancellation, which reaches every task of the run.
                                while !Task.isCancelled { sched_yield() }
                                return .go
                            }
                        ).report
                    }
                    for await _ in events { group.cancelAll() }
                    return await group.next() ?? nil
                }
                rig.write(isNeeded: !scenario.losesLog)
                var problems = try await recovered(rig, on: pool)
                if report?.isInterrupted != true { problems.append("the report says nothing") }
                failures.add(problems, "interruption at call \(number) (\(report?.texts ?? []))")
            }
            failures.tell(scenario)
        }
    }
}
