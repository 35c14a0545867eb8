import Glibc
import MusterCore
import MusterSystem
import MusterTesting
import Testing

@testable import MusterRotation

/// Logs that could not be compressed: the next run tries again.
@Suite("Compressions that failed", .timeLimit(.minutes(40))) struct LeftCompressionTests {
    private static func scenario(_ directives: String..., older: [String] = []) -> CrashScenario {
        CrashScenario(
            name: "left",
            configuration: "/logs/a.log {\n  daily\n  rotate 5\n  create\n"
                + directives.map { "  \($0)\n" }.joined() + CrashScenario.reload + "\n}\n",
            older: older, after: [])
    }

    /// No block is left for a compressed log.
    private static let fullDisk: @Sendable (DiskCall) -> DiskAction = { call in
        call.name == "write" && call.path.contains("/logs/.muster-") ? .fail(ENOSPC) : .go
    }

    private static let day = 86_400

    /// So many days later than the first run.
    private static func time(_ days: Int) -> RotationTime {
        RotationTime(
            seconds: CrashRig.now.seconds + Int64(days * day),
            calendar: CalendarTime(year: 2027, month: 1, day: 15 + days, hour: 8)!)
    }

    private func names(_ rig: CrashRig) -> [String] { rig.paths.map { String($0.dropFirst("/logs/".count)) } }

    @Test(
        "by a full disk is done by the next run, with nothing due",
        arguments: [[], ["compresscmd xz", "compressext .xz"]])
    func fullDisk(_ directives: [String]) async throws {
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(Self.scenario("compress", directives.joined(separator: "\n")))
            let first = await rig.run(on: pool, onCall: Self.fullDisk)
            #expect(first.report?.texts.count == 1)
            #expect(names(rig) == ["a.log", "a.log.1"])
            let second = await rig.run(on: pool)
            #expect(second.report?.texts == [])
            #expect(second.report?.recovered == 1)
            #expect(names(rig) == ["a.log", directives.isEmpty ? "a.log.1.gz" : "a.log.1.xz"])
            #expect(try rig.problems() == [])
            let before = rig.snapshot
            _ = await rig.run(on: pool, isQuiet: true)
            #expect(rig.snapshot == before)
        }
    }

    @Test("by a program that is missing is told again with the log, and that it stays plain", arguments: 1...2)
    func told(runs: Int) async throws {
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(Self.scenario("compress", "compresscmd xz", "compressext .xz"))
            _ = await rig.run(on: pool, failing: { $0 == nil })
            for _ in 0..<runs {
                let faults = await rig.run(on: pool, failing: { $0 == nil }).report?.faults ?? []
                #expect(faults.map(\.location) == ["/logs/a.log"])
                #expect(faults.allSatisfy { $0.hint.hasSuffix("it stays plain; the next run tries again") })
            }
        }
    }

    @Test("by a program that is missing is told by each run, and keeps no log from being rotated")
    func missingProgram() async throws {
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(Self.scenario("compress", "compresscmd xz", "compressext .xz"))
            for days in 0..<3 {
                let outcome = await rig.run(on: pool, now: Self.time(days), failing: { $0 == nil })
                #expect(outcome.report?.texts.allSatisfy { $0.contains("it fails") } == true)
                #expect(outcome.report?.texts.isEmpty == false)
            }
            #expect(names(rig) == ["a.log", "a.log.1", "a.log.2", "a.log.3"])
            let dry = await rig.run(on: pool, isDry: true, now: Self.time(3))
            #expect(dry.report?.unfinished == 0)
            let steps = dry.report?.stanzas[0].logs[0].steps.filter { $0.action == "compress" } ?? []
            #expect(Set(steps.map(\.path)) == ["/logs/a.log.1", "/logs/a.log.2", "/logs/a.log.3", "/logs/a.log.4"])
            // With the program there again all are compressed, and nothing is due.
            let last = await rig.run(on: pool, now: Self.time(2))
            #expect(last.report?.texts == [])
            #expect(names(rig) == ["a.log", "a.log.1.xz", "a.log.2.xz", "a.log.3.xz"])
            #expect(try rig.problems() == [])
        }
    }

    @Test("by a child that was killed leaves no file, wherever it was")
    func killedChild() async throws {
        try await WorkerPool.withPool(1) { pool in
            let calls = await (try CrashRig(Self.scenario("compress"))).run(on: pool).calls
            for number in 20...calls {
                let rig = try CrashRig(Self.scenario("compress"))
                _ = await rig.run(
                    on: pool,
                    onCall: { $0.number >= number && $0.path.hasPrefix("/logs") ? .fail(EPIPE) : .go })
                let next = await rig.run(on: pool)
                #expect(next.report?.texts == [], "\(number)")
                rig.write()
                #expect(try rig.problems() == [], "\(number)")
                #expect(names(rig) == ["a.log", "a.log.1.gz"], "\(number)")
            }
        }
    }

    @Test("is done by the compressor that its configuration has by now, and not where it compresses no more")
    func edited() async throws {
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(Self.scenario("compress", "compresscmd xz", "compressext .xz"))
            _ = await rig.run(on: pool, failing: { $0 == nil })
            let other = Self.scenario("compress").configuration
            #expect(await rig.run(on: pool, configuration: other).report?.texts == [])
            #expect(names(rig) == ["a.log", "a.log.1.gz"])
            #expect(try rig.problems() == [])
            let plain = try CrashRig(Self.scenario("compress", "compresscmd xz", "compressext .xz"))
            _ = await plain.run(on: pool, failing: { $0 == nil })
            for configuration in [Self.scenario("nocompress").configuration, nil] {
                #expect(await plain.run(on: pool, configuration: configuration).report?.texts == [])
                #expect(names(plain) == ["a.log", "a.log.1"])
            }
            #expect(try plain.problems() == [])
        }
    }

    @Test("is left alone where another file has its name by now")
    func otherFile() async throws {
        try await WorkerPool.withPool(1) { pool in
            let rig = try CrashRig(Self.scenario("compress"))
            _ = await rig.run(on: pool, onCall: Self.fullDisk)
            let logs = try rig.disk.openDirectory("/logs")
            try logs.rename("a.log.1", to: logs, as: "mine")
            rig.disk.addFile("/logs/a.log.1", Array("another\n".utf8))
            let next = await rig.run(on: pool)
            #expect(next.report?.texts == [])
            #expect(names(rig) == ["a.log", "a.log.1", "mine"])
        }
    }

    @Test("A new rotation takes over what was left, under its new name", arguments: [true, false])
    func steps(isNumbered: Bool) {
        let file = FileIdentity(device: 1, inode: 9)
        let left = [RotationStep.recompress(from: "a.1", to: "a.1.gz", file, temporary: 3)]
        let shift = RotationStep.shift(from: "a.1", to: "a.2", file)
        let steps: [RotationStep] = isNumbered ? [shift, .remove("a.9", file, .count)] : []
        let name = isNumbered ? "a.2" : "a.1"
        let added = RotationStep.recompress(
            from: name, to: name + ".gz", file, temporary: 1 << 20 + (isNumbered ? 1 : 0))
        #expect(LeftCompressions.adding(left, to: steps) == (isNumbered ? [steps[0], added, steps[1]] : [added]))
        #expect(LeftCompressions.adding(left, to: [shift, .remove("a.2", file, .age)]).count == 2)
        #expect(LeftCompressions.adding(left, to: [shift, .compress(from: "a.2", to: "a.2.gz")]).count == 2)
    }
}
